using Likely.Models;
using Xunit;

namespace Likely.Tests.Decisions;

/// <summary>What a model's file keeps of held-out items, and a detector that is asked from C#.</summary>
public sealed class DetectorTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-detector-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static readonly DataOptions _options = new() { Size = (8, 8), Levels = 4, Limit = 300 };
    static readonly Lazy<Checkpoint> _trained = new(() => Train(1));

    static Checkpoint Train(int threads)
    {
        using var data = Dataset.Open("strokes", _options);
        return new Trainer(new GatedPixelCnnConfig { Channels = 4, Layers = 1 }, data, new TrainingOptions { Steps = 40, Batch = 16, Threads = threads }).Run();
    }

    [Fact]
    public void Training_keeps_held_out_items_which_are_no_part_of_the_identity_and_the_same_for_any_number_of_threads()
    {
        var checkpoint = _trained.Value;
        var calibration = Calibration.Of(checkpoint)!;
        Assert.Equal(300, calibration.Items.Count);
        Assert.Equal("median-edge-1", calibration.Code);
        Assert.Equal(checkpoint.Calibration, calibration.ToText());
        Assert.Equal(checkpoint.Calibration, Train(2).Calibration);
        using var stream = new MemoryStream();
        checkpoint.Save(stream);
        var again = Checkpoint.Load(stream.ToArray());
        Assert.Equal(checkpoint.Calibration, again.Calibration);
        Assert.Equal(checkpoint.Identity(), again.Identity());
        var without = Checkpoint.Load(Checkpoint.WithoutEvidence(stream.ToArray(), "model"));
        Assert.Empty(without.Calibration);
        Assert.Equal(checkpoint.Identity(), without.Identity());
        Assert.Empty(checkpoint.Shrink(WeightStorage.BFloat16).Calibration);
    }

    [Fact]
    public void A_text_of_a_version_stays_what_it_is()
    {
        var calibration = new Calibration([.. Enumerable.Range(0, 20).Select(i => new ItemEvidence(1.5 * i, 64, i, i / 2.0))], "median-edge-1") { Temperature = 12.5, LabelCounts = [3, 4] };
        Assert.Equal("1;median-edge-1;12.5;3,4;AAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+D9AAAAAAAAAAAAAgD8AAAA/AAAAAAAACEBAAAAAAAAAAAAAAEAAAIA/AAAAAAAAEkBAAAAAAAAAAAAAQEAAAMA/", calibration.ToText()[..153]);
        Assert.Equal("1;-;-;-;", new Calibration(calibration.Items).ToText()[..8]);
        var known = new Calibration(calibration.Items, "x") { Contents = [.. Enumerable.Range(1, 20).Select(i => (uint)(i * 0x01000000 + 7))] };
        Assert.Equal("2;x;-;-;", known.ToText()[..8]);
        Assert.EndsWith(";BwAAAQcAAAIHAAADBwAABAcAAAUHAAAGBwAABwcAAAgHAAAJBwAACgcAAAsHAAAMBwAADQcAAA4HAAAPBwAAEAcAABEHAAASBwAAEwcAABQ=", known.ToText());
        var spread = new Calibration([.. calibration.Items.Select((item, i) => item with { SpreadBits = i })], "median-edge-1");
        Assert.Equal("3;median-edge-1;-;-;AAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPg/QAAAAAAAAAAAAIA/AAAAPwAAgD8AAAAA", spread.ToText()[..100]);
        Assert.Equal(spread.Items, Calibration.Of(new Checkpoint(_trained.Value.Model, [], "") { Calibration = spread.ToText() })!.Items);
        Assert.Equal(known.Contents, Calibration.Of(new Checkpoint(_trained.Value.Model, [], "") { Calibration = known.ToText() })!.Contents);
    }

    [Fact]
    public void A_model_that_is_told_labels_keeps_how_far_the_likeliest_is_ahead_and_judges_by_it()
    {
        using var data = Dataset.Open("strokes", _options with { Limit = 200 });
        var checkpoint = new Trainer(new GatedPixelCnnConfig { Channels = 4, Layers = 1, Conditional = true }, data, new TrainingOptions { Steps = 20, Batch = 16, Threads = 2 }).Run();
        var calibration = Calibration.Of(checkpoint)!;
        Assert.StartsWith("4;median-edge-1;", checkpoint.Calibration);
        Assert.Equal(checkpoint.Calibration, calibration.ToText());
        var measured = Calibration.Measure(checkpoint, data.Validation, labelCounts: calibration.LabelCounts)!;
        Assert.Equal(measured.Items.Select(item => (item.Lead!.Value.Label, (float)item.Lead.Value.AheadNats, (float)item.Lead.Value.RangeNats)), calibration.Items.Select(item => (item.Lead!.Value.Label, (float)item.Lead.Value.AheadNats, (float)item.Lead.Value.RangeNats)));
        Assert.Contains(Abnormality.LabelsApart, new Detector(checkpoint).InRegards);
        Assert.All(new Detector(checkpoint).Judge(data.Test), verdict => Assert.InRange(verdict.P, 0, 1));

        // A file that does not say so judges without, and one in which not all is told as a number or of a label is damaged.
        var older = new Calibration([.. calibration.Items.Select(item => item with { Lead = null })], calibration.Code);
        Assert.StartsWith("3;", older.ToText());
        Assert.DoesNotContain(Abnormality.LabelsApart, new Detector(checkpoint, older).InRegards);
        Assert.All(new Detector(checkpoint, older).Judge(data.Test), verdict => Assert.InRange(verdict.P, 0, 1));
        foreach (var lead in (LabelLead[])[new(checkpoint.Density.Classes, 10, 1, 1), new(-1, 10, 1, 1), new(0, 10, double.NaN, 1), new(0, 10, 1, double.PositiveInfinity), new(0, 10, -1, 1)])
            Assert.Throws<ModelException>(() => Calibration.Of(new Checkpoint(checkpoint.Model, [], checkpoint.Preprocessing) { Calibration = new Calibration([.. calibration.Items.Select(item => item with { Lead = lead })], calibration.Code).ToText() }));
        Assert.Throws<ModelException>(() => Calibration.Of(new Checkpoint(_trained.Value.Model, [], _trained.Value.Preprocessing) { Calibration = checkpoint.Calibration }));
        var ensemble = new Calibration([.. calibration.Items.Select(item => item with { SpreadBits = double.NaN })], calibration.Code);
        Assert.Equal(ensemble.ToText(), Calibration.Of(new Checkpoint(checkpoint.Model, [], checkpoint.Preprocessing) { Calibration = ensemble.ToText() })!.ToText());
    }

    // Every second or third one is of another kind, and none of any kind is far out.
    [Theory, InlineData(300, 2), InlineData(1500, 3)]
    public void No_order_of_normal_items_that_comes_again_and_again_matters(int count, int kinds)
    {
        var random = new Likely.Tensors.Philox(4, Likely.Tensors.RandomPurpose.Test);
        ItemEvidence Item(int i) => new(100 + 40 * (i % kinds) + random.Normal((ulong)i, 0), 64, 150 + random.Normal((ulong)i, 1), 160 + random.Normal((ulong)i, 2), 1 + 0.01 * random.Normal((ulong)i, 3));
        var detector = new Detector(_trained.Value, new Calibration([.. Enumerable.Range(0, count).Select(Item)], "median-edge-1"), DetectionMethod.Combined);
        for (var kind = 0; kind < kinds; kind++) Assert.InRange(Enumerable.Range(0, 50).Average(i => detector.Judge(Item(10 * count + i * kinds + kind)).P), 0.1, 0.9);
    }

    [Theory]
    [InlineData("1;-;-;-;")]
    [InlineData("1;-;-;-;AAAA")]
    [InlineData("1;-;nan;-;AAAA")]
    [InlineData("1;x;-;-")]
    [InlineData("1;-;-;1,2,3;")]
    [InlineData("1;-;-;-;!!!!")]
    [InlineData("2;-;-;-;!!!!")]
    [InlineData("2;-;-;-;AAAA;AAAA")]
    [InlineData("3;-;-;-")]
    [InlineData("3;x;-;-;AAAA")]
    [InlineData("4;x;-;-;AAAA")]
    [InlineData("3;x;-;-;AAAA;AAAA")]
    public void What_is_damaged_is_refused(string text)
    {
        var checkpoint = new Checkpoint(_trained.Value.Model, [], _trained.Value.Preprocessing) { Calibration = text };
        Assert.Throws<ModelException>(() => Calibration.Of(checkpoint));
        Assert.Throws<ModelException>(() => new Detector(checkpoint));
    }

    [Fact]
    public void Numbers_that_are_none_and_later_versions_are_refused_or_passed_over()
    {
        Calibration? Of(string text) => Calibration.Of(new Checkpoint(_trained.Value.Model, [], "") { Calibration = text });
        var items = Enumerable.Range(0, 30).Select(i => new ItemEvidence(i, 64, i, i)).ToArray();
        items[3] = new ItemEvidence(double.NaN, 64, 1, 1);
        Assert.Throws<ModelException>(() => Of(new Calibration(items).ToText()));
        items[3] = new ItemEvidence(1, 0, 1, 1);
        Assert.Throws<ModelException>(() => Of(new Calibration(items).ToText()));
        Assert.Null(Of("5;whatever"));
        var whole = new Calibration([.. Enumerable.Range(0, 30).Select(i => new ItemEvidence(i, 64, i, i))]) { Contents = new uint[30] }.ToText();
        Assert.Equal(30, Of(whole)!.Contents.Count);
        Assert.Throws<ModelException>(() => Of(whole[..^4]));
        Assert.Throws<ModelException>(() => Of(whole + "AAAA"));
        Assert.Throws<ModelException>(() => Of($"1;{new string('A', 1_000_000)}"));
    }

    [Fact]
    public void Pictures_are_judged_as_items_of_data_are_from_any_thread()
    {
        var detector = new Detector(_trained.Value);
        using var data = Dataset.Open("strokes", _options);
        var some = data.Test.Sample(24);
        var verdicts = detector.Judge(some, threads: 2);
        Assert.Equal(verdicts, detector.Judge(some, threads: 1));
        var stored = Dataset.Open("strokes", new DataOptions { Limit = 300 });
        var judged = new Verdict[some.Count];
        Parallel.For(0, some.Count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var pixels = new byte[28 * 28];
            stored.Test.Read(some.Number(i), pixels);
            judged[i] = detector.Judge(new Image(28, 28, 1, pixels));
        });
        Assert.Equal(verdicts, judged);
        var noise = Enumerable.Range(0, 28 * 28).Select(i => (byte)(i * i * 7919 >> 3)).ToArray();
        var odd = detector.Judge(new Image(28, 28, 1, noise));
        Assert.True(odd.IsAbnormal && odd.Reason.Length > 10);
        Assert.Throws<ArgumentException>(() => detector.Judge("text"));
        Assert.Throws<ArgumentException>(() => detector.Judge((ReadOnlySpan<float>)[1f]));
        Assert.ThrowsAny<LikelyException>(() => Detector.Load("there-is-none.likely"));
    }

    [Fact]
    public void A_constant_picture_is_simpler_than_the_training_ones()
    {
        var (detector, space) = (new Detector(_trained.Value), _trained.Value.Model.Space);
        using var data = Dataset.Open("strokes", _options);
        var complexity = new Detector(_trained.Value, method: DetectionMethod.Complexity);
        var grey = new int[space.Dimensions];
        Array.Fill(grey, 1);
        Assert.True(complexity.Judge(grey).P <= 0.01);
        Assert.True(detector.Judge(grey).IsAbnormal);
    }

    [Fact]
    public void Lines_and_rows_are_judged_too()
    {
        var log = Path.Combine(_folder, "log.txt");
        File.WriteAllLines(log, Enumerable.Range(0, 600).Select(i => $"user {i * 37 % 100} logged in at {i % 24:00}:{i * 7 % 60:00}"));
        using var text = Dataset.Open(log, new DataOptions { Items = ItemRule.Lines });
        var lines = new Detector(new Trainer(new CharRnnConfig { Hidden = 32, Layers = 1, Context = 32 }, text, new TrainingOptions { Steps = 150, Batch = 16 }).Run(), alpha: 0.05);
        Assert.True(lines.Judge("GET /etc/passwd HTTP/1.1 \u0001\u0002~~~~").IsAbnormal);
        Assert.Equal(lines.Judge("user 12 logged in at 11:24"), lines.Judge("user 12 logged in at 11:24\n"));
        Assert.False(lines.Judge("user 12 logged in at 11:24").P < 0.001);

        var values = new float[400, 3];
        for (var i = 0; i < 400; i++) (values[i, 0], values[i, 1], values[i, 2]) = (i % 17, i % 17 + 0.1f * (i % 7), i % 5);
        var model = new GaussianMixtureConfig { Components = 4, Covariance = "full" }.Fit(Rows.Of(values));
        var checkpoint = new Checkpoint(model, [], "as=vectors");
        var normal = Enumerable.Range(0, 100).Select(i => new float[] { i % 17 + 0.5f, i % 17 + 0.6f, i % 5 }).Select(row => new ItemEvidence(RowLikelihoods.Score(model, Rows.Of([row]))[0], 3)).ToArray();
        var rows = new Detector(checkpoint, new Calibration(normal), alpha: 0.05);
        Assert.Equal([Abnormality.Unlikely], rows.InRegards);
        Assert.True(rows.Judge((ReadOnlySpan<float>)[5f, -40f, 2f]).IsAbnormal);
        Assert.Throws<DataException>(() => rows.Judge((ReadOnlySpan<float>)[float.NaN, 0, 0]));
        Assert.Throws<ModelException>(() => new Detector(checkpoint, new Calibration(normal), DetectionMethod.Complexity));
        Assert.Throws<ModelException>(() => new Detector(checkpoint, new Calibration(normal), DetectionMethod.Ratio));
        Assert.Throws<ModelException>(() => new Detector(checkpoint));
    }

    [Fact]
    public void Over_a_hundred_splits_pictures_are_called_abnormal_as_often_as_the_level_says()
    {
        using var data = Dataset.Open("strokes", _options with { Limit = null });
        var split = data.Test.Sample(1000);
        RequireValid(_trained.Value, new EvidenceScorer(_trained.Value).Score(split), "median-edge-1");
    }

    [Fact]
    public void Over_a_hundred_splits_lines_are_called_abnormal_as_often_as_the_level_says()
    {
        var log = Path.Combine(_folder, "lines.txt");
        File.WriteAllLines(log, Enumerable.Range(0, 800).Select(i => $"job {i * 7919 % 1009} took {i * 31 % 97} s{(i % 11 == 0 ? ", and failed twice" : "")}"));
        using var text = Dataset.Open(log, new DataOptions { Items = ItemRule.Lines });
        var checkpoint = new Trainer(new CharRnnConfig { Hidden = 16, Layers = 1, Context = 32 }, text, new TrainingOptions { Steps = 60, Batch = 16 }).Run();
        RequireValid(checkpoint, new EvidenceScorer(checkpoint).Score(text.All), "bytes-1");
    }

    // The second half of the items is judged beside the first, in a hundred orders.
    static void RequireValid(Checkpoint checkpoint, ItemEvidence[] evidence, string code)
    {
        const int Splits = 100;
        var (half, random) = (evidence.Length / 2, new Random(5));
        foreach (var method in (DetectionMethod[])[DetectionMethod.Combined, DetectionMethod.Likelihood, DetectionMethod.Typicality, DetectionMethod.Complexity])
        {
            var (flagged, ranked) = (new int[2], 0);
            double[] levels = [0.01, 0.05];
            for (var split = 0; split < Splits; split++)
            {
                random.Shuffle(evidence);
                var detector = new Detector(checkpoint, new Calibration(evidence[..half], code), method);
                ranked = detector.Test.Count;
                foreach (var item in evidence.AsSpan(half))
                    for (var k = 0; k < levels.Length; k++)
                        if (detector.Judge(item).P <= levels[k]) flagged[k]++;
            }
            for (var k = 0; k < levels.Length; k++)
            {
                var (share, alpha) = ((double)flagged[k] / (Splits * (evidence.Length - half)), levels[k]);
                // Orders of the same items hang together: they vary less than new ones would, of which this is the band.
                var band = 4 * Math.Sqrt(alpha * (1 - alpha) * (1.0 / (evidence.Length - half) + 1.0 / ranked) / Splits);
                Assert.True(share <= alpha + band, $"{method}: {share} of normal items are called abnormal at {alpha}");
                Assert.True(share >= alpha / 2 - band - 2.0 / ranked, $"{method}: only {share} are at {alpha}");
            }
        }
    }
}
