namespace Likely;

/// <summary>Binary codes of items that are searched by Hamming distance, exactly: in a file (<see cref="IndexFile"/>) or on a server. May be asked from many threads at once.</summary>
public abstract class CodeIndex : IDisposable
{
    /// <summary>What is indexed, and by which model.</summary>
    public abstract IndexDescription Description { get; }

    /// <summary>The items nearest to a code, nearer ones first and equally near ones by their ids.</summary>
    /// <param name="code">The code, in words (<see cref="Models.BinaryCodes"/>).</param>
    /// <param name="radius">Bits that it may differ in, at most; all: as many as a code has.</param>
    /// <param name="most">Items, at most.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">The code is of another length, or radius or most are below 0 or 1.</exception>
    /// <exception cref="DataException">The index is damaged, or its server does not answer.</exception>
    public IReadOnlyList<Neighbour> Search(ReadOnlySpan<ulong> code, int radius, int most, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var bits = Description.Bits;
        if (code.Length != Models.BinaryCodes.Words(bits)) throw new ArgumentException($"codes of {bits} bits have {Models.BinaryCodes.Words(bits)} words, and not {code.Length}", nameof(code));
        if (bits % 64 > 0 && code[^1] >> bits % 64 > 0) throw new ArgumentException($"the code has ones behind its {bits} bits", nameof(code));
        return Description.Count == 0 ? [] : Find(code, Math.Min(radius, bits), Math.Min(most, Description.Count), cancellation);
    }

    /// <summary>What an item is called.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public abstract string Name(int id);

    /// <summary>An item's label, an index into the description's class names; -1 if it has none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public abstract int Label(int id);

    /// <summary>Finds them; radius and most are within what there is.</summary>
    protected abstract IReadOnlyList<Neighbour> Find(ReadOnlySpan<ulong> code, int radius, int most, CancellationToken cancellation);

    protected abstract void Dispose(bool disposing);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }
}
