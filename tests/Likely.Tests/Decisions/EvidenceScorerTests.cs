using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Decisions;

/// <summary>What is known of items, against its definition.</summary>
public sealed class EvidenceScorerTests
{
    // Standard deviation of the bits of an item's symbols, by its definition.
    static double Spread(IReadOnlyList<float> nats)
    {
        double[] bits = [.. nats.Select(one => one / Math.Log(2))];
        var mean = bits.Average();
        return Math.Sqrt(bits.Average(one => (one - mean) * (one - mean)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void The_spread_is_that_of_the_symbols_of_a_picture_under_its_likeliest_label(int classes)
    {
        using var data = Dataset.Open("strokes", new DataOptions { Size = (8, 8), Levels = 4, Limit = 30 });
        var model = new GatedPixelCnnConfig { Channels = 4, Layers = 1, Conditional = classes > 0 }.Build(data.Space, classes, 5);
        var (items, symbols) = (data.All, new float[Math.Max(1, classes)][][]);
        var ofClass = new double[items.Count * classes];
        var evidence = new EvidenceScorer(new Checkpoint(model, [], data.Preprocessing), null, 2).Score(items, classes == 0 ? null : ofClass);
        for (var label = 0; label < symbols.Length; label++)
        {
            var own = symbols[label] = new float[items.Count][];
            new Scorer((DensityModel)model, 1).Score(classes == 0 ? items : items.Labelled(label), each: (i, _, nats) => own[i] = nats.ToArray());
        }
        for (var i = 0; i < items.Count; i++)
        {
            var likeliest = symbols.Select(own => own[i]).MinBy(own => own.Sum(one => (double)one))!;
            Assert.Equal(Spread(likeliest), evidence[i].SpreadBits, 1e-6);
            Assert.Equal(classes == 0 ? null : LabelLead.Of(ofClass.AsSpan(i * classes, classes)), evidence[i].Lead);
        }
        Assert.Equal(evidence, new EvidenceScorer(new Checkpoint(model, [], data.Preprocessing), null, 1).Score(items));
    }

    [Fact]
    public void The_spread_of_lines_is_that_of_their_symbols()
    {
        using var folder = new TemporaryFolder();
        var path = folder["log.txt"];
        File.WriteAllLines(path, Enumerable.Range(0, 60).Select(i => new string((char)('a' + i % 7), i % 9 + 1) + i));
        using var data = Dataset.Open(path, new DataOptions { Items = ItemRule.Lines });
        var checkpoint = new Trainer(new CharRnnConfig { Hidden = 12, Layers = 1, Context = 8 }, data, new TrainingOptions { Steps = 3, Batch = 4 }).Run();
        var evidence = new EvidenceScorer(checkpoint).Score(data.All);
        var each = new float[data.All.Count][];
        new Scorer(checkpoint.Density, 1).Score(data.All, each: (i, _, nats) => each[i] = nats.ToArray());
        for (var i = 0; i < each.Length; i++) Assert.Equal(Spread(each[i]), evidence[i].SpreadBits, 1e-6);
    }

    [Fact]
    public void An_ensemble_has_no_spread_and_is_judged_without()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Size = (8, 8), Levels = 2, Limit = 400 });
        var checkpoint = new Checkpoint(new MadeConfig { Hidden = 8, Orderings = 2 }.Build(data.Space, 0, 7), [], data.Preprocessing);
        Assert.All(new EvidenceScorer(checkpoint).Score(data.Validation), item => Assert.True(double.IsNaN(item.SpreadBits)));
        var detector = new Detector(checkpoint, Calibration.Measure(checkpoint, data.Validation), DetectionMethod.Combined, alpha: 0.05);
        Assert.DoesNotContain(Abnormality.Uneven, detector.InRegards);
        Assert.All(detector.Judge(data.Test), verdict => Assert.InRange(verdict.P, 0, 1));
    }

    // Where only a few symbols are unlikely, and the item as likely as others are: what the spread is for.
    [Fact]
    public void What_is_unlikely_in_few_places_is_told()
    {
        var random = new Philox(8, RandomPurpose.Test);
        ItemEvidence Item(ulong i, double spread) => new(100 + 10 * random.Normal(i, 0), 100, 150 + 15 * random.Normal(i, 1), 160 + 15 * random.Normal(i, 2), spread + 0.05 * random.Normal(i, 3));
        var density = new EvidenceDensity([.. Enumerable.Range(0, 300).Select(i => Item((ulong)i, 2))], hasSpread: true, labels: 0, hasBackground: false);
        var usual = Enumerable.Range(1000, 50).Max(i => density.Judge(Item((ulong)i, 2)).Score);
        foreach (var (spread, regard) in ((double, Abnormality)[])[(4, Abnormality.Uneven), (0.8, Abnormality.Even)])
        {
            var (score, own, _) = density.Judge(new ItemEvidence(100, 100, 150, 160, spread));
            Assert.True(score > usual);
            Assert.Equal(regard, own);
        }
    }

    [Theory, InlineData(2), InlineData(3), InlineData(10)]
    public void A_lead_is_over_each_of_the_other_labels(int labels)
    {
        var random = new Philox(9, RandomPurpose.Test);
        for (var trial = 0UL; trial < 20; trial++)
        {
            double[] nats = [.. Enumerable.Range(0, labels).Select(k => 50 + 20 * random.Normal(trial, (ulong)k))];
            var lead = LabelLead.Of(nats);
            Assert.Equal((Array.IndexOf(nats, nats.Min()), labels), (lead.Label, lead.Labels));
            double[] others = [.. nats.Where((_, k) => k != lead.Label).Select(one => one - nats.Min())];
            Assert.Equal(Math.Pow(others.Aggregate(1.0, (product, one) => product * (1 + one)), 1.0 / others.Length) - 1, lead.AheadNats, 1e-9 * (1 + lead.AheadNats));
            Assert.Equal(others.Max(), lead.RangeNats);
        }
        Assert.Equal(new LabelLead(0, labels, 0, 0), LabelLead.Of(new double[labels]));
        Assert.True(double.IsFinite(LabelLead.Of([1, double.PositiveInfinity, .. new double[labels - 2]]).AheadNats));
        Assert.Throws<ArgumentException>(() => LabelLead.Of([1]));
    }

    // What is as likely as normal items are, but of no label; and what is as the items of another label are.
    [Theory, InlineData(2), InlineData(3), InlineData(10)]
    public void What_belongs_to_no_label_is_told(int labels)
    {
        var random = new Philox(10, RandomPurpose.Test);
        ItemEvidence Item(ulong i) => new(100 + 10 * random.Normal(i, 0), 100, 150 + 15 * random.Normal(i, 1), 160 + 15 * random.Normal(i, 2), 2 + 0.05 * random.Normal(i, 3), Lead: new LabelLead((int)i % labels, labels, 40 * Math.Exp(0.2 * random.Normal(i, 4)), 90 * Math.Exp(0.2 * random.Normal(i, 5))));
        var density = new EvidenceDensity([.. Enumerable.Range(0, 500).Select(i => Item((ulong)i))], hasSpread: true, labels, hasBackground: false);
        var usual = Enumerable.Range(1000, 50).Max(i => density.Judge(Item((ulong)i)).Score);
        foreach (var (ahead, regard) in ((double, Abnormality)[])[(2, Abnormality.LabelsClose), (300, Abnormality.LabelsApart)])
        {
            var (score, own, _) = density.Judge(new ItemEvidence(100, 100, 150, 160, 2, Lead: new LabelLead(0, labels, ahead, 90)));
            Assert.True(score > usual);
            Assert.Equal(regard, own);
        }
        Assert.Throws<ArgumentException>(() => density.Judge(new ItemEvidence(100, 100, 150, 160, 2)));
        Assert.Throws<ArgumentException>(() => density.Judge(new ItemEvidence(100, 100, 150, 160, 2, Lead: new LabelLead(0, labels + 1, 40, 90))));

        ItemEvidence OfLabel(ulong i, int label) => new(100 + 20 * ((int)i % labels) + random.Normal(i, 0), 100, 150 + random.Normal(i, 1), 160 + random.Normal(i, 2), 2 + 0.05 * random.Normal(i, 3), Lead: new LabelLead(label, labels, 40, 90));
        var ofLabels = new EvidenceDensity([.. Enumerable.Range(0, 500).Select(i => OfLabel((ulong)i, i % labels))], hasSpread: true, labels, hasBackground: false);
        for (var i = 0; i < labels; i++) Assert.True(ofLabels.Judge(OfLabel((ulong)(1000 * labels + i), (i + labels / 2) % labels)).Score > ofLabels.Judge(OfLabel((ulong)(1000 * labels + i), i)).Score + 0.5);
    }
}
