namespace Likely.Tests.Reference;

/// <summary>
/// The naive twin of every product kernel: single-precision loops in the documented order, so that results are compared bit for bit.
/// Each output is one chain of fused multiply-adds: what the result already holds (bias or start), then taps in order, those outside
/// the image skipped, then the inner index ascending. Arrays are without padding: x[p, b, k], w[tap, k, n], y[p, b, n].
/// </summary>
static class NaiveProducts
{
    /// <summary>y += convolution of x; y holds the start of the chains.</summary>
    public static void Convolution(ConvolutionShape s, float[] x, float[] weights, float[] y)
    {
        for (var p = 0; p < s.Positions; p++)
            for (var b = 0; b < s.Batch; b++)
                for (var n = 0; n < s.Outputs; n++)
                {
                    var sum = y[(p * s.Batch + b) * s.Outputs + n];
                    for (var t = 0; t < s.Taps.Length; t++)
                    {
                        if (s.Source(p, t) is not { } q) continue;
                        for (var k = 0; k < s.Inputs; k++)
                            sum = MathF.FusedMultiplyAdd(x[(q * s.Batch + b) * s.Inputs + k], weights[(t * s.Inputs + k) * s.Outputs + n], sum);
                    }
                    y[(p * s.Batch + b) * s.Outputs + n] = sum;
                }
    }

    /// <summary>dx += gradient of the inputs: mirrored taps in order, then outputs ascending.</summary>
    public static void InputGradient(ConvolutionShape s, float[] weights, float[] dy, float[] dx)
    {
        for (var q = 0; q < s.Positions; q++)
            for (var b = 0; b < s.Batch; b++)
                for (var k = 0; k < s.Inputs; k++)
                {
                    var sum = dx[(q * s.Batch + b) * s.Inputs + k];
                    for (var t = 0; t < s.Taps.Length; t++)
                    {
                        if (s.Target(q, t) is not { } p) continue;
                        for (var n = 0; n < s.Outputs; n++)
                            sum = MathF.FusedMultiplyAdd(dy[(p * s.Batch + b) * s.Outputs + n], weights[(t * s.Inputs + k) * s.Outputs + n], sum);
                    }
                    dx[(q * s.Batch + b) * s.Inputs + k] = sum;
                }
    }

    /// <summary>dweights += one chain per weight over positions, then examples.</summary>
    public static void WeightGradient(ConvolutionShape s, float[] x, float[] dy, float[] dweights)
    {
        for (var t = 0; t < s.Taps.Length; t++)
            for (var k = 0; k < s.Inputs; k++)
                for (var n = 0; n < s.Outputs; n++)
                {
                    var sum = dweights[(t * s.Inputs + k) * s.Outputs + n];
                    for (var p = 0; p < s.Positions; p++)
                    {
                        if (s.Source(p, t) is not { } q) continue;
                        for (var b = 0; b < s.Batch; b++)
                            sum = MathF.FusedMultiplyAdd(x[(q * s.Batch + b) * s.Inputs + k], dy[(p * s.Batch + b) * s.Outputs + n], sum);
                    }
                    dweights[(t * s.Inputs + k) * s.Outputs + n] = sum;
                }
    }

    /// <summary>sum[n] += one chain of additions over rows.</summary>
    public static void SumRows(float[] rows, int columns, float[] sum)
    {
        for (var i = 0; i < rows.Length; i++) sum[i % columns] += rows[i];
    }
}
