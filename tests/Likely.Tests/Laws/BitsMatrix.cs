using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// One SHA-256 per registered model over what must have the same bits everywhere: weights after some training steps, samples,
/// log-probabilities in both faces, and archives; and one over a whole training with data, plan, averages and validation.
/// <c>.ci/bits</c> compares them between instruction sets, numbers of threads and kinds of processor (<see cref="BitsProgram"/>).
/// </summary>
public sealed class BitsMatrix
{
    const int Examples = 9, Steps = 2, Samples = 2;

    [Fact]
    public void The_same_bits_for_every_number_of_threads_and_in_every_culture()
    {
        IEnumerable<(string, string)> expected = [.. Hashes(1, null)];
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~" } };
        try
        {
            Assert.Equal(expected, Hashes(2, null));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>A name and its hash. The first call that names a folder leaves its archives there, later ones decode those.</summary>
    public static IEnumerable<(string Name, string Hash)> Hashes(int threads, string? archives)
    {
        foreach (var config in ModelRegistry.Densities)
        {
            var cases = LawCases.All.Where(c => c.Config.Name == config.Name && c.Space.Dimensions <= 60).ToArray();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var law in cases) Add(hash, law, threads, archives);
            yield return (config.Name, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        foreach (var config in ModelRegistry.All.OfType<FeatureConfig>())
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var one in FeatureCase.All.Where(one => one.Config.Name == config.Name)) Add(hash, one, threads);
            yield return (config.Name, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        yield return ("training", TrainingHash(threads));
    }

    // A model of features that is fitted, and what it makes of other rows.
    static void Add(IncrementalHash hash, FeatureCase one, int threads)
    {
        var model = one.Fit(threads);
        hash.AppendData(Convert.FromHexString(new Checkpoint(model, [], "as=vectors").Identity()));
        foreach (var value in model.Fitting.Values) hash.AppendData(BitConverter.GetBytes(value));
        float[] rows = [.. FeatureCase.Values(40, seed: 9).Cast<float>()], codes = new float[40 * model.Width];
        model.Encode(rows, 40, codes);
        model.TryDecode(codes, 40, rows);
        hash.AppendData(MemoryMarshal.AsBytes(codes.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(rows.AsSpan()));
    }

    // What a user's training goes through besides the model: drawn, resampled, mirrored and redrawn images, the plan's rates, averages and
    // validation, drop-out, the model file, and its samples, completions and scores.
    static string TrainingHash(int threads)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var data = Dataset.Open("strokes", DataOptions.Parse(new Dictionary<string, string> { ["size"] = "9x10", ["levels"] = "3", ["limit"] = "40", ["flip"] = "true" }));
        using var bits = Dataset.Open("strokes", DataOptions.Parse(new Dictionary<string, string> { ["crop"] = "8x8", ["binarize"] = "dynamic", ["limit"] = "40" }));
        foreach (var (set, config) in ((Dataset, DensityConfig)[])
            [(data, new GatedPixelCnnConfig { Channels = 8, Layers = 2, Kernel = 3, Dropout = 0.2, Conditional = true, Head = "softmax" }), (bits, new NadeConfig { Hidden = 12 })])
        {
            var options = new TrainingOptions { Steps = 8, Batch = 20, ValidateEvery = 3, WeightDecay = 0.01, Ridge = 1e-4, Average = 0.9, WarmUp = 2, Threads = threads };
            var trained = new Trainer(config, set, options).Run();
            hash.AppendData(Convert.FromHexString(trained.Identity()));
            hash.AppendData(MemoryMarshal.AsBytes(Evaluation.Score(trained.Density, set.Test, threads).AsSpan()));
            var samples = Walk.Sample(trained.Density, 6, seed: 3, threads: threads);
            bool[] known = [.. Enumerable.Range(0, samples[0].Length).Select(dimension => dimension < samples[0].Length / 2)];
            foreach (var drawn in (int[][])[.. samples, .. Walk.Complete(trained.Density, samples[0], known, 3, seed: 4, threads: threads)]) hash.AppendData(MemoryMarshal.AsBytes(drawn.AsSpan()));
        }
        AddText(hash, threads);
        AddPairs(hash, threads);
        AddTable(hash, threads);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // The same of a text: windows with a carried state, scores of whole files, continuations, and an archive of it.
    static void AddText(IncrementalHash hash, int threads)
    {
        using var folder = new TemporaryFolder();
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => $"{i * i % 23} é\n"));
        File.WriteAllText(folder["text.txt"], text);
        CharRnnConfig recurrent = new() { Hidden = 9, Layers = 2, Context = 11, Dropout = 0.2 };
        TransformerConfig transformer = new() { Channels = 12, Heads = 2, Layers = 2, Context = 11, Positions = "rotary", QueryKeyNorm = true, TokenShift = true };
        DeepTransformerConfig deep = new() { Channels = 12, Heads = 2, Layers = 2, Context = 11, Dropout = 0.2 };
        TransformerXlConfig remembering = new() { Channels = 12, Heads = 2, Layers = 2, Context = 11, Memory = 7, TokenShift = true };
        foreach (var (tokens, config, muon) in ((string, DensityConfig, double)[])[("bytes", recurrent, 0), ("characters", recurrent with { Embedding = 5 }, 0), ("characters", transformer, 0.02), ("characters", deep, 0), ("bytes", remembering, 0)])
        {
            using var data = Dataset.Open(folder["text.txt"], DataOptions.Parse(new Dictionary<string, string> { ["tokens"] = tokens, ["gap"] = "8" }));
            var trained = new Trainer(config, data, new TrainingOptions { Steps = 6, Batch = 20, ValidateEvery = 3, Average = 0.9, Muon = muon, Threads = threads }).Run();
            hash.AppendData(Convert.FromHexString(trained.Identity()));
            hash.AppendData(MemoryMarshal.AsBytes(Evaluation.Score(trained.Density, data.Test, threads).AsSpan()));
            foreach (var drawn in Walk.Sample(trained.Density, 3, seed: 3, threads: threads)) hash.AppendData(MemoryMarshal.AsBytes(drawn.AsSpan()));
            Archive.Compress(trained, [folder["text.txt"]], folder["text.lka"], new ArchiveOptions { Threads = threads, Overwrite = true, Verify = true });
            hash.AppendData(File.ReadAllBytes(folder["text.lka"]));
        }
    }

    // The same of a table, and an archive of it by an ensemble.
    static void AddTable(IncrementalHash hash, int threads)
    {
        using var folder = new TemporaryFolder();
        TableFiles.Write(folder["table.csv"], 300);
        using var data = Dataset.Open(folder["table.csv"], DataOptions.Default);
        var config = new MadeConfig { Hidden = 9, Masks = 2, Orderings = 2, Components = 2, Dropout = 0.2 };
        var trained = new Trainer(config, data, new TrainingOptions { Steps = 8, Batch = 20, ValidateEvery = 3, Average = 0.9, Threads = threads }).Run();
        hash.AppendData(Convert.FromHexString(trained.Identity()));
        hash.AppendData(MemoryMarshal.AsBytes(Evaluation.Score(trained.Density, data.All, threads).AsSpan()));
        foreach (var drawn in Walk.Sample(trained.Density, 6, seed: 3, threads: threads)) hash.AppendData(MemoryMarshal.AsBytes(drawn.AsSpan()));
        Archive.Compress(trained, [folder["table.csv"]], folder["table.lka"], new ArchiveOptions { Threads = threads, Overwrite = true, Verify = true });
        hash.AppendData(File.ReadAllBytes(folder["table.lka"]));
    }

    // The same of pairs: sources of different lengths, scores, draws and a search.
    static void AddPairs(IncrementalHash hash, int threads)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["pairs.tsv"], string.Concat(Enumerable.Range(0, 90).Select(i => $"{i * i}\té{i % 7}\n")));
        using var data = Dataset.Open(folder["pairs.tsv"], new DataOptions { As = Modality.Pairs, Tokens = TokenRule.Characters });
        var config = new ByteNetConfig { Channels = 9, Layers = 2, Stacks = 1, Dropout = 0.2 };
        var trained = new Trainer(config, data, new TrainingOptions { Steps = 6, Batch = 20, ValidateEvery = 3, Average = 0.9, Threads = threads }).Run();
        hash.AppendData(Convert.FromHexString(trained.Identity()));
        hash.AppendData(MemoryMarshal.AsBytes(Evaluation.Score(trained.Density, data.All, threads).AsSpan()));
        var (transduction, sources) = (new Transduction(trained, threads), Enumerable.Range(0, 9).Select(data.All.Source).ToArray());
        foreach (var found in transduction.Search(sources, 3, 12).Concat(transduction.Draw(sources, 2, 12)))
            foreach (var one in found)
            {
                hash.AppendData(MemoryMarshal.AsBytes(one.Symbols.AsSpan()));
                hash.AppendData(BitConverter.GetBytes(one.LogProbability));
            }
    }

    // An archive of samples and noise; it is decoded, and so is the one that another leg made.
    static byte[] Compress(LawCase law, AutoregressiveModel model, int threads, string? archives)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new Checkpoint(model, [.. Enumerable.Range(0, law.Classes).Select(i => $"{i}")], "");
        var input = IdxFiles.Write(folder.Path, "bits", law.Space, law.Examples(Examples), law.Labels(Examples));
        byte[] bytes = [];
        foreach (var batch in (int[])[1, 7, 64])
        {
            Archive.Compress(checkpoint, [input], folder["own.lka"], new ArchiveOptions { Threads = threads, Batch = batch, Overwrite = true, Verify = batch == 7 });
            var own = File.ReadAllBytes(folder["own.lka"]);
            Assert.True(bytes.Length == 0 || own.AsSpan().SequenceEqual(bytes), $"{law.Name}: another archive with batch {batch}");
            bytes = own;
        }
        if (archives is null) return bytes;
        var path = Path.Combine(archives, $"{string.Concat(law.Name.Where(char.IsLetterOrDigit))}.lka");
        if (!File.Exists(path)) File.WriteAllBytes(path, bytes);
        using var archive = ArchiveReader.Open(path);
        foreach (var batch in (int[])[1, 7, 64])
        {
            Archive.Decompress(archive, checkpoint, folder["out"], new ArchiveOptions { Threads = threads, Batch = batch, Overwrite = true });
            Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(folder["out/bits-images.idx"]));
        }
        return bytes;
    }

    static void Add(IncrementalHash hash, LawCase law, int threads, string? archives)
    {
        var model = law.Build();
        var steps = new ShardedSteps(model, 1, threads);
        for (var i = 0; i < Steps; i++)
        {
            var nats = steps.Step(law.Examples(Examples, (ulong)i), law.Labels(Examples), 1e-2f);
            hash.AppendData(BitConverter.GetBytes(nats));
        }
        foreach (var parameter in model.Parameters.Parameters) hash.AppendData(MemoryMarshal.AsBytes(parameter.ToArray().AsSpan()));
        if (law.Space.Levels <= 256 && law.Space.Columns is null) hash.AppendData(Compress(law, model, threads, archives)); // others are in no archive
        for (var member = 0; member < Math.Min(2, model.Members); member++)
        {
            var labels = law.Labels(Samples);
            var samples = Sample(hash, model, labels, member);
            foreach (var logs in Faces.Parallel(model, samples, labels, member)) hash.AppendData(MemoryMarshal.AsBytes(logs.AsSpan()));
        }
    }

    // Draws examples, adding the probabilities and log-probabilities met on the way.
    static int[][] Sample(IncrementalHash hash, AutoregressiveModel model, int[] labels, int member)
    {
        var random = new Philox(1, RandomPurpose.Sampling);
        var predictor = model.Predict(Samples, labels, member);
        var samples = new int[Samples][];
        for (var b = 0; b < Samples; b++) samples[b] = new int[model.Space.Dimensions];
        var (symbols, uniform, sampler) = (new int[Samples], new double[Samples], new Sampler(0.8f));
        var logs = new float[Samples];
        for (var step = 0; step < predictor.Count; step++)
        {
            var distributions = predictor.Next();
            var probabilities = Faces.Probabilities(distributions, 0.8f);
            for (var b = 0; b < Samples; b++) uniform[b] = random.UniformDouble((ulong)b, (ulong)step);
            sampler.Draw(distributions, uniform, symbols);
            for (var b = 0; b < Samples; b++) samples[b][predictor.DimensionAt(step)] = symbols[b];
            predictor.Observe(symbols, logs);
            hash.AppendData(MemoryMarshal.AsBytes(probabilities.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(logs.AsSpan()));
        }
        foreach (var sample in samples) hash.AppendData(MemoryMarshal.AsBytes(sample.AsSpan()));
        return samples;
    }
}
