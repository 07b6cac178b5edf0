using System.Globalization;

namespace Likely.Data;

/// <summary>
/// Rows of real numbers: arrays of two dimensions, .npy or IDX, of numbers of any type, where it is said that they are no pictures; and tables whose cells are all numbers.
/// </summary>
sealed class VectorsModality : RowsModality
{
    public override string Name => "vectors";
    public override string Title => "vectors";
    public override IReadOnlyList<string> Keys { get; } = ["columns", "label", "header"];

    internal override string Shape(Dataset data) => string.Create(CultureInfo.InvariantCulture, $"{data.All.Count} rows of {data.Space.Width} columns");

    internal override IEnumerable<(string Name, string Words)> Describe(Dataset data, CancellationToken cancellation)
    {
        var values = VectorStatistics.Of((VectorItems)data.Items, cancellation);
        yield return ("values", string.Create(CultureInfo.InvariantCulture, $"range {values.Least:R} to {values.Most:R}, mean {values.Mean:G6}, deviation {values.Deviation:G6}, NaN {values.NotNumbers}, infinite {values.Infinite}"));
    }

    // A table of numbers can be many things: only its user knows that its rows are no pictures.
    internal override bool Recognises(DataPath path) => false;

    internal override DataContent Open(DataPath path)
    {
        if (path.IsFolder) throw new DataException($"'{path.Path}' is a folder; vectors are the rows of one array: name it.");
        var isTable = path.Kind.Unpacked.Format == FileFormat.Text;
        if (!isTable && path.Kind.Unpacked.Format is not (FileFormat.Npy or FileFormat.Idx)) throw new DataException($"'{path.Path}' is {path.Kind.Words}, and vectors are the rows of an array, such as numpy.save writes, or of a table of numbers.");
        if (!isTable && (path.Options.Columns ?? path.Options.Label) is not null) throw new DataException($"columns= and label= are for tables, and '{path.Path}' is {path.Kind.Words}; leave them out.");
        if (path.Options.ModelLevels is > 0) throw new DataException($"'{path.Path}' is opened as rows of real numbers, and the model is one of symbols.");
        var (file, own) = isTable ? TableNumbers.Read(path.Path, path.Options, path.Cancellation) : (ArrayFile.Open(path.Path), null);
        try
        {
            var header = file.Header;
            if (header.Shape.Length != 2) throw new DataException($"'{path.Path}' has shape {header.ShapeText}, and vectors are the rows of two dimensions; reshape it first.");
            if (header.Shape[0] > Array.MaxLength || header.Shape[1] > Likely.Image.LargestSize / sizeof(double)) throw new DataException($"'{path.Path}' has shape {header.ShapeText}, too large; save it in smaller pieces.");
            var labels = own ?? (ItemLabels.Beside(path.Path) is { } beside ? ItemLabels.Read(beside, (int)header.Shape[0]) : null);
            var options = path.Options with { As = this };
            var items = new VectorItems(file, labels, null, options.Seed, isTable);
            int[] all = [.. Enumerable.Range(0, items.Count)];
            double[] fractions = [options.Validation, options.Test ?? options.Validation];
            var places = new double[fractions.Sum() > 0 ? items.Count : 0];
            OrderedWork.Run(places.Length, i => places[i] = items.Place(i), path.Cancellation);
            var parts = Partition.ByContent(places, [.. all], fractions);
            return new DataContent(this, items, items.SpaceOf(0), options)
            {
                Source = VisibleText.Line($"{(isTable ? $"table '{path.Path}'" : $"array '{path.Path}', {header.Element.Name()}")} of shape {header.ShapeText}{(labels is null || isTable ? "" : $"; labels of '{labels.Path}'")}"),
                Parts = (parts[2], parts[0], parts[1], all),
                Division = places.Length > 0 ? "held out by each row's content, so that a new one moves no other" : "",
                ClassNames = labels?.Names ?? [],
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
