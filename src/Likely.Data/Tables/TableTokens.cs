using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// What the symbols of a table's rows are: its columns, their names and values, and how a table of them is written. A model keeps them as it keeps the tokens of a text; a row
/// of as many symbols as there are columns is a line of CSV.
/// </summary>
public sealed class TableTokens : Tokens
{
    const string Kind = "table ";

    readonly TableColumn[] _columns;

    internal TableTokens(TableColumn[] columns, Dialect dialect, bool isBinary)
    {
        (_columns, Dialect, IsBinary) = (columns, dialect, isBinary);
        Space = isBinary ? Space.Image(1, columns.Length, 1, 2) : Space.Table(columns.Select(column => column.Alphabet));
    }

    internal IReadOnlyList<TableColumn> Columns => _columns;
    internal Dialect Dialect { get; }

    /// <summary>True if every column has two values and none is ever missing: then rows are vectors of bits, which the models of binary variables take.</summary>
    public bool IsBinary { get; }

    /// <summary>What a row is.</summary>
    public Space Space { get; }

    /// <summary>Names of the columns.</summary>
    public IReadOnlyList<string> Names => Array.ConvertAll(_columns, column => column.Name);

    public override int Size => Space.Levels;
    public override int LongestSymbol => 1;
    public override int MostAhead => 1;
    public override string Words => $"rows of {_columns.Length} columns";

    /// <summary>The cells of a row; numbers are the middle of the levels that hold them, or drawn evenly within.</summary>
    /// <param name="row">Its symbols.</param>
    /// <param name="shares">Of each column of a row that is drawn, where within its level a number lies, from 0 up to 1; null: in the middle.</param>
    /// <exception cref="ArgumentException">if it has another number of symbols, or one is none of its column's</exception>
    public string[] Cells(ReadOnlySpan<int> row, Func<int, double>? shares = null)
    {
        if (row.Length != _columns.Length) throw new ArgumentException($"A row has {_columns.Length} cells, not {row.Length}.", nameof(row));
        var cells = new string[row.Length];
        for (var c = 0; c < cells.Length; c++) cells[c] = Cell(c, row[c], shares?.Invoke(c));
        return cells;
    }

    /// <summary>The cell that a symbol of a column is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if it is none</exception>
    public string Cell(int column, int symbol, double? share = null)
    {
        if ((uint)symbol >= (uint)Space.AlphabetAt(column).Size) throw new ArgumentOutOfRangeException(nameof(symbol), symbol, $"Column {_columns[column].Name} has values 0 to {Space.AlphabetAt(column).Size - 1}.");
        return IsBinary ? _columns[column].Names[symbol] : share is null ? _columns[column].TextOf(symbol, Dialect.HasDecimalComma) : _columns[column].DrawnText(symbol, Dialect.HasDecimalComma, share);
    }

    /// <summary>The symbols of a row's cells.</summary>
    /// <param name="cells">One for each column.</param>
    /// <param name="where">For messages.</param>
    /// <exception cref="DataException">if they are of a table of bits, and one is neither of its column's values</exception>
    public int[] Row(IReadOnlyList<string> cells, string where = "the row")
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Count != _columns.Length) throw new DataException($"A row has {_columns.Length} cells, and {where} has {cells.Count}.");
        var row = new int[cells.Count];
        for (var c = 0; c < row.Length; c++) row[c] = Symbol(c, cells[c], Dialect.HasDecimalComma) is >= 0 and var symbol ? symbol : throw NoBit(c, cells[c], where);
        return row;
    }

    internal int Symbol(int column, ReadOnlySpan<char> cell, bool comma, long row) => Symbol(column, cell, comma) is >= 0 and var symbol ? symbol : throw NoBit(column, cell, TableReader.Where(row));

    // -1 of what no bit is.
    int Symbol(int column, ReadOnlySpan<char> cell, bool comma) => _columns[column].SymbolOf(cell, comma, out _) is var symbol && IsBinary ? Math.Max(-1, symbol - FirstValue) : symbol;

    DataException NoBit(int column, ReadOnlySpan<char> cell, string where) => new($"{where} has '{(cell.Length > 40 ? cell[..40] : cell)}' in column '{_columns[column].Name}', whose values are {string.Join(" and ", _columns[column].Names)}; a model that takes missing and other values needs some among its training rows.");

    /// <summary>The first symbol of a column's values: before it are a missing one, and what is none of the column's.</summary>
    public const int FirstValue = 2;

    /// <summary>Whether a cell is a missing one.</summary>
    public bool IsMissing(int symbol) => !IsBinary && symbol == TableColumn.MissingSymbol;

    /// <summary>The symbols of a column that rows drawn from a model do not have: that of values which are none of the column's, and that of a missing one where it is to be filled, or no row lacked any.</summary>
    public Range Undrawn(int column, bool isFilled) => IsBinary ? default : (isFilled || _columns[column].IsWhole ? TableColumn.MissingSymbol : TableColumn.OtherSymbol)..FirstValue;

    /// <summary>Nats of a row's numbers within the levels that hold them, which are equally likely; with those of the symbols they are those of the row as it is written.</summary>
    public double Rest(ReadOnlySpan<int> row)
    {
        var rest = 0.0;
        for (var c = 0; c < row.Length; c++) rest += Rest(c, row[c]);
        return rest;
    }

    /// <summary>The same of one cell.</summary>
    public double Rest(int column, int symbol) => IsBinary ? 0 : _columns[column].Rest(symbol);

    /// <summary>Rows as CSV, the names of the columns before them.</summary>
    /// <param name="rows">Their symbols.</param>
    /// <param name="drawn">If given, numbers are drawn evenly within the levels that hold them, by the row's place and the column; else they are the middle of those.</param>
    public string ToCsv(IEnumerable<int[]> rows, Philox? drawn = null)
    {
        var text = new StringBuilder();
        if (Dialect.HasHeader) text.Append(Dialect.Join(Names)).Append('\n');
        var number = 0UL;
        foreach (var row in rows)
        {
            var own = number++;
            text.Append(Dialect.Join(Cells(row, drawn is { } random ? column => random.UniformDouble(own, (ulong)column) : null))).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Nats that a row takes besides those of its symbols, for cells that hold none of their columns' numbers (<see cref="TableColumn.Rest"/>): so many models cannot tell, as none was trained on.</summary>
    public double StrangeNats(ReadOnlySpan<int> row)
    {
        var nats = 0.0;
        for (var c = 0; c < row.Length; c++)
            if (_columns[c].IsStrange(row[c])) nats += _columns[c].Rest(row[c]);
        return nats;
    }

    /// <summary>Copies a table, its missing cells as some rows have them and all others as they stand.</summary>
    /// <param name="path">The table.</param>
    /// <param name="rows">A row of symbols for each of its rows.</param>
    /// <param name="target">Where to.</param>
    /// <param name="drawn">As of <see cref="ToCsv"/>.</param>
    /// <param name="cancellation">Ends it between two rows.</param>
    /// <exception cref="DataException">if it cannot be read, or is not the table of these rows</exception>
    public void CopyFilled(string path, IReadOnlyList<int[]> rows, Stream target, Philox? drawn = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var dialect = (TableReader.DialectOf(path) ?? Dialect) with { HasHeader = Dialect.HasHeader };
        var reader = new TableReader(path, dialect);
        using var text = new StreamWriter(target, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        string[] names = reader.Read((_, _) => { }, cancellation, most: 1);
        if (dialect.HasHeader) text.WriteLine(dialect.Join(names));
        var columns = Array.ConvertAll(names, name => Array.FindIndex(_columns, column => column.Name == name));
        var count = 0L;
        reader.Read((row, number) =>
        {
            if (number >= rows.Count) throw new DataException($"'{path}' became longer while it was being read.");
            var cells = new string[columns.Length];
            for (var c = 0; c < cells.Length; c++)
            {
                cells[c] = row[c].Span.ToString();
                if (columns[c] is >= 0 and var at && TableColumn.IsMissing(cells[c]) && !IsMissing(rows[(int)number][at])) cells[c] = _columns[at].DrawnText(rows[(int)number][at], dialect.HasDecimalComma, drawn?.UniformDouble((ulong)number, (ulong)at));
            }
            text.WriteLine(dialect.Join(cells));
            count++;
        }, cancellation);
        if (count != rows.Count) throw new DataException($"'{path}' became shorter while it was being read.");
    }

    public override int Decode(int symbol, Span<byte> bytes) => throw NoBytes();
    public override int Encode(ReadOnlySpan<byte> bytes, bool isEnd, Span<int> symbols, out int consumed) => throw NoBytes();

    static NotSupportedException NoBytes() => new("A symbol of a table's row is a cell of its column, and no bytes.");

    public override string ToText() => Kind + new JsonObject
    {
        ["separator"] = Dialect.Separator.ToString(),
        ["comma"] = Dialect.HasDecimalComma,
        ["header"] = Dialect.HasHeader,
        ["binary"] = IsBinary,
        ["columns"] = new JsonArray([.. _columns.Select(column => (JsonNode)column.ToJson())]),
    }.ToJsonString();

    /// <summary>The inverse of <see cref="ToText"/>; null if the text is none.</summary>
    internal static TableTokens? TryParse(string text)
    {
        if (!text.StartsWith(Kind, StringComparison.Ordinal)) return null;
        try
        {
            var json = JsonNode.Parse(text[Kind.Length..])!.AsObject();
            var separator = (string)json["separator"]!;
            TableColumn[] columns = [.. json["columns"]!.AsArray().Select(column => TableColumn.FromJson(column!.AsObject()))];
            var isBinary = (bool)json["binary"]!;
            if (separator.Length != 1 || columns.Length == 0 || isBinary && Array.Exists(columns, column => column.Grid is not null || column.Names.Length != 2)) return null;
            var tokens = new TableTokens(columns, new Dialect(separator[0], (bool)json["comma"]!, (bool)json["header"]!), isBinary);
            return tokens.Space.IsPossible ? tokens : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NullReferenceException or FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }
}
