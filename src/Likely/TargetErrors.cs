using Likely.Data;

namespace Likely;

/// <summary>
/// How far answers are from what is right: an answer is exact if it is one of the targets of its source, and else as many errors as symbols must be put in, left out or changed (Levenshtein) to make it
/// the nearest of them, the first of equals; the same with the words between blanks.
/// </summary>
/// <param name="Sources">Answers.</param>
/// <param name="Exact">Of them exact.</param>
/// <param name="Symbols">Symbols of the nearest targets, without their ends.</param>
/// <param name="SymbolErrors">Errors of symbols.</param>
/// <param name="Words">Words of the nearest targets.</param>
/// <param name="WordErrors">Errors of words.</param>
public sealed record TargetErrors(int Sources, int Exact, long Symbols, long SymbolErrors, long Words, long WordErrors)
{
    /// <summary>The sources of a split's pairs, each once, in the order in which they come, and the pairs of each.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public static (int[][] Sources, int[][] Pairs) Group(Split split)
    {
        ArgumentNullException.ThrowIfNull(split);
        var (places, sources, pairs) = (new Dictionary<string, int>(), new List<int[]>(), new List<List<int>>());
        for (var i = 0; i < split.Count; i++)
        {
            var source = split.Source(i);
            var key = string.Join(',', source);
            if (!places.TryGetValue(key, out var place))
            {
                places.Add(key, place = sources.Count);
                sources.Add(source);
                pairs.Add([]);
            }
            pairs[place].Add(i);
        }
        return ([.. sources], [.. pairs.Select(own => own.ToArray())]);
    }

    /// <summary>The errors of answers to the sources of <see cref="Group"/>.</summary>
    /// <param name="split">The pairs.</param>
    /// <param name="pairs">Those of each source.</param>
    /// <param name="answers">Symbols of each answer, without its end.</param>
    /// <param name="tokens">What symbols are.</param>
    /// <param name="each">Told the errors of each answer and the pair that is nearest to it.</param>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public static TargetErrors Of(Split split, int[][] pairs, int[][] answers, Tokens tokens, Action<int, int, int>? each = null)
    {
        var sum = new TargetErrors(answers.Length, 0, 0, 0, 0, 0);
        for (var i = 0; i < answers.Length; i++)
        {
            var (nearest, least, right) = (-1, int.MaxValue, Array.Empty<int>());
            foreach (var pair in pairs[i])
            {
                var target = new int[split.SpaceOf(pair).Width];
                split.Read(pair, target);
                if (Distance<int>(answers[i], target.AsSpan(0, target.Length - 1)) is var distance && distance < least) (nearest, least, right) = (pair, distance, target[..^1]);
            }
            each?.Invoke(i, least, nearest);
            var words = WordsOf(right);
            sum = sum with
            {
                Exact = sum.Exact + (least == 0 ? 1 : 0),
                Symbols = sum.Symbols + right.Length,
                SymbolErrors = sum.SymbolErrors + least,
                Words = sum.Words + words.Length,
                WordErrors = sum.WordErrors + Distance<string>(WordsOf(answers[i]), words),
            };
        }
        return sum;

        string[] WordsOf(int[] symbols) => System.Text.Encoding.Latin1.GetString(tokens.Decode(symbols)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The fewest insertions, deletions and changes that make one sequence the other.</summary>
    public static int Distance<T>(ReadOnlySpan<T> from, ReadOnlySpan<T> to) where T : IEquatable<T>
    {
        var row = new int[to.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 0; i < from.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < to.Length; j++)
                (diagonal, row[j + 1]) = (row[j + 1], Math.Min(diagonal + (from[i].Equals(to[j]) ? 0 : 1), Math.Min(row[j], row[j + 1]) + 1));
        }
        return row[^1];
    }
}
