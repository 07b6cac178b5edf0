namespace Likely.Tensors;

/// <summary>One recorded operation: its output, its inputs and the static method that runs it backward. Reused from step to step.</summary>
sealed unsafe class TapeEntry
{
    public Action<Tape, TapeEntry>? Backward;
    public Tensor? Output, A, B, C;
    public Parameter? Weight, Bias;
    public object? State;
    public ulong Number;
    public float Scale;
    public byte* Symbols;
    public int[] Indices = [];

    public void Clear() => (Output, A, B, C, Weight, Bias, State) = (null, null, null, null, null, null, null);
}
