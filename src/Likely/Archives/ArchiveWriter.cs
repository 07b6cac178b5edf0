using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Writes an archive from the first file to the last with bounded memory: items and bytes gather in blocks, and when there are enough full
/// blocks for all threads, they are encoded together and written in the order in which they filled.
/// </summary>
sealed class ArchiveWriter : IDisposable
{
    const long MostPending = 1L << 24; // symbols
    const double NatsPerBit = 0.693147180559945309;

    readonly Stream _output;
    readonly ArchiveModel _model;
    readonly ArchiveOptions _options;
    readonly CancellationToken _cancellation;
    readonly byte[] _header;
    readonly BlockEncoder _encoder;
    readonly ContentHash _hash = new();
    readonly List<ArchiveEntry> _entries = [];
    readonly List<int> _labels = [];
    readonly List<(bool, int)> _blocks = [];
    readonly List<object> _pending = []; // an ItemBlock or the bytes of a block
    ItemBlock? _items;
    readonly MemoryStream _bytes = new();
    long _pendingSymbols;

    public ArchiveWriter(Stream output, ArchiveModel model, ArchiveOptions options, CancellationToken cancellation)
    {
        (_output, _model, _options, _cancellation) = (output, model, options, cancellation);
        _encoder = new BlockEncoder(options.ThreadCount, Math.Min(options.Batch, BlockPlan.MostItems));
        _header = ArchiveHeader.Create(model.Identity, options.Embed?.Length);
        output.Write(_header);
        if (options.Embed is not null) output.Write(options.Embed);
    }

    public IReadOnlyList<ArchiveEntry> Entries => _entries;

    /// <summary>What the model makes of files that could be stored otherwise, in bytes; known when all is finished.</summary>
    public Dictionary<string, double> Costs { get; } = [];

    /// <summary>Counts bytes among what a file takes that could be stored otherwise.</summary>
    public void Count(string file, double bytes) => Costs[file] = Costs.GetValueOrDefault(file) + bytes;

    /// <summary>Begins an entry; its content must follow.</summary>
    public void Begin(ArchiveEntry entry)
    {
        _entries.Add(entry);
        _hash.Begin(entry.Name, entry.Length);
    }

    /// <summary>Content that the model does not code.</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes)
    {
        _hash.Append(bytes);
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, BlockPlan.ChunkBytes - (int)_bytes.Length);
            _bytes.Write(bytes[..count]);
            bytes = bytes[count..];
            if (_bytes.Length == BlockPlan.ChunkBytes) CloseBytes();
        }
    }

    /// <summary>An item of the entry now begun.</summary>
    /// <param name="stored">Its pixels as they lie in the file.</param>
    /// <param name="symbols">The same as symbols in the order row, column, channel.</param>
    /// <param name="label">Its label if the model has classes.</param>
    /// <param name="file">The file it is of, if that could be stored otherwise.</param>
    public void AddItem(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> symbols, int label, string? file)
    {
        _hash.Append(stored);
        var layout = _entries[^1].Layout;
        var geometry = _items?.Sized.Model.Geometry;
        if (geometry is { } open && (open.Height, open.Width) != (layout.Height, layout.Width)) CloseItems();
        _items ??= new ItemBlock(_model.For(layout.Height, layout.Width), BlockPlan.Capacity(layout.ItemLength));
        _items.Add(symbols, label, file);
        if (_model.Classes > 0) _labels.Add(label);
        if (_items.IsFull) CloseItems();
    }

    /// <summary>Writes what is left and the directory.</summary>
    public void Finish()
    {
        CloseItems();
        if (_bytes.Length > 0) CloseBytes();
        Flush();
        var directory = new ArchiveDirectory(_entries, [.. _labels], [.. _blocks]).ToBytes();
        _output.Write(ArchiveHeader.CreateFooter(_header, directory, _hash.Finish()));
    }

    public void Dispose() => _hash.Dispose();

    void CloseItems()
    {
        if (_items is null) return;
        _pending.Add(_items);
        _pendingSymbols += (long)_items.Count * _items.Dimensions;
        _items = null;
        FlushIfEnough();
    }

    void CloseBytes()
    {
        _pending.Add(_bytes.ToArray());
        _bytes.SetLength(0);
        FlushIfEnough();
    }

    void FlushIfEnough()
    {
        if (_pending.Count >= 4 * _options.ThreadCount || _pendingSymbols >= MostPending) Flush();
    }

    void Flush()
    {
        var items = _pending.OfType<ItemBlock>().ToArray();
        var bytes = _pending.OfType<byte[]>().ToArray();
        var itemStreams = _encoder.Encode(items, _cancellation);
        var byteStreams = new byte[bytes.Length][];
        ParallelShards.Run(bytes.Length, _options.ThreadCount, (i, _) =>
        {
            _cancellation.ThrowIfCancellationRequested();
            byteStreams[i] = ItemBlock.Seal(ByteBlock.Encode(bytes[i]), bytes[i]);
        });
        foreach (var block in items)
            foreach (var (file, nats) in block.Costs) Count(file, nats / (8 * NatsPerBit));
        var (nextItems, nextBytes) = (0, 0);
        foreach (var block in _pending)
        {
            var stream = block is ItemBlock ? itemStreams[nextItems++] : byteStreams[nextBytes++];
            _output.Write(stream);
            _blocks.Add((block is ItemBlock, stream.Length - 4));
        }
        _pending.Clear();
        _pendingSymbols = 0;
    }
}
