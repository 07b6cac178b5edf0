using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// A weight under a <see cref="DegreeMask"/>, in sorted order on both sides: y[c] = bias[c] + sum over inputs r of degree(r) at most
/// degree(c) of x[r] w[r, c], one chain in sorted order. Where the mask is sorted as it is, the parameter itself serves; else
/// sorted copies, made anew by <see cref="Refresh"/> when weights or mask changed.
/// </summary>
public sealed unsafe class MaskedProduct(Parameter weight, Parameter? bias)
{
    float[]? _memory, _transposedMemory, _biasMemory;
    float* _weights, _transposed, _bias;
    bool _hasTransposed;

    internal Parameter Weight => weight;

    internal Parameter? Bias => bias;

    /// <summary>The mask; set by <see cref="Refresh"/>.</summary>
    public DegreeMask Mask { get; private set; } = null!;

    internal float* Weights => Mask.IsIdentity ? weight.Data : _weights;

    /// <summary>The biases in sorted order; null: there are none.</summary>
    internal float* Biases => bias is null ? null : Mask.IsIdentity ? bias.Data : _bias;

    /// <summary>Floats that the sorted copies of a product hold, the transposed one included.</summary>
    public static long CopyLength(int inputs, int outputs) => (long)inputs * Shape.RoundUp(outputs) + (long)outputs * Shape.RoundUp(inputs);

    /// <summary>Takes in the present weights under a mask. Nobody else may use this product meanwhile.</summary>
    /// <exception cref="ArgumentException">Mask and weight differ in size.</exception>
    public void Refresh(DegreeMask mask)
    {
        if (mask.InputDegrees.Length != weight.Inputs || mask.OutputDegrees.Length != weight.Outputs)
            throw new ArgumentException($"a mask of {mask.InputDegrees.Length} x {mask.OutputDegrees.Length} does not fit weight {weight.Shape}");
        (Mask, _hasTransposed) = (mask, false);
        if (mask.IsIdentity) return;
        if (_memory is null) _memory = ParameterSet.NewBlock(weight.Length, out _weights);
        for (var r = 0; r < weight.Inputs; r++)
        {
            float* from = weight.Data + (long)mask.InputAt(r) * weight.Stride, to = _weights + (long)r * weight.Stride;
            var first = mask.FirstFed[r];
            new Span<float>(to, first).Clear();
            for (var c = first; c < weight.Outputs; c++) to[c] = from[mask.OutputAt(c)];
        }
        if (bias is null) return;
        if (_biasMemory is null) _biasMemory = ParameterSet.NewBlock(bias.Length, out _bias);
        for (var c = 0; c < weight.Outputs; c++) _bias[c] = bias.Data[mask.OutputAt(c)];
    }

    /// <summary>The sorted weight as [outputs, padded inputs] for the way back, made on first use; safe from many threads.</summary>
    internal float* Transposed()
    {
        if (Mask.IsIdentity)
            fixed (float* pinned = weight.Transposed())
                return pinned;
        lock (this)
        {
            if (_hasTransposed) return _transposed;
            var padded = Shape.RoundUp(weight.Inputs);
            if (_transposedMemory is null) _transposedMemory = ParameterSet.NewBlock((long)weight.Outputs * padded, out _transposed);
            Layout.Transpose(Weights, weight.Inputs, weight.Outputs, weight.Stride, _transposed, padded);
            _hasTransposed = true;
            return _transposed;
        }
    }
}
