using Likely.Tensors;

namespace Likely;

/// <summary>
/// How well a linear classifier tells the labels of items from their codes, or from the words of texts: multinomial logistic regression of the training items, whose penalty's strength is the one that the held-out items
/// have the fewest nats with, on the test items, which nothing was chosen by.
/// </summary>
/// <param name="Test">The test items that it tells right.</param>
/// <param name="Train">The training items.</param>
/// <param name="Strength">Of the penalty.</param>
/// <param name="Weakest">The weakest that was tried.</param>
/// <param name="HeldOutNats">Mean nats of the held-out items' labels.</param>
/// <param name="Objective">What was made least on the training items: mean nats and the penalty.</param>
/// <param name="Used">Features that have any weight.</param>
/// <param name="Features">Features there are.</param>
public sealed record LinearProbe(Proportion Test, Proportion Train, double Strength, double Weakest, double HeldOutNats, double Objective, int Used, int Features)
{
    // From strong to weak, until the held-out items have clearly lost by it: where nearly nothing is learnt yet, nats go up and down by little.
    const int MostWorse = 2;
    const double Clearly = 1.02;
    static readonly double[] Strengths = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6];

    /// <summary>From codes, each number of which is standardised as it is in the training items.</summary>
    /// <param name="train">[items, width] of the training items.</param>
    /// <param name="heldOut">Of those that choose the strength.</param>
    /// <param name="test">Of the test items.</param>
    /// <param name="width">Numbers of a code.</param>
    /// <param name="labels">Of training, held-out and test items.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="penalty">What keeps weights small.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <param name="progress">Told how many strengths have been tried, and how many there are at most.</param>
    public static LinearProbe OfCodes(float[] train, float[] heldOut, float[] test, int width, (int[] Train, int[] HeldOut, int[] Test) labels, int classes, Penalty penalty = Penalty.L2, int threads = 0, CancellationToken cancellation = default, Action<int, int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        var (means, scales) = DenseRows.Moments(train, width);
        return Fit(new DenseRows(train, means, scales), new DenseRows(heldOut, means, scales), new DenseRows(test, means, scales), labels, classes, penalty, threads, cancellation, progress);
    }

    /// <summary>From the presence of words and of sequences of up to <paramref name="longest"/> words in texts, each text's of length 1.</summary>
    public static LinearProbe OfWords(IReadOnlyList<byte[]> train, IReadOnlyList<byte[]> heldOut, IReadOnlyList<byte[]> test, int longest, (int[] Train, int[] HeldOut, int[] Test) labels, int classes, Penalty penalty = Penalty.L2, int threads = 0, CancellationToken cancellation = default, Action<int, int>? progress = null)
    {
        var bag = new WordBag(train, longest);
        if (bag.Count == 0) throw new UsageException("no word is in two of the training texts, so words tell nothing of their labels");
        return Fit(bag.Rows(train), bag.Rows(heldOut), bag.Rows(test), labels, classes, penalty, threads, cancellation, progress);
    }

    static LinearProbe Fit(DesignMatrix train, DesignMatrix heldOut, DesignMatrix test, (int[] Train, int[] HeldOut, int[] Test) labels, int classes, Penalty penalty, int threads, CancellationToken cancellation, Action<int, int>? progress)
    {
        var regression = new LogisticRegression(train, labels.Train, classes, ParallelShards.Workers(threads));
        LinearProbe? best = null;
        var (worse, weakest) = (0, 0.0);
        for (var i = 0; i < Strengths.Length; i++)
        {
            var strength = weakest = Strengths[i];
            progress?.Invoke(i, Strengths.Length);
            regression.Fit(strength, penalty, cancellation);
            var nats = regression.Predict(heldOut, labels.HeldOut).Nats;
            if (best is null || nats < best.HeldOutNats)
            {
                worse = 0;
                var used = Enumerable.Range(0, train.Columns).Count(regression.Uses);
                best = new LinearProbe(Proportion.Of(regression.Predict(test, labels.Test).Classes, labels.Test), Proportion.Of(regression.Predict(train, labels.Train).Classes, labels.Train), strength, strength, nats, regression.Objective, used, train.Columns);
            }
            else if (nats > Clearly * best.HeldOutNats && ++worse == MostWorse) break;
        }
        return best! with { Weakest = weakest };
    }
}
