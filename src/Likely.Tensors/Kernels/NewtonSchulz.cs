using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// What a matrix's singular values become near 1 by, with nothing but products: X is divided by its Frobenius norm, then five times A = X X', X = a X + (b A + c A A) X, a step of a quintic whose
/// coefficients lift small values fast and leave them between some 0.7 and 1.2 (Jordan et al. 2024, Muon).
/// </summary>
static unsafe class NewtonSchulz
{
    const int Steps = 5;
    const float A = 3.4445f, B = -4.7750f, C = 2.0315f, Least = 1e-7f;

    /// <param name="x">[rows, columns], no fewer columns than rows; strides and paddings are whole vectors, paddings zero. Becomes the result.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="other">Room as large as both x and its transpose.</param>
    /// <param name="square">Room for rows by rows.</param>
    /// <param name="power">The same.</param>
    /// <param name="zeros">As many as rows, rounded up to whole vectors.</param>
    public static void Orthogonalize(float* x, int rows, int columns, int stride, float* other, float* square, float* power, float* zeros)
    {
        var side = Shape.RoundUp(rows);
        Scale(x, (long)rows * stride, 1 / ((float)Math.Sqrt(Optimizers.SumOfSquares(x, (long)rows * stride)) + Least));
        for (var step = 0; step < Steps; step++)
        {
            Layout.Transpose(x, rows, columns, stride, other, side);
            Convolution.Pointwise(x, stride, rows, columns, other, side, zeros, square, side, side);
            Convolution.Pointwise(square, side, rows, rows, square, side, zeros, power, side, side);
            Combine(square, power, (long)rows * side);
            Layout.Copy(x, other, (long)rows * stride);
            Scale(other, (long)rows * stride, A);
            Convolution.Pointwise(power, side, rows, rows, x, stride, null, other, stride, stride);
            Layout.Copy(other, x, (long)rows * stride);
        }
    }

    static void Scale(float* values, long length, float factor)
    {
        var times = Vector512.Create(factor);
        for (var i = 0L; i < length; i += 16) (times * Vector512.Load(values + i)).Store(values + i);
    }

    // power = b square + c power.
    static void Combine(float* square, float* power, long length)
    {
        Vector512<float> b = Vector512.Create(B), c = Vector512.Create(C);
        for (var i = 0L; i < length; i += 16) Vector512.FusedMultiplyAdd(c, Vector512.Load(power + i), b * Vector512.Load(square + i)).Store(power + i);
    }
}
