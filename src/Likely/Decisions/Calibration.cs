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

    const int Version = 1, WithContents = 2, WithSpread = 3, WithLead = 4, LeastBytes = 8 + 8 + 4 + 4, SpreadBytes = 4, LeadBytes = 4 + 4 + 4, ContentBytes = 4, LongestText = 700_000;

    /// <param name="items">Evidence of normal items.</param>
    /// <param name="code">See <see cref="Code"/>.</param>
    public Calibration(IReadOnlyList<ItemEvidence> items, string code = "") => (Items, Code) = (items, code);

    public IReadOnlyList<ItemEvidence> Items { get; }

    /// <summary>The key of the code whose bits the items have (<see cref="Modality.Code"/>); empty if none.</summary>
    public string Code { get; }

    /// <summary>What log-likelihoods are divided by before they become posteriors of labels; null if the items have none.</summary>
    public double? Temperature { get; init; }

    /// <summary>32 bits of each item's content, by which the same item is found in another model's file; empty if they are not known.</summary>
    public IReadOnlyList<uint> Contents { get; init; } = [];

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
        if (!CanMeasure(checkpoint, some)) return null;
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
        return new Calibration(items, scorer.Code?.Key ?? "") { Temperature = temperature, LabelCounts = labelCounts ?? [], Contents = [.. Enumerable.Range(0, some.Count).Select(i => (uint)some.ContentOf(i))] };
    }

    /// <summary>The same of several models that judge together (<see cref="ItemEvidence.ModelNats"/>).</summary>
    /// <param name="checkpoints">The models.</param>
    /// <param name="split">Normal items that none of them was trained on.</param>
    /// <param name="most">As above.</param>
    /// <param name="threads">As above.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="DataException">As above.</exception>
    /// <exception cref="ModelException">The models are not of the same items.</exception>
    public static Calibration? Measure(IReadOnlyList<Checkpoint> checkpoints, Split split, int most = MostItems, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(split);
        var (scorer, some) = (new EvidenceScorer(checkpoints, null, threads), split.Sample(most));
        if (!checkpoints.All(checkpoint => CanMeasure(checkpoint, some))) return null;
        var items = scorer.Score(some, null, null, cancellation);
        return Array.Exists(items, item => !double.IsFinite(item.Nats)) ? null : new Calibration(items, scorer.Code?.Key ?? "");
    }

    static bool CanMeasure(Checkpoint checkpoint, Split items)
    {
        if (items.Count < LeastItems || checkpoint.Model.Space.Source > 0 || checkpoint.Model is not (DensityModel or IRowDensity { TellsDensities: true })) return false;
        for (var i = 0; i < items.Count; i++)
            if (items.SpaceOf(i).Dimensions > Evaluation.LongestShown) return false;
        return true;
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

    /// <summary>As a model's file keeps it: version; code or -; temperature or -; label counts with commas or -; then in base64 of each item -log p(x) as a double, dimensions as i64, bits of the code and of the plain one as floats, little-endian; of version 3 and 4 with the spread of its bits as a float behind them (4: not a number if unknown), of 4 with the likeliest label as an i32 and both leads as floats; of version 2, and of 3 and 4 if it is known, what the items are: the contents as u32 in base64.</summary>
    public string ToText()
    {
        var hasSpread = Code.Length > 0 && Items.All(item => double.IsFinite(item.SpreadBits));
        var hasLead = Code.Length > 0 && Items.All(item => item.Lead is not null);
        var version = hasLead ? WithLead : hasSpread ? WithSpread : Contents.Count == 0 ? Version : WithContents;
        var itemBytes = BytesOf(version);
        var bytes = new byte[Items.Count * itemBytes];
        for (var i = 0; i < Items.Count; i++)
        {
            var item = bytes.AsSpan(i * itemBytes, itemBytes);
            BinaryPrimitives.WriteDoubleLittleEndian(item, Items[i].Nats);
            BinaryPrimitives.WriteInt64LittleEndian(item[8..], Items[i].Dimensions);
            BinaryPrimitives.WriteSingleLittleEndian(item[16..], Code.Length == 0 ? 0 : (float)Items[i].CodeBits);
            BinaryPrimitives.WriteSingleLittleEndian(item[20..], Code.Length == 0 ? 0 : (float)Items[i].PlainBits);
            if (version >= WithSpread) BinaryPrimitives.WriteSingleLittleEndian(item[LeastBytes..], hasSpread ? (float)Items[i].SpreadBits : float.NaN);
            if (Items[i].Lead is not { } lead || !hasLead) continue;
            item = item[(LeastBytes + SpreadBytes)..];
            BinaryPrimitives.WriteInt32LittleEndian(item, lead.Label);
            BinaryPrimitives.WriteSingleLittleEndian(item[4..], (float)lead.AheadNats);
            BinaryPrimitives.WriteSingleLittleEndian(item[8..], (float)lead.RangeNats);
        }
        var contents = new byte[Contents.Count * ContentBytes];
        for (var i = 0; i < Contents.Count; i++) BinaryPrimitives.WriteUInt32LittleEndian(contents.AsSpan(i * ContentBytes), Contents[i]);
        return string.Create(CultureInfo.InvariantCulture, $"{version};{(Code.Length == 0 ? "-" : Code)};{(Temperature is { } t ? $"{t:R}" : "-")};{(LabelCounts.Count == 0 ? "-" : string.Join(',', LabelCounts))};{Convert.ToBase64String(bytes)}{(contents.Length == 0 ? "" : $";{Convert.ToBase64String(contents)}")}");
    }

    /// <summary>The calibration that a model's file keeps; null if it keeps none, or one of a later version.</summary>
    /// <exception cref="ModelException">It is damaged.</exception>
    public static Calibration? Of(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var text = checkpoint.Calibration;
        if (!((int[])[Version, WithContents, WithSpread, WithLead]).Any(version => text.StartsWith($"{version};", StringComparison.Ordinal))) return null;
        var classes = (checkpoint.Model as DensityModel)?.Classes ?? 0;
        return (text.Length <= LongestText ? Read(text.Split(';'), classes) : null) ?? throw new ModelException("the model is damaged: what it says of held-out items cannot be read");
    }

    /// <summary>What the files of several models keep of those items that all of them keep, each told by its content, in the order of the first; null if these are fewer than <see cref="LeastItems"/>, or a file does not say what its items are.</summary>
    /// <exception cref="ModelException">One is damaged.</exception>
    public static Calibration? Of(IReadOnlyList<Checkpoint> checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        if (checkpoints.Count == 1) return Of(checkpoints[0]);
        var kept = new Calibration[checkpoints.Count];
        var places = new Dictionary<uint, int>[kept.Length];
        for (var k = 0; k < kept.Length; k++)
        {
            if (Of(checkpoints[k]) is not { Contents.Count: > 0 } one || k > 0 && one.Code != kept[0].Code) return null;
            (kept[k], places[k]) = (one, []);
            for (var i = 0; i < one.Contents.Count; i++) places[k].TryAdd(one.Contents[i], i);
        }
        var (items, contents) = (new List<ItemEvidence>(), new List<uint>());
        for (var i = 0; i < kept[0].Items.Count; i++)
        {
            var (own, content, nats, spreads) = (kept[0].Items[i], kept[0].Contents[i], new double[kept.Length], 0.0);
            var isShared = true;
            for (var k = 0; k < kept.Length && isShared; k++)
            {
                isShared = places[k].TryGetValue(content, out var at) && kept[k].Items[at].Dimensions == own.Dimensions;
                if (!isShared) continue;
                var item = kept[k].Items[k == 0 ? i : at];
                nats[k] = item.Nats;
                spreads += item.SpreadBits;
            }
            if (!isShared) continue;
            items.Add(own.Of(nats, spreads / kept.Length));
            contents.Add(content);
        }
        return items.Count < LeastItems ? null : new Calibration(items, kept[0].Code) { Contents = contents };
    }

    static int BytesOf(int version) => LeastBytes + (version >= WithSpread ? SpreadBytes : 0) + (version == WithLead ? LeadBytes : 0);

    static Calibration? Read(string[] words, int classes)
    {
        var version = words[0][0] - '0';
        if (!(words.Length == (version == WithContents ? 6 : 5) || version >= WithSpread && words.Length == 6) || words[1].Length is 0 or > 40 || version == WithLead && classes < 2) return null;
        double? temperature = null;
        if (words[2] != "-")
        {
            if (!double.TryParse(words[2], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !(number is > 0 and < 1e9)) return null;
            temperature = number;
        }
        int[] counts = words[3] == "-" ? [] : Array.ConvertAll(words[3].Split(','), word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : -1);
        if (counts.Length > 0 && counts.Length != classes || Array.Exists(counts, count => count < 0)) return null;
        var itemBytes = BytesOf(version);
        var bytes = new byte[words[4].Length / 4 * 3];
        if (!Convert.TryFromBase64String(words[4], bytes, out var length) || length % itemBytes != 0 || length / itemBytes is < LeastItems or > MostItems) return null;
        var items = new ItemEvidence[length / itemBytes];
        for (var i = 0; i < items.Length; i++)
        {
            var item = bytes.AsSpan(i * itemBytes, itemBytes);
            var (code, plain) = (BinaryPrimitives.ReadSingleLittleEndian(item[16..]), BinaryPrimitives.ReadSingleLittleEndian(item[20..]));
            var spread = version >= WithSpread ? BinaryPrimitives.ReadSingleLittleEndian(item[LeastBytes..]) : float.NaN;
            items[i] = new ItemEvidence(BinaryPrimitives.ReadDoubleLittleEndian(item), BinaryPrimitives.ReadInt64LittleEndian(item[8..]), words[1] == "-" ? double.NaN : code, words[1] == "-" ? double.NaN : plain, spread);
            if (!double.IsFinite(items[i].Nats) || items[i].Dimensions < 1 || !(code >= 0 && plain >= 0 && float.IsFinite(code + plain)) || version >= WithSpread && !(spread >= 0 && float.IsFinite(spread) || version == WithLead && float.IsNaN(spread))) return null;
            if (version < WithLead) continue;
            item = item[(LeastBytes + SpreadBytes)..];
            var (ahead, range) = (BinaryPrimitives.ReadSingleLittleEndian(item[4..]), BinaryPrimitives.ReadSingleLittleEndian(item[8..]));
            items[i] = items[i] with { Lead = new LabelLead(BinaryPrimitives.ReadInt32LittleEndian(item), classes, ahead, range) };
            if ((uint)items[i].Lead!.Value.Label >= (uint)classes || !(ahead >= 0 && range >= 0 && float.IsFinite(ahead + range))) return null;
        }
        var contents = new byte[words.Length == 6 ? items.Length * ContentBytes : 0];
        if (words.Length == 6 && !(words[5].Length / 4 * 3 <= contents.Length + 2 && Convert.TryFromBase64String(words[5], contents, out var read) && read == contents.Length)) return null;
        return new Calibration(items, words[1] == "-" ? "" : words[1])
        {
            Temperature = temperature,
            LabelCounts = counts,
            Contents = [.. Enumerable.Range(0, contents.Length / ContentBytes).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(contents.AsSpan(i * ContentBytes)))],
        };
    }
}
