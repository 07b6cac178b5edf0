using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>What the tests of single models share: random batches, both faces of a model, and sums over all states.</summary>
static unsafe class TwoFaces
{
    public static SymbolBatch RandomBatch(Space space, int count, ulong seed)
    {
        var random = new Philox(seed, RandomPurpose.Test);
        var batch = new SymbolBatch(space, count);
        batch.Begin(count);
        var symbols = new int[space.Dimensions];
        for (var e = 0; e < count; e++)
        {
            for (var i = 0; i < symbols.Length; i++) symbols[i] = random.Below((ulong)e, (ulong)i, space.Levels);
            batch.Set(e, symbols);
        }
        return batch;
    }

    /// <summary>Moves every weight, so that biases count too. Masked entries stay zero.</summary>
    public static void Stir(AutoregressiveModel model, ulong seed, float size = 0.3f)
    {
        var random = new Philox(seed, RandomPurpose.Test, 1);
        var noise = new FloatBlock(model.Parameters.Length);
        var values = noise.Pointer;
        for (var i = 0L; i < model.Parameters.Length; i++) values[i] = size * (2 * random.Uniform(0, (ulong)i) - 1);
        model.Parameters.ClearMasked(values);
        for (var i = 0L; i < model.Parameters.Length; i++) model.Parameters.Values[i] += values[i];
        model.Parameters.Changed();
        GC.KeepAlive(noise);
    }

    public static int Offset(Space space, int dimension, int example, int batch)
        => (dimension / space.Symbols * batch + example) * space.Symbols + dimension % space.Symbols;

    /// <summary>Log-probabilities of all symbols by the parallel face, in the order of the batch.</summary>
    public static float[] Parallel(AutoregressiveModel model, SymbolBatch batch, int member = 0)
    {
        var logs = model.LogProbabilities(new Tape(), batch, 1, member);
        return new ReadOnlySpan<float>(logs.Data, batch.Count * batch.Space.Dimensions).ToArray();
    }

    /// <summary>The same by the stepwise face; with <paramref name="ask"/> every distribution is asked for first.</summary>
    public static float[] Stepwise(AutoregressiveModel model, SymbolBatch batch, int member = 0, bool ask = false)
    {
        var (space, count) = (batch.Space, batch.Count);
        var walk = model.Predict(count, batch.Labels, member);
        var logs = new float[count * space.Dimensions];
        var (symbols, log) = (new int[count], new float[count]);
        while (walk.Position < walk.Count)
        {
            var dimension = walk.DimensionAt(walk.Position);
            for (var e = 0; e < count; e++) symbols[e] = batch.Symbols.Pointer[Offset(space, dimension, e, count)];
            var probabilities = ask ? Laws.Faces.Probabilities(walk.Next()) : [];
            walk.Observe(symbols, log);
            for (var e = 0; e < count; e++)
            {
                logs[Offset(space, dimension, e, count)] = log[e];
                if (ask) Assert.Equal(Math.Exp(log[e]), probabilities[e * space.Levels + symbols[e]], 1e-5);
            }
        }
        return logs;
    }

    /// <summary>Both faces give the same bits, for several batch sizes, and an example's bits do not depend on its company.</summary>
    public static void AssertSameBits(AutoregressiveModel model, ulong seed = 1)
    {
        for (var member = 0; member < model.Members; member++)
        {
            var all = RandomBatch(model.Space, 17, seed);
            var whole = Parallel(model, all, member);
            foreach (var count in new[] { 1, 3, 17 })
            {
                var batch = RandomBatch(model.Space, count, seed);
                var parallel = Parallel(model, batch, member);
                AssertBits(parallel, Stepwise(model, batch, member), $"batch {count}, member {member}: parallel and stepwise differ");
                AssertBits(parallel, Stepwise(model, batch, member, ask: true), $"batch {count}, member {member}: asking changed the result");
                for (var e = 0; e < count; e++)
                    for (var d = 0; d < model.Space.Dimensions; d++)
                        Assert.True(whole[Offset(model.Space, d, e, 17)].Equals(parallel[Offset(model.Space, d, e, count)]),
                            $"member {member}, example {e}, symbol {d}: batch {count} and batch 17 differ");
            }
        }
    }

    public static void AssertBits(float[] expected, float[] actual, string message)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.True(BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]), $"{message} at {i}: {expected[i]:R} and {actual[i]:R}");
    }

    /// <summary>Sum of the probabilities of all states of a tiny space.</summary>
    public static double TotalProbability(AutoregressiveModel model, int member = 0)
    {
        var space = model.Space;
        var states = 1;
        for (var d = 0; d < space.Dimensions; d++) states *= space.Levels;
        var batch = new SymbolBatch(space, states);
        batch.Begin(states);
        var symbols = new int[space.Dimensions];
        for (var s = 0; s < states; s++)
        {
            for (int d = 0, rest = s; d < symbols.Length; d++, rest /= space.Levels) symbols[d] = rest % space.Levels;
            batch.Set(s, symbols);
        }
        var logs = Parallel(model, batch, member);
        var total = 0.0;
        for (var s = 0; s < states; s++)
        {
            var sum = 0.0;
            for (var d = 0; d < symbols.Length; d++) sum += logs[Offset(space, d, s, states)];
            total += Math.Exp(sum);
        }
        return total;
    }

    /// <summary>
    /// The loss's gradient against central differences of the same loss, its terms added up in double: along the gradient itself, where
    /// nothing is lost in the noise of single precision, and at sampled weights. <paramref name="kinks"/> is the share of weights that may
    /// differ because a rectified unit changes sides within the step.
    /// </summary>
    public static void AssertGradient(AutoregressiveModel model, int samples = 200, float step = 1e-2f, double tolerance = 2e-2, double kinks = 0, ulong seed = 3)
    {
        var batch = RandomBatch(model.Space, 5, seed);
        var parameters = model.Parameters;
        var memory = new FloatBlock(parameters.Length);
        var gradient = memory.Pointer;
        var tape = new Tape(recording: true) { ParameterGradients = memory };
        model.LogProbabilities(tape, batch);
        tape.Backward();
        parameters.ClearMasked(gradient);
        double largest = 0, squares = 0;
        for (var i = 0L; i < parameters.Length; i++) (largest, squares) = (Math.Max(largest, Math.Abs(gradient[i])), squares + (double)gradient[i] * gradient[i]);
        var start = new ReadOnlySpan<float>(parameters.Values, (int)parameters.Length).ToArray();

        var small = 2e-3 / Math.Sqrt(squares) * Math.Sqrt(step / 1e-2);
        var along = (LossAlong(small) - LossAlong(-small)) / (2 * small);
        LossAlong(0);
        Assert.True(Math.Abs(along - squares) <= tolerance / 2 * squares, $"along the gradient: squared norm {squares}, difference {along}, seed {seed}");

        var random = new Philox(seed, RandomPurpose.Test, 2);
        var (tried, failures) = (0, new List<string>());
        for (var s = 0; s < samples; s++)
        {
            var i = random.Below(0, (ulong)s, (int)parameters.Length);
            if (gradient[i] == 0) continue;
            tried++;
            var difference = (LossAt(i, start[i] + step) - LossAt(i, start[i] - step)) / (2.0 * step);
            LossAt(i, start[i]);
            if (Math.Abs(difference - gradient[i]) > tolerance * Math.Abs(difference) + 2e-3 * largest)
                failures.Add($"weight {i}: gradient {gradient[i]}, difference {difference}");
        }
        Assert.True(tried > samples / 10, $"only {tried} of {samples} sampled weights have a gradient");
        Assert.True(failures.Count <= kinks * tried, $"{failures.Count} of {tried}, seed {seed}: {string.Join("; ", failures.Take(5))}");
        GC.KeepAlive(memory);

        double LossAlong(double distance)
        {
            for (var i = 0L; i < parameters.Length; i++) parameters.Values[i] = (float)(start[i] + distance * gradient[i]);
            return Loss();
        }

        double LossAt(long index, float value)
        {
            parameters.Values[index] = value;
            return Loss();
        }

        double Loss()
        {
            parameters.Changed();
            var sum = 0.0;
            foreach (var log in Parallel(model, batch)) sum -= log;
            return sum;
        }
    }

    /// <summary>A named parameter's real values.</summary>
    public static float[] Values(AutoregressiveModel model, string name)
    {
        foreach (var parameter in model.Parameters.Parameters)
            if (parameter.Name == name) return parameter.ToArray();
        throw new ArgumentException($"no parameter '{name}'");
    }
}
