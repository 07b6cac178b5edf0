using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>The forms of a distribution over the symbols at one position.</summary>
public enum LikelihoodKind { Bernoulli, Softmax, LogisticMixture }

static unsafe partial class Ops
{
    /// <summary>
    /// Log-probabilities (nats) of observed symbols: parameters [T, B, outputs] and symbols [T, B, S] give [T, B, S], compact. On a
    /// recording tape it is a loss: going back it behaves as if the loss were -scale times the sum of its values.
    /// </summary>
    /// <param name="kind">Bernoulli: one logit a symbol. Softmax: <paramref name="size"/> logits a symbol. Logistic mixture: of <paramref name="size"/> components, 256 levels, S = 1 or 3.</param>
    /// <param name="parameters">What the network gave.</param>
    /// <param name="symbols">Pinned symbols in the order position, example, symbol; they must outlive the way back.</param>
    /// <param name="subPositions">S, symbols at one position.</param>
    /// <param name="size">Levels or components.</param>
    /// <param name="scale">Weight of the loss.</param>
    public static Tensor LogProbabilities(LikelihoodKind kind, Tensor parameters, PinnedBytes symbols, int subPositions, int size, float scale)
    {
        var tape = parameters.Tape;
        var logs = tape.New(parameters.Shape with { Channels = subPositions }, parameters.RequiresGradient, compact: true);
        for (var r = 0L; r < parameters.Rows && tape.Computes; r++)
            LogProbability(kind, parameters.Data + r * parameters.Stride, symbols.Pointer + r * subPositions, subPositions, size, logs.Data + r * subPositions, null, 0);
        symbols.KeepAlive();
        if (!tape.Recording) return logs;
        var entry = tape.RecordLoss(logs, static (tape, e) =>
        {
            var (parameters, logs) = (e.A!, e.Output!);
            var gradient = BeginLossGradient(tape, parameters, out var target);
            var scratch = stackalloc float[logs.Channels];
            var kind = (LikelihoodKind)(e.Number & 3);
            var size = (int)(e.Number >> 2);
            for (var r = 0L; r < parameters.Rows && tape.Computes; r++)
                LogProbability(kind, parameters.Data + r * parameters.Stride, e.Symbols.Pointer + r * logs.Channels, logs.Channels, size,
                    kind == LikelihoodKind.Bernoulli ? null : scratch, target + r * parameters.Stride, e.Scale);
            FinishLossGradient(tape, parameters, gradient);
        });
        (entry.A, entry.Scale, entry.Number) = (parameters, scale, (ulong)size << 2 | (ulong)kind);
        entry.Symbols = symbols;
        return logs;
    }

    // Kernels of losses write; where a gradient has begun, they write elsewhere and it is added.
    static FloatBlock? BeginLossGradient(Tape tape, Tensor parameters, out float* target)
    {
        target = tape.GradientOf(parameters, out var isNew);
        if (isNew) return null;
        var scratch = tape.RentScratch(parameters.Length);
        target = scratch.Pointer;
        return scratch;
    }

    static void FinishLossGradient(Tape tape, Tensor parameters, FloatBlock? scratch)
    {
        if (scratch is null) return;
        if (tape.Computes) Elementwise.Add(scratch.Pointer, parameters.Gradient, parameters.Length);
        tape.ReturnScratch(scratch);
    }

    /// <summary>One row of <see cref="LogProbabilities"/>: the routine that predictors use, too.</summary>
    public static void LogProbability(LikelihoodKind kind, float* parameters, byte* symbols, int subPositions, int size, float* logs, float* gradient, float scale)
    {
        switch (kind)
        {
            case LikelihoodKind.Bernoulli:
                Likelihood.Bernoulli(parameters, symbols, subPositions, logs, gradient, scale);
                break;
            case LikelihoodKind.Softmax:
                for (var s = 0; s < subPositions; s++)
                    logs[s] = Likelihood.Softmax(parameters + s * size, size, symbols[s], gradient is null ? null : gradient + s * size, scale);
                break;
            default:
                LogisticMixtures.LogProbability(parameters, size, symbols, subPositions, logs, gradient, scale);
                break;
        }
    }

    /// <summary>The probabilities of all levels of symbol <paramref name="subPosition"/>, given those before it at the same position.</summary>
    public static void Probabilities(LikelihoodKind kind, float* parameters, byte* known, int subPosition, int size, float temperature, Span<float> probabilities)
    {
        var inverse = 1 / temperature;
        fixed (float* p = probabilities)
            switch (kind)
            {
                case LikelihoodKind.Bernoulli:
                    p[1] = Exponential.Sigmoid(parameters[subPosition] * inverse);
                    p[0] = Exponential.Sigmoid(-(parameters[subPosition] * inverse));
                    break;
                case LikelihoodKind.Softmax:
                    Likelihood.SoftmaxProbabilities(parameters + subPosition * size, size, inverse, p);
                    break;
                default:
                    LogisticMixtures.Probabilities(parameters, size, known, subPosition, inverse, p);
                    break;
            }
    }
}
