using Likely.Tensors;

namespace Likely.Models;

/// <summary>The rows of one shard of a step, and matrices beside them that are used again from step to step.</summary>
sealed class RowBatch
{
    readonly Dictionary<(int Rows, int Columns, int Place), Matrix> _kept = [];
    int[] _items = [];

    /// <summary>Indices of the rows.</summary>
    public ReadOnlySpan<int> Items => _items.AsSpan(0, Count);

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>The rows.</summary>
    public Matrix Rows { get; private set; } = new(0, 1);

    /// <summary>The step, from 0.</summary>
    public long Step { get; private set; }

    /// <summary>The place of the first row within the step's batch.</summary>
    public int First { get; private set; }

    /// <summary>The weight of a row's loss.</summary>
    public float Scale { get; private set; }

    /// <summary>A tape that records nothing, for what is computed beside the loss.</summary>
    public Tape Aside { get; } = new();

    /// <summary>A matrix with as many rows, whose content is left from the last time; each place has its own.</summary>
    public Matrix Beside(int place, int columns) => Kept(Count, columns, place);

    /// <summary>Reads the rows of a shard.</summary>
    public void Read(RowBlocks rows, ReadOnlySpan<int> items, long step, int first, float scale)
    {
        (Count, Step, First, Scale) = (items.Length, step, first, scale);
        if (_items.Length < Count) _items = new int[Count];
        items.CopyTo(_items);
        Rows = Kept(Count, rows.Width, -1);
        for (var i = 0; i < Count; i++) rows.Row(items[i]).CopyTo(Rows[i]);
    }

    Matrix Kept(int rows, int columns, int place)
    {
        if (!_kept.TryGetValue((rows, columns, place), out var matrix)) _kept[(rows, columns, place)] = matrix = new Matrix(rows, columns);
        return matrix;
    }
}
