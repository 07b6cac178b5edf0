using Likely.Data;

namespace Likely;

// What the keys of tables say of their columns.
public sealed partial record DataOptions
{
    const int LongestNames = 1 << 16, LongestEnding = 16;

    // Names may have blanks, which separate settings.
    static string Escaped(string names) => names.Replace("%", "%25").Replace(" ", "%20");

    static string ParseNames(string key, string value) => value.Replace("%20", " ").Replace("%25", "%") is { Length: > 0 and <= LongestNames } names and not "?" && !names.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) && c != ' ') ? names : throw Refused(key, value);

    static (string Name, ColumnType Type)? TypeOf(string text)
    {
        var at = text.LastIndexOf(':');
        return at <= 0 ? null : text[(at + 1)..] switch
        {
            "category" or "categorical" or "binary" => (text[..at], ColumnType.Category),
            "number" => (text[..at], ColumnType.Number),
            "date" => (text[..at], ColumnType.Date),
            _ => null,
        };
    }

    /// <summary>The types that are said of a table's columns.</summary>
    internal Dictionary<string, ColumnType> ColumnTypes(IReadOnlyList<string> names, Func<string, DataException> unknown)
    {
        var types = new Dictionary<string, ColumnType>(StringComparer.Ordinal);
        foreach (var one in Types?.Split(',') ?? [])
            if (TypeOf(one) is var (name, type)) types[names.Contains(name) ? name : throw unknown(name)] = type;
        return types;
    }

    /// <summary>Whether a column of a table is modelled.</summary>
    internal bool TakesColumn(string name) => Columns is null || (Columns[0] == '-' ? !Columns.Split(',').Contains("-" + name) : Columns.Split(',').Contains(name));

    /// <summary>Refuses names that no column of a table has.</summary>
    internal void RequireColumns(IReadOnlyList<string> names, Func<string, DataException> unknown)
    {
        foreach (var one in Columns?.Split(',') ?? [])
            if (one.Length > 0 && (one[0] == '-') != (Columns![0] == '-')) throw new DataException($"columns= has '{VisibleText.Sentence(one)}' beside others with{(one[0] == '-' ? "out" : "")} a minus; put one before each name, to leave those columns out, or before none.");
            else if (Columns![0] != '-' ? !names.Contains(one) : one.Length == 0 || one[0] != '-' || !names.Contains(one[1..])) throw unknown(one.TrimStart('-'));
    }
}
