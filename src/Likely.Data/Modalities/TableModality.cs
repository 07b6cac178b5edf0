using System.Globalization;
using System.Net;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Tables: CSV and TSV, packed or not, whose dialect and columns are found out. A column is of names, of numbers with a step, or of dates; missing values are a value of their own. The column that
/// label= names tells labels and is not modelled.
/// </summary>
sealed class TableModality : Modality
{
    const int Shown = 64, ListedColumns = 60, MostColumns = 4096;

    // Numbers of each column that are drawn to see where they lie; fewer where there are many columns.
    const int MostDrawn = 1 << 14, FewDrawn = 1 << 12, ManyColumns = 1024;

    public override string Name => "table";
    public override string Title => "tables";
    public override IReadOnlyList<string> Keys { get; } = ["columns", "types", "label", "header"];
    public override string Extension => ".csv";
    public override string FileWords => "a table as CSV";
    public override string MapExtension => ".html";
    public override string Kept => "filled";
    public override string KeptValues => "filled (all cells but the missing ones), or names of columns with commas between them";
    public override (string First, string Second) PlaceNames => ("row", "column");

    public override bool Takes(Tokens? tokens, DataOptions options) => tokens is TableTokens;

    public override bool HasRest => true;

    public override double Rest(ReadOnlySpan<int> item, Tokens? tokens) => Of(tokens).Rest(item);

    public override string BitsUnit(Tokens? tokens) => "bits/cell";

    public override Rendering Sheet(IReadOnlyList<int[]> items, Space space, Tokens? tokens, int? columns = null) => Csv(Of(tokens).ToCsv(items));

    public override Rendering Single(int[] item, Space space, Tokens? tokens) => Csv(Of(tokens).ToCsv([item]));

    public override Rendering Completions(int[] item, bool[] known, IReadOnlyList<int[]> completions, Space space, Tokens? tokens) => Csv(Of(tokens).ToCsv(completions));

    public override Rendering Surprise(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Space space, Tokens? tokens, double high, string caption)
    {
        var html = new StringBuilder("<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Surprise</title><style>body{font-family:sans-serif}td{padding:2px 8px}</style><table><tr><th>column<th>value<th>bits\n");
        foreach (var (name, value, surprise) in MostSurprising(item, nats, tokens, item.Length))
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(name)}<td style=\"background:rgba(220,60,30,{Math.Clamp(surprise / Math.Max(high, 1e-9), 0, 1):0.00})\">{WebUtility.HtmlEncode(value)}<td>{surprise / 0.693147180559945309:0.00}\n");
        return new Rendering(MapExtension, Encoding.UTF8.GetBytes(html.Append($"</table><p>{WebUtility.HtmlEncode(caption)}</p></html>\n").ToString()));
    }

    public override IReadOnlyList<(string Name, string Value, double Nats)> MostSurprising(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Tokens? tokens, int most)
    {
        var (table, surprise) = (Of(tokens), nats.ToArray());
        var cells = table.Cells(item);
        for (var c = 0; c < surprise.Length; c++)
            if (table.Columns[c].IsStrange(item[c])) surprise[c] += (float)table.Columns[c].Rest(item[c]);
        int[] order = [.. Enumerable.Range(0, cells.Length)];
        Array.Sort(Array.ConvertAll(surprise, one => -one), order);
        return [.. order.Take(most).Select(c => (table.Names[c], cells[c], (double)surprise[c]))];
    }

    public override (long First, long Second) PlaceOf(int position, ReadOnlySpan<int> item, Space space, Tokens? tokens) => (0, position);

    public override bool[] Known(string kept, Space space) => throw new DataException("Which cells of a row are kept depends on the row.");

    public override Baselines Measure(Split train, Split heldOut, Tokens? tokens, int threads, CancellationToken cancellation) => TableBaselines.Measure(train, heldOut, cancellation);

    public override Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default) => Csv(Of(tokens).ToCsv(Rows(split, Math.Min(Shown, split.Count), cancellation)));

    public override (string Extension, string Words) Saved => (Extension, FileWords);

    public override string? Coarsened(Tokens? tokens) => Of(tokens).Columns.FirstOrDefault(column => column.Grid is { } grid && grid.Unit * (long)grid.Levels <= grid.Most - grid.Least) is { } one ? $"numbers are written as a model sees them, each the middle of the level that holds it, such as those of column '{VisibleText.Line(one.Name)}'" : null;

    public override void Save(Split split, Tokens? tokens, Stream stream, CancellationToken cancellation) => stream.Write(Encoding.UTF8.GetBytes(Of(tokens).ToCsv(Rows(split, split.Count, cancellation))));

    internal override string Shape(Dataset data) => string.Create(CultureInfo.InvariantCulture, $"{data.All.Count} rows of {data.Space.Width} columns{(((TableTokens)data.Tokens!).IsBinary ? ", all of two values" : "")}");

    internal override IEnumerable<(string Name, string Words)> Describe(Dataset data, CancellationToken cancellation)
    {
        var table = (TableTokens)data.Tokens!;
        for (var c = 0; c < table.Columns.Count && c < ListedColumns; c++)
            yield return ("column", $"{table.Columns[c].Name}: {table.Columns[c].Words(table.Dialect.HasDecimalComma)}");
        if (table.Columns.Count > ListedColumns) yield return ("column", $"{table.Columns.Count - ListedColumns} more");
    }

    // A comma in a text makes no table: the name must say so. One without rows is one all the same, and then refused.
    internal override bool Recognises(DataPath path) => !path.IsFolder && HasTableName(path.Path) && path.Kind.Unpacked.Format is FileFormat.Text or FileFormat.Unknown && TableReader.DialectOf(path.Path) is not null;

    static bool HasTableName(string path)
    {
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase);
    }

    internal override DataContent Open(DataPath path)
    {
        if (path.IsFolder) throw new DataException($"'{path.Path}' is a folder; a table is one file: name it.");
        if (path.Kind.Unpacked.Format is not (FileFormat.Text or FileFormat.Unknown)) throw new DataException($"'{path.Path}' is {path.Kind.Words}; a table is a file of rows, one a line, such as CSV.");
        var (options, model) = (path.Options with { As = this }, path.Options.ModelTokens as TableTokens);
        if (path.Options.ModelTokens is not null && model is null) throw new DataException($"'{path.Path}' is opened as a table, and the model is none of tables.");
        var dialect = TableReader.DialectOf(path.Path) ?? (model is { Columns.Count: 1 } ? model.Dialect : throw new DataException($"'{path.Path}' is no table: its rows have no cells, or not all as many, with commas, semicolons, tabs or bars between them."));
        dialect = dialect with { HasHeader = model?.Dialect.HasHeader ?? options.Header ?? dialect.HasHeader };
        var reader = new TableReader(path.Path, dialect);
        var hasRows = false;
        var names = reader.Read((_, _) => hasRows = true, path.Cancellation, most: 1);
        if (!hasRows) throw TableReader.NoRow(path.Path);
        if (names.Count(options.TakesColumn) is > MostColumns and var taken) throw new DataException($"'{path.Path}' has {taken} columns, more than the {MostColumns} that a table may have; leave some out.");
        var label = options.Label is null ? -1 : Array.IndexOf(names, options.Label);
        if (label < 0 && options.Label is not null && model is null) throw NoColumn(path.Path, "label", options.Label, names);
        if (model is not null) RequireOwn(model, names, options, path.Path);
        var notes = new List<string>();
        if (label < 0 && options.Label is not null) notes.Add($"there is no column '{VisibleText.Sentence(options.Label)}', so that rows have no labels");
        var (tokens, columns) = model is not null ? (model, Places(path.Path, model, names, dialect)) : Survey(reader, names, label, options, notes, path.Cancellation);
        var classes = new List<string>(options.ModelClasses ?? []);
        var items = new TableItems(reader, tokens, columns, label, classes, isOpen: classes.Count == 0, options.Seed, [options.Validation, options.Test ?? options.Validation], path.Cancellation);
        return new DataContent(this, items, tokens.Space, options)
        {
            Source = VisibleText.Line($"table '{path.Path}', cells separated by {(dialect.Separator == '\t' ? "tabs" : $"'{dialect.Separator}'")}{(dialect.HasDecimalComma ? ", decimal commas" : "")}{(dialect.HasHeader ? ", the first row names the columns" : ", no names of columns")}"),
            Parts = (items.Parts[2], items.Parts[0], items.Parts[1], ItemIndices.All(items.Count)),
            Division = options.Validation + (options.Test ?? options.Validation) > 0 ? "held out by each row's content, equal rows one by one, so that a new row moves no other" : "",
            ClassNames = classes,
            Tokens = tokens,
            Notes = notes,
        };
    }

    static (TableTokens Tokens, int[] Columns) Survey(TableReader reader, string[] names, int label, DataOptions options, List<string> notes, CancellationToken cancellation)
    {
        var types = options.ColumnTypes(names, name => NoColumn(reader.Path, "types", name, names));
        int[] taken = [.. Enumerable.Range(0, names.Length).Where(c => c != label && options.TakesColumn(names[c]))];
        options.RequireColumns(names, name => NoColumn(reader.Path, "columns", name, names));
        if (taken.Length == 0) throw new DataException($"'{reader.Path}' has no column that is modelled.");
        var surveys = Array.ConvertAll(taken, c => new ColumnSurvey(names[c], types.TryGetValue(names[c], out var type) ? type : null, reader.Dialect.HasDecimalComma, taken.Length > ManyColumns ? FewDrawn : MostDrawn));
        reader.ReadBlocks(block => OrderedWork.Run(taken.Length, i =>
        {
            for (var row = 0; row < block.Count; row++) surveys[i].Add(block.Cell(row, taken[i]), block.First + row);
        }, cancellation), cancellation);
        int[] again = [.. Enumerable.Range(0, taken.Length).Where(i => surveys[i].WantsNames)];
        if (again.Length > 0) reader.ReadBlocks(block => OrderedWork.Run(again.Length, i =>
        {
            for (var row = 0; row < block.Count; row++) surveys[again[i]].CountName(block.Cell(row, taken[again[i]]));
        }, cancellation), cancellation);
        var (columns, places, missing) = (new List<TableColumn>(), new List<int>(), false);
        for (var i = 0; i < taken.Length; i++)
        {
            var (column, note) = surveys[i].Finish();
            if (note is not null) notes.Add(VisibleText.Line(note));
            if (column is null) continue;
            columns.Add(column);
            places.Add(taken[i]);
            missing |= surveys[i].HasMissing;
        }
        if (columns.Count == 0) throw new DataException($"'{reader.Path}' has no column that can be modelled: {string.Join("; ", notes)}.");
        return (new TableTokens([.. columns], reader.Dialect, !missing && columns.TrueForAll(column => column.Grid is null && column.Names.Length == 2)), [.. places]);
    }

    // What a model's columns are was decided when it was trained: what says something else is refused.
    static void RequireOwn(TableTokens model, string[] names, DataOptions options, string path)
    {
        options.RequireColumns(names, name => NoColumn(path, "columns", name, names));
        var types = options.ColumnTypes(names, name => NoColumn(path, "types", name, names));
        if (model.Names.FirstOrDefault(name => !options.TakesColumn(name)) is { } left) throw new DataException($"columns= leaves out '{VisibleText.Sentence(left)}', and the model is one of {Listed([.. model.Names])} together; train one without it.");
        if (model.Columns.FirstOrDefault(column => types.TryGetValue(column.Name, out var type) && type != column.Type) is { } other) throw new DataException($"types= says another type of '{VisibleText.Sentence(other.Name)}' than the model was trained with; train one so.");
        if (options.Header is { } header && header != model.Dialect.HasHeader) throw new DataException($"header={(header ? "true" : "false")} is not what the model was trained with; train one so.");
    }

    // Where a model's columns are: by their names, or where there are none by their order.
    static int[] Places(string path, TableTokens model, string[] names, Dialect dialect)
    {
        var places = model.Names.Select(name => Array.IndexOf(names, name)).ToArray();
        if (Array.IndexOf(places, -1) is >= 0 and var at) throw new DataException($"'{path}' has no column '{model.Names[at]}', which the model knows; its columns are {Listed(names)}{(dialect.HasHeader ? "" : ", as the model's table had no names")}.");
        return places;
    }

    /// <summary>What is said of a name that no column has.</summary>
    internal static DataException NoColumn(string path, string key, string name, string[] names) => new($"{key}= names a column '{VisibleText.Sentence(name)}', and '{path}' has none of that name{Spelling.Hint(name, names)}; its columns are {Listed(names)}.");

    static string Listed(string[] names) => VisibleText.Sentence(string.Join(", ", names.Take(30))) + (names.Length > 30 ? ", ..." : "");

    static IEnumerable<int[]> Rows(Split split, int count, CancellationToken cancellation)
    {
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = new int[split.Space.Width];
            split.Read(i, row);
            yield return row;
        }
    }

    static Rendering Csv(string text) => new(".csv", Encoding.UTF8.GetBytes(text));

    static TableTokens Of(Tokens? tokens) => tokens as TableTokens ?? throw new DataException("The model is damaged: it says that it is one of tables, and not what their columns are.");
}
