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
