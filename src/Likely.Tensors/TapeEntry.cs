namespace Likely.Tensors;

/// <summary>
/// One recorded operation: its output, its inputs and the static method that runs it backward. It holds all that is read on the way back.
/// Reused from step to step.
/// </summary>
sealed class TapeEntry
{
    public Action<Tape, TapeEntry>? Backward;
    public Tensor? Output, A, B, C;
    public Parameter? Weight, Bias;
    public object? State;
    public ulong Number;
    public float Scale;
    public PinnedSymbols Symbols;
    public int[] Indices = [];

    /// <summary>True if the way back begins here: the operation needs no gradient of its output.</summary>
    public bool IsLoss;

    public void Clear() => (Output, A, B, C, Weight, Bias, State, Symbols, IsLoss) = (null, null, null, null, null, null, null, default, false);
}
