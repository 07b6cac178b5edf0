using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A causal convolution on the grid, [T, B, inputs] -> [T, B, outputs]: only taps before (or at) the centre exist, so a mask is
/// never multiplied. With a run it reads its <see cref="Window"/>, or the run's input in place.
/// </summary>
public sealed class MaskedConvolution(ParameterScope scope, IReadOnlyList<(int Row, int Column)> taps, int inputs, int outputs, double gain = 1, bool bias = true, Func<int, int, int, bool>? mask = null, Func<int, int, int, double>? start = null, double rate = 1)
{
    readonly ConvolutionTaps _taps = new(taps);
    readonly Parameter _weight = scope.Weight("weight", taps.Count, inputs, outputs, gain, mask, start, rate);
    readonly Parameter? _bias = bias ? scope.Bias("bias", outputs) : null;

    /// <summary>How many positions back the farthest tap reads.</summary>
    public int Reach(Extent extent) => _taps.On(extent).Reach;

    /// <summary>With <paramref name="onto"/> the product continues that tensor's chains and takes over its buffer.</summary>
    public Tensor Forward(Tensor x, Pass pass, Tensor? onto = null)
    {
        var (plan, begin) = (_taps.On(pass.Extent), onto is null ? _bias : null);
        if (pass.Run is not { } run) return Ops.Convolution(plan, x, _weight, begin, onto);
        if (x == run.Input) return Ops.Convolution(pass.Tape, plan, x, run.InputOrigin, pass.First, pass.Count, _weight, begin, onto);
        var window = run.Slot(this, () => new Window(run, plan.Reach, inputs));
        window.Append(x, pass);
        return Ops.Convolution(pass.Tape, plan, window.Positions, window.Origin, pass.First, pass.Count, _weight, begin, onto);
    }
}
