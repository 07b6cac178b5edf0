using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// One SHA-256 per registered model over what must have the same bits everywhere: weights after some training steps, samples,
/// log-probabilities in both faces, and archives. With LIKELY_BITS_ARCHIVES naming a folder, the first leg leaves its archives there and the
/// others decode those. With LIKELY_BITS_OUT set, the hashes go to that file, one "model hash" a line after
/// the width of the hardware's vectors, and LIKELY_THREADS says how many threads train; <c>.ci/bits</c> compares them between instruction sets and numbers of threads.
/// </summary>
public sealed class BitsMatrix
{
    const int Examples = 9, Steps = 2, Samples = 2;

    [Fact]
    public void The_same_bits_for_every_instruction_set_and_number_of_threads()
    {
        var threads = int.Parse(Environment.GetEnvironmentVariable("LIKELY_THREADS") ?? "1", CultureInfo.InvariantCulture);
        var lines = new List<string>();
        foreach (var config in ModelRegistry.All)
        {
            var cases = LawCases.All.Where(c => c.Config.Name == config.Name && c.Geometry.Dimensions <= 60).ToArray();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var law in cases) Add(hash, law, threads);
            lines.Add($"{config.Name} {Convert.ToHexStringLower(hash.GetHashAndReset())}");
        }
        // Says what the leg really ran on: a switch that the runtime ignores would prove nothing.
        var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
        if (Environment.GetEnvironmentVariable("LIKELY_BITS_OUT") is { Length: > 0 } path) File.WriteAllLines(path, [$"vectors {width}", .. lines]);
        Assert.Equal(ModelRegistry.All.Count, lines.Count);
    }

    // An archive of samples and noise; it is decoded, and so is the one that another leg made.
    static byte[] Compress(LawCase law, DensityModel model, int threads)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new Checkpoint(model, [.. Enumerable.Range(0, law.Classes).Select(i => $"{i}")], "");
        var input = IdxFiles.Write(folder.Path, "bits", law.Geometry, law.Examples(Examples), law.Labels(Examples));
        byte[] bytes = [];
        foreach (var batch in (int[])[1, 7, 64])
        {
            Archive.Compress(checkpoint, [input], folder["own.lka"], new ArchiveOptions { Threads = threads, Batch = batch, Overwrite = true, Verify = batch == 7 });
            var own = File.ReadAllBytes(folder["own.lka"]);
            Assert.True(bytes.Length == 0 || own.AsSpan().SequenceEqual(bytes), $"{law.Name}: another archive with batch {batch}");
            bytes = own;
        }
        if (Environment.GetEnvironmentVariable("LIKELY_BITS_ARCHIVES") is not { Length: > 0 } kept) return bytes;
        var path = Path.Combine(kept, $"{string.Concat(law.Name.Where(char.IsLetterOrDigit))}.lka");
        if (!File.Exists(path)) File.WriteAllBytes(path, bytes);
        using var archive = ArchiveReader.Open(path);
        foreach (var batch in (int[])[1, 7, 64])
        {
            Archive.Decompress(archive, checkpoint, folder["out"], new ArchiveOptions { Threads = threads, Batch = batch, Overwrite = true });
            Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(folder["out/bits-images.idx"]));
        }
        return bytes;
    }

    static void Add(IncrementalHash hash, LawCase law, int threads)
    {
        var model = law.Build();
        var steps = new ShardedSteps(model, 1, threads);
        for (var i = 0; i < Steps; i++)
        {
            var nats = steps.Step(law.Examples(Examples, (ulong)i), law.Labels(Examples), 1e-2f);
            hash.AppendData(BitConverter.GetBytes(nats));
        }
        foreach (var parameter in model.Parameters.Parameters) hash.AppendData(MemoryMarshal.AsBytes(parameter.ToArray().AsSpan()));
        hash.AppendData(Compress(law, model, threads));
        for (var member = 0; member < Math.Min(2, model.Members); member++)
        {
            var labels = law.Labels(Samples);
            var samples = Sample(hash, model, labels, member);
            foreach (var logs in Faces.Parallel(model, samples, labels, member)) hash.AppendData(MemoryMarshal.AsBytes(logs.AsSpan()));
        }
    }

    // Draws examples, adding the probabilities and log-probabilities met on the way.
    static byte[][] Sample(IncrementalHash hash, DensityModel model, int[] labels, int member)
    {
        var random = new Philox(1, RandomPurpose.Sampling);
        var levels = model.Geometry.Levels;
        var predictor = model.Predict(Samples, labels, 0.8f, member);
        var samples = new byte[Samples][];
        for (var b = 0; b < Samples; b++) samples[b] = new byte[model.Geometry.Dimensions];
        var probabilities = new float[Samples * levels];
        var symbols = new byte[Samples];
        var logs = new float[Samples];
        for (var step = 0; step < predictor.Count; step++)
        {
            predictor.Next(probabilities);
            for (var b = 0; b < Samples; b++)
            {
                var rest = random.Uniform((ulong)b, (ulong)step);
                var symbol = 0;
                while (symbol < levels - 1 && (rest -= probabilities[b * levels + symbol]) >= 0) symbol++;
                samples[b][predictor.DimensionAt(step)] = symbols[b] = (byte)symbol;
            }
            predictor.Observe(symbols, logs);
            hash.AppendData(MemoryMarshal.AsBytes(probabilities.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(logs.AsSpan()));
        }
        foreach (var sample in samples) hash.AppendData(sample);
        return samples;
    }
}
