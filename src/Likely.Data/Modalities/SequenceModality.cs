using System.Globalization;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>What text and other bytes have in common: one row of symbols that stand for bytes, of which the first are known, shown as text.</summary>
abstract class SequenceModality : Modality
{
    const int SampledItems = 3, SampledSymbols = 600, ShownItems = 64, ShownSymbols = 4000, ExcerptSymbols = 240;

    public override IReadOnlyList<string> Keys { get; } = ["tokens", "items", "gap", "label"];
    public override string MapExtension => ".html";
    public override string Kept => "all";
    public override string KeptValues => "all, half, or a number of symbols";
    public override (string First, string Second) PlaceNames => ("line", "byte");
    public override IReadOnlyList<string> Units { get; } = ["byte", "character"];

    public override string BitsUnit(Tokens? tokens) => tokens is ByteTokens ? "bits/byte" : "bits/symbol";

    public override bool HasTokens => true;

    public override void Count(ReadOnlySpan<int> symbols, Tokens? tokens, Span<long> units)
    {
        var own = Required(tokens);
        Span<byte> bytes = stackalloc byte[own.LongestSymbol];
        foreach (var symbol in symbols)
            foreach (var value in bytes[..own.Decode(symbol, bytes)])
            {
                units[0]++;
                if ((value & 0xC0) != 0x80) units[1]++; // a character has one byte that does not go on with another
            }
    }

    public override (int Count, Space Item) SheetOf(Space space) => (SampledItems, space with { Width = SampledSymbols });

    public override Rendering Sheet(IReadOnlyList<int[]> items, Space space, Tokens? tokens, int? columns = null)
    {
        if (items.Count == 1) return Single(items[0], space, tokens);
        var bytes = new List<byte>();
        for (var i = 0; i < items.Count; i++)
        {
            bytes.AddRange(System.Text.Encoding.UTF8.GetBytes($"{(i == 0 ? "" : "\n\n")}----- {i + 1} of {items.Count} -----\n"));
            bytes.AddRange(Required(tokens).Decode(items[i]));
        }
        return new Rendering(Extension, [.. bytes]);
    }

    public override Rendering Single(int[] item, Space space, Tokens? tokens) => new(Extension, Required(tokens).Decode(item));

    // What goes on behind what is kept; the item as it was needs no showing again.
    public override Rendering Completions(int[] item, bool[] known, IReadOnlyList<int[]> completions, Space space, Tokens? tokens) => Sheet(completions, space, tokens);

    public override Rendering Surprise(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Space space, Tokens? tokens, double high, string caption) =>
        new(MapExtension, SurpriseText.Page(item, nats, Required(tokens), high, caption));

    public override string? Coloured(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Tokens? tokens, double high) => SurpriseText.Terminal(item, nats, Required(tokens), high);

    public override (long First, long Second) PlaceOf(int position, ReadOnlySpan<int> item, Space space, Tokens? tokens)
    {
        var before = Required(tokens).Decode(item[..position]);
        return (1 + before.AsSpan().Count((byte)'\n'), before.Length);
    }

    public override bool[] Known(string kept, Space space)
    {
        var leading = kept == "all" ? space.Dimensions : kept == "half" ? space.Dimensions / 2
            : int.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"{kept} is neither all, half, nor a number of symbols");
        if (leading > space.Dimensions) throw new UsageException($"{leading} is more than the {space.Dimensions} symbols of the item");
        var known = new bool[space.Dimensions];
        known.AsSpan(0, leading).Fill(true);
        return known;
    }

    public override Baselines Measure(Split train, Split heldOut, Tokens? tokens, int threads, CancellationToken cancellation) => TextBaselines.Measure(train, heldOut, Required(tokens), cancellation);

    public override (string Key, string Words)? Code { get; } = ("bytes-1", "an adaptive code of bytes that knows what followed the three before it in the same item");

    public override double CodeBits(ReadOnlySpan<int> item, Space space, Tokens? tokens) => ByteCode.Bits(Required(tokens).Decode(item));

    public override Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default) => Sheet(Beginnings(split, ShownItems, ShownSymbols), split.Space, tokens);

    public override (string Extension, string Words) Saved => (Extension, FileWords);

    /// <summary>All items one after the other, as they are.</summary>
    public override void Save(Split split, Tokens? tokens, Stream stream, CancellationToken cancellation)
    {
        var buffer = new int[1 << 14];
        for (var i = 0; i < split.Count; i++)
            for (int at = 0, length = split.SpaceOf(i).Width; at < length;)
            {
                cancellation.ThrowIfCancellationRequested();
                var window = buffer.AsSpan(0, Math.Min(buffer.Length, length - at));
                split.Read(i, at, window);
                stream.Write(Required(tokens).Decode(window));
                at += window.Length;
            }
    }

    internal override string Shape(Dataset data) => string.Create(CultureInfo.InvariantCulture,
        $"{(data.All.Count == 1 ? "one sequence" : $"{data.All.Count} sequences, the longest")} of {data.Space.Width} symbols, an alphabet of {data.Space.Levels}");

    internal override IEnumerable<(string Name, string Words)> Describe(Dataset data, CancellationToken cancellation)
    {
        yield return ("symbols", string.Join(", ", ((Split[])[data.Train, data.Validation, data.Test]).Select(split =>
            string.Create(CultureInfo.InvariantCulture, $"{split.Name} {Enumerable.Range(0, split.Count).Sum(i => (long)split.SpaceOf(i).Width)}"))));
        yield return ("tokens", WordsOf(data.Tokens!));
        var split = data.Train.Count > 0 ? data.Train : data.All;
        yield return ("excerpt", Excerpt(split, data.Tokens!));
        var baselines = Baselines.Measure(data, data.Validation.Count > 0 ? data.Validation : data.Test, threads: 1, cancellation: cancellation);
        yield return ("simple", $"{baselines} {baselines.Unit}");
        foreach (var warning in baselines.Warnings) yield return ("note", warning);
    }

    static string WordsOf(Tokens tokens) => tokens == Tokens.Bytes ? "bytes" : tokens is not CharacterTokens ? tokens.Words : $"{tokens.Words}: {SurpriseText.Visible([.. Enumerable.Range(0, Math.Min(tokens.Size - 256, 200))], tokens)}{(tokens.Size > 456 ? " ..." : "")}";

    // The first items, as far as a line or two of them.
    static string Excerpt(Split split, Tokens tokens)
    {
        var symbols = new List<int>();
        for (var i = 0; i < split.Count && symbols.Count < ExcerptSymbols; i++)
        {
            var item = new int[Math.Min(ExcerptSymbols - symbols.Count, split.SpaceOf(i).Width)];
            split.Read(i, 0, item);
            symbols.AddRange(item);
        }
        return SurpriseText.Visible([.. symbols], tokens);
    }

    static int[][] Beginnings(Split split, int most, int symbols)
    {
        var items = new int[Math.Min(most, split.Count)][];
        for (var i = 0; i < items.Length; i++) split.Read(i, 0, items[i] = new int[Math.Min(symbols / items.Length + 1, split.SpaceOf(i).Width)]);
        return items;
    }

    static Tokens Required(Tokens? tokens) => tokens ?? throw new ArgumentNullException(nameof(tokens), "Sequences need to know what their symbols are.");
}
