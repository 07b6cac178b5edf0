using System.Globalization;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Pairs of texts, p(target | source): the lines of a file, each a source, a tab and a target, in UTF-8 or any bytes; no quotes, no header. A target ends with the line. Nobody but
/// its user knows that a table of two columns is meant so.
/// </summary>
sealed class PairsModality : SequenceModality
{
    const int Shown = 64, OnSheet = 16;

    public override string Name => "pairs";
    public override string Title => "pairs";
    public override IReadOnlyList<string> Keys { get; } = ["tokens"];
    public override string Extension => ".tsv";
    public override string FileWords => "a table of sources and targets with tabs";

    public override (int Count, Space Item) SheetOf(Space space) => (OnSheet, space);

    public override Rendering Answers(IReadOnlyList<int[]> sources, IReadOnlyList<int[]> items, Space space, Tokens? tokens)
    {
        var (bytes, end) = (new List<byte>(), tokens!.LineEnd);
        for (var i = 0; i < items.Count; i++)
        {
            var length = Array.IndexOf(items[i], end);
            bytes.AddRange([.. tokens!.Decode(sources[i]), (byte)'\t', .. tokens.Decode(length < 0 ? items[i] : items[i].AsSpan(0, length)), (byte)'\n']);
        }
        return new Rendering(Extension, [.. bytes]);
    }

    public override Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default)
    {
        using var memory = new MemoryStream();
        Write(split, Math.Min(Shown, split.Count), tokens!, memory, cancellation);
        return new Rendering(Extension, memory.ToArray());
    }

    public override void Save(Split split, Tokens? tokens, Stream stream, CancellationToken cancellation) => Write(split, split.Count, tokens!, stream, cancellation);

    internal override string Shape(Dataset data) => string.Create(CultureInfo.InvariantCulture,
        $"{data.All.Count} pairs, targets of at most {data.Space.Width} symbols with their ends, sources of at most {data.Space.Source}, an alphabet of {data.Space.Levels}");

    internal override IEnumerable<(string Name, string Words)> Describe(Dataset data, CancellationToken cancellation)
    {
        var items = (PairItems)data.Items;
        var count = Math.Max(1, items.Count);
        yield return ("pairs", string.Create(CultureInfo.InvariantCulture,
            $"{items.Count} of {Enumerable.Range(0, items.Count).Select(items.Place).Distinct().Count()} sources; a source has {(double)items.SourceSymbols / count:0.0} symbols, a target {(double)items.TargetSymbols / count:0.0}, on average; ratio {items.TargetSymbols / Math.Max(1.0, items.SourceSymbols):0.00}"));
        foreach (var line in base.Describe(data, cancellation)) yield return line;
    }

    internal override bool Recognises(DataPath path) => false;

    internal override DataContent Open(DataPath path)
    {
        if (path.IsFolder) throw new DataException($"'{path.Path}' is a folder; pairs are the lines of one file: name it.");
        if (path.Kind.Unpacked.Format is not (FileFormat.Text or FileFormat.Unknown)) throw new DataException($"'{path.Path}' is {path.Kind.Words}; pairs are lines of text, each a source, a tab and a target.");
        if (path.Kind.Unpacked is { Format: FileFormat.Text, Advice: { Length: > 0 } advice }) throw new DataException($"'{path.Path}' is {path.Kind.Words}; {advice}.");
        var options = path.Options with { As = this };
        var full = Path.GetFullPath(path.Path);
        var files = new FileSequence(Path.GetDirectoryName(full)!, [Path.GetFileName(full)], new PlainOpening(_ => path.Kind.Content is not null), path.Cancellation);
        try
        {
            var lines = ByteItems.OfLines(files, path.Cancellation);
            var sources = new PairItems(lines, path.Path, Tokens.Bytes, options.Seed, path.Cancellation);
            double[] fractions = [options.Validation, options.Test ?? options.Validation];
            int[] all = [.. Enumerable.Range(0, sources.Count)];
            var places = new double[fractions.Sum() > 0 ? sources.Count : 0];
            OrderedWork.Run(places.Length, i => places[i] = sources.Place(i), path.Cancellation);
            var parts = Partition.ByContent(places, [.. all], fractions);
            var tokens = options.ModelTokens ?? options.Tokens switch
            {
                TokenRule.Vocabulary => Tokens.Read(options.Vocabulary ?? throw new DataException("tokens=vocabulary is what a model says that keeps one; name the vocabulary's folder or file.")),
                TokenRule.Bytes => Tokens.Bytes,
                _ => Tokens.Characters(ByteCoding.CodePoints(lines, Array.ConvertAll(parts[2], sources.LineOf), path.Cancellation).Where(codePoint => codePoint is not ('\t' or '\r' or 0xFEFF)).Append('\n')),
            };
            var items = tokens == Tokens.Bytes ? sources : new PairItems(lines, path.Path, tokens, options.Seed, path.Cancellation);
            return new DataContent(this, items, Space.Sequence(items.LongestTarget, tokens.Size) with { Source = items.LongestSource }, options)
            {
                Source = VisibleText.Line($"file '{path.Path}', {files.Length} bytes"),
                Parts = (parts[2], parts[0], parts[1], all),
                Division = places.Length > 0 ? "held out by each source's content, so that all targets of one stay together and a new pair moves no other" : "",
                Effects = string.Join(' ', options.ToCanonical().Split(' ').Where(word => word.StartsWith("tokens=", StringComparison.Ordinal))),
                Tokens = tokens,
                Notes = sources.Blank == 0 ? [] : [$"{sources.Blank} blank {(sources.Blank == 1 ? "line is" : "lines are")} passed over"],
            };
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    static void Write(Split split, int count, Tokens tokens, Stream stream, CancellationToken cancellation)
    {
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var target = new int[split.SpaceOf(i).Width];
            split.Read(i, target);
            stream.Write((ReadOnlySpan<byte>)[.. tokens.Decode(split.Source(i)), (byte)'\t', .. tokens.Decode(target)]);
        }
    }
}
