namespace Likely.Tensors;

/// <summary>
/// Which positions up to its own each position of a sequence sees. Positions are queries of groups, whose keys lie in one ascending row, so that scores are products of
/// matrices whose cost is that of the pattern; of that row a query sees a beginning and a stretch. What is seen depends on positions alone.
/// </summary>
sealed class AttentionPattern
{
    enum Kind { Dense, Local, Column, Distant, Block, Summary, Merged }

    readonly Kind _kind;
    readonly int _stride, _summary;

    AttentionPattern(Kind kind, int stride, int summary)
    {
        if (stride < 1 || summary < 0 || summary > stride) throw new ArgumentException($"blocks of {stride} positions with {summary} that all later ones see");
        (_kind, _stride, _summary) = (kind, stride, summary);
    }

    /// <summary>Every position.</summary>
    public static AttentionPattern Dense { get; } = new(Kind.Dense, 1, 0);

    /// <summary>The last <paramref name="stride"/>, its own among them.</summary>
    public static AttentionPattern Local(int stride) => new(Kind.Local, stride, 0);

    /// <summary>Every one that is a multiple of <paramref name="stride"/> before it, and its own (Child et al. 2019, strided, second part).</summary>
    public static AttentionPattern Column(int stride) => new(Kind.Column, stride, 0);

    /// <summary>The last <paramref name="stride"/>, and every one a multiple of it before (Child et al. 2019, strided, merged): two parts, as no row of keys holds what several positions see of both.</summary>
    public static AttentionPattern Strided(int stride) => new(Kind.Local, stride, 0) { Second = new(Kind.Distant, stride, 0) };

    /// <summary>Those of its block of <paramref name="stride"/> positions (Child et al. 2019, fixed, first part).</summary>
    public static AttentionPattern Block(int stride) => new(Kind.Block, stride, 0);

    /// <summary>The last <paramref name="summary"/> of each block up to its own, and its own position (Child et al. 2019, fixed, second part).</summary>
    public static AttentionPattern Summary(int stride, int summary) => new(Kind.Summary, stride, summary);

    /// <summary>Those of its block, and the last <paramref name="summary"/> of each block before (Child et al. 2019, fixed, merged).</summary>
    public static AttentionPattern Merged(int stride, int summary) => new(Kind.Merged, stride, summary);

    /// <summary>One for the first half of the heads, and another for the others (Child et al. 2019, sec. 5.2, the last of three ways); neither is dense or of two parts.</summary>
    public static AttentionPattern ByHeads(AttentionPattern first, AttentionPattern others) => new(first._kind, first._stride, first._summary) { Others = others };

    /// <summary>What a head sees.</summary>
    public AttentionPattern Of(int head, int heads) => Others is null || head < heads / 2 ? this : Others;

    public bool IsDense => _kind == Kind.Dense;

    /// <summary>What is seen besides, none of it twice; null: nothing.</summary>
    public AttentionPattern? Second { get; private init; }

    /// <summary>What the second half of the heads sees in its place; null: the same.</summary>
    AttentionPattern? Others { get; init; }

    /// <summary>Groups that the positions before <paramref name="end"/> belong to.</summary>
    public int Groups(int end) => _kind switch
    {
        Kind.Dense => 1,
        Kind.Column or Kind.Distant => Math.Min(_stride, end),
        _ => (end + _stride - 1) / _stride,
    };

    /// <summary>The group of a position.</summary>
    public int GroupOf(int position) => _kind switch
    {
        Kind.Dense => 0,
        Kind.Column or Kind.Distant => position % _stride,
        _ => position / _stride,
    };

    /// <summary>A group among positions from <paramref name="begin"/> to <paramref name="end"/>.</summary>
    public AttentionGroup Group(int group, int begin, int end)
    {
        var (first, step, last) = _kind switch
        {
            Kind.Dense => (0, 1, end),
            Kind.Column or Kind.Distant => (group, _stride, end),
            _ => (group * _stride, 1, Math.Min(end, (group + 1) * _stride)),
        };
        var skipped = Math.Max(0, (begin - first + step - 1) / step);
        var count = (last - first + step - 1) / step - skipped;
        var prefix = _kind is Kind.Summary or Kind.Merged ? group * _summary : 0;
        return new AttentionGroup(first + skipped * step, step, Math.Max(0, count), prefix, _kind == Kind.Local ? Math.Max(0, first - _stride) : first, _stride, _summary);
    }

    /// <summary>The most keys of a group, of positions before <paramref name="end"/>.</summary>
    public int MostKeys(int end) => Math.Max((Second ?? Others)?.MostKeys(end) ?? 0, _kind switch
    {
        Kind.Dense => end,
        Kind.Column or Kind.Distant => (end + _stride - 1) / _stride,
        Kind.Local => Math.Min(end, 2 * _stride),
        Kind.Block => Math.Min(end, _stride),
        _ => Math.Min(end, _stride) + (end - 1) / _stride * _summary,
    });

    /// <summary>Keys that a position of a sequence of so many sees, on the average, about.</summary>
    public double MeanKeys(int positions) => Others is null ? (Second?.MeanKeys(positions) ?? 0) + OwnMeanKeys(positions) : (OwnMeanKeys(positions) + Others.MeanKeys(positions)) / 2;

    double OwnMeanKeys(int positions) => _kind switch
    {
        Kind.Dense => positions / 2.0,
        Kind.Column or Kind.Distant => positions / (2.0 * _stride),
        Kind.Local => Math.Min(_stride, positions / 2.0),
        Kind.Block => Math.Min(_stride, positions) / 2.0,
        Kind.Summary => 1 + positions * (double)_summary / (2.0 * _stride),
        _ => Math.Min(_stride, positions) / 2.0 + positions * (double)_summary / (2.0 * _stride),
    };

    /// <summary>What a position sees of its group's keys: those before Prefix, and those from Begin to before End.</summary>
    public (int Prefix, int Begin, int End) Seen(in AttentionGroup group, int position)
    {
        var at = group.Prefix + (position - group.Base) / group.Step;
        return _kind switch
        {
            Kind.Local => (0, Math.Max(0, position - _stride + 1 - group.Base), at + 1),
            Kind.Summary => (group.Prefix, (position - group.Base) is var offset && offset < _stride - _summary ? at : group.Prefix + _stride - _summary, at + 1),
            Kind.Distant => (0, 0, at),
            _ => (group.Prefix, group.Prefix, at + 1),
        };
    }
}

/// <summary>Queries that share a row of keys.</summary>
/// <param name="First">Position of the first query.</param>
/// <param name="Step">From one query to the next, and from one key to the next behind the prefix.</param>
/// <param name="Count">Queries.</param>
/// <param name="Prefix">Keys that are the last positions of blocks before.</param>
/// <param name="Base">Position of the first key behind the prefix.</param>
/// <param name="Stride">Positions of a block.</param>
/// <param name="Summary">Positions of a block that are in the prefix.</param>
readonly record struct AttentionGroup(int First, int Step, int Count, int Prefix, int Base, int Stride, int Summary)
{
    /// <summary>Keys up to the last query's position.</summary>
    public int Keys => KeysUpTo(Count - 1);

    /// <summary>Keys up to a query's position.</summary>
    public int KeysUpTo(int query) => Prefix + (First + query * Step - Base) / Step + 1;

    /// <summary>Position of a key.</summary>
    public int At(int key) => key < Prefix ? key / Summary * Stride + Stride - Summary + key % Summary : Base + (key - Prefix) * Step;

    /// <summary>The first key at or behind a position.</summary>
    public int FirstFrom(int position)
    {
        var key = 0;
        while (key < Keys && At(key) < position) key++;
        return key;
    }
}
