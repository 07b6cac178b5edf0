using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>How likely cells of rows are, all of those that are asked for together, given the other cells: exact for a model that takes any order (MADE with orderings=0; Uria, Murray and Larochelle 2014).</summary>
/// <param name="Cells">Cells of the row that are asked for.</param>
/// <param name="Nats">-log p of their symbols given all cells that are known.</param>
/// <param name="Rest">How many nats more their numbers take within the levels that hold them.</param>
public readonly record struct CellLikelihood(int Cells, double Nats, double Rest)
{
    /// <summary>Scores rows.</summary>
    /// <param name="model">A model of rows that takes any order.</param>
    /// <param name="tokens">What its symbols are.</param>
    /// <param name="rows">Whole rows.</param>
    /// <param name="given">The same rows; cells that are missing in them are those that are asked for, but for those that are missing in <paramref name="rows"/> as well.</param>
    /// <param name="threads">Worker threads; 0: all processors.</param>
    /// <param name="progress">Called with the share done, by any thread.</param>
    /// <param name="cancellation">Ends it between two rows.</param>
    /// <exception cref="ModelException">The model was trained in one order, or tells p(row | label).</exception>
    /// <exception cref="ArgumentException">A row is none of the model's, or a cell that is given has another value in <paramref name="rows"/>.</exception>
    public static CellLikelihood[] Score(AutoregressiveModel model, TableTokens tokens, IReadOnlyList<int[]> rows, IReadOnlyList<int[]> given, int threads = 0, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(given);
        if (!model.TakesAnyOrder) throw new ModelException($"{model.Config.Name} was trained in one order, in which a cell is told by those before it alone; trained with orderings=0 it tells any cells given all others");
        if (model.Classes > 0) throw new ModelException("the model tells p(row | label), and cells are scored by one of p(row) alone");
        if (rows.Count != given.Count) throw new ArgumentException($"{rows.Count} rows and {given.Count} of which cells are given", nameof(given));
        var scores = new CellLikelihood[rows.Count];
        var done = 0;
        ParallelShards.Run(rows.Count, ParallelShards.Workers(threads), (i, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            scores[i] = Score(model, tokens, rows[i], given[i], i);
            progress?.Invoke((double)Interlocked.Increment(ref done) / rows.Count);
        });
        return scores;
    }

    static CellLikelihood Score(AutoregressiveModel model, TableTokens tokens, int[] row, int[] given, int index)
    {
        if (row.Length != model.Space.Dimensions || given.Length != row.Length) throw new ArgumentException($"row {index} has {row.Length} cells, and {given.Length} are given; the model's have {model.Space.Dimensions}", nameof(row));
        int[] known = new int[row.Length], asked = new int[row.Length], open = new int[row.Length];
        var (knownCount, askedCount, openCount) = (0, 0, 0);
        for (var c = 0; c < row.Length; c++)
            if (!tokens.IsMissing(given[c])) known[knownCount++] = row[c] == given[c] ? c : throw new ArgumentException($"row {index} has another value in column {c} than what is given", nameof(given));
            else if (tokens.IsMissing(row[c])) open[openCount++] = c; // what nobody knows comes last, and is not asked for
            else asked[askedCount++] = c;
        if (askedCount == 0) return default;
        int[] order = [.. known.AsSpan(0, knownCount), .. asked.AsSpan(0, askedCount), .. open.AsSpan(0, openCount)];
        var symbols = Array.ConvertAll(order, c => row[c]);
        var told = new float[askedCount];
        var predictor = model.Predict(1, [], 0, model.Space.Extent, null, order: order);
        if (knownCount > 0) predictor.Observe(symbols.AsSpan(0, knownCount));
        predictor.Observe(symbols.AsSpan(knownCount, askedCount), told);
        var (nats, rest) = (0.0, 0.0);
        for (var s = 0; s < askedCount; s++) (nats, rest) = (nats - told[s], rest + tokens.Rest(asked[s], row[asked[s]]));
        return new CellLikelihood(askedCount, nats, rest);
    }
}
