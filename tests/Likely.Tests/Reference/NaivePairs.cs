namespace Likely.Tests.Reference;

/// <summary>Byte-pair encoding as OpenAI's encoder.py does it: of all pairs of neighbours the one of the lowest rank, everywhere from left to right, again and again.</summary>
static class NaivePairs
{
    public static List<int> Join(IEnumerable<int> symbols, IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        var ranks = Enumerable.Range(0, merges.Count).ToDictionary(rank => (merges[rank].Left, merges[rank].Right));
        List<int> word = [.. symbols];
        while (word.Count > 1)
        {
            var best = word.Zip(word.Skip(1)).MinBy(pair => ranks.GetValueOrDefault(pair, int.MaxValue));
            if (!ranks.TryGetValue(best, out var rank)) break;
            List<int> joined = [];
            for (var i = 0; i < word.Count; i++)
            {
                var isPair = i + 1 < word.Count && (word[i], word[i + 1]) == best;
                joined.Add(isPair ? merges[rank].Result : word[i]);
                if (isPair) i++;
            }
            word = joined;
        }
        return word;
    }
}
