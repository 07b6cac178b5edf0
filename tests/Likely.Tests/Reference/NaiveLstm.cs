using Likely.Tensors.Kernels;

namespace Likely.Tests.Reference;

/// <summary>
/// LSTM cells as plain loops, in the promised order: z continued by U h, units ascending; c = fma(f, c, i g); h = o tanh(c). And back:
/// dh = dy continued by U^T dz of the next position, sums ascending; dU is one chain over positions, then examples. Arrays are without padding.
/// </summary>
sealed class NaiveLstm(int batch, int units, float[] weight)
{
    /// <summary>The activated gates [T, B, 4H], h and c [T, B, H].</summary>
    public (float[] Gates, float[] Hidden, float[] Cells) Forward(float[] z, float[] hidden, float[] cell)
    {
        var rows = z.Length / (4 * units);
        float[] gates = new float[z.Length], h = new float[rows * units], c = new float[rows * units];
        for (var r = 0; r < rows; r++)
        {
            for (var n = 0; n < 4 * units; n++)
            {
                var sum = z[r * 4 * units + n];
                for (var k = 0; k < units; k++) sum = MathF.FusedMultiplyAdd(Before(h, hidden, r)[k], weight[k * 4 * units + n], sum);
                gates[r * 4 * units + n] = n < 3 * units ? Exponential.Sigmoid(sum) : Exponential.Tanh(sum);
            }
            for (var n = 0; n < units; n++)
            {
                var (i, f, o, g) = Gates(gates, r, n);
                c[r * units + n] = MathF.FusedMultiplyAdd(f, Before(c, cell, r)[n], i * g);
                h[r * units + n] = o * Exponential.Tanh(c[r * units + n]);
            }
        }
        return (gates, h, c);
    }

    /// <summary>The gradients of z, and of U continued.</summary>
    public (float[] Sums, float[] Weight) Backward(float[] gates, float[] h, float[] c, float[] hidden, float[] cell, float[] dy)
    {
        var rows = dy.Length / units;
        float[] dz = new float[gates.Length], dCell = new float[batch * units], dWeight = new float[weight.Length];
        for (var r = rows - 1; r >= 0; r--)
            for (var n = 0; n < units; n++)
            {
                var dh = dy[r * units + n];
                for (var m = 0; m < 4 * units && r + batch < rows; m++) dh = MathF.FusedMultiplyAdd(dz[(r + batch) * 4 * units + m], weight[n * 4 * units + m], dh);
                var (i, f, o, g) = Gates(gates, r, n);
                var (t, at) = (Exponential.Tanh(c[r * units + n]), r % batch * units + n);
                var dc = MathF.FusedMultiplyAdd(dh * o, 1 - t * t, dCell[at]);
                dCell[at] = dc * f;
                dz[r * 4 * units + n] = dc * g * (i * (1 - i));
                dz[(r * 4 + 1) * units + n] = dc * Before(c, cell, r)[n] * (f * (1 - f));
                dz[(r * 4 + 2) * units + n] = dh * t * (o * (1 - o));
                dz[(r * 4 + 3) * units + n] = dc * i * (1 - g * g);
            }
        for (var r = 0; r < rows; r++)
            for (var k = 0; k < units; k++)
                for (var n = 0; n < 4 * units; n++)
                    dWeight[k * 4 * units + n] = MathF.FusedMultiplyAdd(Before(h, hidden, r)[k], dz[r * 4 * units + n], dWeight[k * 4 * units + n]);
        return (dz, dWeight);
    }

    (float I, float F, float O, float G) Gates(float[] gates, int r, int n)
        => (gates[r * 4 * units + n], gates[(r * 4 + 1) * units + n], gates[(r * 4 + 2) * units + n], gates[(r * 4 + 3) * units + n]);

    // The same example's row one position earlier.
    ReadOnlySpan<float> Before(float[] values, float[] state, int row)
        => row < batch ? state.AsSpan(row * units, units) : values.AsSpan((row - batch) * units, units);
}
