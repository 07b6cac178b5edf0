using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// A weight under a <see cref="DegreeMask"/>, in sorted order on both sides: y[c] = bias[c] + sum over inputs r of degree(r) at most
/// degree(c) of x[r] w[r, c], one chain in sorted order. Where the mask is sorted as it is, the parameter itself serves; else
/// sorted copies, made anew by <see cref="Refresh"/> when weights or mask changed.
/// </summary>
sealed unsafe class MaskedProduct(Parameter weight, Parameter? bias)
{
    FloatBlock? _weights, _transposed, _biases;
    bool _hasTransposed;

    internal Parameter Weight => weight;

    internal Parameter? Bias => bias;

    /// <summary>The mask; set by <see cref="Refresh"/>.</summary>
    public DegreeMask Mask { get; private set; } = null!;

    /// <summary>True if every mask of this product is sorted as it is: then it is the weight's own.</summary>
    internal bool IsSorted => weight.Mask is not null;

    internal float* Weights => IsSorted ? weight.Data : _weights is null ? null : _weights.Pointer;

    /// <summary>The biases in sorted order; null: there are none.</summary>
    internal float* Biases => bias is null ? null : IsSorted ? bias.Data : _biases is null ? null : _biases.Pointer;

    /// <summary>Floats that the sorted copies of a product hold, the transposed one included.</summary>
    public static long CopyLength(int inputs, int outputs) => (long)inputs * Shape.RoundUp(outputs) + (long)outputs * Shape.RoundUp(inputs);

    /// <summary>Takes in the present weights under a mask. Nobody else may use this product meanwhile.</summary>
    /// <exception cref="ArgumentException">Mask and weight differ in size.</exception>
    public void Refresh(DegreeMask mask)
    {
        if (mask.InputDegrees.Length != weight.Inputs || mask.OutputDegrees.Length != weight.Outputs)
            throw new ArgumentException($"a mask of {mask.InputDegrees.Length} x {mask.OutputDegrees.Length} does not fit weight {weight.Shape}");
        if (mask.IsIdentity != IsSorted) throw new ArgumentException($"the mask of weight {weight.Shape} is sorted as it is, or the weight has one of its own, but not both");
        (Mask, _hasTransposed) = (mask, false);
        if (IsSorted) return;
        _weights ??= new FloatBlock(weight.Length);
        for (var r = 0; r < weight.Inputs; r++)
        {
            float* from = weight.Data + (long)mask.InputAt(r) * weight.Stride, to = _weights.Pointer + (long)r * weight.Stride;
            var first = mask.FirstFed[r];
            new Span<float>(to, first).Clear();
            for (var c = first; c < weight.Outputs; c++) to[c] = from[mask.OutputAt(c)];
        }
        if (bias is null) return;
        _biases ??= new FloatBlock(bias.Length);
        for (var c = 0; c < weight.Outputs; c++) _biases.Pointer[c] = bias.Data[mask.OutputAt(c)];
    }

    /// <summary>The sorted weight as [outputs, padded inputs] for the way back, made on first use; safe from many threads.</summary>
    internal float* Transposed(Tape tape)
    {
        if (IsSorted) return weight.Transposed(tape);
        if (!tape.Computes) return null; // whoever keeps products counts their copies
        lock (this)
        {
            if (_hasTransposed) return _transposed!.Pointer;
            var padded = Shape.RoundUp(weight.Inputs);
            _transposed ??= new FloatBlock((long)weight.Outputs * padded);
            Layout.Transpose(Weights, weight.Inputs, weight.Outputs, weight.Stride, _transposed.Pointer, padded);
            _hasTransposed = true;
            return _transposed.Pointer;
        }
    }
}
