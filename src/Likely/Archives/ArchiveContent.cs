using System.Buffers.Binary;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Restores files from an archive. Items are decoded ahead, as many blocks at once as there are threads; where there are fewer blocks, several
/// threads share one. Memory holds the blocks now decoded and no more.
/// </summary>
sealed class ArchiveContent
{
    const long MostAhead = 1L << 25; // symbols
    const int Lanes = 16; // items that one predictor decodes side by side
    const long Remarkable = 1L << 30, MostAtOnce = 1L << 29; // bytes of memory
    const double BytesPerSymbol = 50; // that take the same time

    readonly ArchiveReader _reader;
    readonly ArchiveModel? _model;
    readonly ArchiveOptions _options;
    readonly CancellationToken _cancellation;
    readonly BlockPlan _plan;
    byte[][] _decoded = [];
    long _firstDecoded;
    byte[][] _bytes = [];
    long _byteBlock = -1, _lastByte;
    readonly Lock _one = new();
    long _doneSymbols;

    /// <summary>Told the share of all work that is done; from any thread, one at a time.</summary>
    public Action<double>? Progress { get; set; }

    /// <summary>Items, their bytes in the archive, their symbols, and plain bytes decoded so far.</summary>
    public long DecodedItems { get; private set; }
    public long DecodedItemBytes { get; private set; }
    public long DecodedSymbols { get; private set; }
    public long DecodedBytes { get; private set; }

    /// <exception cref="ArchiveException">The model is not the archive's, or the archive asks of it what it cannot do.</exception>
    public ArchiveContent(ArchiveReader reader, ArchiveModel? model, ArchiveOptions options, CancellationToken cancellation)
    {
        (_reader, _model, _options, _cancellation, _plan) = (reader, model, options, cancellation, reader.Plan);
        if (!reader.NeedsModel) return;
        if (model is null) throw new ArchiveException($"{reader.Path} needs the model {reader.ModelIdentity}.");
        if (!Convert.ToHexStringLower(model.Identity).Equals(reader.ModelIdentity, StringComparison.Ordinal))
            throw new ArchiveException($"{reader.Path} was made with the model {reader.ModelIdentity}, and this one is {Convert.ToHexStringLower(model.Identity)}.");
        if (reader.Code != model.Code && !(reader.Code == BytesCode.None && model.Table is not null)) throw new ArchiveException($"{reader.Path} is damaged: it asks its model for {Words(reader.Code)}, and the model is one of {Words(model.Code)}.");
        var most = Remarkable;
        foreach (var (height, width, channels, stripes) in reader.Entries.Where(entry => entry.ModelledItems > 0).Select(entry => (entry.Layout.Height, entry.Layout.Width, entry.Layout.Channels, entry.StripeRows)).Distinct())
        {
            if (!model.Takes(height, width, channels)) throw new ArchiveException($"{reader.Path} is damaged: its model cannot take items of {height} x {width} x {channels}.");
            if (stripes > 0 && !model.Takes(stripes, width, channels)) throw new ArchiveException($"{reader.Path} is damaged: its model cannot take stripes of {stripes} x {width} x {channels}.");
            var needed = model.BytesFor(height, width, stripes);
            if (needed <= most) continue;
            most = needed;
            var holds = $"{reader.Path} holds items of {height} x {width} x {channels}, which take {MachineMemory.Text(needed)} of memory";
            if (!MachineMemory.Fits(needed)) throw new ArchiveException($"{holds}, and {MachineMemory.Text(MachineMemory.Available())} are free.");
            options.Note?.Invoke(holds);
        }
        if (reader.Entries.Any(entry => entry.ModelledItems > 0 && entry.Layout.Bytes != model.SymbolBytes)) throw new ArchiveException($"{reader.Path} is damaged: it has symbols of other sizes than its model's {model.Levels} levels.");
        var labels = reader.Directory.Labels;
        if (labels.Length != (model.Classes > 0 ? _plan.FirstItem[^1] : 0) || Array.Exists(labels, label => label >= model.Classes))
            throw new ArchiveException($"{reader.Path} is damaged: its labels are not the model's.");
    }

    /// <summary>Writes one entry as the file it was.</summary>
    /// <param name="entry">Its index.</param>
    /// <param name="target">Where to; null: nowhere.</param>
    /// <param name="hash">Takes in the content; null: nobody does.</param>
    /// <param name="end">One beyond the last entry that will be asked for after this one: what may be decoded ahead.</param>
    public void Restore(int entry, Stream? target, ContentHash? hash, int end)
    {
        var (what, layout) = (_reader.Entries[entry], _reader.Entries[entry].Layout);
        hash?.Begin(what.Name, what.Length);
        var (nextItem, nextByte, lastItem) = (_plan.FirstItem[entry], _plan.FirstByte[entry], _plan.FirstItem[end]);
        _lastByte = _plan.FirstByte[end];
        if (what.Kind == EntryKind.Bytes)
        {
            Bytes(what.Length);
            return;
        }
        byte[]? stored = null; // not before an item has been decoded: all may be exceptions
        if (what.Kind == EntryKind.Picture)
        {
            stored = Decode();
            hash?.Append(stored);
            if (target is not null) WritePicture(target, what, stored);
            return;
        }
        Bytes(layout.Head);
        var nextException = 0;
        for (var item = 0; item < layout.Count; item++)
        {
            Bytes(layout.Gap);
            if (nextException < what.Exceptions.Length && what.Exceptions[nextException] == item)
            {
                nextException++;
                Bytes(layout.ItemLength);
                continue;
            }
            stored = Decode();
            hash?.Append(stored);
            target?.Write(stored);
        }
        Bytes(what.Length - layout.End);

        void Bytes(long count)
        {
            while (count > 0)
            {
                var piece = PlainBytes(nextByte, count);
                hash?.Append(piece);
                target?.Write(piece);
                (nextByte, count) = (nextByte + piece.Length, count - piece.Length);
            }
        }

        byte[] Decode()
        {
            var pixels = Pixels(what, nextItem, lastItem);
            nextItem += what.Stripes;
            var bytes = stored ?? new byte[pixels.Length];
            layout.ToStored(pixels, bytes);
            return bytes;
        }
    }

    void WritePicture(Stream target, ArchiveEntry what, byte[] pixels)
    {
        try
        {
            target.Write(Png.Encode(pixels, what.Layout.Height, what.Layout.Width, what.Layout.Channels, what.Depth, _cancellation));
        }
        catch (ArgumentException fault)
        {
            throw new ArchiveException($"{_reader.Path} is damaged: {what.Name} has pixels that {what.Depth} bits cannot tell.", fault);
        }
    }

    /// <summary>One item of an entry as pixels [height, width, channels], whatever lies before it.</summary>
    public byte[] Item(int entry, int item)
    {
        var what = _reader.Entries[entry];
        var before = Array.BinarySearch(what.Exceptions, item);
        var layout = what.Layout;
        if (before < 0)
        {
            var first = _plan.FirstItem[entry] + (long)(item - ~before) * what.Stripes;
            return Pixels(what, first, first + what.Stripes);
        }
        var at = _plan.FirstByte[entry] + layout.Head + (item + 1L) * layout.Gap + before * layout.ItemLength;
        // A picture is made of all its bytes at once; of several channels in a planar entry they are put in another order.
        var copies = layout.Planar && layout.Channels > 1 ? 2 : 1;
        var needed = layout.ItemLength * (copies + (layout.Channels is 1 or 3 ? 1 : 0));
        var takes = $"item {item} of {what.Name} takes {MachineMemory.Text(needed)} of memory";
        if (!MachineMemory.Fits(needed)) throw new ArchiveException($"{_reader.Path}: {takes}, and {MachineMemory.Text(MachineMemory.Available())} are free; restore the whole file.");
        if (needed > Remarkable) _options.Note?.Invoke(takes);
        var stored = new byte[layout.ItemLength];
        for (var done = 0; done < stored.Length;)
        {
            var piece = PlainBytes(at + done, stored.Length - done);
            piece.CopyTo(stored.AsSpan(done));
            done += piece.Length;
        }
        if (copies == 1) return stored;
        var pixels = new byte[stored.Length];
        layout.ToPixels(stored, pixels);
        return pixels;
    }

    byte[] Pixels(ArchiveEntry entry, long first, long lastItem)
    {
        var pixels = new byte[entry.Layout.ItemLength];
        var done = 0;
        for (var item = first; item < first + entry.Stripes; item++)
        {
            var block = _plan.BlockOf(item);
            if (block < _firstDecoded || block >= _firstDecoded + _decoded.Length) DecodeFrom(block, _plan.BlockOf(Math.Max(lastItem - 1, item)) + 1);
            var (height, width, channels, firstOfBlock, _) = _plan.ItemBlock(block);
            var length = height * width * channels * entry.Layout.Bytes;
            _decoded[block - _firstDecoded].AsSpan((int)(item - firstOfBlock) * length, length).CopyTo(pixels.AsSpan(done));
            done += length;
        }
        if (entry.Layout.IsWide)
        {
            ArchiveInput.Recentre(pixels);
            return pixels;
        }
        var bytes = _model!.ToBytes(entry.Spread);
        foreach (ref var pixel in pixels.AsSpan()) pixel = bytes[pixel];
        return pixels;
    }

    void DecodeFrom(long first, long end)
    {
        var threads = _options.ThreadCount;
        var blocks = new List<Block>();
        long memory = 0;
        for (var symbols = 0L; first + blocks.Count < end;)
        {
            var next = new Block(_plan.ItemBlock(first + blocks.Count));
            // Blocks of one item each and of one width, or sequences of any, go side by side, however many threads there are.
            if (blocks.Count >= (blocks.Count > 0 && IsLane(blocks[0]) ? Lanes : 1) * threads || blocks.Count > 0 && IsLane(blocks[0]) && !(IsLane(next) && (next.Width == blocks[0].Width || _model!.Checkpoint.Density.Space.IsSequence))) break;
            symbols += next.Symbols;
            memory += _model!.BytesFor(next.Height, next.Width);
            if (blocks.Count > 0 && (symbols > MostAhead || memory > MostAtOnce)) break;
            blocks.Add(next);
        }
        _decoded = [];
        var decoded = new byte[blocks.Count][];
        if (IsLane(blocks[0])) DecodeSideBySide(first, blocks, decoded);
        else
            ParallelShards.Run(blocks.Count, threads, (i, _) =>
            {
                var labels = Labels(blocks[i]);
                var block = _reader.ReadBlock(true, first + i);
                var share = threads / blocks.Count + (i < threads % blocks.Count ? 1 : 0);
                decoded[i] = BlockDecoder.Decode(_model!.For(blocks[i].Height, blocks[i].Width), block.AsSpan(0, block.Length - 4), blocks[i].Count, labels, share, Math.Min(_options.Batch, BlockPlan.MostItems), Done, _cancellation);
                Finish(block, decoded[i], first + i);
            });
        (_decoded, _firstDecoded) = (decoded, first);
        DecodedItems += blocks.Sum(block => (long)block.Count);
        DecodedSymbols += blocks.Sum(block => block.Symbols);
    }

    readonly record struct Block(int Height, int Width, int Channels, long FirstItem, int Count)
    {
        public Block((int Height, int Width, int Channels, long FirstItem, int Count) block) : this(block.Height, block.Width, block.Channels, block.FirstItem, block.Count)
        {
        }

        public long Symbols => (long)Count * Height * Width * Channels;
    }

    bool IsLane(Block block) => block.Count == 1 && _model!.Checkpoint.Density.AnyExtent && LaneDecoder.Takes(_model.For(block.Height, block.Width));

    ReadOnlySpan<int> Labels(Block block) => _model!.Classes > 0 ? _reader.Directory.Labels.AsSpan((int)block.FirstItem, block.Count) : [];

    // Threads get consecutive blocks, nearly equally many, and decode theirs in step.
    void DecodeSideBySide(long first, List<Block> blocks, byte[][] decoded)
    {
        var largest = _options.Batch > 0 ? Math.Min(_options.Batch, Lanes) : Lanes;
        var teams = Math.Max(Math.Min(_options.ThreadCount, blocks.Count), (blocks.Count + largest - 1) / largest);
        ParallelShards.Run(teams, _options.ThreadCount, (team, _) =>
        {
            int start = blocks.Count * team / teams, end = blocks.Count * (team + 1) / teams;
            var (streams, lanes) = (new byte[end - start][], new LaneDecoder.Lane[end - start]);
            for (var i = start; i < end; i++)
            {
                streams[i - start] = _reader.ReadBlock(true, first + i);
                var labels = Labels(blocks[i]);
                lanes[i - start] = new LaneDecoder.Lane(streams[i - start].AsMemory(0, streams[i - start].Length - 4), checked((int)blocks[i].Symbols), labels.IsEmpty ? -1 : labels[0]);
            }
            var own = blocks[start..end];
            var symbols = LaneDecoder.Decode(_model!.For(own.Max(block => block.Height), own.Max(block => block.Width)), lanes, Done, _cancellation);
            for (var i = start; i < end; i++) Finish(streams[i - start], decoded[i] = symbols[i - start], first + i);
        });
    }

    void Finish(byte[] block, byte[] decoded, long index)
    {
        Check(block, decoded, $"block {index} of items");
        lock (_one) DecodedItemBytes += block.Length;
    }

    ReadOnlySpan<byte> PlainBytes(long offset, long count)
    {
        _cancellation.ThrowIfCancellationRequested();
        var index = offset / _plan.Chunk;
        if (index < _byteBlock || index >= _byteBlock + _bytes.Length) DecodeBytes(index);
        var (block, at) = (_bytes[index - _byteBlock], (int)(offset - index * _plan.Chunk));
        return block.AsSpan(at, (int)Math.Min(count, block.Length - at));
    }

    // Of blocks that a model codes, as many ahead as go side by side on all threads.
    void DecodeBytes(long index)
    {
        var most = _reader.Code switch { BytesCode.Sequences => (long)SequenceBlocks.MostLanes * _options.ThreadCount, BytesCode.Rows => _options.ThreadCount, _ => 1 };
        var ahead = (int)Math.Clamp((_lastByte - 1) / _plan.Chunk + 1 - index, 1, most);
        var blocks = new byte[ahead][];
        for (var i = 0; i < ahead; i++) blocks[i] = _reader.ReadBlock(false, index + i);
        _bytes = new byte[ahead][];
        var groups = Math.Min(_options.ThreadCount, ahead);
        ParallelShards.Run(groups, groups, (group, _) =>
        {
            var (first, end) = (ahead * group / groups, ahead * (group + 1) / groups);
            var (streams, counts) = (new byte[end - first][], new int[end - first]);
            for (var i = first; i < end; i++) (streams[i - first], counts[i - first]) = (blocks[i][..^4], _plan.ByteBlock(index + i));
            var made = ArchiveException.Named($"{_reader.Path} is damaged", () => _reader.Code switch
            {
                BytesCode.Sequences => SequenceBlocks.Decode(_model?.Checkpoint.Density, _model?.Tokens, streams, counts, DoneBytes, _cancellation),
                BytesCode.Rows => [TableBlocks.Decode(_model?.Table is { } table ? new TableBlocks.Code(_model.For(1, table.Names.Count), table, Math.Max(1, _options.ThreadCount / ahead), Math.Min(_options.Batch, BlockPlan.MostItems)) : null, streams[0], counts[0], _cancellation)],
                _ => [ByteBlock.Decode(streams[0], counts[0])],
            });
            made.CopyTo(_bytes, first);
        });
        _byteBlock = index;
        for (var i = 0; i < ahead; i++)
        {
            if (_reader.Code != BytesCode.Sequences) DoneBytes(_bytes[i].Length);
            Check(blocks[i], _bytes[i], $"block {index + i} of bytes");
        }
    }

    static string Words(BytesCode code) => code switch { BytesCode.Sequences => "bytes", BytesCode.Rows => "rows of a table", _ => "items" };

    void DoneBytes(double bytes)
    {
        lock (_one) DecodedBytes += (long)bytes;
        Done(0);
    }

    // Symbols cost far more time than bytes.
    void Done(long symbols)
    {
        lock (_one)
        {
            _doneSymbols += symbols;
            Progress?.Invoke((_doneSymbols + DecodedBytes / BytesPerSymbol) / Math.Max(1, _plan.Symbols + _reader.PlainBytes / BytesPerSymbol));
        }
    }

    void Check(byte[] block, byte[] content, string name)
    {
        if (Crc32.Of(block.AsSpan(0, block.Length - 4), content) != BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(block.Length - 4)))
            throw new ArchiveException($"{_reader.Path} is damaged: {name} does not decode to what was put in.");
    }
}
