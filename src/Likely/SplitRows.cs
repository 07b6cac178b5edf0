using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Items of a split as rows of numbers: those of vectors and bags of words as they are, symbols of pictures from 0 for the least level to 1 for the highest.</summary>
public sealed class SplitRows : ILabelledRows
{
    readonly Split _split;

    /// <param name="split">The items.</param>
    /// <param name="classes">Labels that there are.</param>
    /// <exception cref="UsageException">The items are sequences, or differ in size.</exception>
    public SplitRows(Split split, int classes = 0)
    {
        Classes = classes;
        ArgumentNullException.ThrowIfNull(split);
        if (split.Space.IsSequence) throw new UsageException("features are made of rows of one length, such as pictures, vectors, and texts as words (as=words); texts as they are written and sounds are encoded by the inner states of a density");
        if (split.Space.Columns is not null) throw new UsageException("features are made of rows of numbers, and a table has columns of any types; set as=vectors to take a table whose columns are numbers as such rows");
        for (var i = 0; i < split.Count; i++)
            if (split.SpaceOf(i) != split.Space) throw new UsageException($"{split.ItemName(i)} is {split.SpaceOf(i)}, and others are {split.Space}; rows have one length: size= or crop= make it so");
        _split = split;
    }

    public int Count => _split.Count;

    public int Classes { get; }

    public int Label(int row) => _split.Label(row);

    public Space Space => _split.Space;

    /// <exception cref="DataException">An item cannot be read, or has what is no finite number, or too large.</exception>
    public void Read(int first, Span<float> rows)
    {
        var (width, levels) = (Space.Dimensions, Space.Levels);
        if (first < 0 || rows.Length % width != 0 || first > Count - rows.Length / width) throw new ArgumentException($"there are {Count} rows of {width} numbers, and not {rows.Length} numbers from row {first} on");
        var symbols = new int[levels == 0 ? 0 : width];
        for (var i = 0; i < rows.Length / width; i++)
        {
            var row = rows.Slice(i * width, width);
            if (levels == 0)
            {
                _split.ReadValues(first + i, 0, row);
                if (RowBlocks.Wrong(row) is >= 0 and var wrong) throw new DataException(RowBlocks.Refusal(_split.ItemName(first + i), row[wrong], wrong, "columns counted from 0"));
                continue;
            }
            _split.Read(first + i, symbols);
            for (var d = 0; d < width; d++) row[d] = (float)symbols[d] / (levels - 1);
        }
    }
}
