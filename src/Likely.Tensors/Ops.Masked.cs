using Likely.Tensors.Kernels;

namespace Likely.Tensors;

static unsafe partial class Ops
{
    /// <summary>The masked linear map, [T, B, inputs] -> [T, B, outputs], both in the product's sorted order.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Masked(Tensor x, MaskedProduct product)
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
    public static void MaskedBegin(MaskedProduct product, Tensor sums)
    {
        for (var b = 0; b < sums.Batch; b++)
            if (product.Biases is not null) Layout.Copy(product.Biases, sums.Data + (long)b * sums.Stride, sums.Stride);
            else new Span<float>(sums.Data + (long)b * sums.Stride, sums.Stride).Clear();
    }

    /// <summary>Adds inputs <paramref name="first"/> .. first + count, now known in values [1, B, inputs], to the sums that they feed.</summary>
    public static void MaskedObserve(MaskedProduct product, Tensor values, int first, int count, Tensor sums)
        => MaskedProducts.Accumulate(product.Mask, values.Data, values.Stride, first, count, values.Batch, product.Weights, product.Weight.Stride, sums.Data, sums.Stride);
}
