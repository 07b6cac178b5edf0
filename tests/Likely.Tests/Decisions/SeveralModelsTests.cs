using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Decisions;

/// <summary>Models that judge together: their score, whose normal items they share, and who speaks.</summary>
public sealed class SeveralModelsTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-several-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Two numbers that go together, and one that does not.
    static float[,] Values(int count, ulong seed = 1)
    {
        var (random, values) = (new Philox(seed, RandomPurpose.Test), new float[count, 3]);
        for (var i = 0; i < count; i++)
        {
            var x = random.Normal((ulong)i, 0);
            (values[i, 0], values[i, 1], values[i, 2]) = ((float)x, (float)(100 * x + 5 * random.Normal((ulong)i, 1)), (float)random.Normal((ulong)i, 2));
        }
        return values;
    }

    string Table(string name, int count, ulong seed = 1)
    {
        var (path, values) = (Path.Combine(_folder, name), Values(count, seed));
        File.WriteAllLines(path, ["a,b,c", .. Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"{values[i, 0]},{values[i, 1]},{values[i, 2]}"))]);
        return path;
    }

    static Checkpoint Fit(Dataset data, GaussianMixtureConfig config, int most = Calibration.MostItems)
    {
        var checkpoint = new Checkpoint(config.Fit(new SplitRows(data.Train)), [], data.Preprocessing);
        checkpoint.Calibration = Calibration.Measure(checkpoint, data.Validation, most)!.ToText();
        return checkpoint;
    }

    static readonly GaussianMixtureConfig _apart = new() { Components = 2, Whitening = "columns" }, _together = new() { Components = 1, Covariance = "full", Whitening = "columns", Floor = 0.01 };

    Dataset Open(string path) => Dataset.Open(path, DataOptions.Parse([KeyValuePair.Create("as", "vectors"), KeyValuePair.Create("validation", "0.3")]));

    [Fact]
    public void The_score_is_the_mean_of_nats_and_the_normal_items_are_those_that_all_files_keep()
    {
        using var data = Open(Table("rows.csv", 500));
        Checkpoint first = Fit(data, _apart), second = Fit(data, _together, 90);
        var kept = Calibration.Of([first, second])!;
        Assert.Equal(90, kept.Items.Count);
        Assert.True(Calibration.Of(first)!.Items.Count > 100);
        var scorers = (EvidenceScorer[])[new(first), new(second), new((Checkpoint[])[first, second])];
        var (one, other, both) = (scorers[0].Score(data.Test), scorers[1].Score(data.Test), scorers[2].Score(data.Test));
        for (var i = 0; i < both.Length; i++)
        {
            Assert.Equal([one[i].Nats, other[i].Nats], both[i].ModelNats!);
            Assert.Equal((one[i].Nats + other[i].Nats) / 2, both[i].Nats);
        }
        // What files keep of shared items is what all find of them now.
        var measured = Calibration.Measure((Checkpoint[])[first, second], data.Validation.Sample(90))!;
        Assert.Equal(measured.Items, kept.Items);

        var detector = new Detector((Checkpoint[])[first, second], alpha: 0.05, names: ["apart", "together"]);
        Assert.Equal(90, detector.Test.Count);
        var verdicts = detector.Judge(data.Test, threads: 2);
        Assert.Equal(verdicts, detector.Judge(data.Test, threads: 1));
        // Each number is usual, and not beside the other.
        var odd = detector.Judge((ReadOnlySpan<float>)[1.5f, -150f, 0f]);
        Assert.True(odd.IsAbnormal);
        Assert.Equal("together", odd.Speaker);
        Assert.Contains("most of all to together", odd.Reason);
        Assert.Equal("", new Detector(first).Judge((ReadOnlySpan<float>)[1.5f, -150f, 0f]).Speaker);
    }

    [Fact]
    public void Files_are_read_and_ask_for_normal_items_where_they_share_none()
    {
        using Dataset data = Open(Table("some.csv", 200)), others = Open(Table("others.csv", 200, seed: 2));
        string Save(string name, Checkpoint checkpoint)
        {
            var path = Path.Combine(_folder, name);
            checkpoint.Save(path);
            return path;
        }

        var (first, second, third) = (Fit(data, _apart), Fit(data, _together), Fit(others, _together));
        var detector = Detector.Load([Save("apart.likely", first), Save("together.likely", second)]);
        Assert.Equal(["apart", "together"], detector.Models);
        Assert.Null(Calibration.Of([first, third]));
        Assert.Contains("in common", Assert.Throws<ModelException>(() => new Detector((Checkpoint[])[first, third])).Message);
        Assert.NotNull(new Detector((Checkpoint[])[first, third], Calibration.Measure((Checkpoint[])[first, third], data.Test)).Judge(data.Test));
        Assert.Throws<ModelException>(() => new Detector((Checkpoint[])[first, second], Calibration.Of(first)));
        Assert.Throws<ModelException>(() => new Detector(first, Calibration.Of([first, second])));
        first.Calibration = new Calibration(Calibration.Of(first)!.Items).ToText(); // as an older version wrote it
        Assert.Null(Calibration.Of([first, second]));
    }

    [Fact]
    public void Models_of_other_items_are_refused()
    {
        using var data = Open(Table("rows.csv", 200));
        var first = Fit(data, _apart);
        var narrow = new Checkpoint(_apart.Fit(new float[,] { { 1, 2 }, { 2, 3 }, { 4, 3 } }), [], data.Preprocessing);
        Assert.Contains("same items", Assert.Throws<ModelException>(() => new EvidenceScorer((Checkpoint[])[first, narrow])).Message);
        var elsewhere = new Checkpoint(first.Model, [], data.Preprocessing + " columns=b,c,d");
        Assert.Contains("other columns", Assert.Throws<ModelException>(() => new EvidenceScorer((Checkpoint[])[first, elsewhere], names: ["a", "b"])).Message);
        using var strokes = Dataset.Open("strokes", new DataOptions { Size = (1, 3), Binarize = Binarization.Threshold, Limit = 30 });
        var pictures = new Checkpoint(new MadeConfig { Hidden = 4 }.Build(strokes.Space, 0, 1), [], strokes.Preprocessing);
        Assert.Contains("b is one of", Assert.Throws<ModelException>(() => new EvidenceScorer((Checkpoint[])[first, pictures], names: ["a", "b"])).Message);
    }

    [Fact]
    public void Pictures_are_judged_by_several_in_every_regard()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Size = (6, 6), Levels = 4, Limit = 120 });
        Checkpoint Train(int kernel) => new Trainer(new GatedPixelCnnConfig { Channels = 4, Layers = 1, Kernel = kernel }, data, new TrainingOptions { Steps = 10, Batch = 16 }).Run();
        Checkpoint[] models = [Train(3), Train(5)];
        Assert.Equal(120, Calibration.Of(models)!.Items.Count); // of a formula the number is what tells an item
        foreach (var method in (DetectionMethod[])[DetectionMethod.Combined, DetectionMethod.Typicality, DetectionMethod.Complexity, DetectionMethod.Ratio])
        {
            var background = method == DetectionMethod.Ratio ? models[0] : null;
            var items = background is null ? null : new Calibration(new EvidenceScorer(models, background).Score(data.Validation), "median-edge-1");
            var verdicts = new Detector(models, items, method, 0.05, background).Judge(data.Test.Sample(10));
            Assert.All(verdicts, verdict => Assert.StartsWith("model ", verdict.Speaker));
        }
    }
}
