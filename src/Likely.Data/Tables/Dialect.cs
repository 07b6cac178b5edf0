using System.Text;

namespace Likely.Data;

/// <summary>How a table is written: what stands between cells, whether numbers have a decimal comma, and whether the first row names the columns.</summary>
/// <param name="Separator">What stands between cells.</param>
/// <param name="HasDecimalComma">Whether numbers are written as 1,5.</param>
/// <param name="HasHeader">Whether the first row names the columns.</param>
sealed record Dialect(char Separator, bool HasDecimalComma, bool HasHeader)
{
    const string Separators = ",;\t|";

    // Rows that are looked at, and the share of them that are alike.
    const int Looked = 64;
    const double Alike = 0.5;

    /// <summary>The dialect that the beginning of a table is written in; null if it is none: nearly all rows need as many cells as the first, at least two.</summary>
    public static Dialect? Of(string head, bool isWhole)
    {
        (char Separator, List<List<string>> Rows)? best = null;
        foreach (var separator in Separators)
        {
            var rows = Split(head, separator, isWhole);
            if (rows.Count > 0 && rows[0].Count > Math.Max(1, best?.Rows[0].Count ?? 1) && rows.Count(row => row.Count == rows[0].Count) >= Alike * rows.Count) best = (separator, rows);
        }
        if (best is not { } found) return null;
        var comma = found.Separator != ',' && IsComma(found.Rows);
        var (first, below) = (found.Rows[0], found.Rows.Skip(1).ToList());
        // A row of names has no number and no date. Where no other row has any either, no name stands below itself.
        bool IsValue(string cell) => IsNumber(cell, comma) || DateText.Forms.Any(form => DateText.TryParse(cell, form, out _));
        var named = first.Exists(cell => cell.Length > 0) && !first.Exists(IsValue);
        return new Dialect(found.Separator, comma, named && (below.Exists(row => row.Exists(IsValue)) || !below.Exists(row => row.Zip(first).Any(pair => pair.First == pair.Second))));
    }

    /// <summary>A row as text.</summary>
    public string Join(IEnumerable<string> cells) => string.Join(Separator, cells.Select(Quoted));

    string Quoted(string cell) => cell.AsSpan().IndexOfAny([Separator, '"', '\n', '\r']) < 0 ? cell : $"\"{cell.Replace("\"", "\"\"")}\"";

    static bool IsNumber(string cell, bool comma) => NumberText.TryParse(cell, comma, out _, out _) || IsGrouped(cell, comma);

    // With marks between thousands.
    static bool IsGrouped(string cell, bool comma)
    {
        var mark = '\0';
        return NumberText.TryUngroup(cell, comma, ref mark, stackalloc char[NumberText.Longest], out _);
    }

    // Numbers that are some with a decimal comma, and fewer with a point; those that may be marks between thousands count where no others tell.
    static bool IsComma(List<List<string>> rows)
    {
        var (commas, points, other) = (0, 0, 0); // of the others, how many more are commas
        foreach (var cell in rows.Skip(1).SelectMany(row => row))
        {
            var isComma = cell.Contains(',') && IsNumber(cell, true);
            if (!isComma && !(cell.Contains('.') && IsNumber(cell, false))) continue;
            if (IsGrouped(cell, !isComma)) other += isComma ? 1 : -1;
            else if (isComma) commas++;
            else points++;
        }
        return commas != points ? commas > points : other > 0;
    }

    // The first rows, quotes being heeded; the last one is left out if it may go on.
    static List<List<string>> Split(string head, char separator, bool isWhole)
    {
        var (rows, row, cell, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        foreach (var c in head)
        {
            if (c == '"') quoted = !quoted;
            else if (quoted || c != separator && c is not ('\n' or '\r')) cell.Append(c);
            else if (c == '\r') continue;
            else
            {
                row.Add(cell.ToString().Trim());
                cell.Clear();
                if (c != '\n') continue;
                if (row.Count > 1 || row[0].Length > 0) rows.Add(row);
                row = [];
                if (rows.Count == Looked) return rows;
            }
        }
        if (isWhole && (row.Count > 0 || cell.Length > 0))
        {
            row.Add(cell.ToString().Trim());
            rows.Add(row);
        }
        return rows;
    }
}
