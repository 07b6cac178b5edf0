using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>How many labelled items a model that has learned to tell classes tells rightly.</summary>
public static class RowClassification
{
    const int Piece = 256;

    /// <summary>The share of the items with a label whose likeliest class it is.</summary>
    /// <param name="model">The classifier, whose classes are the labels.</param>
    /// <param name="split">Items that it takes.</param>
    /// <param name="threads">Worker threads, 0: all processors.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static Proportion Of(IRowClassifier model, Split split, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var (rows, pieces) = (new SplitRows(split), (split.Count + Piece - 1) / Piece);
        var (right, told) = (new int[pieces], new int[pieces]);
        ParallelShards.Run(pieces, ParallelShards.Workers(threads), (piece, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (first, count) = (piece * Piece, Math.Min(Piece, split.Count - piece * Piece));
            float[] values = new float[count * rows.Space.Dimensions], logs = new float[count * model.Classes];
            rows.Read(first, values);
            model.Classify(values, count, logs);
            for (var i = 0; i < count; i++)
            {
                if (split.Label(first + i) is not (>= 0 and var label)) continue;
                var own = logs.AsSpan(i * model.Classes, model.Classes);
                var best = 0;
                for (var k = 1; k < own.Length; k++)
                    if (own[k] > own[best]) best = k;
                (right[piece], told[piece]) = (right[piece] + (best == label ? 1 : 0), told[piece] + 1);
            }
        });
        return new Proportion(right.Sum(), told.Sum());
    }
}
