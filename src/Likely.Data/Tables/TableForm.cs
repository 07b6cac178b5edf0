using System.Buffers;
using System.Text;

namespace Likely.Data;

/// <summary>How the rows of a file lie: what stands between cells, whether numbers have a decimal comma, and which of a model's columns each is.</summary>
public sealed class TableForm
{
    /// <summary>No file has more columns.</summary>
    public const int MostColumns = 4096;

    /// <summary>So many first bytes of a file tell its form.</summary>
    public const int HeadLength = 1 << 16;

    readonly SearchValues<byte> _marks;

    TableForm(char separator, bool hasDecimalComma, int[] places)
    {
        (Separator, HasDecimalComma, Places) = (separator, hasDecimalComma, places);
        Others = [.. Enumerable.Range(0, places.Length).Where(c => places[c] < 0)];
        _marks = SearchValues.Create([(byte)separator, (byte)'"', (byte)'\n']);
    }

    public char Separator { get; }
    public bool HasDecimalComma { get; }

    /// <summary>Of each column of the file which one of the model's it is; -1: none.</summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>The columns of the file that the model has not, ascending.</summary>
    public IReadOnlyList<int> Others { get; }

    /// <summary>The form that a model's own table has.</summary>
    public static TableForm? Of(TableTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return Create(tokens, tokens.Dialect.Separator, tokens.Dialect.HasDecimalComma, [.. Enumerable.Range(0, tokens.Columns.Count)]);
    }

    /// <summary>A form; null if there is none such: each column of the model is one of the file's.</summary>
    public static TableForm? Create(TableTokens tokens, int separator, bool hasDecimalComma, int[] places)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(places);
        var seen = new bool[tokens.Columns.Count];
        foreach (var place in places)
        {
            if (place >= seen.Length || place >= 0 && seen[place]) return null;
            if (place >= 0) seen[place] = true;
        }
        return separator is > 0 and < 128 && separator is not ('"' or '\r' or '\n') && Array.TrueForAll(seen, one => one) && places.Length <= MostColumns ? new TableForm((char)separator, hasDecimalComma, places) : null;
    }

    /// <summary>The form of a file; null, and why, if a model has no use for it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="head">Its first <see cref="HeadLength"/> bytes, or all.</param>
    /// <param name="tokens">What the model's columns are.</param>
    /// <param name="refusal">Why there is none.</param>
    public static TableForm? Of(string path, ReadOnlySpan<byte> head, TableTokens tokens, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        refusal = null;
        if (head is [0x1F, 0x8B, ..]) refusal = "it is packed, and what is in it is a table only when it is unpacked";
        var dialect = refusal is not null ? null : Dialect.Of(Encoding.UTF8.GetString(head).TrimStart('\uFEFF'), head.Length < HeadLength) ?? (tokens.Columns.Count == 1 ? tokens.Dialect : null);
        if (dialect is null)
        {
            refusal ??= "it is no table";
            return null;
        }
        string[] names;
        try
        {
            names = new TableReader(path, dialect with { HasHeader = tokens.Dialect.HasHeader }).Read((_, _) => { }, default, most: 1);
        }
        catch (DataException)
        {
            refusal = "it is no table, or one whose first rows have not all as many cells";
            return null;
        }
        if (tokens.Names.FirstOrDefault(name => !names.Contains(name)) is { } missing) refusal = $"it has no column '{VisibleText.Sentence(missing)}', which the model knows";
        else if (Create(tokens, dialect.Separator, dialect.HasDecimalComma, Array.ConvertAll(names, name => Array.IndexOf([.. tokens.Names], name))) is { } form) return form;
        refusal ??= $"it has more than {MostColumns} columns";
        return null;
    }

    /// <summary>The row of names that a table of the model's columns alone has, without its line's end; empty if there are others.</summary>
    public byte[] Header(TableTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return Others.Count > 0 ? [] : Encoding.UTF8.GetBytes(new Dialect(Separator, HasDecimalComma, true).Join(Places.Select(place => tokens.Columns[place].Name)));
    }

    /// <summary>Finds the cells of the row that begins at a byte: where each ends, before what stands behind it, as far as there is room.</summary>
    /// <param name="bytes">The file, or a part.</param>
    /// <param name="at">Where the row begins.</param>
    /// <param name="ends">Receives the ends of cells.</param>
    /// <returns>How many cells there are, 0 if a quote is not closed, and where the next row begins. The last cell ends before <c>\n</c>, <c>\r\n</c> or where the bytes end.</returns>
    public (int Cells, int Next) Row(ReadOnlySpan<byte> bytes, int at, Span<int> ends)
    {
        var (cells, quoted) = (0, false);
        while (true)
        {
            var found = quoted ? bytes[at..].IndexOf((byte)'"') : bytes[at..].IndexOfAny(_marks);
            at = found < 0 ? bytes.Length : at + found;
            if (at < bytes.Length && bytes[at] == '"')
            {
                (quoted, at) = (!quoted, at + 1);
                continue;
            }
            var isEnd = at == bytes.Length || bytes[at] == '\n';
            if (cells < ends.Length) ends[cells] = isEnd && at > 0 && at < bytes.Length && bytes[at - 1] == '\r' ? at - 1 : at;
            cells++;
            if (isEnd) return (quoted ? 0 : cells, Math.Min(at + 1, bytes.Length));
            at++;
        }
    }
}
