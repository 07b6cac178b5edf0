using System.Globalization;
using Likely.Models;

namespace Likely.Cli;

/// <summary>The items that detect has judged, as a table and as maps of the most abnormal ones.</summary>
sealed class AbnormalItems
{
    /// <summary>Items that are shown with their surprise at the most.</summary>
    public const int MostMaps = 100;

    const int LeastMaps = 10, MostParts = 8;

    readonly Session _session;
    readonly Checkpoint _checkpoint;
    readonly Dataset _data;
    readonly int[] _order; // the most abnormal first

    public AbnormalItems(Session session, Checkpoint checkpoint, Detector detector, Split split, Dataset data, Verdict[] verdicts, double[] q, bool[] flagged)
    {
        (_session, _checkpoint, Detector, Split, _data, Verdicts, Q, Flagged) = (session, checkpoint, detector, split, data, verdicts, q, flagged);
        _order = [.. Enumerable.Range(0, split.Count).OrderBy(i => verdicts[i].P).ThenByDescending(i => verdicts[i].Distance).ThenBy(i => i)];
        Shown = [.. _order.Take(Math.Clamp(flagged.Count(one => one), LeastMaps, MostMaps))];
    }

    public Detector Detector { get; }
    public Split Split { get; }
    public Verdict[] Verdicts { get; }
    public double[] Q { get; }
    public bool[] Flagged { get; }
    public Modality Modality => _data.Modality;
    public Tokens? Tokens => _data.Tokens;

    /// <summary>Those that maps are of: the abnormal ones, but neither fewer than ten nor more than <see cref="MostMaps"/>.</summary>
    public int[] Shown { get; }

    /// <summary>The most abnormal first, of those that were called so, or where none was of all.</summary>
    public IEnumerable<int> Worst(int most) => _order.Take(most).Where(i => Flagged[i] || !Flagged[_order[0]]);

    /// <summary>A regard as tables call it.</summary>
    public static string Name(Abnormality regard) => regard switch { Abnormality.Unlikely => "unlikely", Abnormality.TooLikely => "too likely", Abnormality.Complexity => "complexity", Abnormality.TooPredictable => "too predictable", Abnormality.Uneven => "uneven", Abnormality.Even => "even", Abnormality.LabelsClose => "labels close", Abnormality.LabelsApart => "labels apart", _ => "ratio" };

    /// <summary>Where several models judge, of how many of the abnormal items each spoke.</summary>
    public IEnumerable<(string Model, int Items)> Spoke() => Detector.Models.Select(name => (name, Enumerable.Range(0, Verdicts.Length).Count(i => Flagged[i] && Verdicts[i].Speaker == name)));

    public string LabelOf(int item) => Split.Label(item) is >= 0 and var label ? _data.ClassNames[label] : "";

    public void WriteTable(TextWriter writer)
    {
        var hasLeads = Array.TrueForAll(Verdicts, verdict => verdict.Evidence.Lead is not null);
        writer.WriteLine("index,name,label,p,q,abnormal,regard,distance,nats,bits_per_dim,code_bits_per_dim,plain_bits_per_dim,spread_bits,background_bits_per_dim,reason" + (hasLeads ? ",likeliest,ahead_nats,range_nats" : "") + (Detector.Models.Count == 0 ? "" : $",speaker,{string.Join(',', Detector.Models.Select(name => ScoreVerb.Quote($"nats of {name}")))}"));
        // Many items share a rank, and digits take longer than most models: each p and q is spelled once, and what codes and spreads are in single precision.
        var spelled = new Dictionary<double, string>();
        string Text(double share) => spelled.TryGetValue(share, out var text) ? text : spelled[share] = Cell(share);
        for (var i = 0; i < Split.Count; i++)
        {
            var (verdict, evidence) = (Verdicts[i], Verdicts[i].Evidence);
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Split.Number(i)},{ScoreVerb.Quote(Split.ItemName(i))},{ScoreVerb.Quote(LabelOf(i))},{Text(verdict.P)},{Text(Q[i])},{(Flagged[i] ? 1 : 0)},{Name(verdict.Regard)},{(float)verdict.Distance:R},{evidence.Nats:R},{evidence.BitsPerDimension:R},{Single(evidence.CodeBits / evidence.Dimensions)},{Single(evidence.PlainBits / evidence.Dimensions)},{Single(evidence.SpreadBits)},{Cell(evidence.BackgroundNats / 0.693147180559945309 / evidence.Dimensions)},{ScoreVerb.Quote(verdict.Reason)}") + (hasLeads && evidence.Lead is { } lead ? $",{ScoreVerb.Quote(_checkpoint.ClassNames[lead.Label])},{Single(lead.AheadNats)},{Single(lead.RangeNats)}" : "") + (evidence.ModelNats is not { } each ? "" : $",{ScoreVerb.Quote(verdict.Speaker)},{string.Join(',', each.Select(Cell))}"));
        }
    }

    /// <summary>Writes the maps of <see cref="Shown"/> into a folder.</summary>
    public SurpriseMaps WriteMaps(string folder, OutputSet files, Outputs outputs)
    {
        var (shown, surprises) = Surprises(Shown);
        var maps = new SurpriseMaps(folder, shown, surprises, _checkpoint.Density, Modality, _data.Tokens, outputs);
        maps.Write(files, [.. Shown.Select(i => Verdicts[i].Evidence.Nats)], _session.Cancellation);
        return maps;
    }

    /// <summary>Some items with the surprise of each of their symbols, and the most surprising of their parts where those have names; null where none is known.</summary>
    public IEnumerable<(int Item, Rendering Map, IReadOnlyList<(string Name, string Value, double Nats)> Parts)>? Maps(int[] items)
    {
        if (_checkpoint.Model is not AutoregressiveModel { Members: 1 } || Detector.Models.Count > 0) return null;
        if (Array.Exists(items, i => Split.SpaceOf(i).Dimensions > Evaluation.LongestShown)) return null;
        return Rendered();

        IEnumerable<(int, Rendering, IReadOnlyList<(string, string, double)>)> Rendered()
        {
            var (shown, surprises) = Surprises(items);
            for (var at = 0; at < items.Length; at++)
            {
                var (space, verdict) = (Split.SpaceOf(items[at]), Verdicts[items[at]]);
                var symbols = new int[space.Dimensions];
                shown.Read(at, symbols);
                yield return (items[at], Modality.Surprise(symbols, surprises[at], space, _data.Tokens, surprises.High, string.Create(CultureInfo.InvariantCulture, $"{verdict.Evidence.Nats:0.0} nats, {verdict.Evidence.BitsPerDimension:0.000} {Modality.BitsUnit(_data.Tokens)}")), Modality.MostSurprising(symbols, surprises[at], _data.Tokens, MostParts));
            }
        }
    }

    // Of a model that is told labels, as the likeliest.
    (Split Shown, Surprises Surprises) Surprises(int[] items)
    {
        var (shown, model) = (Split.Choose(items), _checkpoint.Density);
        var surprises = new Surprises(shown, model);
        var labels = new int[items.Length];
        if (model.Classes > 0)
        {
            var nats = new double[items.Length * model.Classes];
            new EvidenceScorer(_checkpoint, null, _session.Threads).Nats(shown, nats, null, _session.Cancellation);
            for (var i = 0; i < labels.Length; i++) labels[i] = Array.IndexOf(nats, nats.AsSpan(i * model.Classes, model.Classes).ToArray().Min(), i * model.Classes) - i * model.Classes;
        }
        foreach (var (space, group) in SpaceGroups.Of(model, shown))
            foreach (var label in group.Select(i => labels[i]).Distinct())
                Evaluation.Score(model, model.Classes > 0 ? shown.Labelled(label) : shown, _session.Threads, items: [.. group.Where(i => labels[i] == label)], space: space, each: (i, _, symbols) => surprises.Keep(i, symbols), cancellation: _session.Cancellation);
        return (shown, surprises);
    }

    static string Single(double value) => double.IsNaN(value) ? "" : ((float)value).ToString("R", CultureInfo.InvariantCulture);

    static string Cell(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
