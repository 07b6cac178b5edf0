using Likely.Tensors;

namespace Likely;

/// <summary>
/// Labels by Bayes' rule, p(y | x) = p(x | y)^(1/T) p(y) / sum over y of the same. Log-likelihoods of whole items differ by so many nats that posteriors are all but certain where they are wrong: one
/// temperature T, fitted to labelled items that were not trained on, makes them as sure as they are right (Guo et al. 2017, arXiv:1706.04599), and no surer than so many items can say: of n items each
/// has its label with (n + 1) / (n + 2) and the others with the rest in equal shares, after Platt (1999, Probabilistic outputs for support vector machines, section 2.2), or else T would be 0 where all are told right.
/// </summary>
public static class BayesPosterior
{
    const double Coldest = 1e-3, Hottest = 1e6, Near = 1.001;
    const int Halvings = 80;

    /// <summary>log p(y | x) of some items.</summary>
    /// <param name="nats">-log p(x | y), [items, classes].</param>
    /// <param name="logPrior">log p(y), one a class.</param>
    /// <param name="temperature">T.</param>
    public static double[] Logs(double[] nats, double[] logPrior, double temperature)
    {
        ArgumentNullException.ThrowIfNull(nats);
        ArgumentNullException.ThrowIfNull(logPrior);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        var (classes, logs) = (logPrior.Length, new double[nats.Length]);
        for (var at = 0; at < nats.Length; at += classes)
        {
            var most = double.NegativeInfinity;
            for (var y = 0; y < classes; y++) most = Math.Max(most, logs[at + y] = logPrior[y] - nats[at + y] / temperature);
            var sum = 0.0;
            for (var y = 0; y < classes; y++) sum += ExactMath.Exp(logs[at + y] - most);
            var all = most + ExactMath.Log(sum);
            for (var y = 0; y < classes; y++) logs[at + y] -= all;
        }
        return logs;
    }

    /// <summary>log p(y) of equally many items of each class.</summary>
    public static double[] Uniform(int classes)
    {
        var prior = new double[classes];
        Array.Fill(prior, -ExactMath.Log(classes));
        return prior;
    }

    /// <summary>The temperature by which labelled items lose the fewest nats, -log p(y | x) on average over the smoothed labels, with a uniform prior, from 0.001 to 1e6; null if no item has a label.</summary>
    /// <param name="nats">-log p(x | y), [items, classes].</param>
    /// <param name="labels">One an item; -1: none.</param>
    /// <param name="classes">How many there are.</param>
    public static double? FitTemperature(double[] nats, int[] labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(nats);
        ArgumentNullException.ThrowIfNull(labels);
        if (classes < 2 || !Array.Exists(labels, label => label >= 0)) return null;
        // The loss is convex in 1 / T, and its slope there the sum of the mean nats by the smoothed label less those by the posterior.
        var (low, high) = (ExactMath.Log(1 / Hottest), ExactMath.Log(1 / Coldest));
        for (var halving = 0; halving < Halvings; halving++)
        {
            var middle = (low + high) / 2;
            if (Slope(nats, labels, classes, ExactMath.Exp(middle)) <= 0) low = middle;
            else high = middle;
        }
        return 1 / ExactMath.Exp((low + high) / 2);
    }

    /// <summary>Whether a temperature is one that no fit ended at but its bounds: the hottest where likelihoods tell labels no better than chance, the coldest of files that older versions fitted to items all told right.</summary>
    public static bool IsBound(double temperature) => temperature is <= Coldest * Near or >= Hottest / Near;

    static double Slope(double[] nats, int[] labels, int classes, double inverse)
    {
        var (total, labelled) = (0.0, 0);
        foreach (var label in labels)
            if (label >= 0) labelled++;
        var wrong = 1.0 / (labelled + 2) / (classes - 1);
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0) continue;
            var own = nats.AsSpan(i * classes, classes);
            var least = double.PositiveInfinity;
            foreach (var one in own) least = Math.Min(least, one);
            var (sum, mean, all) = (0.0, 0.0, 0.0);
            foreach (var one in own)
            {
                var weight = ExactMath.Exp(inverse * (least - one));
                (sum, mean, all) = (sum + weight, mean + weight * (one - least), all + (one - least));
            }
            var right = own[labels[i]] - least;
            total += (1 - wrong * (classes - 1)) * right + wrong * (all - right) - mean / sum;
        }
        return total;
    }
}
