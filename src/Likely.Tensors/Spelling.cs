namespace Likely.Tensors;

/// <summary>Finds the name that a mistyped one was meant to be.</summary>
public static class Spelling
{
    /// <summary>" (did you mean 'size'?)" for a word that is nearly one of the names, or "".</summary>
    public static string Hint(string word, IEnumerable<string> names) => Nearest(word, names) is { } name ? $" (did you mean '{name}'?)" : "";

    /// <summary>The name at the least distance from a word, the first of several; null if none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> names)
    {
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in names)
        {
            var distance = Distance(word, name);
            // A third of the letters may be wrong; a word that a name begins with is short for it.
            if (distance > Math.Max(1, Math.Max(word.Length, name.Length) / 3) && !(word.Length >= 3 && name.StartsWith(word, StringComparison.OrdinalIgnoreCase))) continue;
            if (distance < least) (nearest, least) = (name, distance);
        }
        return nearest;
    }

    /// <summary>Letters to insert, delete, replace or swap with their neighbour; capitals, dashes and underscores are equal (Damerau 1964, optimal string alignment).</summary>
    static int Distance(string a, string b)
    {
        if (Math.Max(a.Length, b.Length) > 64) return int.MaxValue;
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }
                var change = rows[i - 1, j - 1] + (Letter(a[i - 1]) == Letter(b[j - 1]) ? 0 : 1);
                rows[i, j] = Math.Min(change, 1 + Math.Min(rows[i - 1, j], rows[i, j - 1]));
                if (i > 1 && j > 1 && Letter(a[i - 1]) == Letter(b[j - 2]) && Letter(a[i - 2]) == Letter(b[j - 1])) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        return rows[a.Length, b.Length];

        static char Letter(char letter) => letter is '_' ? '-' : char.ToLowerInvariant(letter);
    }
}
