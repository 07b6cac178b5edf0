using System.Text;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Training;

/// <summary>Training on text, window by window with the state carried: it learns, and its bits do not depend on threads, or on a stop and a resumption.</summary>
public sealed class SequenceTrainingTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static CharRnnConfig Small => new() { Hidden = 16, Layers = 2, Context = 12, Dropout = 0.1 };

    string Text(int words = 3000)
    {
        var random = new Philox(1, RandomPurpose.Test);
        var text = new StringBuilder();
        string[] known = ["the ", "cat ", "sat ", "on ", "a ", "mat. "];
        for (var i = 0; i < words; i++) text.Append(known[random.Below(0, (ulong)i, known.Length)]);
        var path = Path.Combine(_folder, "text.txt");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    [Fact]
    public void It_learns_words_and_every_score_is_that_of_the_whole_sequence()
    {
        using var data = Dataset.Open(Text(), new DataOptions { Gap = 16 });
        var trainer = new Trainer(Small with { Hidden = 32, Dropout = 0 }, data, new TrainingOptions { Steps = 400, Batch = 16, LearningRate = 1e-2, Average = 0.9, Threads = 2 });
        var checkpoint = trainer.Run();
        Assert.Equal(Space.Sequence(12, 256), checkpoint.Density.Space);
        Assert.Equal("bytes", checkpoint.Assets[Checkpoint.Tokens]);
        Assert.InRange(checkpoint.Summary["validation_bits_per_dim"], 0.3, 1.3); // letters alone have some 3.2
        // Ragged, whole, in one thread or two, and step by step: one score.
        var test = data.Test;
        var kept = new float[0];
        var score = Evaluation.Score(checkpoint.Density, test, 1, each: (_, _, symbols) => kept = symbols.ToArray());
        Assert.Equal(score, Evaluation.Score(checkpoint.Density, test, 2));
        var item = new int[test.SpaceOf(0).Width];
        test.Read(0, item);
        var predictor = checkpoint.Density.Predict(1, extent: new Extent(1, 1, item.Length));
        var logs = new float[item.Length];
        predictor.Observe(item, logs);
        Assert.Equal(Array.ConvertAll(logs, log => -log), kept);
        var total = 0.0;
        foreach (var log in logs) total -= log;
        Assert.Equal(score[0], total);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void The_bits_are_the_same_for_any_threads_and_for_a_run_that_was_stopped(int stops)
    {
        using var data = Dataset.Open(Text(600), new DataOptions { Gap = 16 });
        var options = new TrainingOptions { Steps = 60, Batch = 20, LearningRate = 1e-2, ValidateEvery = 25, Seed = 3 };
        var whole = new Trainer(Small, data, options with { Threads = 1 }).Run().Identity();
        Assert.Equal(whole, new Trainer(Small, data, options with { Threads = 2 }).Run().Identity());
        var resume = Path.Combine(_folder, "x.resume");
        for (var sitting = 0; sitting < stops; sitting++)
        {
            using var stop = new CancellationTokenSource();
            var at = 60 * (sitting + 1) / (stops + 1) + 1;
            var trainer = new Trainer(Small, data, options with { Threads = 1 + sitting % 2 })
            {
                ResumePath = resume,
                Inspect = (step, loss) =>
                {
                    if (step == at) stop.Cancel();
                    return loss;
                },
            };
            Assert.Equal(sitting > 0, trainer.Resume());
            trainer.Run(stop.Token);
            Assert.True(trainer.Interrupted);
        }
        var last = new Trainer(Small, data, options) { ResumePath = resume };
        Assert.True(last.Resume());
        Assert.Equal(whole, last.Run().Identity());
    }

    // Whatever carries a past, stopped where a window ends, within one and where a segment does.
    public static TheoryData<string> Carrying => [.. ModelRegistry.Densities.Where(config => config is { CarriesPast: true, Window: not null }).Select(config => config.Name), "transformer-xl with token shift"];

    [Theory, MemberData(nameof(Carrying))]
    public void Every_model_that_carries_its_past_goes_on_from_a_file_with_the_same_bits(string name)
    {
        var config = ModelRegistry.FindDensity(name.Split(' ')[0]);
        string[] small = ["hidden=9", "layers=2", "channels=8", "heads=2", "stacks=1", "skip=8", "context=6", "memory=5", .. name.EndsWith("shift", StringComparison.Ordinal) ? ["token_shift=true"] : (string[])[]];
        config = ModelRegistry.With(config, small.Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1])).Where(pair => ModelRegistry.Keys(config).Any(key => key.Key == pair.Key)));
        using var data = Dataset.Open(Text(300), new DataOptions { Gap = 16 });
        var options = new TrainingOptions { Steps = 12, Batch = 20, ValidateEvery = 5, Seed = 3 };
        var whole = new Trainer(config, data, options with { Threads = 1 }).Run().Identity();
        Assert.Equal(whole, new Trainer(config, data, options with { Threads = 2 }).Run().Identity());
        var resume = Path.Combine(_folder, "carrying.resume");
        foreach (var at in new[] { 1, 4, 7, 0 })
        {
            using var stop = new CancellationTokenSource();
            var trainer = new Trainer(config, data, options)
            {
                ResumePath = resume,
                Inspect = (step, loss) =>
                {
                    if (step == at) stop.Cancel();
                    return loss;
                },
            };
            if (at != 1) RefuseDamaged(resume, whole, path => new Trainer(config, data, options) { ResumePath = path });
            Assert.Equal(at != 1, trainer.Resume());
            var trained = trainer.Run(stop.Token);
            if (at == 0) Assert.Equal(whole, trained.Identity());
        }
    }

    // A past that is longer, shorter, missing or of one lane too many says so, one that is no number goes back to where all were.
    void RefuseDamaged(string resume, string whole, Func<string, Trainer> begin)
    {
        foreach (var (words, change) in ((string, Func<float[], float[]>)[])[("longer", values => [.. values, 0]), ("shorter", values => values[..^1]), ("shorter", values => values[..1]), ("shorter", values => values[..(values.Length / 2)])])
            Refused(words, file => [.. file.Select(entry => entry.Values.Length > 0 && entry.Name.EndsWith("past.0", StringComparison.Ordinal) ? (entry.Name, change(entry.Values)) : entry)]);
        Refused("missing", file => [.. file.Where(entry => !entry.Name.Contains("past.", StringComparison.Ordinal))]);
        Refused("missing", file => [.. file.Select(entry => entry.Name.Contains("past.", StringComparison.Ordinal) ? (entry.Name, []) : entry)]);
        Refused("of others than", file => [.. file, .. file.Where(entry => entry.Name.EndsWith("past.7", StringComparison.Ordinal)).Select(entry => (entry.Name.Replace('7', '8'), entry.Values))]);
        foreach (var part in (string[])["last.past.3", "last.weights"])
            Assert.Equal(whole, RunWith(file => [.. file.Select(entry => entry.Name == part ? (part, (float[])[float.NaN, .. entry.Values[1..]]) : entry)]).Identity());
        Refused("no number", file => [.. file.Select(entry => entry.Name == "weights" ? (entry.Name, (float[])[float.NaN, .. entry.Values[1..]]) : entry)]);

        void Refused(string words, Func<(string Name, float[] Values)[], (string Name, float[] Values)[]> change)
        {
            var fault = Assert.ThrowsAny<Exception>(() => RunWith(change));
            Assert.True(fault is ModelException or UsageException && (fault.Message.Contains(words, StringComparison.Ordinal) || words == "shorter" && fault.Message.Contains("damaged", StringComparison.Ordinal)), fault.ToString());
        }

        Checkpoint RunWith(Func<(string Name, float[] Values)[], (string Name, float[] Values)[]> change)
        {
            var (read, path) = (Safetensors.Read(resume), resume + ".damaged");
            var entries = read.Entries.Select(entry =>
            {
                var values = new float[entry.Count];
                entry.CopyTo(values);
                return (entry.Name, values);
            });
            var damaged = new Safetensors();
            foreach (var (key, value) in read.Metadata) damaged.Metadata[key] = value;
            foreach (var (name, values) in change([.. entries])) damaged.Add(name, [values.Length], values);
            using (var stream = File.Create(path)) damaged.Write(stream);
            var trainer = begin(path);
            trainer.Resume();
            return trainer.Run();
        }
    }

    [Fact]
    public void A_run_that_is_stopped_within_steps_has_the_bits_of_one_that_is_not()
    {
        using var data = Dataset.Open(Text(600), new DataOptions { Gap = 16 });
        var options = new TrainingOptions { Steps = 400, Batch = 20, LearningRate = 1e-2, ValidateEvery = 150, Seed = 3, Threads = 2 };
        var whole = new Trainer(Small, data, options).Run().Identity();
        var resume = Path.Combine(_folder, "stopped.resume");
        for (var (sitting, interrupted) = (0, true); interrupted; sitting++)
        {
            using var stop = new CancellationTokenSource();
            var first = -1L;
            var clock = new Thread(() =>
            {
                while (Volatile.Read(ref first) < 0 && !stop.IsCancellationRequested) Thread.Yield();
                Thread.Sleep(1 + sitting % 5);
                stop.Cancel();
            });
            clock.Start();
            var trainer = new Trainer(Small, data, options)
            {
                ResumePath = resume,
                Inspect = (step, loss) =>
                {
                    Volatile.Write(ref first, step);
                    return loss;
                },
            };
            trainer.Resume();
            var trained = trainer.Run(sitting < 40 ? stop.Token : default);
            interrupted = trainer.Interrupted;
            Volatile.Write(ref first, 0);
            clock.Join();
            if (!interrupted) Assert.Equal(whole, trained.Identity());
        }
    }

    [Fact]
    public void A_loss_that_is_not_finite_sends_the_carried_past_back_as_well()
    {
        using var data = Dataset.Open(Text(600), new DataOptions { Gap = 16 });
        var options = new TrainingOptions { Steps = 40, Batch = 20, ValidateEvery = 10, Seed = 3, Threads = 1 };
        // With constant rates that halve at the fault, the run is the one that had the lower rate from the roll-back on.
        var bad = true;
        var fault = new Trainer(Small, data, options with { LearningRate = 1e-2 })
        {
            Inspect = (step, loss) =>
            {
                if (step != 15 || !bad) return loss;
                bad = false;
                return double.NaN;
            },
        };
        var again = new List<double>();
        var bits = fault.Run().Identity();
        Assert.False(bad);
        bad = true;
        Assert.Equal(bits, new Trainer(Small, data, options with { LearningRate = 1e-2, Threads = 2 })
        {
            Inspect = (step, loss) =>
            {
                if (step == 10) again.Add(loss);
                if (step != 15 || !bad) return loss;
                bad = false;
                return double.NaN;
            },
        }.Run().Identity());
        // The step after the roll-back point was taken twice, from the same weights and the same past.
        Assert.Equal(2, again.Count);
        Assert.Equal(again[0], again[1]);
    }

    [Fact]
    public void Grids_are_sequences_too_and_are_trained_in_windows()
    {
        using var tiny = new TinyTraining(40);
        var trainer = new Trainer(Small with { Dropout = 0 }, tiny.Data, new TrainingOptions { Steps = 30, Batch = 8, LearningRate = 1e-2, Threads = 2 });
        var positions = tiny.Data.Space.Positions;
        Assert.Equal(tiny.Data.Train.Count * (long)((positions + 11) / 12), trainer.TrainingExamples);
        var checkpoint = trainer.Run();
        Assert.Equal(tiny.Data.Space, checkpoint.Density.Space);
        Assert.InRange(checkpoint.Summary["validation_bits_per_dim"], 0, 1.1);
        Assert.Equal(positions, Walk.Sample(checkpoint.Density, 2)[0].Length);
    }

    [Fact]
    public void Labelled_texts_of_different_lengths_train_a_model_of_each_label()
    {
        // Two in three letters of a cat's are a, and one of a dog's.
        var random = new Philox(1, RandomPurpose.Test);
        foreach (var (label, share, length) in new[] { ("cat", 2, 900), ("dog", 1, 333) })
            for (var i = 0; i < 6; i++)
            {
                Directory.CreateDirectory(Path.Combine(_folder, "pets", label));
                File.WriteAllText(Path.Combine(_folder, "pets", label, $"{i}.txt"), string.Concat(Enumerable.Range(0, length + i).Select(p => random.Below((ulong)(share * 10 + i), (ulong)p, 3) < share ? 'a' : 'b')));
            }
        using var data = Dataset.Open(Path.Combine(_folder, "pets"), new DataOptions());
        var config = new WaveNetConfig { Layers = 3, Stacks = 1, Channels = 8, Skip = 12, Context = 20, Conditional = true };
        // 14 lanes of windows that are no multiple of them: some places of the last step are empty.
        var options = new TrainingOptions { Steps = 160, Batch = 14, LearningRate = 1e-2, Average = 0.9, ValidateEvery = 70, Seed = 2 };
        var trained = new Trainer(config, data, options with { Threads = 2 }).Run();
        using var stop = new CancellationTokenSource();
        var stopped = new Trainer(config, data, options with { Threads = 1 })
        {
            ResumePath = Path.Combine(_folder, "pets.resume"),
            Inspect = (step, loss) =>
            {
                if (step == 65) stop.Cancel();
                return loss;
            },
        };
        stopped.Run(stop.Token);
        Assert.True(stopped.Interrupted);
        var resumed = new Trainer(config, data, options) { ResumePath = stopped.ResumePath };
        Assert.True(resumed.Resume());
        Assert.Equal(trained.Identity(), resumed.Run().Identity());
        var model = trained.Density;
        Assert.Equal(8L, model.ReceptiveField);
        foreach (var (label, letter) in new[] { ("cat", 'a'), ("dog", 'b') })
        {
            var own = trained.ClassNames.ToList().IndexOf(label);
            int[] text = [.. Enumerable.Repeat((int)letter, 10)];
            Assert.InRange(Evaluation.Score(model, [text], [1 - own])[0] - Evaluation.Score(model, [text], [own])[0], 1, 10);
        }
    }

    [Fact]
    public void A_model_file_knows_its_alphabet_and_tokens_and_refuses_a_scale_it_does_not_know()
    {
        using var data = Dataset.Open(Text(600), new DataOptions { Gap = 16 });
        var checkpoint = new Trainer(Small, data, new TrainingOptions { Steps = 2, Batch = 4 }).Run();
        using var stream = new MemoryStream();
        checkpoint.Save(stream);
        var read = Checkpoint.Load(new MemoryStream(stream.ToArray()));
        Assert.Equal(checkpoint.Identity(), read.Identity());
        Assert.Equal(checkpoint.Density.Space, read.Model.Space);
        Assert.Equal(checkpoint.Assets, read.Assets);
        Assert.True(read.Model.Space.IsSequence);
    }
}
