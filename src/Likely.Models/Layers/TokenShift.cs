using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>The first half of the channels are those of the position before, zeros at the beginning (Peng 2021, "token shift" of RWKV); see <see cref="Ops.ShiftHalf"/>. In a run it remembers one position.</summary>
sealed class TokenShift(int channels)
{
    /// <summary>Makes what a run remembers, if it is not there.</summary>
    public void Begin(Run run) => Memory(run);

    public Tensor Forward(Tensor x, Pass pass) => Ops.ShiftHalf(x, pass.Run is { } run ? Memory(run).Past : null);

    InputMemory Memory(Run run) => run.Slot(this, () => new InputMemory(new PastInputs(run.Memory, run.Batch, channels, 1)));
}
