using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Benchmarks;

/// <summary>
/// Training steps, scoring, coding and drawing of every registered model of sequences, with its default keys and batch, on bytes of a made-up text, and of some at larger sizes.
/// Items of a second are symbols. A training step counts as three forward passes. Encoding and decoding take several
/// blocks side by side, as an archive does.
/// </summary>
public static class SequenceBenchmarks
{
    const int Length = 1 << 18, Drawn = 512, Scored = 4096, Blocks = 16, BlockLength = 512;

    static readonly (string Model, string[] Settings, int Batch)[] Larger =
    [
        ("char-rnn", ["hidden=512"], 50),
        ("transformer", ["layers=6", "heads=6", "channels=192", "context=256"], 32),
    ];

    static readonly string[][] Patterns = [[], ["attention=local"], ["attention=strided"], ["attention=strided", "merged=true"], ["attention=strided", "by_heads=true"], ["attention=fixed"], ["attention=fixed", "merged=true"], ["attention=fixed", "by_heads=true"]];

    /// <summary>How training steps of one text and drawing as many symbols grow with the context of a small Transformer, dense and sparse. Only measured when asked for by name.</summary>
    public static IEnumerable<Benchmark> Growth(int threads, Func<string, bool> wanted)
    {
        foreach (var pattern in Patterns)
            foreach (var context in new[] { 256, 1024, 4096, 16_384 })
            {
                string[] settings = ["layers=2", "heads=2", "channels=64", $"context={context}", .. pattern];
                foreach (var benchmark in Of(Config("transformer", settings), $" {string.Join(' ', settings[3..])}", 1, threads, wanted, "growth ", context)) yield return benchmark;
            }
    }

    /// <summary>All whose names <paramref name="wanted"/> accepts; a model is built when its turn comes.</summary>
    public static IEnumerable<Benchmark> All(int threads, Func<string, bool> wanted)
    {
        foreach (var config in ModelRegistry.Densities.Where(config => config.Published.Window is not null))
            foreach (var benchmark in Of(config.Published, "", config.LargestBatch, threads, wanted)) yield return benchmark;
        foreach (var (model, settings, batch) in Larger)
            foreach (var benchmark in Of(Config(model, settings), $" {string.Join(' ', settings)}", batch, threads, wanted)) yield return benchmark;
    }

    static DensityConfig Config(string model, string[] settings)
        => ModelRegistry.With(ModelRegistry.FindDensity(model).Published, settings.Select(setting => new KeyValuePair<string, string>(setting.Split('=')[0], setting.Split('=')[1])));

    static IEnumerable<Benchmark> Of(DensityConfig config, string size, int batch, int threads, Func<string, bool> wanted, string before = "", int drawn = Drawn)
    {
        string step = $"{before}training step {config.Name}{size}, {batch} x {config.Window}", sample = $"{before}sample {config.Name}{size}, {drawn} symbols of one text";
        string score = $"score {config.Name}{size}, {Scored} symbols", encode = $"encode {config.Name}{size}, {Blocks} x {BlockLength} symbols", decode = $"decode {config.Name}{size}, {Blocks} x {BlockLength} symbols";
        if (before.Length > 0 && !wanted(step) && !wanted(sample) || !new[] { step, score, encode, decode, sample }.Any(wanted)) yield break;
        var folder = Directory.CreateTempSubdirectory("likely-bench-");
        try
        {
            var path = Path.Combine(folder.FullName, "text.txt");
            File.WriteAllText(path, Text());
            using var data = Dataset.Open(path, new DataOptions());
            var model = (AutoregressiveModel)config.Build(data.Space, 0, 1);
            var operations = 2 * model.MultiplyAdds / data.Space.Positions; // a symbol
            if (wanted(step))
            {
                var plan = BatchPlan.For(config, data.Train, batch, seed: 1);
                var gradient = new GradientStep(model, data.Train, plan, seed: 1, threads);
                var optimizer = new Optimizer(model.Parameters);
                double symbols = batch * config.Window!.Value;
                yield return new Benchmark(step, 3 * operations * symbols, symbols, () =>
                {
                    gradient.Compute(optimizer.Step);
                    optimizer.Update(gradient.Gradients, 1e-4, threads);
                });
            }
            if (wanted(score))
            {
                var part = data.Train.InStretches(Scored);
                var scorer = new Scorer(model, threads);
                yield return new Benchmark(score, operations * Scored, Scored, () => scorer.Score(part, 1, withSymbols: false));
            }
            if (wanted(encode) || wanted(decode))
            {
                // What the model drew, so that no simpler code is shorter and taken instead.
                var blocks = Array.ConvertAll(Walk.Sample(model, Blocks, space: model.Space with { Extent = new Extent(1, 1, BlockLength) }, threads: threads),
                    drawn => (ReadOnlyMemory<byte>)Array.ConvertAll(drawn, symbol => (byte)symbol));
                var ends = Enumerable.Repeat(new[] { BlockLength }, Blocks).ToArray();
                byte[][] Encode() => SequenceBlocks.Encode(model, Tokens.Bytes, blocks, ends, null, default);
                const double Symbols = Blocks * BlockLength;
                if (wanted(encode)) yield return new Benchmark(encode, operations * Symbols, Symbols, () => Encode());
                if (wanted(decode))
                {
                    var streams = Array.ConvertAll(Encode(), stream => stream[..^4]); // without check sums
                    var counts = Enumerable.Repeat(BlockLength, Blocks).ToArray();
                    yield return new Benchmark(decode, operations * Symbols, Symbols, () => SequenceBlocks.Decode(model, Tokens.Bytes, streams, counts, null, default));
                }
            }
            if (wanted(sample))
            {
                var extent = model.Space with { Extent = new Extent(1, 1, drawn) };
                yield return new Benchmark(sample, operations * drawn, drawn, () => Walk.Sample(model, 1, space: extent, threads: threads));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Words of a language of 2,000, by Zipf's law.
    static string Text()
    {
        var random = new Philox(1, RandomPurpose.Sampling);
        var text = new StringBuilder(Length + 16);
        for (var word = 0UL; text.Length < Length; word++)
        {
            var rank = (ulong)Math.Pow(2000, random.UniformDouble(0, word));
            for (var letter = 0UL; letter < 2 + rank % 7; letter++) text.Append((char)('a' + random.Below(rank, letter, 26)));
            text.Append(rank % 11 == 0 ? '\n' : ' ');
        }
        return text.ToString();
    }
}
