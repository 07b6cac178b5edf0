using System.Globalization;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>What kinds of rows of real numbers have in common: what makes features of rows is fitted to them; no density of symbols takes them, and whatever one would need is refused. They are shown and written as tables.</summary>
abstract class RowsModality : Modality
{
    protected const int Shown = 64;

    public override string Extension => ".csv";
    public override string FileWords => "a table as CSV";
    public override string MapExtension => ".csv";
    public override string Kept => "0";
    public override string KeptValues => "a number of columns";
    public override (string First, string Second) PlaceNames => ("row", "column");

    public override Rendering Sheet(IReadOnlyList<int[]> items, Space space, Tokens? tokens, int? columns = null) => throw NoModel();

    public override Rendering Single(int[] item, Space space, Tokens? tokens) => throw NoModel();

    public override Rendering Completions(int[] item, bool[] known, IReadOnlyList<int[]> completions, Space space, Tokens? tokens) => throw NoModel();

    public override Rendering Surprise(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Space space, Tokens? tokens, double high, string caption) => throw NoModel();

    public override (long First, long Second) PlaceOf(int position, ReadOnlySpan<int> item, Space space, Tokens? tokens) => (0, position);

    public override bool[] Known(string kept, Space space) => throw NoModel();

    public override Baselines Measure(Split train, Split heldOut, Tokens? tokens, int threads, CancellationToken cancellation) => throw NoModel();

    /// <summary>The first rows, each number in as few digits as tell it from its neighbours in single precision.</summary>
    public override Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default)
    {
        using var memory = new MemoryStream();
        Write(split, Math.Min(Shown, split.Count), memory, default);
        return new Rendering(Extension, memory.ToArray());
    }

    public override (string Extension, string Words) Saved => (Extension, FileWords);

    public override void Save(Split split, Tokens? tokens, Stream stream, CancellationToken cancellation) => Write(split, split.Count, stream, cancellation);

    /// <summary>The names of the columns, which are a table's first line; null if they have none.</summary>
    protected virtual string? Header(Split split) => null;

    void Write(Split split, int count, Stream stream, CancellationToken cancellation)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        if (Header(split) is { } header) writer.Write(header + '\n');
        var values = new float[split.Space.Width];
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            split.ReadValues(i, 0, values);
            writer.Write(string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
            writer.Write('\n');
        }
    }

    DataException NoModel() => new($"No density of symbols takes {Title}; what makes features of rows, such as pca and kmeans, is fitted to them.");
}
