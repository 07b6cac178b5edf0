namespace Likely.Tensors;

/// <summary>Log-probabilities of the symbols of one position from a row of a network's numbers: what <see cref="Ops.LogProbabilities"/> asks for each row.</summary>
unsafe interface ILikelihood
{
    /// <summary>S, symbols at one position.</summary>
    int Symbols { get; }

    /// <summary>
    /// log p (nats) of each symbol given those before it, into <paramref name="logs"/> [S]; and, if asked for, the gradient of -scale times
    /// their sum by the row, written to <paramref name="gradient"/>. Either may be null. Sixteen numbers behind the row must be readable.
    /// </summary>
    void LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale);
}
