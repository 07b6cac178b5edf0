using Likely.Tensors;

namespace Likely.Data;

/// <summary>Several sources, one after the other. An item keeps its address: (number of its source, index within it).</summary>
sealed class JoinedSource : ItemSource
{
    readonly IReadOnlyList<ItemSource> _parts;
    readonly int[] _starts;
    readonly int[][] _classOf;

    public JoinedSource(IReadOnlyList<ItemSource> parts)
    {
        _parts = parts;
        _starts = new int[parts.Count + 1];
        for (var i = 0; i < parts.Count; i++) _starts[i + 1] = checked(_starts[i] + parts[i].Count);
        ClassNames = Data.ClassNames.Union(parts.Select(part => part.ClassNames));
        _classOf = [.. parts.Select(part => Data.ClassNames.Map(part.ClassNames, ClassNames)!)];
    }

    public override int Count => _starts[^1];
    public override IReadOnlyList<string> ClassNames { get; }
    public override string Description => string.Join("\n        ", _parts.Select(part => VisibleText.Line(part.Description)));
    public override string? Formula => _parts.All(part => part.Formula is not null) ? string.Join('\n', _parts.Select(part => part.Formula)) : null;
    public override IReadOnlyList<string> Notes => [.. _parts.SelectMany(part => part.Notes)];
    public override bool IsSlow => _parts.Any(part => part.IsSlow);
    public override Space SpaceOf(int index) => Find(index, out var local).SpaceOf(local);

    public override int Label(int index)
    {
        var part = Part(index);
        var label = _parts[part].Label(index - _starts[part]);
        return label < 0 ? label : _classOf[part][label];
    }

    public override string ItemName(int index) => Find(index, out var local).ItemName(local);
    public override void Read(int index, Span<byte> pixels) => Find(index, out var local).Read(local, pixels);

    public override ulong Address(int index)
    {
        var part = Part(index);
        return (ulong)part << 32 | (uint)(index - _starts[part]);
    }

    public override IEnumerable<(ItemSource Source, int Start)> Files => _parts.Select((part, i) => (part, _starts[i]));

    public override void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }

    int Part(int index)
    {
        var part = 0;
        while (index >= _starts[part + 1]) part++;
        return part;
    }

    ItemSource Find(int index, out int local)
    {
        var part = Part(index);
        local = index - _starts[part];
        return _parts[part];
    }
}
