using System.Buffers;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// An array of images, .npy or IDX: [N, H, W], [N, H, W, C], [N, C, H, W] or rows [N, D] (see <see cref="ArrayItems"/>), of numbers of any type
/// on a scale that becomes 0..255 (see <see cref="ArrayScale"/>).
/// </summary>
sealed class ArraySource : ItemSource
{
    const int Piece = 1 << 16;

    readonly ArrayFile _file;
    readonly ArrayItems _items;
    readonly ItemLabels? _labels;
    readonly int _itemElements, _itemLength;
    ArrayScale _scale = ArrayScale.Bytes;
    ArrayStatistics? _statistics;
    byte[]? _byteOf;

    /// <exception cref="DataException">if it is no array of images, or its labels do not fit</exception>
    public ArraySource(string path, string? labelPath, DataOptions options) : this(ArrayFile.Open(path), labelPath, options)
    {
    }

    internal ArraySource(ArrayFile file, string? labelPath, DataOptions options)
    {
        _file = file;
        try
        {
            _items = ArrayItems.Of(file.Header, options, file.Path, itemsFirst: file.IsIdx);
            _itemElements = _items.Height * _items.Width * _items.Channels;
            _itemLength = _itemElements * file.Header.ElementLength;
            _labels = labelPath is null ? null : ItemLabels.Read(labelPath, Count);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public string Path => _file.Path;
    public ArrayElement Element => _file.Header.Element;
    public bool IsIdx => _file.IsIdx;

    /// <summary>Whether its items are rows of numbers, of which only the options can say that they are pictures.</summary>
    public bool IsRows => _file.Header.Shape.Length == 2;

    public override IReadOnlyList<string> Notes
    {
        get
        {
            List<string> notes = _items.Note is { } note ? [$"'{Path}' of shape {note}"] : [];
            if (_labels is null) return notes;
            string[] others = [.. ItemLabels.AllBeside(Path).Select(other => System.IO.Path.GetFileName(other)).Distinct().Where(other => Unpacked(other) != Unpacked(System.IO.Path.GetFileName(_labels.Path)))];
            if (others.Length > 0) notes.Add($"the labels are those of '{System.IO.Path.GetFileName(_labels.Path)}', and not of {string.Join(", ", others.Select(other => $"'{other}'"))}; move away what is not meant");
            return notes;

            static string Unpacked(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        }
    }

    public override bool IsScaled => Element != ArrayElement.UInt8 || _scale is not { Low: 0, High: 255 };
    public override int Count => _items.Count;
    public override IReadOnlyList<string> ClassNames => _labels?.Names ?? [];
    public override string Description => $"{(IsIdx ? "IDX file" : "NumPy array")} '{Path}', {Count} items; {Element.Name()} of shape {_file.Header.ShapeText}" +
        $"{(_items.Planar ? ", channels first" : "")}, {(_scale.Levels == 2 ? "values 0 and 1" : FormattableString.Invariant($"range {_scale.Low}:{_scale.High}"))}{(_labels is null ? "" : $"; labels of '{_labels.Path}'")}";
    public override Space SpaceOf(int index) => Space.Image(_items.Height, _items.Width, _items.Channels, _scale.Levels);
    public override int Label(int index) => _labels?[index] ?? -1;
    public override string ItemName(int index) => $"{System.IO.Path.GetFileName(Path)}[{index}]";
    public override void Dispose() => _file.Dispose();

    /// <summary>Sets the scale, once, before any item is read.</summary>
    public void Use(ArrayScale scale)
    {
        _scale = scale;
        if (_file.Header.ElementLength > 1 || Element == ArrayElement.UInt8 && scale is { Low: 0, High: 255 }) return;
        _byteOf = new byte[256];
        for (var raw = 0; raw < 256; raw++) _byteOf[raw] = scale.ToByte(_file.Value([(byte)raw], 0));
    }

    public override void Read(int index, Span<byte> pixels)
    {
        if (!_items.Planar)
        {
            ReadElements(index, pixels);
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(_itemElements);
        var planes = buffer.AsSpan(0, _itemElements);
        ReadElements(index, planes);
        var (positions, channels) = (_items.Height * _items.Width, _items.Channels);
        for (var p = 0; p < positions; p++)
            for (var c = 0; c < channels; c++) pixels[p * channels + c] = planes[c * positions + p];
        ArrayPool<byte>.Shared.Return(buffer);
    }

    // As bytes, in the order of the file.
    void ReadElements(int index, Span<byte> values)
    {
        var first = (long)index * _itemElements;
        if (_file.Header.ElementLength == 1)
        {
            _file.Read(first, values);
            if (_byteOf is { } byteOf)
                foreach (ref var value in values) value = byteOf[value];
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(_itemLength);
        var raw = buffer.AsSpan(0, _itemLength);
        _file.Read(first, raw);
        for (var i = 0; i < values.Length; i++) values[i] = _scale.ToByte(_file.Value(raw, i));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>What the values are like, after <see cref="Measure"/>.</summary>
    public ArrayStatistics Statistics => _statistics!.Value;

    /// <summary>The indices of an element, as Python shows them.</summary>
    public string Place(long element) => _file.Header.Place(element);

    /// <summary>Reads everything once, if that has not been done.</summary>
    /// <exception cref="DataException">if a value is not finite, or a truth value other than 0 and 1</exception>
    public void Measure(CancellationToken cancellation)
    {
        if (_statistics is not null) return;
        var (least, leastAt, most, mostAt) = (double.PositiveInfinity, 0L, double.NegativeInfinity, 0L);
        var (whole, zero, one, other) = (true, false, false, false);
        Each(cancellation, (raw, count, first) =>
        {
            for (var i = 0; i < count; i++)
            {
                var value = _file.Value(raw, i);
                if (!double.IsFinite(value))
                    throw new DataException($"'{Path}' has {(double.IsNaN(value) ? "NaN" : "an infinite number")} at {Place(first + i)}; replace what is not finite, and save it again.");
                if (value < least) (least, leastAt) = (value, first + i);
                if (value > most) (most, mostAt) = (value, first + i);
                if (value == 0) zero = true;
                else if (value == 1) one = true;
                else (other, whole) = (true, whole && value == Math.Floor(value));
            }
            return true;
        });
        _statistics = new ArrayStatistics(least, leastAt, most, mostAt, whole, zero && one && !other);
    }

    /// <summary>The first element that is neither end of a scale, or null.</summary>
    public long? FirstBetween(ArrayScale scale)
    {
        long? found = null;
        Each(default, (raw, count, first) =>
        {
            for (var i = 0; i < count && found is null; i++)
                if (scale.ToByte(_file.Value(raw, i)) is not (0 or 255)) found = first + i;
            return found is null;
        });
        return found;
    }

    // All elements in order, a piece at a time, until one is not wanted any more.
    void Each(CancellationToken cancellation, Func<byte[], int, long, bool> take)
    {
        var total = _file.Header.ElementCount;
        var raw = new byte[(int)Math.Min(Piece, total) * _file.Header.ElementLength];
        for (var first = 0L; first < total; first += Piece)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(Piece, total - first);
            _file.Read(first, raw.AsSpan(0, count * _file.Header.ElementLength));
            if (!take(raw, count, first)) return;
        }
    }
}
