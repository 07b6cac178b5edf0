using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Steps of minimal loss hashing. With codes of -1 and 1 the loss of a pair is at most max over (g, g') of [loss(bits in which they differ) + g' W x + g'' W x'] - h' W x - h'' W x' over the length of W x, h being the codes themselves. The maximum
/// is found by how many bits differ: bit k differing gains |u_k - v_k| - |u_k + v_k| over not differing, so for each number of bits the best ones are the first of these in descending order. Half of the pairs of a step are similar.
/// </summary>
sealed class MinimalLossDescent
{
    readonly MinimalLossConfig _config;
    readonly double[][] _inputs, _steps;
    readonly (int, int)[] _similar, _others;
    readonly Philox _random;

    public MinimalLossDescent(MinimalLossConfig config, double[][] inputs, (int, int)[] similar, (int, int)[] others, ulong seed)
    {
        (_config, _inputs, _similar, _others) = (config, inputs, similar, others);
        _random = new Philox(seed, RandomPurpose.Shuffle, Philox.Hash("mlh.pairs"));
        var start = new Philox(seed, RandomPurpose.Initialization, Philox.Hash("mlh.weights"));
        var width = inputs[0].Length;
        (Weights, _steps) = (new double[config.Bits][], new double[config.Bits][]);
        for (var k = 0; k < Weights.Length; k++)
        {
            (Weights[k], _steps[k]) = (new double[width], new double[width]);
            for (var c = 0; c < width - 1; c++) Weights[k][c] = start.Normal((ulong)k, (ulong)c) / Math.Sqrt(width - 1);
        }
    }

    /// <summary>W with thresholds behind, [bits][inputs].</summary>
    public double[][] Weights { get; }

    /// <summary>Half the mean loss of similar pairs and half that of others.</summary>
    public double Loss => (Mean(_similar, distance => LossOf(distance, true)) + Mean(_others, distance => LossOf(distance, false))) / 2;

    /// <summary>Bits that pairs differ in on average.</summary>
    public double MeanDistance((int, int)[] pairs) => Mean(pairs, distance => distance);

    // Of at most some 10,000 of them.
    double Mean((int, int)[] pairs, Func<int, double> of)
    {
        const int Most = 10000;
        var (sum, count) = (0.0, 0);
        double[] u = new double[Weights.Length], v = new double[Weights.Length];
        for (var n = 0; n < pairs.Length; n += Math.Max(1, pairs.Length / Most), count++)
        {
            Project(pairs[n].Item1, u);
            Project(pairs[n].Item2, v);
            sum += of(Differing(u, v));
        }
        return count == 0 ? 0 : sum / count;
    }

    public void Run(Action<double> progress, CancellationToken cancellation)
    {
        int bits = Weights.Length, width = _inputs[0].Length;
        double[] u = new double[bits], v = new double[bits], gain = new double[bits];
        var (order, gradient) = (new int[bits], new double[bits][]);
        for (var k = 0; k < bits; k++) gradient[k] = new double[width];
        for (var step = 0; step < _config.Iterations; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var row in gradient) Array.Clear(row);
            for (var n = 0; n < _config.Batch; n++)
            {
                var isSimilar = _others.Length == 0 || _similar.Length > 0 && n % 2 == 0;
                var (i, j) = isSimilar ? Draw(_similar, step, n) : Draw(_others, step, n);
                Project(i, u);
                Project(j, v);
                Ascend(u, v, i, j, isSimilar, gain, order, gradient);
            }
            for (var k = 0; k < bits; k++)
                for (var c = 0; c < width; c++)
                {
                    var change = _config.Momentum * _steps[k][c] + _config.Rate * (gradient[k][c] / _config.Batch - _config.Decay * Weights[k][c]);
                    _steps[k][c] = change;
                    Weights[k][c] += change;
                }
            if (step % 64 == 63) progress((step + 1.0) / _config.Iterations);
        }
    }

    // gradient += h x' + h' x'' - g x' - g' x'', with (g, g') the codes that are worst.
    void Ascend(double[] u, double[] v, int i, int j, bool isSimilar, double[] gain, int[] order, double[][] gradient)
    {
        var bits = u.Length;
        for (var k = 0; k < bits; k++) (gain[k], order[k]) = (-(Math.Abs(u[k] - v[k]) - Math.Abs(u[k] + v[k])), k);
        Array.Sort(gain, order);
        var (best, differing, sum) = (LossOf(0, isSimilar), 0, 0.0);
        for (var m = 1; m <= bits; m++)
        {
            sum -= gain[m - 1];
            if (LossOf(m, isSimilar) + sum > best) (best, differing) = (LossOf(m, isSimilar) + sum, m);
        }
        for (var m = 0; m < bits; m++)
        {
            var k = order[m];
            double h = Sign(u[k]), other = Sign(v[k]);
            var (g, g2) = m < differing ? (Sign(u[k] - v[k]), -Sign(u[k] - v[k])) : (Sign(u[k] + v[k]), Sign(u[k] + v[k]));
            if (h != g) Add(gradient[k], _inputs[i], h - g);
            if (other != g2) Add(gradient[k], _inputs[j], other - g2);
        }
    }

    double LossOf(int differing, bool isSimilar)
    {
        var radius = _config.Radius * Weights.Length;
        return isSimilar ? Math.Max(0, differing - radius + 1) : _config.Repulsion * Math.Max(0, radius - differing + 1);
    }

    (int, int) Draw((int, int)[] pairs, int step, int n) => pairs[_random.Below((ulong)step, (ulong)n, pairs.Length)];

    void Project(int row, double[] result)
    {
        var input = _inputs[row];
        for (var k = 0; k < result.Length; k++)
        {
            var (sum, weights) = (0.0, Weights[k]);
            for (var c = 0; c < input.Length; c++) sum += weights[c] * input[c];
            result[k] = sum;
        }
    }

    static int Differing(double[] u, double[] v)
    {
        var count = 0;
        for (var k = 0; k < u.Length; k++)
            if (u[k] >= 0 != v[k] >= 0) count++;
        return count;
    }

    static void Add(double[] target, double[] values, double factor)
    {
        for (var c = 0; c < target.Length; c++) target[c] += factor * values[c];
    }

    static double Sign(double x) => x >= 0 ? 1 : -1;
}
