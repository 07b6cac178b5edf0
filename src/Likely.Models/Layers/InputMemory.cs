using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>The last inputs of a layer that reads some positions back, as a run remembers them.</summary>
sealed class InputMemory(PastInputs past) : RunMemory
{
    public PastInputs Past => past;

    public override RunMemory Fork(Run run, ReadOnlySpan<int> examples)
    {
        int[] chosen = [.. examples];
        return new InputMemory(past.Copy(ring => Copy(ring, run.Memory, chosen)));
    }

    public override void Cut(int example) => past.Cut(example);

    public override void Take(int example, RunMemory from, int source) => past.Take(example, ((InputMemory)from).Past, source);

    public override void Write(List<float> values) => past.Write(values);

    public override int Read(ReadOnlySpan<float> values) => past.Read(values);
}
