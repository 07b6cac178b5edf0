using Likely.Models;

namespace Likely.Cli;

/// <summary>The surprise of every symbol of some items, -log p in nats, kept to be shown.</summary>
sealed class Surprises
{
    const long MostSymbols = 1L << 28;

    readonly float[][] _items;
    readonly int _channels;
    double? _high;

    /// <exception cref="UsageException">The model does not tell them, or they are too many.</exception>
    public Surprises(Split split, AutoregressiveModel model)
    {
        if (model.Members > 1) throw new UsageException("--map and --show are not for an ensemble: its members' probabilities are averaged over whole items, not symbol by symbol");
        (_items, _channels) = (new float[split.Count][], model.Space.Symbols);
        var total = 0L;
        for (var i = 0; i < split.Count; i++)
        {
            var length = split.SpaceOf(i).Dimensions;
            if (length > Evaluation.LongestShown && split.SpaceOf(i).IsSequence)
                throw new UsageException($"{split.ItemName(i)} has {length} symbols, more than the {Evaluation.LongestShown} that are shown; score a part of it, or --set items=lines");
            if ((total += length) > MostSymbols) throw new UsageException($"the items have more than {MostSymbols} symbols, which are too many to be shown; say how many items with --limit N");
        }
    }

    public int Count => _items.Length;

    /// <summary>Of an item's symbols.</summary>
    public ReadOnlySpan<float> this[int item] => _items[item];

    /// <summary>The nats of a position that the brightest colour stands for: what one position in a thousand exceeds, once all items are kept.</summary>
    public double High => _high ??= Percentile([.. Enumerable.Range(0, Count).Select(ByPosition)], 0.999);

    /// <summary>Takes those of one item; from any thread.</summary>
    public void Keep(int item, ReadOnlySpan<float> symbols) => _items[item] = symbols.ToArray();

    /// <summary>Of an item's positions: the sums of their symbols'.</summary>
    public float[] ByPosition(int item)
    {
        if (_channels == 1) return _items[item];
        var positions = new float[_items[item].Length / _channels];
        for (var i = 0; i < _items[item].Length; i++) positions[i / _channels] += _items[item][i];
        return positions;
    }

    /// <summary>The value that the given share of all values does not exceed.</summary>
    public static double Percentile(float[][] maps, double share)
    {
        var values = new List<float>();
        foreach (var map in maps) values.AddRange(map);
        values.Sort();
        return Math.Max(1e-6, values[(int)(share * (values.Count - 1))]);
    }
}
