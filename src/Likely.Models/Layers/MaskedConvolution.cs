using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A causal convolution on the grid, [T, B, inputs] -> [T, B, outputs]: only taps before (or at) the centre exist, so a mask is
/// never multiplied. With a run it reads its <see cref="Window"/>, or the run's input in place: for walks, as no gradient reaches the past's inputs there. So
/// it is no layer of a <see cref="SequenceModel"/>, whose training carries a run: <see cref="CausalConvolution"/> is.
/// </summary>
public sealed class MaskedConvolution(ParameterScope scope, IReadOnlyList<(int Row, int Column)> taps, int inputs, int outputs, double gain = 1, bool bias = true, Func<int, int, int, bool>? mask = null, Func<int, int, int, double>? start = null, double rate = 1)
{
    readonly ConvolutionTaps _taps = new(taps);
    readonly Parameter _weight = scope.Weight("weight", taps.Count, inputs, outputs, gain, mask, start, rate);
    readonly Parameter? _bias = bias ? scope.Bias("bias", outputs) : null;

    /// <summary>How many positions back the farthest tap reads.</summary>
    public int Reach(Extent extent) => _taps.On(extent).Reach;

    /// <summary>With <paramref name="onto"/> the product continues that tensor's chains and takes over its buffer.</summary>
    /// <exception cref="InvalidOperationException">The pass records and has a run.</exception>
    public Tensor Forward(Tensor x, Pass pass, Tensor? onto = null)
    {
        if (pass is { Run: not null, Tape.Recording: true })
            throw new InvalidOperationException("a convolution remembers for walks, and passes no gradient on in a run: a model that is trained on windows with the state carried over needs a CausalConvolution");
        var (plan, begin) = (_taps.On(pass.Extent), onto is null ? _bias : null);
        if (pass.Run is not { } run) return Ops.Convolution(plan, x, _weight, begin, onto);
        if (x == run.Input) return Ops.Convolution(pass.Tape, plan, x, run.InputOrigin, pass.First, pass.Count, _weight, begin, onto);
        var window = run.Slot(this, () => new Window(run, plan.Reach, inputs));
        window.Append(x, pass);
        return Ops.Convolution(pass.Tape, plan, window.Positions, window.Origin, pass.First, pass.Count, _weight, begin, onto);
    }
}
