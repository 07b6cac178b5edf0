using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Benchmarks;

/// <summary>
/// Whole training steps, scoring and sampling of every registered model but those of sequences with its default keys, on the built-in digits as 28 x 28
/// binary pixels, and of some models at larger sizes. A training step counts as three forward passes. Encoding takes the items that are
/// scored, decoding items that the model drew: the same work as scoring and sampling, and the coder's.
/// </summary>
public static class ModelBenchmarks
{
    const int Samples = 64, Scored = 256;

    static readonly (string Model, string[] Settings, int Batch)[] Larger = [("gated-pixelcnn", ["channels=64", "layers=12"], 32)];

    /// <summary>All models whose benchmarks' names <paramref name="wanted"/> accepts; a model is built when its turn comes.</summary>
    public static IEnumerable<Benchmark> All(int threads, Func<string, bool> wanted)
    {
        foreach (var config in ModelRegistry.Densities.Where(config => config.Published.Window is null))
            foreach (var benchmark in Of(config.Published, "", 64, threads, wanted)) yield return benchmark;
        foreach (var (model, settings, batch) in Larger)
        {
            var pairs = settings.Select(setting => new KeyValuePair<string, string>(setting.Split('=')[0], setting.Split('=')[1]));
            foreach (var benchmark in Of(ModelRegistry.With(ModelRegistry.FindDensity(model).Published, pairs), $" {string.Join(' ', settings)}", batch, threads, wanted)) yield return benchmark;
        }
    }

    static IEnumerable<Benchmark> Of(DensityConfig config, string size, int batch, int threads, Func<string, bool> wanted)
    {
        string step = $"training step {config.Name}{size}, batch {batch}", score = $"score {config.Name}{size}, {Scored} items", sample = $"sample {config.Name}{size}, {Samples} at once", single = $"sample {config.Name}{size}, one alone";
        string encode = $"encode {config.Name}{size}, {Scored} items", decode = $"decode {config.Name}{size}, {Samples} items";
        if (!new[] { step, score, encode, sample, decode, single }.Any(wanted)) yield break;
        using var data = Dataset.Open("strokes", DataOptions.Parse([new("binarize", "threshold"), new("limit", "1024")]));
        var model = config.Build(data.Space, data.ClassNames.Count, 1);
        var operations = 2 * model.MultiplyAdds;
        if (wanted(step))
        {
            var gradient = new GradientStep(model, data.Train, new ShuffledPlan(data.Train.Count, data.Space.Positions, batch, seed: 1), seed: 1, threads);
            var optimizer = new Optimizer(model.Parameters);
            yield return new Benchmark(step, 3 * operations * batch, batch, () =>
            {
                gradient.Compute(optimizer.Step);
                optimizer.Update(gradient.Gradients, 1e-4, threads);
            });
        }
        if (wanted(score))
        {
            var scorer = new Scorer(model, threads);
            yield return new Benchmark(score, operations * Scored, Scored, () => scorer.Score(data.Validation, Scored));
        }
        var sized = new SizedModel(model, model.Space);
        if (wanted(encode))
        {
            var block = new ItemBlock(sized, Scored, 1);
            var item = new int[model.Space.Dimensions];
            for (var i = 0; i < Scored; i++)
            {
                data.Validation.Read(i, item);
                block.Add(Array.ConvertAll(item, symbol => (byte)symbol), Math.Max(0, data.Validation.Label(i)));
            }
            var encoder = new BlockEncoder(threads, 0);
            yield return new Benchmark(encode, operations * Scored, Scored, () => encoder.Encode([block], null, default));
        }
        if (wanted(sample)) yield return new Benchmark(sample, operations * Samples, Samples, () => Walk.Sample(model, Samples, threads: threads));
        if (wanted(decode))
        {
            var drawn = Walk.Sample(model, Samples, threads: threads);
            var labels = new int[model.Classes > 0 ? Samples : 0];
            var block = new ItemBlock(sized, Samples, 1);
            foreach (var item in drawn) block.Add(Array.ConvertAll(item, symbol => (byte)symbol), 0);
            var stream = new BlockEncoder(threads, 0).Encode([block], null, default)[0];
            yield return new Benchmark(decode, operations * Samples, Samples, () => BlockDecoder.Decode(sized, stream.AsSpan(0, stream.Length - 4), Samples, labels, threads, 0, null, default));
        }
        if (wanted(single)) yield return new Benchmark(single, operations, 1, () => Walk.Sample(model, 1, threads: threads));
    }
}
