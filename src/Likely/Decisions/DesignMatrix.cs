namespace Likely;

/// <summary>The features of some items, a row each, as a linear classifier reads them. Products split rows over threads and add up in an order of their own, so that no result depends on threads.</summary>
abstract class DesignMatrix
{
    /// <summary>Parts of the rows whose sums over rows are added as a tree.</summary>
    protected const int Shards = 8;

    public abstract int Rows { get; }

    public abstract int Columns { get; }

    /// <summary>scores[row, k] = the row times the weights of class k.</summary>
    /// <param name="weights">[classes, columns].</param>
    /// <param name="classes">How many.</param>
    /// <param name="scores">Receives [rows, classes].</param>
    /// <param name="threads">Worker threads.</param>
    public void Multiply(double[] weights, int classes, double[] scores, int threads) => Tensors.ParallelShards.Run(Shards, threads, (shard, _) =>
    {
        for (var row = First(shard); row < First(shard + 1); row++)
            for (var k = 0; k < classes; k++) scores[row * classes + k] = Dot(row, weights.AsSpan(k * Columns, Columns));
    });

    /// <summary>gradient[k, column] = the sum over rows of residuals[row, k] times the row: eight chains over consecutive rows, added as a tree.</summary>
    /// <param name="residuals">[rows, classes].</param>
    /// <param name="classes">How many.</param>
    /// <param name="partial">Room for 8 times [classes, columns]; the first of them receives the sum.</param>
    /// <param name="threads">Worker threads.</param>
    public void MultiplyTransposed(double[] residuals, int classes, double[][] partial, int threads)
    {
        Tensors.ParallelShards.Run(Shards, threads, (shard, _) =>
        {
            Array.Clear(partial[shard]);
            for (var row = First(shard); row < First(shard + 1); row++)
                for (var k = 0; k < classes; k++)
                    if (residuals[row * classes + k] is var scale && scale != 0) AddTo(row, scale, partial[shard].AsSpan(k * Columns, Columns));
        });
        for (var step = 1; step < Shards; step *= 2)
            for (var shard = 0; shard < Shards; shard += 2 * step)
                for (var i = 0; i < partial[shard].Length; i++) partial[shard][i] += partial[shard + step][i];
    }

    /// <summary>Room for the partial sums.</summary>
    public double[][] NewPartial(int classes) => [.. Enumerable.Range(0, Shards).Select(_ => new double[classes * Columns])];

    protected abstract double Dot(int row, ReadOnlySpan<double> weights);

    protected abstract void AddTo(int row, double scale, Span<double> sums);

    int First(int shard) => (int)((long)Rows * shard / Shards);
}
