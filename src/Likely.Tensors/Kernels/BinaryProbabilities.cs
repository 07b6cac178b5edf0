using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Both probabilities of binary variables from their logits: p(1) = sigmoid(l), p(0) = sigmoid(-l), neither as 1 minus the other,
/// so that small ones keep their digits.
/// </summary>
static unsafe class BinaryProbabilities
{
    /// <summary>Sixteen logits become p(1).</summary>
    public static void OfOne(float* logits) => Exponential.Sigmoid(Vector512.Load(logits)).Store(logits);

    /// <summary>probabilities[2 i + x] = p(x) under logits[i] * inverseTemperature; 16 variables at a time, logits readable to a multiple of 16.</summary>
    public static void Compute(float* logits, int count, float inverseTemperature, float* probabilities)
    {
        var zero = stackalloc float[16];
        var one = stackalloc float[16];
        for (var i = 0; i < count; i += 16)
        {
            var logit = Vector512.Load(logits + i) * Vector512.Create(inverseTemperature);
            Exponential.Sigmoid(-logit).Store(zero);
            Exponential.Sigmoid(logit).Store(one);
            for (var lane = 0; lane < Math.Min(16, count - i); lane++)
            {
                probabilities[2 * (i + lane)] = zero[lane];
                probabilities[2 * (i + lane) + 1] = one[lane];
            }
        }
    }
}
