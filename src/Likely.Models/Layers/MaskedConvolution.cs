using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A causal convolution on the grid, [T, B, inputs] -> [T, B, outputs]: only taps before (or at) the centre exist, so a mask is
/// never multiplied. With a run it reads its <see cref="Window"/>, or the run's input in place.
/// </summary>
sealed class MaskedConvolution(ParameterScope scope, ConvolutionPlan plan, int inputs, int outputs, double gain = 1, bool bias = true, Func<int, int, int, bool>? mask = null)
{
    readonly Parameter _weight = scope.Weight("weight", plan.Taps.Length, inputs, outputs, gain, mask);
    readonly Parameter? _bias = bias ? scope.Bias("bias", outputs) : null;

    /// <summary>How many positions back the farthest tap reads.</summary>
    public int Reach => plan.Reach;

    /// <summary>With <paramref name="onto"/> the product continues that tensor's chains and takes over its buffer.</summary>
    public Tensor Forward(Tensor x, Run? run, Tensor? onto = null)
    {
        var begin = onto is null ? _bias : null;
        if (run is null) return Ops.Convolution(plan, x, _weight, begin, onto);
        if (x == run.Input) return Ops.Convolution(run.Step, plan, x, run.InputOrigin, run.Start, run.Count, _weight, begin, onto);
        var window = run.Slot(this, () => new Window(run, plan.Reach, inputs));
        window.Append(x);
        return Ops.Convolution(run.Step, plan, window.Values, window.Origin, run.Start, run.Count, _weight, begin, onto);
    }
}
