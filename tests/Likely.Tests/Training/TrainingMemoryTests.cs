using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Training;

/// <summary>Memory that is counted beforehand is the memory that is taken, and what does not fit is refused with what would.</summary>
[Collection(nameof(Data.FfmpegTests.AloneCollection))] // what all threads hold is measured
public sealed class TrainingMemoryTests
{
    public static TheoryData<string> Cases => LawCases.Names();

    [Theory, MemberData(nameof(Cases))]
    public void A_tape_that_measures_counts_what_one_that_computes_takes(string name)
    {
        var law = LawCases.Find(name);
        // Of a model that sees a sequence in windows, no step holds more than one.
        var most = law.Build().Windows is var (length, _) ? length : int.MaxValue;
        foreach (var height in new[] { law.Space.Height, law.Space.Height * 7 })
        {
            if (height * law.Space.Width > most || height > 1 && law.Space.Columns is not null) continue;
            var (large, classes) = (new LawCase(law.Name, law.Config, law.Space with { Height = height }, law.Classes, law.Dropout), law.Classes);
            var (model, outline) = (large.Build(), large.Config.Outline(large.Space, classes));
            foreach (var recording in new[] { true, false })
            {
                var meter = new MemoryMeter();
                Tape real = new(recording) { Training = recording, ParameterGradients = new FloatBlock(model.Parameters.Length) }, measuring = new(recording, meter) { Training = recording };
                foreach (var count in new[] { 3, 2 })
                {
                    model.LogProbabilities(real, Longest(Faces.Batch(model, large.Examples(count), large.Labels(count))));
                    outline.LogProbabilities(measuring, SymbolBatch.Outline(large.Space, count));
                    foreach (var (tape, set) in new[] { (real, model.Parameters), (measuring, outline.Parameters) })
                    {
                        if (recording) tape.Backward();
                        if (recording) tape.FinishGradients(set);
                        tape.Reset();
                    }
                }
                Assert.Equal(real.Bytes, measuring.Bytes);
                Assert.Equal(real.Bytes, meter.Bytes);
            }
        }
    }

    public static TheoryData<string> Carrying => LawCases.Names(law => law.Config is { Window: not null, CarriesPast: true });

    [Theory, MemberData(nameof(Carrying))]
    public void A_window_that_carries_a_past_takes_what_was_counted_and_so_does_the_past(string name)
    {
        var law = LawCases.Find(name);
        // Windows of models that have some are trained on whole.
        if (law.Build().Windows is not null) law = new LawCase(law.Name, ModelRegistry.With(law.Config, [new("context", $"{law.Space.Positions}")]), law.Space, law.Classes, law.Dropout);
        var (model, outline) = (law.Build(), law.Config.Outline(law.Space, law.Classes));
        MemoryMeter meter = new(), pasts = new();
        Tape real = new(recording: true) { Training = true, ParameterGradients = new FloatBlock(model.Parameters.Length) }, measuring = new(true, meter) { Training = true };
        Run run = new(3), counted = new(3, Extent.Open, pasts);
        for (var window = 0; window < 2; window++)
        {
            model.LogProbabilities(real, Longest(Faces.Batch(model, law.Examples(3), law.Labels(3))), run: run);
            outline.LogProbabilities(measuring, SymbolBatch.Outline(law.Space, 3), run: counted);
            foreach (var tape in new[] { real, measuring })
            {
                tape.Backward();
                tape.Reset();
            }
        }
        Assert.Equal(real.Bytes, meter.Bytes);
        Assert.Equal(run.Memory.Bytes, pasts.Bytes);
        Assert.InRange(pasts.Bytes, 1, long.MaxValue);
    }

    // The longest sources are counted.
    static SymbolBatch Longest(SymbolBatch batch)
    {
        for (var i = 0; i < batch.Count && batch.Space.Source > 0; i++) batch.SetSource(i, new int[batch.Space.Source]);
        return batch;
    }

    [Fact]
    public void What_windows_carry_is_counted_for_all_lanes()
    {
        long Passes(int batch) => TrainingMemory.Of(new WaveNetConfig { Layers = 10, Stacks = 1, Channels = 64, Context = 8 }, Space.Sequence(8, 4), 0, batch, 1).Passes;
        // 1023 inputs of 64 numbers a lane, thrice, whatever else a shard of one example more takes.
        Assert.InRange(Passes(7) - Passes(6), 3 * 1023 * 64 * 4, 3 * 1023 * 64 * 4 + 20_000);
    }

    [Theory]
    [InlineData(150, 110), InlineData(20, 1000), InlineData(700, 130)]
    public void Scoring_a_large_example_takes_what_was_counted(int height, int width)
    {
        var law = LawCases.Find("gated-pixelcnn: binary");
        var large = new LawCase(law.Name, law.Config, law.Space with { Height = height, Width = width }, 0, false);
        var model = large.Build();
        var batch = Faces.Batch(model, large.Examples(1), []);
        model.LogProbabilities(new Tape(), batch); // what is made once
        var tape = new Tape();
        var before = GC.GetAllocatedBytesForCurrentThread();
        model.LogProbabilities(tape, batch);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        var counted = ScoringMemory.OfWorker(large.Config.Outline(large.Space, 0), large.Space, out _) - 12L * height * width; // the example and its scores
        Assert.InRange(counted, 0.93 * taken - 1e6, 1.02 * taken);
    }

    [Theory]
    [InlineData("gated-pixelcnn", "channels=24 layers=4", 24)]
    [InlineData("pixelcnn", "channels=8 layers=4 embedding=3", 24)]
    [InlineData("made", "hidden=700 layers=2", 100)]
    [InlineData("made", "hidden=500 masks=4 orderings=4", 64)]
    [InlineData("nade", "hidden=900", 60)]
    [InlineData("fvsbn", "", 100)]
    public void A_training_takes_what_was_counted(string name, string settings, int batch)
    {
        var config = ModelRegistry.With(ModelRegistry.FindDensity(name), settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=')).Select(pair => KeyValuePair.Create(pair[0], pair[1])));
        using var data = Dataset.Open("strokes", new DataOptions { Binarize = Binarization.Threshold, Limit = 200 });
        // Arrays that pools let go of meanwhile, as they do of what was idle for long, count as if the training had given them back: then it is looked at once more.
        foreach (var threads in new[] { 1, 2 })
            for (var looks = 1; !Look(threads, isLast: looks == 3); looks++) { }

        bool Look(int threads, bool isLast)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var trainer = new Trainer(config, data, new TrainingOptions { Steps = 3, Batch = batch, ValidateEvery = 2, Threads = threads });
            trainer.Run();
            var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
            var held = trainer.Memory.Total - trainer.Memory.Passing;
            // Members of an ensemble are counted as if all of them were turned round at once. A second thread takes its
            // part when it gets a piece of work, which a busy machine may not let it have.
            var least = threads > 1 ? 0 : name == "made" ? 0.8 : 0.95;
            var isSo = taken < 1.05 * held + 3e6 && taken > least * held - 3e6;
            Assert.True(isSo || !isLast, $"{name} {settings}, threads {threads}: counted {held / 1e6:0.0} MB, taken {taken / 1e6:0.0} MB");
            GC.KeepAlive(trainer);
            return isSo;
        }
    }

    [Theory]
    [InlineData(512, 512, 64, 22e9, "a batch of ")]
    [InlineData(512, 512, 64, 3e9, "a batch of ")]
    [InlineData(8192, 8192, 64, 22e9, "size=")]
    [InlineData(4096, 4096, 1, 22e9, "size=")]
    [InlineData(32, 32, 64, 1e7, "smaller")]
    public void What_does_not_fit_is_refused_with_what_would(int height, int width, int batch, double available, string way)
    {
        var space = Space.Image(height, width, 3, 256);
        var message = Assert.Throws<UsageException>(() => TrainingMemory.Require(new GatedPixelCnnConfig(), space, 0, batch, 2, (long)available)).Message;
        Assert.Contains($"{height} x {width}", message);
        Assert.Contains(MachineMemory.Text(available), message);
        Assert.Contains(way, message);
    }

    [Theory]
    [InlineData("patches=512x512", "(patches=256x256)")]
    [InlineData("size=512x512", "(size=256x256)")]
    [InlineData("", "(crop=256x256 or size=256x256)")]
    public void The_way_out_is_one_that_makes_these_data_smaller(string treatment, string way)
    {
        var message = Assert.Throws<UsageException>(() => TrainingMemory.Require(new GatedPixelCnnConfig(), Space.Image(512, 512, 3, 256), 0, 8, 2, 3_000_000_000, DataOptions.FromCanonical(treatment))).Message;
        Assert.Contains(way, message);
    }

    [Fact]
    public void An_embedding_of_255_on_a_large_picture_is_refused_or_fits()
    {
        var config = new GatedPixelCnnConfig { Embedding = 255 };
        var space = Space.Image(4096, 4096, 1, 256);
        Assert.Contains("not possible", Assert.Throws<UsageException>(() => TrainingMemory.Require(config, space, 0, 1, 1, long.MaxValue)).Message);
        var small = TrainingMemory.Require(config, space with { Height = 64, Width = 64 }, 0, 1, 1, long.MaxValue);
        Assert.InRange(small.Total, 1L << 20, 1L << 32);
    }

    [Fact]
    public void Counting_takes_moments_and_next_to_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var memory = TrainingMemory.Of(new GatedPixelCnnConfig { Channels = 256, Layers = 60 }, Space.Image(8192, 8192, 3, 256), 0, 64, 8);
        Assert.InRange(memory.Total, 1L << 45, 1L << 55);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 26);
        Assert.True(MachineMemory.Available() > 0);
    }

    [Fact]
    public void A_forecast_is_about_right_and_ends_when_asked()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Binarize = Binarization.Threshold, Limit = 200 });
        var config = new GatedPixelCnnConfig { Channels = 8, Layers = 2 };
        var forecast = TrainingForecast.Measure(config, data, new TrainingOptions { Steps = 7, Batch = 16 }, samples: 4);
        Assert.Equal((16, 7L), (forecast.Batch, forecast.Plan.Total));
        Assert.Equal(config.Build(Space.Image(28, 28, 1, 2), 0, 1).Parameters.Count, forecast.Parameters);
        Assert.All([forecast.StepSeconds, forecast.ValidationSeconds, forecast.SheetSeconds], seconds => Assert.InRange(seconds, 1e-6, 600));
        Assert.ThrowsAny<OperationCanceledException>(() => TrainingForecast.Measure(config, data, new TrainingOptions { Steps = 7 }, cancellation: new CancellationToken(canceled: true)));
    }
}
