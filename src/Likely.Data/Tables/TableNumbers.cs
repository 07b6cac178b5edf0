namespace Likely.Data;

/// <summary>A table of numbers as an array in memory, in single precision: rows of real numbers for what is fitted to such, and the labels of one column.</summary>
static class TableNumbers
{
    const long MostBytes = 1L << 30;

    /// <summary>Reads the columns that are modelled.</summary>
    /// <exception cref="DataException">if it is no table, too large, or a cell is no number</exception>
    public static (ArrayFile Array, ItemLabels? Labels) Read(string path, DataOptions options, CancellationToken cancellation)
    {
        var dialect = TableReader.DialectOf(path) ?? throw new DataException($"'{path}' is text, and no table: vectors are the rows of an array, such as numpy.save writes, or of a table of numbers.");
        dialect = dialect with { HasHeader = options.Header ?? dialect.HasHeader };
        var reader = new TableReader(path, dialect);
        var names = reader.Read((_, _) => { }, cancellation, most: 1);
        options.RequireColumns(names, name => TableModality.NoColumn(path, "columns", name, names));
        var label = options.Label is null ? -1 : Array.IndexOf(names, options.Label);
        int[] taken = [.. Enumerable.Range(0, names.Length).Where(c => c != label && options.TakesColumn(names[c]))];
        if (taken.Length == 0) throw new DataException($"'{path}' has no column that is taken.");
        var (numbers, labels, count) = (new List<float[]>(), new List<string>(), 0);
        reader.Read((row, number) =>
        {
            var values = new float[taken.Length];
            for (var i = 0; i < values.Length; i++)
            {
                var cell = row[taken[i]].Span.Trim();
                if (!NumberText.TryParse(cell, dialect.HasDecimalComma, out var value, out _))
                    throw new DataException($"'{path}' has {(TableColumn.IsMissing(cell) ? "no number" : $"'{VisibleText.Sentence(cell[..Math.Min(cell.Length, 40)].ToString())}', which is no number,")} in column '{names[taken[i]]}', {TableReader.Where(number)}; fill it, or leave the column out with columns=-{names[taken[i]]}, or set as=table for a density of columns of any types.");
                values[i] = (float)value;
            }
            numbers.Add(values);
            if (label >= 0) labels.Add(row[label].Span.Trim().ToString());
            if ((long)++count * values.Length * sizeof(float) > MostBytes) throw new DataException($"'{path}' has more numbers than the {MostBytes >> 20} MiB that a table of vectors may take; save it as an array with numpy.save, which is read from disk.");
        }, cancellation);
        if (count == 0) throw TableReader.NoRow(path);
        byte[] array = [.. Npy.Header(count, taken.Length), .. Npy.Elements([.. numbers.SelectMany(row => row)])];
        return (ArrayFile.Of(ByteStore.OfMemory(path, array)), label < 0 ? null : ItemLabels.OfNames(path, labels));
    }
}
