using Likely.Models;
using Likely.Tensors;

namespace Likely.Tests.Laws;

/// <summary>The same log-probabilities asked for in three ways: all at once, symbol by symbol, and grids in chunks of positions.</summary>
static unsafe class Faces
{
    /// <summary>Log-probabilities of all symbols, [example][dimension in item order], by one parallel pass.</summary>
    public static float[][] Parallel(AutoregressiveModel model, int[][] examples, int[] labels, int member = 0)
    {
        var tape = new Tape();
        var batch = Batch(model, examples, labels);
        return ToExamples(model.LogProbabilities(tape, batch, 1, member), model.Space);
    }

    /// <summary>The same by a predictor; <paramref name="ask"/> also calls Next at every step, as a sampler does.</summary>
    public static float[][] Stepwise(AutoregressiveModel model, int[][] examples, int[] labels, int member = 0, bool ask = false)
    {
        var predictor = model.Predict(examples.Length, labels, member);
        var logs = Array.ConvertAll(examples, example => new float[example.Length]);
        var symbols = new int[examples.Length];
        var surprise = new float[examples.Length];
        for (var step = 0; step < predictor.Count; step++)
        {
            var dimension = predictor.DimensionAt(step);
            for (var b = 0; b < symbols.Length; b++) symbols[b] = examples[b][dimension];
            if (ask) Probabilities(predictor.Next());
            predictor.Observe(symbols, surprise);
            for (var b = 0; b < symbols.Length; b++) logs[b][dimension] = surprise[b];
        }
        return logs;
    }

    /// <summary>The same by a grid's network in chunks of positions; symbols behind a chunk are not yet known.</summary>
    public static float[][] Chunked(GridModel model, int[][] examples, int[] labels, int chunk, StateObserver? observer = null)
    {
        var run = new Run(examples.Length, model.Space.Extent) { Labels = labels, Observer = observer };
        var input = run.Input = model.NewInput(run.Memory, model.Space.Positions, examples.Length);
        new Span<float>(input.Data, (int)input.Length).Clear();
        var batch = Batch(model, examples, labels);
        var (sub, row) = (model.Space.Symbols, examples.Length * model.Space.Symbols);
        var logs = new float[model.Space.Positions * row];
        for (var start = 0; start < model.Space.Positions; start += chunk)
        {
            var count = Math.Min(chunk, model.Space.Positions - start);
            for (var i = start * row; i < (start + count) * row; i++) model.SetInput(run, i / row, i / sub % examples.Length, i % sub, batch.Symbols.Pointer[i]);
            var result = Ops.LogProbabilities(model.Head, model.Forward(input, run.Next(start, count)), batch.Symbols.At(start * row), 1);
            new Span<float>(result.Data, count * row).CopyTo(logs.AsSpan(start * row));
        }
        var examplesLogs = Array.ConvertAll(examples, example => new float[example.Length]);
        for (var i = 0; i < logs.Length; i++) examplesLogs[i / sub % examples.Length][i / row * sub + i % sub] = logs[i];
        return examplesLogs;
    }

    /// <summary>The probabilities of all levels, [example, level].</summary>
    public static double[] Probabilities(SymbolDistributions distributions, float temperature = 1)
    {
        var (levels, cumulative) = (distributions.Head.Levels, distributions.NewCumulative());
        var probabilities = new double[distributions.Count * levels];
        for (var b = 0; b < distributions.Count; b++)
        {
            distributions.Begin(b, cumulative, temperature);
            cumulative.Probabilities(probabilities.AsSpan(b * levels, levels));
        }
        return probabilities;
    }

    public static SymbolBatch Batch(AutoregressiveModel model, int[][] examples, int[] labels)
    {
        var batch = new SymbolBatch(model.Space, examples.Length);
        batch.Begin(examples.Length);
        for (var b = 0; b < examples.Length; b++) batch.Set(b, examples[b], labels.Length == 0 ? -1 : labels[b]);
        return batch;
    }

    /// <summary>The log-likelihood of each example, in nats.</summary>
    public static double[] Totals(float[][] logs) => Array.ConvertAll(logs, example => example.Sum(log => (double)log));

    static float[][] ToExamples(Tensor logs, Space space)
    {
        if (logs.Positions != space.Positions || logs.Channels != space.Symbols)
            throw new InvalidOperationException($"log-probabilities of {space} came as {logs.Shape}");
        var examples = new float[logs.Batch][];
        for (var b = 0; b < logs.Batch; b++)
        {
            examples[b] = new float[space.Dimensions];
            for (var p = 0; p < logs.Positions; p++) logs.Row(p, b).CopyTo(examples[b].AsSpan(p * space.Symbols));
        }
        return examples;
    }
}
