namespace Likely.Models;

/// <summary>Rows of which some have a class, which a model may learn to tell.</summary>
public interface ILabelledRows : IRows
{
    /// <summary>Classes that there are.</summary>
    int Classes { get; }

    /// <summary>A row's class, from 0; -1: it has none.</summary>
    int Label(int row);
}
