namespace Likely.Data;

/// <summary>A cell as a model and what stands beside it tell it.</summary>
/// <param name="Symbol">Its column's symbol.</param>
/// <param name="Number">Of a number with k decimals the number times 10^k; of a date its steps; else 0.</param>
/// <param name="Decimals">Decimals that the number is written with.</param>
/// <param name="IsScientific">Whether it is written as 4.9e-05.</param>
public readonly record struct CellValue(int Symbol, long Number = 0, byte Decimals = 0, bool IsScientific = false);

/// <summary>Numbers that a symbol can stand for, in steps of its column: <paramref name="First"/> and <paramref name="Count"/> - 1 more, each <paramref name="Step"/> beyond the last.</summary>
public readonly record struct NumberSpan(long First, long Step, long Count);

/// <summary>How the cells of a column are written beyond what they say.</summary>
[Flags]
public enum CellStyle
{
    Plain = 0,

    /// <summary>All in double quotes, a missing one not.</summary>
    Quoted = 1,

    /// <summary>A blank before them.</summary>
    Blank = 2,
}
