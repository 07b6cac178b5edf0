using System.Text;

namespace Likely;

/// <summary>Which words, and sequences of words, are in a text, whatever their order: words are what lies between blanks and line ends. What is in fewer than two training texts is left out.</summary>
sealed class WordBag
{
    const int LeastTexts = 2, LongestText = 1 << 20;

    readonly Dictionary<string, int> _columns = [];
    readonly int _longest;

    /// <param name="texts">Training texts, as bytes.</param>
    /// <param name="longest">Words of the longest sequences.</param>
    public WordBag(IEnumerable<byte[]> texts, int longest)
    {
        _longest = longest;
        var seen = new Dictionary<string, int>();
        var order = new List<string>();
        foreach (var text in texts)
            foreach (var words in Sequences(text))
                if (!seen.TryAdd(words, 1)) seen[words]++;
                else order.Add(words);
        foreach (var words in order)
            if (seen[words] >= LeastTexts) _columns.Add(words, _columns.Count);
    }

    /// <summary>Words and sequences that there are.</summary>
    public int Count => _columns.Count;

    /// <summary>A row a text: those of them that are in it.</summary>
    public SparseRows Rows(IEnumerable<byte[]> texts)
    {
        var rows = new List<int[]>();
        foreach (var text in texts)
        {
            var row = new List<int>();
            foreach (var words in Sequences(text))
                if (_columns.TryGetValue(words, out var column)) row.Add(column);
            rows.Add([.. row]);
        }
        return new SparseRows(rows, Count);
    }

    // Each once, in the order in which they first come.
    IEnumerable<string> Sequences(byte[] text)
    {
        var words = Encoding.Latin1.GetString(text.AsSpan(0, Math.Min(text.Length, LongestText))).Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var seen = new HashSet<string>();
        for (var length = 1; length <= _longest; length++)
            for (var first = 0; first + length <= words.Length; first++)
                if (string.Join(' ', words, first, length) is var sequence && seen.Add(sequence)) yield return sequence;
    }
}
