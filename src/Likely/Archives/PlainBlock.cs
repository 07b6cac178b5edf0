namespace Likely;

/// <summary>Plain bytes on their way into an archive, and which entries they are of.</summary>
sealed class PlainBlock(int length)
{
    readonly MemoryStream _bytes = new();
    readonly List<(int Entry, int End)> _pieces = [];

    public int Room => length - (int)_bytes.Length;

    /// <summary>What it counts for in the work to do.</summary>
    public double Weight { get; private set; }

    /// <summary>What the entries' bytes take, in bytes; known when the block is finished.</summary>
    public List<(int Entry, double Bytes)> Costs { get; } = [];

    /// <summary>Adds bytes of an entry, at most as many as there is room for.</summary>
    public void Add(ReadOnlySpan<byte> bytes, int entry, double weight)
    {
        _bytes.Write(bytes);
        Weight += weight;
        if (_pieces.Count > 0 && _pieces[^1].Entry == entry) _pieces.RemoveAt(_pieces.Count - 1);
        _pieces.Add((entry, (int)_bytes.Length));
    }

    /// <summary>The entries whose bytes it has, in their order.</summary>
    public int[] Entries => [.. _pieces.Select(piece => piece.Entry)];

    public ReadOnlyMemory<byte> Bytes => _bytes.GetBuffer().AsMemory(0, (int)_bytes.Length);

    /// <summary>The lengths of the block up to the end of each entry's bytes.</summary>
    public int[] Ends() => [.. _pieces.Select(piece => piece.End)];

    /// <summary>The stream with its check sum, without a model.</summary>
    public byte[] Finish()
    {
        var ends = Ends();
        return Finish(ByteBlock.Encode(Bytes.Span, ends), ends);
    }

    /// <summary>The same of a stream that somebody else has made, and how long it is up to the end of each entry's bytes.</summary>
    public byte[] Finish(byte[] stream, int[] ends)
    {
        for (var i = 0; i < ends.Length; i++) Costs.Add((_pieces[i].Entry, ends[i] - (i == 0 ? 0 : ends[i - 1])));
        return ItemBlock.Seal(stream, Bytes.Span);
    }
}
