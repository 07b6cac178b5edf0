namespace Likely;

/// <summary>What the values of a table's column are.</summary>
public enum ColumnType
{
    /// <summary>Names: each value is itself and no other.</summary>
    Category,

    /// <summary>Numbers, whole or with so many decimals.</summary>
    Number,

    /// <summary>Dates, or dates and times to the second, of one form.</summary>
    Date,
}
