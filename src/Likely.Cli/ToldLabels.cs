using System.Globalization;
using Likely.Data;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>What classify says of each item: its label, how probable, and whether it is refused.</summary>
sealed class ToldLabels
{
    readonly Split _split;
    readonly IReadOnlyList<string> _labelNames, _names;
    readonly int[] _told;
    readonly double[] _margins;
    readonly Verdict?[] _verdicts;
    readonly string[] _decisions;

    /// <param name="split">The items.</param>
    /// <param name="labelNames">What their own labels are called.</param>
    /// <param name="names">The classes.</param>
    /// <param name="logs">log p(y | x), [items, classes].</param>
    /// <param name="evidence">What is known of each item whatever its class.</param>
    /// <param name="detector">What tells whether an item is like those of any class; null: nothing does.</param>
    /// <param name="reject">What --reject says.</param>
    /// <param name="coverage">What --coverage says.</param>
    public ToldLabels(Split split, IReadOnlyList<string> labelNames, IReadOnlyList<string> names, double[] logs, ItemEvidence[] evidence, Detector? detector, double? reject, double? coverage)
    {
        (_split, _labelNames, _names, Logs) = (split, labelNames, names, logs);
        (_told, _margins, _decisions) = (new int[split.Count], new double[split.Count], new string[split.Count]);
        _verdicts = [.. evidence.Select(one => detector?.Judge(one))];
        for (var i = 0; i < _told.Length; i++) _told[i] = ClassificationQuality.Best(logs.AsSpan(i * names.Count, names.Count), out _margins[i]);
        Array.Fill(_decisions, "kept");
        for (var i = 0; i < _told.Length; i++)
            if (reject is { } alpha && _verdicts[i]?.P <= alpha) _decisions[i] = "unlike";
        Unlike = _decisions.Count(decision => decision == "unlike");
        if (coverage is not { } share) return;
        int[] rest = [.. Enumerable.Range(0, _told.Length).Where(i => _decisions[i] == "kept").OrderBy(i => _margins[i])];
        Unsure = rest.Length - (int)Math.Ceiling(share * rest.Length);
        foreach (var i in rest.Take(Unsure)) _decisions[i] = "unsure";
    }

    public double[] Logs { get; }

    /// <summary>Items refused as none of the labels'.</summary>
    public int Unlike { get; }

    /// <summary>Items refused as torn between two.</summary>
    public int Unsure { get; }

    /// <summary>Of those with a label that were not refused, how many are told rightly.</summary>
    public Proportion Kept(int[] labels)
    {
        int[] kept = [.. Enumerable.Range(0, _told.Length).Where(i => _decisions[i] == "kept" && labels[i] >= 0)];
        return new Proportion(kept.Count(i => _told[i] == labels[i]), kept.Length);
    }

    public void WriteTable(TextWriter writer)
    {
        writer.WriteLine("index,name,label,told,probability,margin_nats,next,p,decision,nats");
        for (var i = 0; i < _told.Length; i++)
        {
            var own = Logs.AsSpan(i * _names.Count, _names.Count);
            var label = _split.Label(i);
            var next = -1;
            for (var y = 0; y < own.Length; y++)
                if (y != _told[i] && (next < 0 || own[y] > own[next])) next = y;
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{_split.Number(i)},{ScoreVerb.Quote(_split.ItemName(i))},{(label < 0 ? "" : ScoreVerb.Quote(_labelNames[label]))},{ScoreVerb.Quote(_names[_told[i]])},{ExactMath.Exp(own[_told[i]]):R},{_margins[i]:R},{ScoreVerb.Quote(_names[next])},{(_verdicts[i] is { } verdict ? $"{verdict.P:R}" : "")},{_decisions[i]},{_verdicts[i]?.Evidence.Nats:R}"));
        }
    }

    /// <summary>How sure and how right that is, as a page.</summary>
    /// <param name="title">Which model of which data.</param>
    /// <param name="labels">The class of each item; -1: none.</param>
    /// <param name="quality">What the labels say of it; null: there are none.</param>
    public Report Page(string title, int[] labels, ClassificationQuality? quality)
    {
        const int MostClasses = 30;
        var page = new Report($"Labels by Bayes' rule: {VisibleText.Line(title)}", $"{_told.Length} items, {_names.Count} labels");
        if (quality is null) return page.Facts(("items", $"{_told.Length}"), ("none of the labels'", $"{Unlike}"), ("unsure", $"{Unsure}"));
        page.Facts(("right", Text($"{100 * quality.Accuracy.Share:0.00} %")), ("calibration error", Text($"{quality.CalibrationError:0.000}")), ("error at a coverage of 0.95", Text($"{100 * quality.ErrorAt(0.95):0.00} %")), ("none of the labels'", $"{Unlike}"), ("unsure", $"{Unsure}"))
            .Curve("Errors that are left where the least sure items are refused", [("by margin", [.. quality.RiskCoverage()])], "share of items that are kept", "share of errors among them");
        if (_names.Count > MostClasses) return page;
        var counts = new int[_names.Count, _names.Count];
        for (var i = 0; i < labels.Length; i++)
            if (labels[i] >= 0) counts[labels[i], _told[i]]++;
        return page.Heading("Labels told for each label").Table(["label", .. _names.Select(name => VisibleText.Line(name))],
            [.. _names.Select((name, label) => (IReadOnlyList<string>)[VisibleText.Line(name), .. Enumerable.Range(0, _names.Count).Select(told => counts[label, told] == 0 ? "" : $"{counts[label, told]}")])]);
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
