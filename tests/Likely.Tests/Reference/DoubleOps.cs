using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;

namespace Likely.Tests.Reference;

/// <summary>
/// The operations' formulas in double precision, for values and central differences. Arrays are without padding, [T, B, C] and
/// [taps, inputs, outputs]. Written from the papers' formulas, not from the kernels.
/// </summary>
static class DoubleOps
{
    /// <summary>Convolution or linear map; <paramref name="start"/> holds a bias (one row) or whole results to continue.</summary>
    public static double[] Convolution(ConvolutionShape s, double[] x, double[] weights, double[]? start)
    {
        var y = new double[s.Positions * s.Batch * s.Outputs];
        for (var i = 0; i < y.Length; i++)
        {
            var (n, b, p) = (i % s.Outputs, i / s.Outputs % s.Batch, i / s.Outputs / s.Batch);
            y[i] = start is null ? 0 : start[i % start.Length];
            for (var t = 0; t < s.Taps.Length; t++)
                if (s.Source(p, t) is { } q)
                    for (var k = 0; k < s.Inputs; k++)
                        y[i] += x[(q * s.Batch + b) * s.Inputs + k] * weights[(t * s.Inputs + k) * s.Outputs + n];
        }
        return y;
    }

    /// <summary>Queries and keys of contents and of distances, side by side in each head, and values; pairs of a head of d turn by p 10000^(-2i/d).</summary>
    public static double[] RelativeKeys(int batch, int heads, int size, double[] x, int[]? before)
    {
        var (channels, pairs) = (heads * size, size / 2);
        var y = new double[x.Length / 4 * 5];
        for (var row = 0; row < x.Length / 4 / channels; row++)
        {
            var position = row / batch + (before?[row % batch] ?? 0);
            double X(int part, int h, int c) => x[(row * 4 + part) * channels + h * size + c];
            for (var h = 0; h < heads; h++)
                for (var c = 0; c < size; c++)
                {
                    int query = row * 5 * channels + 2 * h * size + c, key = query + 2 * channels;
                    (y[query], y[key], y[(row * 5 + 4) * channels + h * size + c]) = (X(0, h, c), X(2, h, c), X(3, h, c));
                    if (c >= 2 * pairs) continue;
                    var angle = position * Math.Pow(10_000, -2.0 * (c % pairs) / size);
                    (double first, double second) = (X(1, h, c % pairs), X(1, h, c % pairs + pairs));
                    y[query + size] = c < pairs ? first * Math.Cos(angle) - second * Math.Sin(angle) : second * Math.Cos(angle) + first * Math.Sin(angle);
                    y[key + size] = c < pairs ? Math.Cos(angle) : Math.Sin(angle);
                }
        }
        return y;
    }

    /// <summary>The first half of the channels from one position before.</summary>
    public static double[] ShiftHalf(int batch, int channels, double[] before, double[] x)
    {
        double[] all = [.. before, .. x];
        return [.. Enumerable.Range(0, x.Length).Select(i => i % channels < channels / 2 ? all[i] : x[i])];
    }

    /// <summary>tanh(a + ca) * sigmoid(b + cb) for rows [a, b] of 2C values.</summary>
    public static double[] Gate(int batch, int channels, double[] x, double[]? condition)
    {
        var y = new double[x.Length / 2];
        for (var i = 0; i < y.Length; i++)
        {
            var (n, row) = (i % channels, i / channels);
            var a = x[row * 2 * channels + n];
            var b = x[row * 2 * channels + channels + n];
            if (condition is not null)
            {
                a += condition[row % batch * 2 * channels + n];
                b += condition[row % batch * 2 * channels + channels + n];
            }
            y[i] = Math.Tanh(a) * Sigmoid(b);
        }
        return y;
    }

    /// <summary>Causal attention over x = [past, new positions], rows of queries, keys and values; what the new positions become.</summary>
    public static double[] Attention(int batch, int heads, int size, double[] x, double[] past, Func<int, int, bool>? sees = null, int keyWidth = 1, Func<int, int, bool>? seenByOthers = null)
    {
        var (channels, keys, row) = (heads * size, keyWidth * heads * size, batch * (2 * keyWidth + 1) * heads * size);
        double[] all = [.. past, .. x];
        var (before, positions) = (past.Length / row, all.Length / row);
        var y = new double[x.Length / (2 * keyWidth + 1)];
        double At(int position, int b, int part, int h, int c) => all[position * row + b * row / batch + part * keys + h * (part < 2 ? keyWidth : 1) * size + c];
        for (var t = before; t < positions; t++)
            for (var b = 0; b < batch; b++)
                for (var h = 0; h < heads; h++)
                {
                    var weights = new double[t + 1];
                    var own = h < heads / 2 ? sees : seenByOthers ?? sees;
                    for (var j = 0; j <= t; j++)
                    {
                        if (own is not null && !own(t, j)) continue;
                        for (var c = 0; c < keyWidth * size; c++) weights[j] += At(t, b, 0, h, c) * At(j, b, 1, h, c);
                        weights[j] = Math.Exp(weights[j] / Math.Sqrt(size));
                    }
                    for (var c = 0; c < size; c++)
                        for (var j = 0; j <= t; j++) y[((t - before) * batch + b) * channels + h * size + c] += weights[j] / weights.Sum() * At(j, b, 2, h, c);
                }
        return y;
    }

    /// <summary>Normalised rows; without a bias they are not centred.</summary>
    public static double[] Normalize(int channels, double[] x, double[] gain, double[]? bias)
    {
        var y = new double[x.Length];
        for (var row = 0; row < x.Length; row += channels)
        {
            var mean = bias is null ? 0 : x.Skip(row).Take(channels).Average();
            var scale = 1 / Math.Sqrt(x.Skip(row).Take(channels).Average(value => (value - mean) * (value - mean)) + 1e-5);
            for (var c = 0; c < channels; c++) y[row + c] = (x[row + c] - mean) * scale * gain[c] + (bias?[c] ?? 0);
        }
        return y;
    }

    /// <summary>h of LSTM cells [T, B, H] from z [T, B, 4H], gates i, f, o, g, and a state before the first position; null: zeros.</summary>
    public static double[] Lstm(int batch, int units, double[] z, double[] weight, float[]? hidden, float[]? cell)
    {
        double[] h = new double[z.Length / 4], c = new double[z.Length / 4];
        for (var i = 0; i < h.Length; i++)
        {
            var (n, row) = (i % units, i / units);
            Span<double> sums = [0, 0, 0, 0];
            for (var gate = 0; gate < 4; gate++)
            {
                sums[gate] = z[(row * 4 + gate) * units + n];
                for (var k = 0; k < units; k++) sums[gate] += Before(h, hidden, row, k) * weight[(k * 4 + gate) * units + n];
            }
            c[i] = Sigmoid(sums[1]) * Before(c, cell, row, n) + Sigmoid(sums[0]) * Math.Tanh(sums[3]);
            h[i] = Sigmoid(sums[2]) * Math.Tanh(c[i]);
        }
        return h;

        double Before(double[] values, float[]? state, int row, int unit)
            => row >= batch ? values[(row - batch) * units + unit] : state is null ? 0 : state[row * units + unit];
    }

    /// <summary>Multiplicative cells: the sums go on with U of factors times V h.</summary>
    public static double[] MultiplicativeLstm(int batch, int units, double[] z, double[] factors, double[] inner, double[] weight, float[]? hidden, float[]? cell)
    {
        double[] h = [], c = Array.ConvertAll(cell ?? new float[batch * units], value => (double)value), before = Array.ConvertAll(hidden ?? new float[batch * units], value => (double)value);
        for (var row = 0; row < factors.Length / units; row += batch)
        {
            var sums = z[(row * 4 * units)..((row + batch) * 4 * units)];
            var next = new double[batch * units];
            for (var b = 0; b < batch; b++)
            {
                var m = new double[units];
                for (var n = 0; n < units; n++)
                    for (var k = 0; k < units; k++) m[n] += factors[(row + b) * units + n] * before[b * units + k] * inner[k * units + n];
                for (var n = 0; n < units; n++)
                {
                    double Sum(int gate) => sums[(b * 4 + gate) * units + n] + Enumerable.Range(0, units).Sum(k => m[k] * weight[(k * 4 + gate) * units + n]);
                    c[b * units + n] = Sigmoid(Sum(1)) * c[b * units + n] + Sigmoid(Sum(0)) * Math.Tanh(Sum(3));
                    next[b * units + n] = Sigmoid(Sum(2)) * Math.Tanh(c[b * units + n]);
                }
            }
            h = [.. h, .. next];
            before = next;
        }
        return h;
    }

    /// <summary>Log-probabilities of symbols [rows, S] under parameters [rows, outputs] of a head.</summary>
    public static double[] LogProbabilities(Head head, double[] parameters, int[] symbols)
    {
        var (logs, sub, outputs, twin) = (new double[symbols.Length], head.Symbols, head.Outputs, HeadCases.Of(head).Twin);
        for (var r = 0; r * sub < symbols.Length; r++)
        {
            var row = parameters.AsSpan(r * outputs, outputs);
            var observed = symbols.AsSpan(r * sub, sub);
            for (var s = 0; s < sub; s++) logs[r * sub + s] = twin(head, row, observed, s);
        }
        return logs;
    }

    /// <summary>
    /// NADE's logits (Larochelle and Murray 2011, eq. 3 to 5), [T, B, S], for binary symbols [T, B, S]: every hidden unit anew for every
    /// variable. W and V are [D, H].
    /// </summary>
    public static double[] Nade(int[] order, int subPositions, int batch, int[] symbols, double[] w, double[] v, double[] visible, double[] hidden)
    {
        var logits = new double[symbols.Length];
        for (var b = 0; b < batch; b++)
            for (var k = 0; k < order.Length; k++)
            {
                var logit = visible[order[k]];
                for (var h = 0; h < hidden.Length; h++)
                {
                    var sum = hidden[h];
                    for (var before = 0; before < k; before++) sum += w[order[before] * hidden.Length + h] * symbols[At(order[before], b)];
                    logit += v[order[k] * hidden.Length + h] * Sigmoid(sum);
                }
                logits[At(order[k], b)] = logit;
            }
        return logits;

        int At(int variable, int example) => (variable / subPositions * batch + example) * subPositions + variable % subPositions;
    }

    /// <summary>
    /// A masked linear map (Germain et al. 2015, eq. 13): rows of x and of the result are in sorted order, weights and degrees in natural
    /// order; an input feeds the outputs of at least its degree.
    /// </summary>
    public static double[] Masked(int[] inputDegrees, int[] outputDegrees, int[] inputOrder, int[] outputOrder, double[] x, double[] weights, double[]? bias)
    {
        int inputs = inputDegrees.Length, outputs = outputDegrees.Length;
        var y = new double[x.Length / inputs * outputs];
        for (var i = 0; i < y.Length; i++)
        {
            var (row, output) = (i / outputs, outputOrder[i % outputs]);
            y[i] = bias is null ? 0 : bias[output];
            for (var r = 0; r < inputs; r++)
                if (inputDegrees[inputOrder[r]] <= outputDegrees[output]) y[i] += x[row * inputs + r] * weights[inputOrder[r] * outputs + output];
        }
        return y;
    }

    /// <summary>log of the joint probability of the first channels of a pixel (Salimans et al. 2017, eq. 2 and 3).</summary>
    public static double Mixture(ReadOnlySpan<double> row, int components, ReadOnlySpan<int> symbols, int levels = 256)
    {
        var joint = new double[components];
        var normalizer = LogSumExp(row[..components]);
        Span<double> value = stackalloc double[symbols.Length];
        for (var c = 0; c < symbols.Length; c++) value[c] = 2.0 * symbols[c] / (levels - 1) - 1;
        for (var k = 0; k < components; k++)
        {
            joint[k] = row[k] - normalizer;
            for (var c = 0; c < symbols.Length; c++)
            {
                var mean = row[components * (1 + 2 * c) + k];
                if (c == 1) mean += Math.Tanh(row[components * 7 + k]) * value[0];
                if (c == 2) mean += Math.Tanh(row[components * 8 + k]) * value[0] + Math.Tanh(row[components * 9 + k]) * value[1];
                var inverse = Math.Exp(-Math.Clamp(row[components * (2 + 2 * c) + k], -7 - Math.Max(0, Math.Log(levels / 256.0)), 83));
                var upper = inverse * (value[c] - mean + 1.0 / (levels - 1));
                var lower = inverse * (value[c] - mean - 1.0 / (levels - 1));
                joint[k] += symbols[c] == 0 ? LogSigmoid(upper) : symbols[c] == levels - 1 ? LogSigmoid(-lower) : LogSigmoid(upper) + LogSigmoid(-lower) + LogOneLessExp(inverse * 2 / (levels - 1));
            }
        }
        return LogSumExp(joint);
    }

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double LogSigmoid(double x) => x > 0 ? -Math.Log(1 + Math.Exp(-x)) : x - Math.Log(1 + Math.Exp(x));

    /// <summary>log(1 - e^-x), for x so small that the difference would vanish as well.</summary>
    public static double LogOneLessExp(double x) => x < 1e-5 ? Math.Log(x) - x / 2 : Math.Log(1 - Math.Exp(-x));

    public static double LogSumExp(ReadOnlySpan<double> values)
    {
        var maximum = double.NegativeInfinity;
        foreach (var value in values) maximum = Math.Max(maximum, value);
        var sum = 0.0;
        foreach (var value in values) sum += Math.Exp(value - maximum);
        return maximum + Math.Log(sum);
    }
}
