namespace Likely;

/// <summary>
/// How items and plain bytes are cut into blocks, from the entries alone. Consecutive items of one size make a run; a run is cut every
/// max(1, min(256, 2^18 / symbols of an item)) items, the plain bytes every 2^20 (2^18 if a model of sequences codes them). A block is one stream of the coder. The stripes of a
/// striped entry are items here, and each is a block; so is each item whose symbols are two bytes.
/// </summary>
sealed class BlockPlan
{
    public const int BlockSymbols = 1 << 18, MostItems = 256;

    const int ChunkBytes = 1 << 20;

    readonly record struct Run(int Height, int Width, int Channels, long FirstItem, long Count, long FirstBlock, bool IsApart)
    {
        public int Capacity => IsApart ? 1 : BlockPlan.Capacity((long)Height * Width * Channels);
        public long Blocks => (Count + Capacity - 1) / Capacity;
    }

    readonly List<Run> _runs = [];

    /// <param name="entries">What is in the archive.</param>
    /// <param name="most">Blocks that it has.</param>
    /// <param name="code">What codes the bytes.</param>
    /// <exception cref="ArchiveException">The entries would make more blocks.</exception>
    public BlockPlan(IReadOnlyList<ArchiveEntry> entries, int most, BytesCode code)
    {
        Chunk = ChunkOf(code);
        (FirstItem, FirstByte) = (new long[entries.Count + 1], new long[entries.Count + 1]);
        for (var i = 0; i < entries.Count; i++)
        {
            var (entry, layout) = (entries[i], entries[i].Layout);
            FirstItem[i + 1] = FirstItem[i] + (long)entry.ModelledItems * entry.Stripes;
            FirstByte[i + 1] = FirstByte[i] + entry.PlainBytes;
            if (entry.ModelledItems == 0) continue;
            var last = layout.Height - (entry.Stripes - 1) * entry.PieceRows;
            if (last == entry.PieceRows) Add(last, FirstItem[i + 1] - FirstItem[i]);
            else
                for (var item = 0; item < entry.ModelledItems; item++)
                {
                    Add(entry.PieceRows, entry.Stripes - 1);
                    Add(last, 1);
                }

            void Add(int height, long count)
            {
                if (_runs.Count > 0 && (_runs[^1].Height, _runs[^1].Width, _runs[^1].Channels, _runs[^1].IsApart) == (height, layout.Width, layout.Channels, entry.IsApart))
                    _runs[^1] = _runs[^1] with { Count = _runs[^1].Count + count };
                else if (_runs.Count >= most) throw VarintReader.Damaged();
                else _runs.Add(_runs.Count == 0 ? new Run(height, layout.Width, layout.Channels, 0, count, 0, entry.IsApart)
                    : new Run(height, layout.Width, layout.Channels, _runs[^1].FirstItem + _runs[^1].Count, count, _runs[^1].FirstBlock + _runs[^1].Blocks, entry.IsApart));
            }
        }
        foreach (var run in _runs) Symbols += run.Count * run.Height * run.Width * run.Channels;
    }

    /// <summary>Number of modelled items, or stripes of them, before each entry, and of all.</summary>
    public long[] FirstItem { get; }

    /// <summary>Number of plain bytes before each entry, and of all.</summary>
    public long[] FirstByte { get; }

    public long ItemBlocks => _runs.Count == 0 ? 0 : _runs[^1].FirstBlock + _runs[^1].Blocks;

    public long ByteBlocks => (FirstByte[^1] + Chunk - 1) / Chunk;

    /// <summary>Bytes of a full block of them.</summary>
    public int Chunk { get; }

    /// <summary>Bytes of a full block: a model of sequences has shorter ones.</summary>
    public static int ChunkOf(BytesCode code) => code == BytesCode.Sequences ? SequenceBlocks.Length : ChunkBytes;

    /// <summary>Symbols of all items.</summary>
    public long Symbols { get; }

    /// <summary>The sizes of items that occur, once for each run of them.</summary>
    public IEnumerable<(int Height, int Width, int Channels)> Sizes => _runs.Select(run => (run.Height, run.Width, run.Channels));

    /// <summary>Items of a full block.</summary>
    public static int Capacity(long symbols) => (int)Math.Clamp(BlockSymbols / symbols, 1, MostItems);

    /// <summary>Size, first item and number of items of a block of items.</summary>
    public (int Height, int Width, int Channels, long FirstItem, int Count) ItemBlock(long block)
    {
        var run = _runs[Find(run => run.FirstBlock <= block)];
        var first = (block - run.FirstBlock) * run.Capacity;
        return (run.Height, run.Width, run.Channels, run.FirstItem + first, (int)Math.Min(run.Capacity, run.Count - first));
    }

    /// <summary>The block that holds an item.</summary>
    public long BlockOf(long item)
    {
        var run = _runs[Find(run => run.FirstItem <= item)];
        return run.FirstBlock + (item - run.FirstItem) / run.Capacity;
    }

    /// <summary>Bytes of a block of plain bytes.</summary>
    public int ByteBlock(long block) => (int)Math.Min(Chunk, FirstByte[^1] - block * Chunk);

    // The last run that satisfies a condition which the first ones satisfy.
    int Find(Func<Run, bool> condition)
    {
        int low = 0, high = _runs.Count;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (condition(_runs[middle])) low = middle;
            else high = middle;
        }
        return low;
    }
}
