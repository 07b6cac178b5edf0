using System.Globalization;
using System.Text;
using Likely.Data;

namespace Likely.Cli;

/// <summary>The page of detect: how scores of normal and judged items lie, how well they tell outliers if labels say which are, and the most abnormal items with their surprise.</summary>
sealed class DetectionPage
{
    const int Bins = 40, Listed = 30, Pictured = 16, Excerpt = 300;
    const double Trimmed = 0.002; // of each end, which would flatten the rest of a histogram

    readonly Report _report;

    /// <param name="detector">What judged.</param>
    /// <param name="found">The items.</param>
    /// <param name="ranking">How well they are told, if labels say.</param>
    /// <param name="truth">Which are outliers.</param>
    /// <param name="title">Which model of which data.</param>
    /// <param name="normal">What the normal items are.</param>
    /// <param name="fdr">What --fdr says.</param>
    public DetectionPage(Detector detector, AbnormalItems found, Ranking? ranking, OutlierLabels truth, string title, string normal, double? fdr)
    {
        var flagged = found.Flagged.Count(one => one);
        _report = new Report($"What is abnormal: {VisibleText.Line(title)}", $"{found.Split.Count} items beside {normal}, {detector.Method.ToString().ToLowerInvariant()}");
        _report.Facts([("items", Text($"{found.Split.Count:#,0}")), ("called abnormal", Text($"{flagged:#,0}")), ("normal items", Text($"{detector.Test.Count:#,0}")), .. ranking is null ? (ReadOnlySpan<(string, string)>)[] : [("AUROC", Text($"{ranking.Auroc:0.000}")), ("average precision", Text($"{ranking.AveragePrecision:0.000}"))]]);
        _report.Paragraph(Text($"A p-value says how often a normal item would be so far out, or farther: of normal items like the held-out ones at most {(fdr is null ? detector.Alpha : 0.01):0.###} have a p of {(fdr is null ? detector.Alpha : 0.01):0.###} or less. No p is below 1 / {detector.Test.Count + 1}. A q-value says which share of all items of at most that q are false alarms, on average."));
        if (fdr is { } share) _report.Paragraph(Text($"Called abnormal is what has a q of at most {share}."));
        if (detector.Models.Count > 0) _report.Paragraph($"Judged by the mean of {detector.Models.Count} models' nats a dimension. Which of them spoke, as by its nats the item is farthest beyond the middle of the normal ones, of the items called abnormal: {string.Join(", ", found.Spoke().Select(pair => Text($"{VisibleText.Line(pair.Model)} of {pair.Items}")))}.");
        _report.Heading("How far out");
        foreach (var regard in detector.InRegards)
            if (regard is Abnormality.Unlikely or Abnormality.Complexity or Abnormality.Uneven or Abnormality.LabelsApart or Abnormality.Ratio) Histogram(detector, found, regard);
        if (ranking is not null)
        {
            _report.Heading("How well outliers are told").Paragraph(Text($"Of {ranking.Outliers} outliers and {ranking.Normal} normal items; {truth.Words}."));
            _report.Curve("Outliers found, and false alarms among normal items", [("verdicts", ranking.Roc), ("by chance", [(0, 0), (1, 1)])], "share of normal items", "share of outliers");
            _report.Curve("Precision and recall", [("verdicts", ranking.PrecisionRecall)], "share of outliers found", "share of outliers among what is found");
        }
        Items(found);
    }

    public override string ToString() => _report.ToString();

    void Histogram(Detector detector, AbnormalItems found, Abnormality regard)
    {
        double[] normal = [.. detector.Calibration.Items.Select(item => item.Score(regard)).Order()], judged = [.. found.Verdicts.Select(verdict => verdict.Evidence.Score(regard)).Order()];
        var low = Math.Min(At(normal, Trimmed), At(judged, Trimmed));
        var high = Math.Max(At(normal, 1 - Trimmed), At(judged, 1 - Trimmed));
        if (!(high > low)) high = low + 1;
        _report.Curve(regard switch
        {
            Abnormality.Unlikely => detector.Models.Count == 0 ? "Bits of the model" : "Bits of the models, their mean",
            Abnormality.Complexity => "Bits of the model less those of a code that knows nothing of it",
            Abnormality.Uneven => "Standard deviation of the model's bits from symbol to symbol",
            Abnormality.LabelsApart => "How far the likeliest label is ahead of the others (the geometric mean of 1 + its leads, less 1)",
            _ => "Bits of the model less those of the background model",
        }, [("normal items", Outline(normal, low, high)), ("judged items", Outline(judged, low, high))], regard == Abnormality.LabelsApart ? "nats" : "bits a dimension", "share of items");
    }

    void Items(AbnormalItems found)
    {
        int[] worst = [.. found.Shown.Take(Listed)];
        if (worst.Length == 0) return;
        _report.Heading("The most abnormal items");
        if (!found.Flagged.Contains(true)) _report.Paragraph("None of them is called abnormal: they are those that come first in order of p.");
        _report.Table(["item", "label", "p", "q", "abnormal", "why"], [.. worst.Select(i => (IReadOnlyList<string>)[VisibleText.Line(found.Split.ItemName(i)), VisibleText.Line(found.LabelOf(i)), Text($"{found.Verdicts[i].P:0.#####}"), Text($"{found.Q[i]:0.####}"), found.Flagged[i] ? "yes" : "no", found.Verdicts[i].Reason])]);
        if (found.Maps([.. worst.Take(Pictured)]) is not { } maps) return;
        foreach (var (item, map, parts) in maps)
        {
            var caption = $"{VisibleText.Line(found.Split.ItemName(item))}: {found.Verdicts[item].Reason}";
            if (map.Picture is not null) _report.Image(map.Content, caption, caption);
            else if (parts.Count > 0) _report.Paragraph($"{caption}; its most surprising cells:").Table(["column", "value", "bits"], [.. parts.Select(part => (IReadOnlyList<string>)[VisibleText.Line(part.Name), VisibleText.Line(part.Value), Text($"{part.Nats / 0.693147180559945309:0.00}")])]);
            else _report.Paragraph(caption).Preformatted(Beginning(found, item));
        }
    }

    // Of a long text its first symbols.
    static string Beginning(AbnormalItems found, int item)
    {
        var space = found.Split.SpaceOf(item);
        var symbols = new int[found.Modality.HasTokens ? Math.Min(Excerpt, space.Dimensions) : space.Dimensions];
        found.Split.Read(item, 0, symbols);
        return VisibleText.Lines(Encoding.UTF8.GetString(found.Modality.Single(symbols, space, found.Tokens).Content));
    }

    static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)(share * (sorted.Length - 1))];

    static List<(double, double)> Outline(double[] values, double low, double high)
    {
        var shares = new double[Bins];
        foreach (var value in values) shares[Math.Clamp((int)((value - low) / (high - low) * Bins), 0, Bins - 1)] += 1.0 / values.Length;
        List<(double, double)> outline = [(low, 0)];
        for (var bin = 0; bin < Bins; bin++)
        {
            outline.Add((low + bin * (high - low) / Bins, shares[bin]));
            outline.Add((low + (bin + 1) * (high - low) / Bins, shares[bin]));
        }
        outline.Add((high, 0));
        return outline;
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
