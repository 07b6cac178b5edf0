using System.Buffers.Binary;
using System.Globalization;
using Likely.Data;
using Likely.Models;

namespace Likely;

/// <summary>
/// How a model judges normal items that it was not trained on, which others are held against: kept in the model's file (<see cref="Checkpoint.Calibration"/>), or measured on other normal items. Of a
/// model that is told labels with the temperature that fits its posteriors to the items' labels, see <see cref="BayesPosterior"/>.
/// </summary>
public sealed class Calibration
{
    /// <summary>Items that a model's file keeps at the most.</summary>
    public const int MostItems = 10_000;

    /// <summary>Fewer say nothing.</summary>
    public const int LeastItems = 20;

    const int Version = 1, ItemBytes = 8 + 8 + 4 + 4, LongestText = 500_000;

    /// <param name="items">Evidence of normal items.</param>
    /// <param name="code">See <see cref="Code"/>.</param>
    public Calibration(IReadOnlyList<ItemEvidence> items, string code = "") => (Items, Code) = (items, code);

    public IReadOnlyList<ItemEvidence> Items { get; }

    /// <summary>The key of the code whose bits the items have (<see cref="Modality.Code"/>); empty if none.</summary>
    public string Code { get; }

    /// <summary>What log-likelihoods are divided by before they become posteriors of labels; null if the items have none.</summary>
    public double? Temperature { get; init; }

    /// <summary>Of how many training items each label is; empty if there are none.</summary>
    public IReadOnlyList<int> LabelCounts { get; init; } = [];

    /// <summary>Measures it; null of fewer than <see cref="LeastItems"/> items, of items whose scores are not finite, and of a model that cannot judge whole items.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="split">Normal items that it was not trained on.</param>
    /// <param name="most">At most so many, drawn evenly.</param>
    /// <param name="labelCounts">See <see cref="LabelCounts"/>.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DataException">An item cannot be read.</exception>
    public static Calibration? Measure(Checkpoint checkpoint, Split split, int most = MostItems, IReadOnlyList<int>? labelCounts = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(split);
        var some = split.Sample(most);
        if (some.Count < LeastItems || checkpoint.Model.Space.Source > 0 || checkpoint.Model is not (DensityModel or IRowDensity)) return null;
        for (var i = 0; i < some.Count; i++)
            if (some.SpaceOf(i).Dimensions > Evaluation.LongestShown) return null;
        var scorer = new EvidenceScorer(checkpoint, null, threads);
        var classNats = scorer.Classes > 0 ? new double[some.Count * scorer.Classes] : null;
        var items = scorer.Score(some, classNats, null, cancellation);
        if (Array.Exists(items, item => !double.IsFinite(item.Nats))) return null;
        double? temperature = null;
        if (classNats is not null)
        {
            var labels = new int[some.Count];
            for (var i = 0; i < labels.Length; i++) labels[i] = some.Label(i);
            temperature = BayesPosterior.FitTemperature(classNats, labels, scorer.Classes);
        }
        return new Calibration(items, scorer.Code?.Key ?? "") { Temperature = temperature, LabelCounts = labelCounts ?? [] };
    }

    /// <summary>Of how many items of a split each label is.</summary>
    public static int[] Count(Split split, int classes)
    {
        ArgumentNullException.ThrowIfNull(split);
        var counts = new int[classes];
        for (var i = 0; i < split.Count; i++)
            if ((uint)split.Label(i) < (uint)classes) counts[split.Label(i)]++;
        return counts;
    }

    /// <summary>As a model's file keeps it: version; code or -; temperature or -; label counts with commas or -; then in base64 of each item -log p(x) as a double, dimensions as i64, bits of the code and of the plain one as floats, little-endian.</summary>
    public string ToText()
    {
        var bytes = new byte[Items.Count * ItemBytes];
        for (var i = 0; i < Items.Count; i++)
        {
            var item = bytes.AsSpan(i * ItemBytes, ItemBytes);
            BinaryPrimitives.WriteDoubleLittleEndian(item, Items[i].Nats);
            BinaryPrimitives.WriteInt64LittleEndian(item[8..], Items[i].Dimensions);
            BinaryPrimitives.WriteSingleLittleEndian(item[16..], Code.Length == 0 ? 0 : (float)Items[i].CodeBits);
            BinaryPrimitives.WriteSingleLittleEndian(item[20..], Code.Length == 0 ? 0 : (float)Items[i].PlainBits);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{Version};{(Code.Length == 0 ? "-" : Code)};{(Temperature is { } t ? $"{t:R}" : "-")};{(LabelCounts.Count == 0 ? "-" : string.Join(',', LabelCounts))};{Convert.ToBase64String(bytes)}");
    }

    /// <summary>The calibration that a model's file keeps; null if it keeps none, or one of a later version.</summary>
    /// <exception cref="ModelException">It is damaged.</exception>
    public static Calibration? Of(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var text = checkpoint.Calibration;
        if (text.Length == 0 || !text.StartsWith($"{Version};", StringComparison.Ordinal)) return null;
        var classes = (checkpoint.Model as DensityModel)?.Classes ?? 0;
        return (text.Length <= LongestText ? Read(text.Split(';'), classes) : null) ?? throw new ModelException("the model is damaged: what it says of held-out items cannot be read");
    }

    static Calibration? Read(string[] words, int classes)
    {
        if (words.Length != 5 || words[1].Length is 0 or > 40) return null;
        double? temperature = null;
        if (words[2] != "-")
        {
            if (!double.TryParse(words[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !(number is > 0 and < 1e9)) return null;
            temperature = number;
        }
        int[] counts = words[3] == "-" ? [] : Array.ConvertAll(words[3].Split(','), word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : -1);
        if (counts.Length > 0 && counts.Length != classes || Array.Exists(counts, count => count < 0)) return null;
        var bytes = new byte[words[4].Length / 4 * 3];
        if (!Convert.TryFromBase64String(words[4], bytes, out var length) || length % ItemBytes != 0 || length / ItemBytes is < LeastItems or > MostItems) return null;
        var items = new ItemEvidence[length / ItemBytes];
        for (var i = 0; i < items.Length; i++)
        {
            var item = bytes.AsSpan(i * ItemBytes, ItemBytes);
            var (code, plain) = (BinaryPrimitives.ReadSingleLittleEndian(item[16..]), BinaryPrimitives.ReadSingleLittleEndian(item[20..]));
            items[i] = new ItemEvidence(BinaryPrimitives.ReadDoubleLittleEndian(item), BinaryPrimitives.ReadInt64LittleEndian(item[8..]), words[1] == "-" ? double.NaN : code, words[1] == "-" ? double.NaN : plain);
            if (!double.IsFinite(items[i].Nats) || items[i].Dimensions < 1 || !(code >= 0 && plain >= 0 && float.IsFinite(code + plain))) return null;
        }
        return new Calibration(items, words[1] == "-" ? "" : words[1]) { Temperature = temperature, LabelCounts = counts };
    }
}
