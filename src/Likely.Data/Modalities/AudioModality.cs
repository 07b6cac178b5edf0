using System.Globalization;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>Sound: WAV files, others through ffmpeg, and folders that hold more of those than of texts. Symbols are levels of samples, one row of them in time.</summary>
sealed class AudioModality : Modality
{
    const int SampledItems = 4, SampledSymbols = 8000, PreviewSymbols = 160_000, ShownItems = 64, Window = 1 << 14;
    const double CodeLoudness = 256; // how far from silence a sample is thought to be before any is heard

    public override string Name => "audio";
    public override string Title => "sound";
    public override IReadOnlyList<string> Keys { get; } = ["levels", "items", "gap", "rate", "label", "beside"];
    public override string Extension => ".wav";
    public override string FileWords => "a WAV file";
    public override string MapExtension => ".png";
    public override string Kept => "half";
    public override string KeptValues => "all, half, or a number of samples";
    public override (string First, string Second) PlaceNames => ("second", "sample");
    public override IReadOnlyList<string> Units { get; } = ["sample"];

    public override string BitsUnit(Tokens? tokens) => "bits/sample";

    public override bool Takes(Tokens? tokens, DataOptions options) => tokens is SampleTokens own && own.Are(options);

    public override void Count(ReadOnlySpan<int> symbols, Tokens? tokens, Span<long> units) => units[0] += symbols.Length;

    public override (int Count, Space Item) SheetOf(Space space) => (SampledItems, space with { Width = SampledSymbols });

    public override Rendering Sheet(IReadOnlyList<int[]> items, Space space, Tokens? tokens, int? columns = null) => new(Extension, SoundWriting.Joined(items, Required(tokens)));

    public override Rendering Single(int[] item, Space space, Tokens? tokens) => Sheet([item], space, tokens);

    public override Rendering Completions(int[] item, bool[] known, IReadOnlyList<int[]> completions, Space space, Tokens? tokens) => Sheet(completions, space, tokens);

    public override Rendering Surprise(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Space space, Tokens? tokens, double high, string caption)
    {
        var (own, samples) = (Required(tokens), new double[item.Length]);
        for (var i = 0; i < samples.Length; i++) samples[i] = own.ValueOf(item[i]);
        var image = SoundFigure.Of(samples, nats, own.Rate, high, caption);
        return new Rendering(MapExtension, Png.Encode(image.Pixels, image.Height, image.Width, image.Channels)) { Picture = (image.Height, image.Width, image.Channels) };
    }

    public override (long First, long Second) PlaceOf(int position, ReadOnlySpan<int> item, Space space, Tokens? tokens) => (position / Required(tokens).Rate, position);

    public override bool[] Known(string kept, Space space)
    {
        var leading = kept == "all" ? space.Dimensions : kept == "half" ? space.Dimensions / 2
            : int.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new UsageException($"{kept} is neither all, half, nor a number of samples");
        if (leading > space.Dimensions) throw new UsageException($"{leading} is more than the {space.Dimensions} samples of the item");
        var known = new bool[space.Dimensions];
        known.AsSpan(0, leading).Fill(true);
        return known;
    }

    public override Baselines Measure(Split train, Split heldOut, Tokens? tokens, int threads, CancellationToken cancellation) => SoundBaselines.Measure(train, heldOut, Required(tokens), cancellation);

    public override (string Key, string Words)? Code { get; } = ("linear-prediction-1", "linear prediction from the eight samples before");

    public override double CodeBits(ReadOnlySpan<int> item, Space space, Tokens? tokens) => new LinearPrediction(Required(tokens), CodeLoudness).Nats(item, default) / 0.693147180559945309;

    public override Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default)
    {
        var items = new List<int[]>();
        for (int i = 0, left = PreviewSymbols; i < Math.Min(ShownItems, split.Count) && left > 0; i++)
        {
            var item = new int[Math.Min(left, split.SpaceOf(i).Width)];
            split.Read(i, 0, item, cancellation: cancellation);
            items.Add(item);
            left -= item.Length;
        }
        return Sheet(items, split.Space, tokens);
    }

    public override (string Extension, string Words) Saved => (Extension, FileWords);

    /// <summary>All items one after the other, as their levels sound.</summary>
    public override void Save(Split split, Tokens? tokens, Stream stream, CancellationToken cancellation)
    {
        var own = Required(tokens);
        var total = Samples(split);
        stream.Write(Wav.Header(own.Rate, own.Bits, total));
        var buffer = new int[Window];
        for (var i = 0; i < split.Count; i++)
            for (int at = 0, length = split.SpaceOf(i).Width; at < length;)
            {
                cancellation.ThrowIfCancellationRequested();
                var window = buffer.AsSpan(0, Math.Min(buffer.Length, length - at));
                split.Read(i, at, window, cancellation: cancellation);
                SoundWriting.Write(stream, window, own);
                at += window.Length;
            }
        if (own.Bits == 8 && total % 2 == 1) stream.WriteByte(0);
    }

    internal override string? Fault(DataOptions options) => options.Items == ItemRule.Lines ? "items=lines is for text" : null;

    internal override string Shape(Dataset data) => string.Create(CultureInfo.InvariantCulture,
        $"{(data.All.Count == 1 ? "one sequence" : $"{data.All.Count} sequences, the longest")} of {data.Space.Width} samples, {data.Tokens!.Words}");

    internal override IEnumerable<(string Name, string Words)> Describe(Dataset data, CancellationToken cancellation)
    {
        var rate = (double)Required(data.Tokens).Rate;
        yield return ("length", string.Join(", ", ((Split[])[data.Train, data.Validation, data.Test]).Select(split => string.Create(CultureInfo.InvariantCulture, $"{split.Name} {Samples(split)} samples ({Samples(split) / rate:0.0} s)"))));
        if (data.Items is SourcedItems sourced) yield return ("beside", sourced.Describe().Words);
        var baselines = Baselines.Measure(data, data.Validation.Count > 0 ? data.Validation : data.Test, threads: 1, cancellation: cancellation);
        yield return ("simple", $"{baselines} {baselines.Unit}");
        foreach (var warning in baselines.Warnings) yield return ("note", warning);
    }

    internal override bool Recognises(DataPath path) => path.IsFolder ? path.Listing.Sounds.Count > 0 && (path.Options.Beside is not null || path.Listing.Sounds.Count >= path.Listing.Texts.Count) : FileKind.IsSound(path.Kind);

    internal override DataContent Open(DataPath path) => SequenceContent.Open(this, path, FileKind.IsSound, (options, files) => new SampleCoding(options, files, path.Progress, path.Cancellation));

    static long Samples(Split split) => Enumerable.Range(0, split.Count).Sum(i => (long)split.SpaceOf(i).Width);

    static SampleTokens Required(Tokens? tokens) => tokens as SampleTokens ?? throw new ArgumentException("Sound needs to know what its symbols are as samples.", nameof(tokens));
}
