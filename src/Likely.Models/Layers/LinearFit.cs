namespace Likely.Models.Layers;

/// <summary>
/// Linear prediction of a sequence by the numbers before, fitted to its latest ones by weighted least squares (the covariance method; Makhoul 1975, "Linear prediction: a tutorial review"): the newest weigh most. All sums
/// are in double and in one order.
/// </summary>
static class LinearFit
{
    const double Fading = 0.99, Ridge = 1e-5; // of one number to the one after it; of the mean square

    /// <summary>Finds the coefficients; those before are kept where there is nothing to fit.</summary>
    /// <param name="numbers">The oldest first: as many as there are coefficients, and behind them those that are to be predicted.</param>
    /// <param name="step">The distance of two numbers, a square of which is added to each mean square, as what is below it cannot be told.</param>
    /// <param name="coefficients">Receives that of the number just before, of the one before that, and so on.</param>
    public static void Fit(ReadOnlySpan<float> numbers, double step, Span<float> coefficients)
    {
        var order = coefficients.Length;
        if (numbers.Length <= order) return;
        // The lower half of the normal equations, and their right side as a last row.
        Span<double> sums = stackalloc double[(order + 1) * order], before = stackalloc double[order];
        sums.Clear();
        var (weights, weight) = (0.0, 1.0);
        for (var at = numbers.Length - 1; at >= order; at--, weight *= Fading)
        {
            weights += weight;
            for (var k = 0; k < order; k++) before[k] = numbers[at - 1 - k];
            for (var row = 0; row <= order; row++)
            {
                var factor = weight * (row < order ? before[row] : numbers[at]);
                var sum = sums.Slice(row * order, Math.Min(row + 1, order));
                for (var k = 0; k < sum.Length; k++) sum[k] += factor * before[k];
            }
        }
        var squares = 0.0;
        for (var k = 0; k < order; k++) squares += sums[k * order + k];
        for (var k = 0; k < order; k++) sums[k * order + k] += Ridge * squares / order + weights * step * step;
        if (!Solve(sums, order, before)) return;
        for (var k = 0; k < order; k++) coefficients[k] = (float)before[k];
    }

    // By Cholesky's L, whose rows take the place of the sums; the last becomes L^-1 of the right side.
    static bool Solve(Span<double> sums, int order, Span<double> solution)
    {
        for (var row = 0; row <= order; row++)
            for (var k = 0; k <= Math.Min(row, order - 1); k++)
            {
                var sum = sums[row * order + k];
                for (var i = 0; i < k; i++) sum -= sums[row * order + i] * sums[k * order + i];
                if (row == k && !(sum > 0)) return false;
                sums[row * order + k] = row == k ? Math.Sqrt(sum) : sum / sums[k * order + k];
            }
        for (var k = order - 1; k >= 0; k--)
        {
            var sum = sums[order * order + k];
            for (var i = k + 1; i < order; i++) sum -= sums[i * order + k] * solution[i];
            solution[k] = sum / sums[k * order + k];
        }
        return true;
    }
}
