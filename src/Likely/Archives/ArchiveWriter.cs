using Likely.Coding;
using Likely.Data;
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
    readonly Action<double>? _done;
    readonly CancellationToken _cancellation;
    readonly byte[] _header;
    readonly BlockEncoder _encoder;
    readonly ContentHash _hash = new();
    readonly List<ArchiveEntry> _entries = [];
    readonly List<TableForm?> _forms = [];
    readonly List<double> _coded = [];
    readonly List<int> _labels = [];
    readonly List<(bool, int)> _blocks = [];
    readonly List<object> _pending = []; // an ItemBlock or a PlainBlock
    readonly Lock _one = new();
    ItemBlock? _items;
    PlainBlock _bytes;
    long _pendingSymbols;
    double _weight;

    /// <param name="output">Where to.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">How.</param>
    /// <param name="done">Told the weight of all that is coded so far; from any thread, one at a time.</param>
    /// <param name="cancellation">Stops it.</param>
    public ArchiveWriter(Stream output, ArchiveModel model, ArchiveOptions options, Action<double>? done, CancellationToken cancellation)
    {
        (_output, _model, _options, _done, _cancellation) = (output, model, options, done, cancellation);
        _encoder = new BlockEncoder(options.ThreadCount, Math.Min(options.Batch, BlockPlan.MostItems));
        _bytes = NewBytes();
        _header = ArchiveHeader.Create(model.Identity, options.Embed?.Length, model.Code);
        output.Write(_header);
        if (options.Embed is not null) output.Write(options.Embed);
    }

    public IReadOnlyList<ArchiveEntry> Entries => _entries;

    /// <summary>What each entry takes, in bytes, items only where that was asked for; known when all is finished.</summary>
    public IReadOnlyList<double> Coded => _coded;

    /// <summary>Begins an entry; its content must follow.</summary>
    /// <param name="entry">What it is.</param>
    /// <param name="form">How the rows of a table lie in it, if the model is one of such; null: it is none.</param>
    public void Begin(ArchiveEntry entry, TableForm? form = null)
    {
        _entries.Add(entry);
        _forms.Add(form);
        _coded.Add(0);
        _hash.Begin(entry.Name, entry.Length);
    }

    /// <summary>Content that the model does not code.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="weight">What each byte counts for in the work to do.</param>
    public void AddBytes(ReadOnlySpan<byte> bytes, double weight)
    {
        _hash.Append(bytes);
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, _bytes.Room);
            _bytes.Add(bytes[..count], _entries.Count - 1, weight * count);
            bytes = bytes[count..];
            if (_bytes.Room == 0) CloseBytes();
        }
    }

    /// <summary>An item of the entry now begun.</summary>
    /// <param name="stored">Its pixels as they lie in the file.</param>
    /// <param name="symbols">The same as symbols in the order row, column, channel.</param>
    /// <param name="label">Its label if the model has classes.</param>
    /// <param name="counted">Whether what it takes is asked for.</param>
    /// <param name="weight">What each byte of it counts for in the work to do.</param>
    public void AddItem(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> symbols, int label, bool counted, double weight)
    {
        _hash.Append(stored);
        var (entry, layout) = (_entries[^1], _entries[^1].Layout);
        if (entry.IsApart) CloseItems();
        for (var row = 0; row < layout.Height; row += entry.PieceRows)
        {
            var rows = Math.Min(entry.PieceRows, layout.Height - row);
            var piece = symbols.Slice(row * layout.Width * layout.Channels * layout.Bytes, rows * layout.Width * layout.Channels * layout.Bytes);
            var space = _items?.Sized.Space;
            if (space is { } open && (open.Height, open.Width) != (rows, layout.Width)) CloseItems();
            _items ??= new ItemBlock(_model.For(rows, layout.Width), entry.IsApart ? 1 : BlockPlan.Capacity(piece.Length), layout.Bytes);
            _items.Add(piece, label, counted ? _entries.Count - 1 : -1, weight * piece.Length);
            if (_model.Classes > 0) _labels.Add(label);
            if (_items.IsFull) CloseItems();
        }
    }

    /// <summary>Writes what is left, the directory, and the version that it needs.</summary>
    public void Finish()
    {
        CloseItems();
        if (_bytes.Bytes.Length > 0) CloseBytes();
        Flush();
        var directory = new ArchiveDirectory(_entries, [.. _labels], [.. _blocks], _model.Code);
        if (directory.Version != _header[ArchiveHeader.VersionAt])
        {
            _header[ArchiveHeader.VersionAt] = directory.Version;
            _output.Position = ArchiveHeader.VersionAt;
            _output.WriteByte(directory.Version);
            _output.Seek(0, SeekOrigin.End);
        }
        _output.Write(ArchiveHeader.CreateFooter(_header, directory.ToBytes(), _hash.Finish()));
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
        _pending.Add(_bytes);
        _bytes = NewBytes();
        FlushIfEnough();
    }

    bool ModelsBytes => _model.Code != BytesCode.None;

    PlainBlock NewBytes() => new(BlockPlan.ChunkOf(_model.Code));

    void FlushIfEnough()
    {
        if (_pending.Count >= (_model.Tokens is not null ? SequenceBlocks.MostLanes : 4) * _options.ThreadCount || _pendingSymbols >= MostPending) Flush();
    }

    void Flush()
    {
        var items = _pending.OfType<ItemBlock>().ToArray();
        var bytes = _pending.OfType<PlainBlock>().ToArray();
        var itemStreams = _encoder.Encode(items, Done, _cancellation);
        var byteStreams = _model.Table is not null ? ModelRows(bytes) : ModelsBytes ? Model(bytes) : new byte[bytes.Length][];
        ParallelShards.Run(ModelsBytes ? 0 : bytes.Length, _options.ThreadCount, (i, _) =>
        {
            _cancellation.ThrowIfCancellationRequested();
            byteStreams[i] = bytes[i].Finish();
            Done(bytes[i].Weight);
        });
        foreach (var block in items)
            foreach (var (entry, nats) in block.Costs) _coded[entry] += nats / (8 * NatsPerBit);
        foreach (var block in bytes)
            foreach (var (entry, cost) in block.Costs) _coded[entry] += cost;
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

    /// <summary>Bytes that were given to a model of sequences or rows, and how many of them are shorter without it.</summary>
    public (long Bytes, long Unmodelled) Given => (_modelled, _unmodelled);

    long _modelled, _unmodelled;

    // Blocks side by side, as many on every thread.
    byte[][] Model(PlainBlock[] blocks)
    {
        var (streams, groups) = (new byte[blocks.Length][], Math.Min(_options.ThreadCount, blocks.Length));
        ParallelShards.Run(groups, groups, (group, _) =>
        {
            var (first, end) = (blocks.Length * group / groups, blocks.Length * (group + 1) / groups);
            var own = blocks[first..end];
            var ends = Array.ConvertAll(own, block => block.Ends());
            var weight = own.Sum(block => block.Weight) / own.Sum(block => (double)block.Bytes.Length);
            var made = SequenceBlocks.Encode(_model.Checkpoint.Density, _model.Tokens!, Array.ConvertAll(own, block => block.Bytes), ends, bytes => Done(bytes * weight), _cancellation);
            for (var i = 0; i < own.Length; i++)
            {
                Count(own[i], made[i]);
                streams[first + i] = own[i].Finish(made[i], ends[i]);
            }
        });
        return streams;
    }

    // Blocks one a thread, or several threads a block.
    byte[][] ModelRows(PlainBlock[] blocks)
    {
        var (streams, columns) = (new byte[blocks.Length][], _model.Table!.Names.Count);
        ParallelShards.Run(blocks.Length, Math.Min(_options.ThreadCount, blocks.Length), (i, _) =>
        {
            var (ends, bytes) = (blocks[i].Ends(), blocks[i].Bytes);
            var code = new TableBlocks.Code(_model.For(1, columns), _model.Table!, Math.Max(1, _options.ThreadCount / blocks.Length), Math.Min(_options.Batch, BlockPlan.MostItems));
            var made = TableBlocks.Encode(code, bytes, ends, Array.ConvertAll(blocks[i].Entries, entry => _forms[entry]), _cancellation);
            Count(blocks[i], made);
            streams[i] = blocks[i].Finish(made, ends);
            Done(blocks[i].Weight);
        });
        return streams;
    }

    void Count(PlainBlock block, byte[] stream)
    {
        if (new RangeDecoder(stream).DecodeBit(BlockLayout.Unmodelled)) Interlocked.Add(ref _unmodelled, block.Bytes.Length);
        Interlocked.Add(ref _modelled, block.Bytes.Length);
    }

    void Done(double weight)
    {
        lock (_one) _done?.Invoke(_weight += weight);
    }
}
