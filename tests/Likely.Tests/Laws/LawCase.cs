using Likely.Models;
using Likely.Tensors;

namespace Likely.Tests.Laws;

/// <summary>
/// A registered model in a tiny configuration on a tiny space. Built models get noise on every weight, so that biases and
/// zero-initialised layers take part in the laws.
/// </summary>
public sealed class LawCase(string name, DensityConfig config, Space space, int classes, bool dropout)
{
    public string Name { get; } = name;
    public DensityConfig Config { get; } = config;
    public Space Space { get; } = space;

    /// <summary>Classes of the labels; 0: no labels.</summary>
    public int Classes { get; } = classes;

    /// <summary>True if training drops units: losses then differ from scores.</summary>
    public bool Dropout { get; } = dropout;

    /// <summary>Number of possible examples, at most a billion.</summary>
    public double States => Math.Min(1e9, Enumerable.Range(0, Space.Dimensions).Aggregate(1.0, (states, d) => states * Space.AlphabetAt(d).Size));

    /// <summary>The model with noise of this deviation on its initial weights.</summary>
    public unsafe AutoregressiveModel Build(ulong seed = 1, double noise = 0.3)
    {
        var model = Config.Build(Space, Classes, seed);
        foreach (var parameter in model.Parameters.Parameters)
        {
            var random = new Philox(seed, RandomPurpose.Test, Philox.Hash(parameter.Name));
            for (var row = 0; row < parameter.Shape.Rows; row++)
                for (var output = 0; output < parameter.Outputs; output++)
                    if (parameter.Mask is null || parameter.Mask(row / parameter.Inputs, row % parameter.Inputs, output))
                        parameter.Data[(long)row * parameter.Stride + output] += (float)(noise * random.Normal((ulong)row, (ulong)output));
        }
        model.Parameters.Changed();
        return model;
    }

    /// <summary>Symbols as they are stored.</summary>
    public static byte[] Bytes(int[] symbols) => Array.ConvertAll(symbols, symbol => (byte)symbol);

    /// <summary>Random examples, symbols in item order.</summary>
    public int[][] Examples(int count, ulong stream = 0)
    {
        var random = new Philox(1, RandomPurpose.Test, stream);
        var examples = new int[count][];
        for (var i = 0; i < count; i++)
        {
            examples[i] = new int[Space.Dimensions];
            for (var d = 0; d < examples[i].Length; d++) examples[i][d] = random.Below((ulong)i, (ulong)d, Space.AlphabetAt(d).Size);
        }
        return examples;
    }

    /// <summary>A label an example; empty if there are no classes.</summary>
    public int[] Labels(int count)
    {
        var labels = new int[Classes == 0 ? 0 : count];
        for (var i = 0; i < labels.Length; i++) labels[i] = i % Classes;
        return labels;
    }

    /// <summary>What a failed law says, enough to build the model again.</summary>
    public override string ToString() => $"{Name} on {Space}, {Classes} classes, {ModelRegistry.ToJson(Config)}, seed 1";
}
