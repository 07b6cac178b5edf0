using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Fills the missing cells of a table's rows by a model: each row's from their exact conditional given all its other cells, where the model takes any order (MADE with
/// orderings=0), else in the model's order. Of several draws a number becomes their median, a name the most frequent one.
/// </summary>
public static class Imputation
{
    /// <summary>Fills rows.</summary>
    /// <param name="model">A model of rows.</param>
    /// <param name="tokens">What its symbols are.</param>
    /// <param name="rows">The rows; those with nothing missing come back as they are.</param>
    /// <param name="draws">Draws of each row.</param>
    /// <param name="seed">Of all draws: a row's depend on its place among the rows and nothing else.</param>
    /// <param name="threads">Worker threads; 0: all processors.</param>
    /// <param name="progress">Called with the share done.</param>
    /// <param name="cancellation">Ends it between two rows.</param>
    /// <exception cref="ArgumentException">A row is none of the model's.</exception>
    public static int[][] Fill(AutoregressiveModel model, TableTokens tokens, IReadOnlyList<int[]> rows, int draws = 1, ulong seed = 1, int threads = 0, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var filled = new int[rows.Count][];
        var random = new Philox(seed, RandomPurpose.Sampling, Philox.Hash("imputation"));
        for (var i = 0; i < filled.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = rows[i];
            var known = Array.ConvertAll(row, symbol => !tokens.IsMissing(symbol));
            filled[i] = [.. row];
            if (Array.TrueForAll(known, isKnown => isKnown)) continue;
            var drawn = Walk.Complete(model, row, known, draws, random.UInt32((ulong)i, 0), null, 1, threads, cancellation: cancellation, undrawn: column => tokens.Undrawn(column, isFilled: true));
            for (var c = 0; c < row.Length; c++)
                if (!known[c]) filled[i][c] = Typical(Array.ConvertAll(drawn, one => one[c]), tokens.Space.AlphabetAt(c));
            progress?.Invoke((i + 1.0) / filled.Length);
        }
        return filled;
    }

    // The most frequent name, or the median level, whichever of both kinds is more frequent; of names equally frequent the first.
    static int Typical(int[] symbols, Alphabet alphabet)
    {
        Array.Sort(symbols);
        int[] levels = [.. symbols.Where(symbol => symbol >= alphabet.Names)];
        if (2 * levels.Length > symbols.Length) return levels[levels.Length / 2];
        return symbols.Where(symbol => symbol < alphabet.Names).GroupBy(symbol => symbol).MaxBy(group => group.Count())!.Key;
    }
}
