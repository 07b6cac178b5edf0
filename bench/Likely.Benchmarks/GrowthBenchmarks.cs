using System.Globalization;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Benchmarks;

/// <summary>
/// How cost grows: training steps and sampling of Gated PixelCNN with one of image side, channels, layers and batch changed at a
/// time, the others at 28, 32, 7 and 64. Only measured when asked for by name.
/// </summary>
public static class GrowthBenchmarks
{
    const int Side = 28, Channels = 32, Layers = 7, Batch = 64;

    static readonly (int Side, int Channels, int Layers, int Batch)[] Sizes =
    [
        (14, Channels, Layers, Batch), (Side, Channels, Layers, Batch), (56, Channels, Layers, Batch),
        (Side, 16, Layers, Batch), (Side, 64, Layers, Batch),
        (Side, Channels, 3, Batch), (Side, Channels, 14, Batch),
        (Side, Channels, Layers, 1), (Side, Channels, Layers, 8), (Side, Channels, Layers, 256),
    ];

    /// <summary>The benchmarks whose names <paramref name="wanted"/> accepts.</summary>
    public static IEnumerable<Benchmark> All(int threads, Func<string, bool> wanted)
    {
        foreach (var (side, channels, layers, batch) in Sizes)
        {
            var size = string.Create(CultureInfo.InvariantCulture, $"{side}x{side}, {channels} channels, {layers} layers, batch {batch}");
            string step = $"growth training step {size}", sample = $"growth sample {size}";
            if (!wanted(step) && !wanted(sample)) continue;
            using var data = Dataset.Open("strokes", DataOptions.Parse([new("binarize", "threshold"), new("limit", "512"), new("size", $"{side}x{side}")]));
            var config = ModelRegistry.With(ModelRegistry.FindDensity("gated-pixelcnn").Published,
                [new("channels", channels.ToString(CultureInfo.InvariantCulture)), new("layers", layers.ToString(CultureInfo.InvariantCulture))]);
            var model = config.Build(Space.Image(side, side, 1, 2), 0, 1);
            var gradient = new GradientStep(model, data.Train, new ShuffledPlan(data.Train.Count, data.Space.Positions, batch, seed: 1), seed: 1, threads);
            var optimizer = new Optimizer(model.Parameters);
            if (wanted(step))
                yield return new Benchmark(step, 6 * model.MultiplyAdds * batch, batch, () =>
                {
                    gradient.Compute(optimizer.Step);
                    optimizer.Update(gradient.Gradients, 1e-4, threads);
                });
            if (wanted(sample)) yield return new Benchmark(sample, 2 * model.MultiplyAdds * batch, batch, () => Walk.Sample(model, batch, threads: threads));
        }
    }
}
