using System.Globalization;

namespace Likely.Data;

/// <summary>
/// Any file as an archive takes it in: its bytes, and which of them are pixels. A packed .gz file of a known layout stands for its
/// contents; a PNG of grey or colour stands for its pixels; all else is bytes.
/// </summary>
public sealed class PixelFile : IDisposable
{
    readonly ByteStore _bytes;
    ItemLabels? _labels;
    bool _hasSought;

    PixelFile(ByteStore bytes, PixelLayout? layout, bool unpacked) => (_bytes, Layout, IsUnpacked) = (bytes, layout, unpacked);

    /// <summary>Bytes of the file, or of what was packed in it.</summary>
    public long Length => _bytes.Length;

    /// <summary>Where pixels lie; null for pictures and for bytes of no known layout.</summary>
    public PixelLayout? Layout { get; }

    /// <summary>A picture that is its pixels and no more.</summary>
    public Image? Picture { get; private set; }

    /// <summary>Bits of a grey picture's pixel in its file, 1, 2, 4 or 8.</summary>
    public int Depth { get; private set; } = 8;

    /// <summary>True if the picture's file also holds what is not pixels: texts, times, colour profiles.</summary>
    public bool HasNotes { get; private set; }

    /// <summary>Why a picture or sound stays bytes; null for what is none.</summary>
    public string? Refusal { get; private set; }

    /// <summary>True if the file was packed, and its contents stand for it.</summary>
    public bool IsUnpacked { get; }

    /// <summary>Opens a file; with <paramref name="exact"/>, packed files and pictures are bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exact">Whether it is to come back byte for byte.</param>
    /// <param name="options">What is known of arrays: their axes, and the size that rows make.</param>
    /// <param name="cancellation">Stops the decoding of a large picture.</param>
    /// <exception cref="DataException">if it cannot be read</exception>
    public static PixelFile Open(string path, bool exact, DataOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= DataOptions.Default;
        var unpacked = !exact ? OpenPacked(path, options) : null;
        if (unpacked is not null) return unpacked;
        var bytes = ByteStore.OpenPlain(path);
        try
        {
            var layout = bytes.Length == 0 ? null : PixelLayout.Of(Head(bytes), bytes.Length, path, options);
            var file = new PixelFile(bytes, layout, false);
            if (layout is null && options.As == Modality.Audio) file.Refusal = RefusalOfSound(bytes, options);
            else if (layout is null && !exact) file.ReadPicture(path, cancellation);
            return file;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>The size of a file's items, or of its picture, from its first bytes; null if it has none that is known.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exact">Whether it is to come back byte for byte.</param>
    /// <param name="options">What is known of arrays: their axes, and the size that rows make.</param>
    /// <exception cref="DataException">if it cannot be read, or is a damaged picture</exception>
    public static (int Height, int Width, int Channels)? Outline(string path, bool exact, DataOptions options)
    {
        using var bytes = ByteStore.OpenPlain(path);
        if (bytes.Length == 0) return null;
        var head = Head(bytes);
        if (PixelLayout.Of(head, bytes.Length, path, options) is { } layout) return (layout.Height, layout.Width, layout.Channels);
        if (exact || options.As == Modality.Audio || !head.AsSpan().StartsWith(Png.Signature)) return null;
        var (height, width, _, color, _) = PngDecoder.ParseHeader(head, path);
        return (height, width, PngDecoder.ChannelsOf(color));
    }

    /// <summary>Whether another program has written into the file since it was opened.</summary>
    public bool HasChanged => _bytes.HasChanged;

    /// <summary>Fills <paramref name="target"/> with bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="DataException">if the file ends before or cannot be read</exception>
    public void Read(long offset, Span<byte> target) => _bytes.Read(offset, target);

    /// <summary>The label of an item as text: a number from a CIFAR record, or from an IDX or npy file of labels beside this one; null if there is none.</summary>
    /// <exception cref="DataException">if the labels beside do not fit</exception>
    public string? Label(int item)
    {
        if (Layout is not { } layout) return null;
        if (layout.Gap > 0)
        {
            // The last byte before the pixels.
            Span<byte> label = stackalloc byte[1];
            _bytes.Read(layout.Head + item * (layout.Gap + layout.ItemLength) + layout.Gap - 1, label);
            return label[0].ToString(CultureInfo.InvariantCulture);
        }
        if (!_hasSought) (_labels, _hasSought) = (ItemLabels.Beside(_bytes.Path) is { } path ? ItemLabels.Read(path, layout.Count) : null, true);
        return _labels?[item] is >= 0 and var number ? _labels.Names[number] : null;
    }

    public void Dispose() => _bytes.Dispose();

    static PixelFile? OpenPacked(string path, DataOptions options)
    {
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return null;
        ByteStore? bytes = null;
        try
        {
            bytes = ByteStore.Open(path);
            if (bytes.IsUnpacked && bytes.Length > 0 && PixelLayout.Of(Head(bytes), bytes.Length, path[..^3], options) is { } layout) return new PixelFile(bytes, layout, true);
        }
        catch (DataException)
        {
            // Not gzip after all, or too large to unpack: it stays as it is.
        }
        bytes?.Dispose();
        return null;
    }

    /// <summary>Why a file is not coded by a model of sound; null if it is, or that is not known yet.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public static string? RefusalOfSound(string path, DataOptions options)
    {
        using var bytes = ByteStore.OpenPlain(path);
        return RefusalOfSound(bytes, options);
    }

    static string? RefusalOfSound(ByteStore bytes, DataOptions options)
    {
        if (FileKind.Of(Head(bytes), bytes.Length, Path.GetFileName(bytes.Path)).Format != FileFormat.Wav) return "it is no WAV sound";
        try
        {
            return PixelLayout.Refusal(WavHeader.Of(bytes), options);
        }
        catch (DataException fault)
        {
            return $"it is WAV sound that cannot be read: {fault.Message.TrimEnd('.')}";
        }
    }

    static string? FormatOf(ByteStore bytes)
    {
        var kind = FileKind.Of(Head(bytes), bytes.Length, Path.GetFileName(bytes.Path));
        return kind.Format is FileFormat.Picture or FileFormat.Video ? kind.Words : null;
    }

    static byte[] Head(ByteStore bytes)
    {
        var head = new byte[(int)Math.Min(PixelLayout.HeadLength, bytes.Length)];
        bytes.Read(0, head);
        return head;
    }

    // Transparency, 16 bits and several frames are more than grey or colour of 8 bits can tell.
    void ReadPicture(string path, CancellationToken cancellation)
    {
        var head = Head(_bytes);
        if (!head.AsSpan().StartsWith(Png.Signature))
        {
            Refusal = FormatOf(_bytes) is { } format ? $"it is {format}, whose file cannot be told from its pixels" : null;
            return;
        }
        try
        {
            var (_, _, depth, color, _) = PngDecoder.ParseHeader(head, path);
            Refusal = depth > 8 ? "it has 16 bits a colour" : color > 3 ? "it has transparency" : _bytes.Length > Image.LargestSize ? $"it has {_bytes.Length} bytes, more than the {Image.LargestSize} of a picture" : null;
            if (Refusal is not null) return;
            var file = new byte[_bytes.Length];
            _bytes.Read(0, file);
            var decoder = new PngDecoder(file, path);
            if (decoder.HasMore) Refusal = "it has several frames, or bytes after its end";
            else (Picture, HasNotes, Depth) = (decoder.Decode(cancellation), decoder.HasNotes, color == 0 ? depth : 8);
        }
        catch (DataException fault)
        {
            Refusal = $"it is a PNG picture that cannot be read: {fault.Message.TrimEnd('.')}";
        }
    }
}
