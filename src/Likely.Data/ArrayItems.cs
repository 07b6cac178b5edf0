namespace Likely.Data;

/// <summary>
/// How an array divides into pictures: which of its dimensions are items N, rows H, columns W and channels C. The shape says it where it can; where
/// it can be read in two ways, the setting axes=... must say it.
/// </summary>
/// <param name="Planar">Each item's channels lie one after the other, not side by side.</param>
/// <param name="Note">What was taken for granted, as a sentence; null if the shape leaves no other reading.</param>
readonly record struct ArrayItems(int Count, int Height, int Width, int Channels, bool Planar, string? Note = null)
{
    const int MostChannels = 16;

    // A picture in colour is not smaller.
    const int LeastSide = 8;

    static readonly string[] Known = ["NHW", "NHWC", "NCHW", "HW", "HWC", "CHW"];

    /// <summary>A value of the setting, in capitals; null if it is none.</summary>
    public static string? AxesOf(string value) => Array.Find(Known, axes => axes.Equals(value, StringComparison.OrdinalIgnoreCase));

    /// <summary>Divides an array.</summary>
    /// <param name="header">What the array says of itself.</param>
    /// <param name="options">Settings that say more.</param>
    /// <param name="path">For messages.</param>
    /// <param name="settle">Whether to take the likelier of two readings, where nothing is lost with the other.</param>
    /// <param name="itemsFirst">Whether the format counts items in its first dimension, as IDX does.</param>
    /// <exception cref="DataException">if it holds no pictures, or may be read in two ways; with the setting that resolves it</exception>
    public static ArrayItems Of(ArrayHeader header, DataOptions options, string path, bool settle = false, bool itemsFirst = false)
    {
        var shape = header.Shape;
        if (shape.Length is < 2 or > 4)
            throw new DataException($"'{path}' has shape {header.ShapeText}{(shape.Length == 1 ? ", one number per item, such as labels" : "")}; images need [N, H, W], [N, H, W, C], [N, C, H, W] or [N, D].");
        var axes = options.Axes?.Length == shape.Length ? options.Axes : shape.Length switch
        {
            4 => OfFour(shape, path, header, options, settle),
            3 => OfThree(shape, path, header, options, settle, itemsFirst),
            _ => null,
        };
        return axes is null ? OfRows(header, options, path) : OfAxes(axes, header, path);
    }

    // Channels are 1 or 3, rarely 2 or 4, and few in any case.
    static string OfFour(long[] shape, string path, ArrayHeader header, DataOptions options, bool settle)
    {
        var (first, last) = (Likeness(shape[1]), Likeness(shape[3]));
        if (first > last) return "NCHW";
        if (last > first || last == 0 || shape[1] == 1 && shape[2] == 1 && shape[3] == 1) return "NHWC";
        if (settle) return options.Size is var (height, width) && (height, width) == (shape[2], shape[3]) && (height, width) != (shape[1], shape[2]) ? "NCHW" : "NHWC";
        throw new DataException($"'{path}' has shape {header.ShapeText}, which may be {shape[2]} x {shape[3]} pictures of {Channeled(shape[1])}, plane after plane, or {shape[1]} x {shape[2]} pictures of {Channeled(shape[3])}, side by side in each pixel; say which with axes=NCHW or axes=NHWC.");

        static int Likeness(long extent) => extent is 1 or 3 ? 2 : extent is 2 or 4 ? 1 : 0;
        static string Channeled(long channels) => channels == 1 ? "1 channel" : $"{channels} channels";
    }

    static string? OfThree(long[] shape, string path, ArrayHeader header, DataOptions options, bool settle, bool itemsFirst)
    {
        if (shape[1] == 1) return null;
        if (shape[2] == 1)
            return options.Size is not null ? null : settle ? "NHW"
                : throw new DataException($"'{path}' has shape {header.ShapeText}, which may be rows of {shape[1]} values or one picture; say which with size=HxW of each row's picture, axes=NHW or axes=HWC.");
        if (settle) return "NHW";
        if (shape[2] is 3 or 4 && shape[1] >= LeastSide) throw Ambiguous("HWC");
        if (shape[0] is 3 or 4 && shape[1] >= LeastSide && shape[2] >= LeastSide && !itemsFirst) throw Ambiguous("CHW");
        return "NHW";

        DataException Ambiguous(string axes) =>
            new($"'{path}' has shape {header.ShapeText}, which may be one picture in colour or {shape[0]} pictures of {shape[1]} x {shape[2]}; say which with axes={axes} or axes=NHW.");
    }

    static ArrayItems OfAxes(string axes, ArrayHeader header, string path)
    {
        long count = 1, height = 1, width = 1, channels = 1;
        for (var d = 0; d < axes.Length; d++)
            switch (axes[d])
            {
                case 'N': count = header.Shape[d]; break;
                case 'H': height = header.Shape[d]; break;
                case 'W': width = header.Shape[d]; break;
                default: channels = header.Shape[d]; break;
            }
        RequireSize(header, count, path);
        if (channels > MostChannels)
            throw new DataException($"'{path}' has shape {header.ShapeText}, which is {channels} channels in the order {axes}; images need [N, H, W, C] or [N, C, H, W] with C up to {MostChannels}: set axes=..., or transpose it.");
        return new ArrayItems((int)count, (int)height, (int)width, (int)channels, axes.Contains("CHW", StringComparison.Ordinal) && channels > 1);
    }

    // [N, D], [N, 1, D] or [N, D, 1]. Values that lie in rows are pictures of the size asked for, or not at all: never resampled as pictures one pixel high.
    static ArrayItems OfRows(ArrayHeader header, DataOptions options, string path)
    {
        var (count, length) = (header.Shape[0], header.Shape[1] * (header.Shape.Length == 3 ? header.Shape[2] : 1));
        RequireSize(header, count, path);
        var row = new ArrayItems((int)count, 1, (int)length, 1, false);
        if (options.Size is not var (height, width))
            return header.Shape.Length > 2 ? row : row with { Note = $"{header.ShapeText} is taken as {count} rows of {length} values, pictures of 1 x {length}{SizeHint(length)}" };
        if (length == (long)height * width) return row with { Height = height, Width = width };
        if (length != 3L * height * width)
            throw new DataException($"'{path}' has rows of {length} values, which do not make pictures of {height} x {width}; set size=HxW to the rows' own height and width.");
        return options.Axes is "NCHW" or "NHWC" ? row with { Height = height, Width = width, Channels = 3, Planar = options.Axes == "NCHW" }
            : throw new DataException($"'{path}' has rows of {length} values, pictures of {height} x {width} in colour; set axes=NHWC if the three values of a pixel lie together, axes=NCHW if red, green and blue planes follow each other, as in CIFAR.");
    }

    static string SizeHint(long length)
    {
        var side = (long)Math.Sqrt(length);
        return side > 1 && side * side == length ? $" (size={side}x{side} makes pictures of them)" : length > 1 ? " (size=HxW makes pictures of them)" : "";
    }

    static void RequireSize(ArrayHeader header, long count, string path)
    {
        // A product of all extents fits in 64 bits: that is checked when a header is read.
        var item = header.ElementCount / count;
        if (item > Image.LargestSize || item * header.ElementLength > Image.LargestSize || count > int.MaxValue)
            throw new DataException($"'{path}' has shape {header.ShapeText}, too large; save it in smaller pieces.");
    }
}
