using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// log Z of a Boltzmann machine by annealed importance sampling (Neal 2001; Salakhutdinov and Murray 2008): chains go from a machine without weights, whose visible units are as likely as in the data, to the machine
/// itself, through p_t(v) = exp((1 - t) a v + t b v + sum softplus(t (c + v W))), and log Z is that of the first plus the log of the mean of exp(sum log p_t(v) - log p_(t-1)(v)). Temperatures lie as densely as
/// theirs: a thirtieth of them below t = 0.5, a quarter from there to 0.9, the rest above.
/// </summary>
/// <param name="machine">The machine.</param>
/// <param name="isGaussian">Whether its visible units are Gaussian.</param>
/// <param name="mean">The data's mean row.</param>
/// <param name="rows">Rows that it was made of.</param>
/// <param name="seed">Of what is drawn.</param>
sealed unsafe class Annealing(BoltzmannMachine machine, bool isGaussian, double[] mean, int rows, ulong seed)
{
    const int Piece = 25; // chains that go through together

    /// <summary>The estimate in nats, and what it lies between with three standard deviations of the mean weight.</summary>
    public (double Estimate, double Low, double High) Estimate(int chains, int temperatures, int threads, CancellationToken cancellation, Action<double>? progress)
    {
        var logs = new double[chains];
        ParallelShards.Run((chains + Piece - 1) / Piece, threads, (piece, _) => Walk(logs.AsSpan(piece * Piece, Math.Min(Piece, chains - piece * Piece)), piece * Piece, temperatures, cancellation, piece == 0 ? progress : null));
        var most = logs.Max();
        double sum = 0, squares = 0;
        foreach (var log in logs)
        {
            var weight = ExactMath.Exp(log - most);
            (sum, squares) = (sum + weight, squares + weight * weight);
        }
        var average = sum / chains;
        var deviation = Math.Sqrt(Math.Max(0, squares / chains - average * average) / Math.Max(1, chains - 1));
        var first = FirstLog() + most;
        return (first + ExactMath.Log(average), first + ExactMath.Log(Math.Max(average - 3 * deviation, average * 1e-6)), first + ExactMath.Log(average + 3 * deviation));
    }

    double[] Begin { get; } = Array.ConvertAll(mean, one => isGaussian ? one : BoltzmannMachine.LogOdds(one, rows));

    double FirstLog()
    {
        var log = machine.Weight.Outputs * ExactMath.Log(2);
        foreach (var one in Begin) log += isGaussian ? 0.5 * ExactMath.Log(2 * Math.PI) : Exponential.Softplus((float)one);
        return log;
    }

    static double Temperature(int step, int steps)
    {
        double few = steps / 30.0, some = steps / 4.0;
        return step <= few ? 0.5 * step / few : step <= few + some ? 0.5 + 0.4 * (step - few) / some : 0.9 + 0.1 * (step - few - some) / (steps - few - some);
    }

    void Walk(Span<double> logs, int first, int steps, CancellationToken cancellation, Action<double>? progress)
    {
        var (visible, tape, random) = (new Matrix(logs.Length, mean.Length), new Tape(), new Philox(seed, RandomPurpose.Sampling, Philox.Hash("annealing")));
        var inputs = Ops.Given(tape, visible);
        Blend(inputs, 0);
        BoltzmannMachine.Draw(inputs, visible.Data, visible.Stride, random, (0, first), 0, isGaussian);
        tape.Reset();
        for (var step = 1; step <= steps; step++)
        {
            if (step % 64 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke((double)step / steps);
            }
            double before = Temperature(step - 1, steps), now = Temperature(step, steps);
            var hidden = machine.Inputs(tape, visible);
            for (var i = 0; i < logs.Length; i++) logs[i] += Gain(hidden, i, visible[i], before, now);
            for (var i = 0; i < logs.Length; i++) Elementwise.Scale(hidden.Data + (long)i * hidden.Stride, (float)now, hidden.Stride);
            BoltzmannMachine.Draw(hidden, hidden.Data, hidden.Stride, random, (step, first), 0, isGaussian: false);
            var means = machine.Outputs(hidden);
            Blend(means, now);
            BoltzmannMachine.Draw(means, visible.Data, visible.Stride, random, (step, first), 1, isGaussian);
            tape.Reset();
        }
        GC.KeepAlive(visible);
    }

    // (1 - t) a + t x in every row.
    void Blend(Tensor x, double t)
    {
        for (var i = 0; i < x.Batch; i++)
        {
            var row = x.Data + (long)i * x.Stride;
            for (var d = 0; d < x.Channels; d++) row[d] = (float)((1 - t) * Begin[d] + t * row[d]);
        }
    }

    // log p_now(v) - log p_before(v).
    double Gain(Tensor hidden, int chain, ReadOnlySpan<float> visible, double before, double now)
    {
        var bias = machine.VisibleBias.Data;
        var gain = 0.0;
        for (var d = 0; d < visible.Length; d++)
            gain += (now - before) * (isGaussian ? 0.5 * ((visible[d] - Begin[d]) * (visible[d] - Begin[d]) - (visible[d] - bias[d]) * (double)(visible[d] - bias[d])) : visible[d] * (bias[d] - Begin[d]));
        return gain + RowErrors.SoftplusGain(hidden.Data + (long)chain * hidden.Stride, hidden.Channels, (float)before, (float)now);
    }
}
