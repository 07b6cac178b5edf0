using System.Globalization;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>Pictures: files of them, arrays, and folders of either.</summary>
sealed class ImageModality : Modality
{
    const int Shown = 64;

    public override string Name => "image";
    public override string Title => "images";
    public override IReadOnlyList<string> Keys { get; } = ["binarize", "levels", "size", "crop", "patches", "windows", "gray", "background", "hold_out", "flip", "mutate", "recolor", "range", "axes", "transpose"];
    public override string Extension => ".png";
    public override string FileWords => "a PNG picture";
    public override string MapExtension => ".png";
    public override string Kept => "top";
    public override string KeptValues => "top, bottom, left, right, a number of positions, or a picture that is there, whose white is known";
    public override (string First, string Second) PlaceNames => ("row", "column");

    public override Rendering Sheet(IReadOnlyList<int[]> items, Space space, Tokens? tokens, int? columns = null) => PngOf(PictureSheet.Sheet(items, space, columns));

    public override Rendering Single(int[] item, Space space, Tokens? tokens) => PngOf(PictureSheet.Single(item, space));

    public override Rendering Completions(int[] item, bool[] known, IReadOnlyList<int[]> completions, Space space, Tokens? tokens) =>
        PngOf(PictureSheet.Completions(item, known, completions, space));

    public override Rendering Surprise(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Space space, Tokens? tokens, double high, string caption)
    {
        var positions = new double[space.Positions];
        for (var i = 0; i < nats.Length; i++) positions[i / space.Symbols] += nats[i];
        return PngOf(MapFigure.Of(PictureSheet.Rgb(item, space), SurpriseMap.Render(positions, 0, high), space.Height, space.Width, high, caption));
    }

    public override (long First, long Second) PlaceOf(int position, ReadOnlySpan<int> item, Space space, Tokens? tokens) => (position / space.Width, position % space.Width);

    public override bool[] Known(string kept, Space space)
    {
        Func<int, bool> isKnown;
        if (kept == "top") isKnown = position => position / space.Width < space.Height / 2;
        else if (kept == "bottom") isKnown = position => position / space.Width >= space.Height / 2;
        else if (kept == "left") isKnown = position => position % space.Width < space.Width / 2;
        else if (kept == "right") isKnown = position => position % space.Width >= space.Width / 2;
        else if (int.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out var leading))
        {
            if (leading > space.Positions) throw new UsageException($"{leading} is more than the {space.Positions} positions of an item");
            isKnown = position => position < leading;
        }
        else
        {
            if (!File.Exists(kept)) throw new UsageException($"{kept} is neither top, bottom, left, right, a number of positions, nor a picture that is there");
            var mask = Likely.Image.Load(kept);
            if ((mask.Height, mask.Width) != (space.Height, space.Width))
                throw new UsageException($"the mask {kept} has {mask.Height} x {mask.Width} pixels, and the item {space.Height} x {space.Width}");
            isKnown = position => mask.Pixels[position * mask.Channels] >= 128;
        }
        var known = new bool[space.Dimensions];
        for (var d = 0; d < known.Length; d++) known[d] = isKnown(d / space.Symbols);
        return known;
    }

    public override Baselines Measure(Split train, Split heldOut, Tokens? tokens, int threads, CancellationToken cancellation) => PictureBaselines.Measure(train, heldOut, threads, cancellation);

    public override (string Key, string Words)? Code { get; } = ("median-edge-1", "a code of pictures that predicts each pixel from its neighbours (median edge detector)");

    public override double CodeBits(ReadOnlySpan<int> item, Space space, Tokens? tokens) => PictureCode.Bits(item, space);

    public override Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default)
    {
        var items = new int[Math.Min(Shown, split.Count)][];
        for (var i = 0; i < items.Length; i++) split.Read(i, items[i] = new int[split.Space.Dimensions]);
        return Sheet(items, split.Space, tokens);
    }

    public override (string Extension, string Words) Saved => (".idx", "IDX data");

    /// <summary>Pixels of 0 to 255.</summary>
    public override void Save(Split split, Tokens? tokens, Stream stream, CancellationToken cancellation)
    {
        var space = split.Space;
        stream.Write(space.Symbols == 1 ? Idx.Header(8, split.Count, space.Height, space.Width) : Idx.Header(8, split.Count, space.Height, space.Width, space.Symbols));
        var symbols = new byte[space.Dimensions];
        for (var i = 0; i < split.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            split.Read(i, symbols);
            foreach (ref var symbol in symbols.AsSpan()) symbol = space.ToDisplay(symbol);
            stream.Write(symbols);
        }
    }

    internal override string? Fault(DataOptions options) => options.MuLaw ? "levels=mulaw is for sound" : options.Levels > 256 ? $"levels={options.Levels} is for sound" : null;

    internal override string Shape(Dataset data) => $"{data.Space}{(data.Options.Patches is not null ? " (windows of pictures)" : data.Options.AnySize ? " (the first; sizes may differ)" : "")}";

    // What is called a picture or an array and is none is refused by its reader, which says what it is instead.
    internal override bool Recognises(DataPath path) => path.IsFolder
        ? path.Listing.HasPixels || SourceParts.CifarFolder(path.Path) is not null
        : path.Kind.Unpacked.Format is FileFormat.Npy or FileFormat.Idx or FileFormat.Cifar10 or FileFormat.Cifar100 or FileFormat.Png or FileFormat.Pnm or FileFormat.Picture or FileFormat.Video
            || path.Kind.Unpacked.Format == FileFormat.Unknown && (SourceParts.IsArray(path.Path) || SourceParts.IsIdx(path.Path) || SourceParts.IsCifar(path.Path));

    internal override DataContent Open(DataPath path) =>
        ImageContent.Of(SourceParts.Open(path.Path, path.Options, path.Progress, path.Cancellation), path.Options, null, path.Cancellation);

    static Rendering PngOf(Image image) => new(".png", Png.Encode(image.Pixels, image.Height, image.Width, image.Channels)) { Picture = (image.Height, image.Width, image.Channels) };
}
