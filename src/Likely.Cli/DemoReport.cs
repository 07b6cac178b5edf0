using System.Diagnostics;
using System.Globalization;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>The demo's page: what was learned, new digits, completions, what is odd and where, and classes by Bayes' rule.</summary>
sealed class DemoReport(Session session, string folder, Dataset data, AutoregressiveModel model)
{
    const int Digits = 10, PerDigit = 6, Completed = 6, Completions = 8, Ranked = 500, Classified = 200;
    const double WorthShowing = 0.8; // bits per pixel; the first steps would flatten the rest of the curve

    /// <summary>The model's file beside the page.</summary>
    public const string Model = "digits.likely";

    /// <summary>All files beside the page.</summary>
    public static IReadOnlyList<string> Beside { get; } = [Model, "digits.png", "samples.png", "completions.png", "surprise.png", "ranking.png"];

    readonly Report _report = new("Likely: one density model, many uses", "Trained just now on this machine, on handwriting-like digits drawn by a seeded generator.");

    public void Begin(double bits, double nats, long examples, double seconds, Baselines baselines, List<TrainingMoment> moments)
    {
        _report.Facts(("bits per pixel, unseen digits", Text($"{bits:0.000}")), ("the same by PNG", Text($"{baselines["png"]:0.000}")), ("parameters", Text($"{model.Parameters.Count:#,0}")),
            ("digits seen", Text($"{examples:#,0}")), ("training", ProgressDisplay.Duration(seconds)));
        _report.Heading("What it learned from").Paragraph("Pictures of 16 x 16 pixels in four greys, with a label each. The model, a Gated PixelCNN, reads a picture pixel by pixel and tells how likely each grey is, given all pixels before and the label.");
        Picture("digits.png", PictureSheet.Sheet(Read(data.Train, 60), model.Space, columns: 20, scale: 2), "Sixty of the training digits.");
        var bitsPerNat = 1 / (model.Space.Dimensions * 0.693147180559945309);
        _report.Curve("Surprise while learning, bits per pixel",
        [
            ("training digits", [.. moments.Where(moment => moment.TrainBits < WorthShowing).Select(moment => ((double)moment.Step, moment.TrainBits))]),
            ("unseen digits, averaged weights", [.. moments.Where(moment => moment.ValidationNats * bitsPerNat < WorthShowing).Select(moment => ((double)moment.Step, moment.ValidationNats!.Value * bitsPerNat))]),
        ], "steps", "bits per pixel");
        var bytes = model.Space.Dimensions / 8.0;
        _report.Table(["Bits per pixel of unseen digits", "bits", "bytes for one digit"],
        [
            ["no knowledge: every grey equally likely", Text($"{baselines.Uniform:0.000}"), Text($"{baselines.Uniform * bytes:0.0}")],
            ["PNG, 400 digits on one sheet", Text($"{baselines["png"]:0.000}"), Text($"{baselines["png"] * bytes:0.0}")],
            ["each pixel on its own, as often each grey as in training", Text($"{baselines["marginals"]:0.000}"), Text($"{baselines["marginals"] * bytes:0.0}")],
            [Text($"this model ({nats:0.0} nats)"), Text($"{bits:0.000}"), Text($"{bits * bytes:0.0}")],
        ]);
    }

    public void Draw()
    {
        WarmUp.Walks(model, Digits * PerDigit, session.Threads, session.Cancellation);
        var clock = Stopwatch.StartNew();
        var items = Walk.Sample(model, Digits * PerDigit, session.Seed, threads: session.Threads, cancellation: session.Cancellation);
        var rate = items.Length / clock.Elapsed.TotalSeconds;
        _report.Heading("Draw").Paragraph(Text($"New digits, {PerDigit} for each label, as they came: {rate:0} digits a second."));
        Picture("samples.png", PictureSheet.Sheet(items, model.Space, Digits), "Samples; one column for each label from 0 to 9.");
    }

    public void Complete()
    {
        var cells = new List<byte[]>();
        foreach (var i in OneOfEach().Skip(2).Take(Completed))
        {
            var item = new int[model.Space.Dimensions];
            data.Test.Read(i, item);
            var known = new bool[item.Length];
            for (var d = 0; d < known.Length; d++) known[d] = d < known.Length / 2;
            var drawn = Walk.Complete(model, item, known, Completions, session.Seed + (ulong)i, [.. Enumerable.Repeat(data.Test.Label(i), Completions)], threads: session.Threads, cancellation: session.Cancellation);
            cells.Add(PictureSheet.Rgb(item, model.Space));
            cells.Add(PictureSheet.Masked(item, known, model.Space));
            foreach (var completion in drawn) cells.Add(PictureSheet.Rgb(completion, model.Space));
        }
        _report.Heading("Complete").Paragraph("The upper half of an unseen digit is kept and the lower half drawn from the exact conditional distribution, several times: where the top leaves a choice, the completions differ.");
        Picture("completions.png", ImageGrid.Arrange(cells, model.Space.Height, model.Space.Width, 3, Completions + 2), "Each row: an unseen digit, what is kept of it, and eight completions.");
    }

    public void Surprise()
    {
        var items = Read(data.Test, Ranked);
        var labels = Labels(Ranked);
        int[][] patched = [.. items.Select((item, i) => OddDigits.Patch(item, model.Space, i))];
        int[] chosen = [.. OneOfEach().Where(index => data.Test.Label(index) % 2 == 0), OneOfEach()[3]];
        int[][] shown = [items[chosen[0]], items[chosen[1]], items[chosen[2]], patched[chosen[5]], OddDigits.Crossed(items[chosen[3]], model.Space), OddDigits.Inverted(items[chosen[4]], model.Space)];
        int[] shownLabels = [.. ((int[])[0, 1, 2, 5, 3, 4]).Select(place => labels[chosen[place]])];
        string[] titles = ["ordinary", "ordinary", "ordinary", "a patch of noise", "a line across", "inverted"];
        var maps = new float[shown.Length][];
        var scores = Score(shown, shownLabels, (index, _, symbols) => maps[index] = symbols.ToArray());
        var high = Surprises.Percentile(maps[..5], 0.999); // the inverted one would outshine the others
        var cells = new List<byte[]>();
        foreach (var item in shown) cells.Add(PictureSheet.Rgb(item, model.Space));
        foreach (var map in maps) cells.Add(SurpriseMap.Render(Array.ConvertAll(map, value => (double)value), 0, high));
        _report.Heading("Find what is odd, and where").Paragraph("The surprise of a pixel is -log p: bright where the model expected something else. A stroke's beginning is always a little surprising; noise, a line across or inverted colours light up.");
        Picture("surprise.png", MapFigure.WithScale(ImageGrid.Arrange(cells, model.Space.Height, model.Space.Width, 3, shown.Length, scale: 6), high, [], ""),
            "Above the pictures, below the surprise of each of their pixels in nats: black is none, one nat a factor of e in probability; all on the scale at the right.");
        _report.Table(["Picture", "label", "nats", "bits per pixel"],
            [.. shown.Select((_, i) => (IReadOnlyList<string>)[titles[i], data.ClassNames[shownLabels[i]], Text($"{scores[i]:0.0}"), Text($"{Evaluation.BitsPerDimension(scores[i], model.Space):0.000}")])]);

        var usual = Score(items, labels);
        var odd = Score(patched, labels);
        var top = Math.Ceiling(Math.Max(usual.Max(), odd.Max()) / 10) * 10;
        _report.Curve(Text($"Scores of {Ranked} unseen digits, and of the same with a patch of noise"), [("as they are", Histogram(usual, top)), ("with a patch of noise", Histogram(odd, top))], "surprise in nats", "digits");
        _report.Paragraph(Text($"A threshold that lets 95 % of the ordinary digits pass rejects {100 * Rejected(usual, odd):0.0} % of the others, though the model never saw one."));
        int[][] ranked = [.. Enumerable.Range(0, Digits).Select(label => Enumerable.Range(0, Ranked).Where(i => labels[i] == label).OrderBy(i => usual[i]).ToArray())];
        Picture("ranking.png", PictureSheet.Sheet([.. ranked.Select(order => items[order[0]]), .. ranked.Select(order => items[order[^1]])], model.Space, Digits),
            Text($"Of {Ranked} unseen digits, the least surprising of each label (above, from {ranked.Min(order => usual[order[0]]):0} nats) and the most surprising (below, up to {ranked.Max(order => usual[order[^1]]):0} nats)."));
    }

    /// <summary>Classes by Bayes' rule, p(label | x) proportional to p(x | label); returns the share that is right.</summary>
    public double Classify()
    {
        var items = Read(data.Test, Classified);
        var scores = new double[Digits][];
        for (var label = 0; label < Digits; label++) scores[label] = Score(items, [.. Enumerable.Repeat(label, Classified)]);
        var wrong = new List<(int Item, int Guess)>();
        for (var i = 0; i < Classified; i++)
        {
            var guess = 0;
            for (var label = 1; label < Digits; label++)
                if (scores[label][i] < scores[guess][i]) guess = label;
            if (guess != data.Test.Label(i)) wrong.Add((i, guess));
        }
        var right = 1 - (double)wrong.Count / Classified;
        _report.Heading("Classify").Paragraph(Text($"The same model tells p(picture | label) for every label, and so, by Bayes' rule, the label: {100 * right:0.0} % of {Classified} unseen digits come out right, although nothing was trained to classify."));
        return right;
    }

    public void End(double seconds, long steps)
    {
        _report.Heading("Do it yourself").Paragraph(Text($"All of this took {ProgressDisplay.Duration(seconds)}. The pictures and the model are beside this page. The training took {steps} steps, as many as the time allowed; all but times depends on that number and the seed alone, not on the machine or its threads."));
        _report.Preformatted($"""
            likely sample {folder}/digits.likely --label 7 --count 25
            likely complete {folder}/digits.likely strokes --item 3 --keep top
            likely score {folder}/digits.likely strokes --limit 100 --map maps/
            likely train YOUR-PICTURES/ --model gated-pixelcnn --set size=28x28 gray=true --minutes 10
            """);
    }

    public void Write(string path) => _report.Write(path, overwrite: true);

    void Picture(string name, Image image, string caption)
    {
        var file = Png.Encode(image.Pixels, image.Height, image.Width, image.Channels);
        AtomicFile.Write(Path.Combine(folder, name), overwrite: true, stream => stream.Write(file));
        _report.Image(file, caption, caption);
    }

    double[] Score(int[][] items, int[] labels, Evaluation.PerExample? each = null) => Evaluation.Score(model, items, labels, session.Threads, (index, nats, symbols) =>
    {
        session.Cancellation.ThrowIfCancellationRequested();
        each?.Invoke(index, nats, symbols);
    });

    int[][] Read(Split split, int count)
    {
        var items = new int[count][];
        for (var i = 0; i < count; i++) split.Read(i, items[i] = new int[model.Space.Dimensions]);
        return items;
    }

    // The first unseen item of each label, so that a picture shows no digit twice.
    int[] OneOfEach() => [.. Enumerable.Range(0, Digits).Select(label => Enumerable.Range(0, Ranked).First(i => data.Test.Label(i) == label))];

    int[] Labels(int count) => [.. Enumerable.Range(0, count).Select(data.Test.Label)];

    // A histogram's outline.
    static List<(double X, double Y)> Histogram(double[] values, double top)
    {
        const int Bins = 50;
        var counts = new int[Bins];
        foreach (var value in values) counts[Math.Clamp((int)(value / top * Bins), 0, Bins - 1)]++;
        var outline = new List<(double, double)> { (0, 0) };
        for (var bin = 0; bin < Bins; bin++)
        {
            outline.Add((bin * top / Bins, counts[bin]));
            outline.Add(((bin + 1) * top / Bins, counts[bin]));
        }
        outline.Add((top, 0));
        return outline;
    }

    static double Rejected(double[] usual, double[] odd)
    {
        double[] sorted = [.. usual.Order()];
        var threshold = sorted[(int)(0.95 * (sorted.Length - 1))];
        return (double)odd.Count(value => value > threshold) / odd.Length;
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
