using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// Which inputs of a product may feed which outputs, by degrees: input r feeds output c where degree(r) is at most degree(c)
/// (Germain et al. 2015, eq. 13 and 14; for the last product an output's degree is one less than its number). Both sides are sorted by
/// degree, so that the mask is a staircase: whole blocks need not be multiplied, and a walk can add input after input.
/// </summary>
sealed class DegreeMask
{
    readonly int[]? _inputOrder, _outputOrder;

    /// <param name="inputDegrees">By natural index.</param>
    /// <param name="outputDegrees">By natural index.</param>
    /// <param name="inputOrder">Natural indices in sorted order; null if the degrees are sorted as they are.</param>
    /// <param name="outputOrder">The same for outputs.</param>
    public DegreeMask(int[] inputDegrees, int[] outputDegrees, int[]? inputOrder = null, int[]? outputOrder = null)
    {
        (_inputOrder, _outputOrder) = (inputOrder, outputOrder);
        (InputDegrees, OutputDegrees) = (inputDegrees, outputDegrees);
        PaddedOutputDegrees = new int[Shape.RoundUp(outputDegrees.Length)];
        Array.Fill(PaddedOutputDegrees, int.MinValue);
        outputDegrees.CopyTo(PaddedOutputDegrees, 0);
        Feeding = new int[outputDegrees.Length];
        for (int c = 0, r = 0; c < Feeding.Length; c++)
        {
            while (r < inputDegrees.Length && inputDegrees[InputAt(r)] <= outputDegrees[OutputAt(c)]) r++;
            Feeding[c] = r;
            Connections += r;
        }
        FirstFed = new int[inputDegrees.Length];
        for (int r = 0, c = 0; r < FirstFed.Length; r++)
        {
            while (c < Feeding.Length && Feeding[c] <= r) c++;
            FirstFed[r] = c;
        }
    }

    /// <summary>Number of connections that exist.</summary>
    public long Connections { get; }

    public int Outputs => OutputDegrees.Length;

    /// <summary>Memory that it takes; degrees and orders, which are those of the next mask as well, are counted for its outputs alone.</summary>
    public long Bytes => 4L * (FirstFed.Length + Feeding.Length + PaddedOutputDegrees.Length + OutputDegrees.Length + (_outputOrder?.Length ?? 0));

    /// <summary>True if both sides are sorted as they are.</summary>
    public bool IsIdentity => _inputOrder is null && _outputOrder is null;

    /// <summary>The mask in the form parameters take.</summary>
    public Func<int, int, int, bool> Natural => (_, input, output) => InputDegrees[input] <= OutputDegrees[output];

    internal int[] InputDegrees { get; }
    internal int[] OutputDegrees { get; }

    /// <summary>Output degrees by natural index, padding below every degree.</summary>
    internal int[] PaddedOutputDegrees { get; }

    /// <summary>How many inputs, in sorted order from the first, feed an output.</summary>
    internal int[] Feeding { get; }

    /// <summary>The first output, in sorted order, that an input feeds; the number of outputs if none.</summary>
    internal int[] FirstFed { get; }

    internal int InputAt(int sorted) => _inputOrder is null ? sorted : _inputOrder[sorted];

    internal int OutputAt(int sorted) => _outputOrder is null ? sorted : _outputOrder[sorted];
}

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

public static unsafe partial class Ops
{
    /// <summary>The masked linear map, [T, B, inputs] -> [T, B, outputs], both in the product's sorted order.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal static Tensor Masked(Tensor x, MaskedProduct product)
    {
        if (x.Channels != product.Weight.Inputs) throw new ArgumentException($"a masked map with weight {product.Weight.Shape} cannot take {x.Shape}");
        var tape = x.Tape;
        var y = tape.New(x.Shape with { Channels = product.Weight.Outputs }, requiresGradient: true);
        var start = product.Bias is null ? tape.Zeros(y.Stride) : product.Biases;
        if (tape.Computes) MaskedProducts.Forward(product.Mask, x.Data, x.Stride, x.Rows, product.Weights, product.Weight.Stride, start, y.Data, y.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var product = (MaskedProduct)e.State!;
            if (product.IsSorted)
            {
                var dw = product.Weight.GradientIn(tape, out var isFirst);
                var start = isFirst ? tape.Zeros(product.Weight.Stride) : null;
                if (tape.Computes) MaskedProducts.WeightGradient(product.Mask, x.Data, x.Stride, y.Gradient, y.Stride, x.Rows, start, dw, product.Weight.Stride);
                AddBiasGradient(tape, y, product.Bias);
            }
            else MaskedBackward(tape, product, x, y);
            if (!x.RequiresGradient) return;
            var dx = tape.GradientOf(x, out var isNew);
            float* transposed = product.Transposed(tape), begin = isNew ? tape.Zeros(x.Stride) : dx;
            if (tape.Computes) MaskedProducts.InputGradient(product.Mask, y.Gradient, y.Stride, x.Rows, transposed, x.Stride, begin, isNew ? 0 : x.Stride, dx, x.Stride);
        });
        (entry.A, entry.State) = (x, product);
        return y;
    }

    // A weight's gradient is a sum over examples, so it needs no sorting: small copies of x and dy go back to natural order instead.
    static void MaskedBackward(Tape tape, MaskedProduct product, Tensor x, Tensor y)
    {
        var (weight, mask) = (product.Weight, product.Mask);
        var naturalInput = tape.RentScratch(x.Length);
        var naturalGradient = tape.RentScratch(y.Length);
        var block = tape.RentScratch(16L * weight.Stride);
        var dw = weight.GradientIn(tape, out var isNew);
        var zeros = tape.Zeros(weight.Stride);
        var db = product.Bias is null ? null : product.Bias.GradientIn(tape);
        if (tape.Computes) Scatter();
        tape.ReturnScratch(block);
        tape.ReturnScratch(naturalGradient);
        tape.ReturnScratch(naturalInput);

        void Scatter()
        {
            new Span<float>(naturalGradient.Pointer, (int)y.Length).Clear();
            for (var r = 0L; r < x.Rows; r++)
            {
                float* from = x.Data + r * x.Stride, to = naturalInput.Pointer + r * x.Stride;
                for (var c = 0; c < x.Channels; c++) to[mask.InputAt(c)] = from[c];
                from = y.Gradient + r * y.Stride;
                to = naturalGradient.Pointer + r * y.Stride;
                for (var c = 0; c < y.Channels; c++) to[mask.OutputAt(c)] = from[c];
            }
            MaskedProducts.ScatteredWeightGradient(mask, naturalInput.Pointer, x.Stride, naturalGradient.Pointer, y.Stride, x.Rows,
                isNew, dw, weight.Stride, block.Pointer, zeros);
            if (db is not null) Elementwise.SumRows(naturalGradient.Pointer, y.Stride, y.Rows, weight.Stride, db);
        }
    }

    /// <summary>A walk's beginning: every row of sums [1, B, outputs] becomes the product's biases, or zero.</summary>
    internal static void MaskedBegin(MaskedProduct product, Tensor sums)
    {
        for (var b = 0; b < sums.Batch; b++)
            if (product.Biases is not null) Layout.Copy(product.Biases, sums.Data + (long)b * sums.Stride, sums.Stride);
            else new Span<float>(sums.Data + (long)b * sums.Stride, sums.Stride).Clear();
    }

    /// <summary>Adds inputs <paramref name="first"/> .. first + count, now known in values [1, B, inputs], to the sums that they feed.</summary>
    internal static void MaskedObserve(MaskedProduct product, Tensor values, int first, int count, Tensor sums)
        => MaskedProducts.Accumulate(product.Mask, values.Data, values.Stride, first, count, values.Batch, product.Weights, product.Weight.Stride, sums.Data, sums.Stride);
}
