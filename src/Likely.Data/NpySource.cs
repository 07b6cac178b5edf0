using System.Buffers;
using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>
/// A NumPy array of images: uint8, bool, float32 or float64 of shape [N, H, W], [N, H, W, C] or [N, D] (a 1 x D image).
/// Floats lie in 0..1 or 0..255, told apart by the largest value, and are rounded half up to bytes. An array of zeros and
/// ones, whatever its type, has two levels.
/// </summary>
sealed class NpySource : ItemSource
{
    const int MostChannels = 16;

    readonly ByteStore _bytes;
    readonly Npy _header;
    readonly ImageGeometry _geometry;
    readonly byte[]? _labels;
    readonly double _scale;
    readonly int _itemLength;

    public NpySource(string path, string? labelPath) : this(ByteStore.Open(path), labelPath)
    {
    }

    internal NpySource(ByteStore bytes, string? labelPath)
    {
        _bytes = bytes;
        try
        {
            _header = Npy.Check(bytes);
            Count = _header.Shape.Length > 0 && _header.Shape[0] <= int.MaxValue ? (int)_header.Shape[0] : 0;
            _geometry = Shape(_header, bytes.Path);
            _itemLength = _geometry.Dimensions * _header.ElementLength;
            var (most, whole) = Scan();
            if (_header.Element == NpyElement.Boolean && most > 1) throw new DataException($"'{bytes.Path}' is damaged: it has truth values other than 0 and 1.");
            _scale = most <= 1 ? 255 : 1;
            if (most <= 1 && whole) _geometry = _geometry with { Levels = 2 };
            _labels = labelPath is null ? null : ReadLabels(labelPath, Count);
            ClassNames = NumberedClasses(_labels);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    public override int Count { get; }
    public override IReadOnlyList<string> ClassNames { get; }
    public override string Description => $"NumPy array '{_bytes.Path}', {_header.Element.ToString().ToLowerInvariant()} of shape " +
        $"({string.Join(", ", _header.Shape)}), values {(_geometry.Levels == 2 ? "0 and 1" : _scale == 1 ? "0 to 255" : "0 to 1")}";
    public override ImageGeometry GeometryOf(int index) => _geometry;
    public override int Label(int index) => _labels?[index] ?? -1;
    public override string ItemName(int index) => $"{Path.GetFileName(_bytes.Path)}[{index}]";
    public override void Dispose() => _bytes.Dispose();

    public override void Read(int index, Span<byte> pixels)
    {
        if (_header.ElementLength == 1)
        {
            _bytes.Read(Offset(index), pixels);
            if (_scale != 1)
                for (var i = 0; i < pixels.Length; i++) pixels[i] = pixels[i] == 0 ? (byte)0 : (byte)255;
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(_itemLength);
        var item = buffer.AsSpan(0, _itemLength);
        _bytes.Read(Offset(index), item);
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(Element(item, i) * _scale + 0.5);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The labels of a one-dimensional array of uint8.</summary>
    public static byte[] ReadLabels(string path, int count)
    {
        using var bytes = ByteStore.Open(path);
        var header = Npy.Check(bytes);
        if (!IsLabels(header, count)) throw new DataException($"'{path}' should hold {count} labels as a one-dimensional uint8 array.");
        var labels = new byte[count];
        bytes.Read(header.HeaderLength, labels);
        return labels;
    }

    /// <summary>The header of an .npy file.</summary>
    public static Npy ReadHeader(string path)
    {
        using var bytes = ByteStore.Open(path);
        return Npy.Check(bytes);
    }

    public static bool IsLabels(Npy header, long count) =>
        header.Shape.Length == 1 && header.Shape[0] == count && header.Element == NpyElement.UInt8;

    /// <summary>The file of labels beside NAME.npy, NAME_labels.npy or NAME-labels.npy, or null.</summary>
    public static string? LabelFile(string path)
    {
        var stem = path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? path[..^4] : path;
        return ((string[])[stem + "_labels.npy", stem + "-labels.npy"]).FirstOrDefault(File.Exists);
    }

    static ImageGeometry Shape(Npy header, string path)
    {
        var shape = header.Shape;
        if (shape.Length is < 2 or > 4)
            throw new DataException($"'{path}' has shape ({string.Join(", ", shape)}); images need [N, H, W], [N, H, W, C] or [N, D].");
        var item = 1L;
        for (var i = 1; i < shape.Length; i++)
            if (shape[i] > Image.LargestSize || (item *= shape[i]) > Image.LargestSize) item = long.MaxValue / Image.LargestSize;
        if (item * header.ElementLength > Image.LargestSize || shape[0] > int.MaxValue)
            throw new DataException($"'{path}' has shape ({string.Join(", ", shape)}), too large; save it in smaller pieces.");
        if (shape.Length == 4 && shape[3] > MostChannels)
            throw new DataException($"'{path}' has {shape[3]} channels in its last dimension; images need [N, H, W, C] with C up to {MostChannels}, so transpose it.");
        return shape.Length == 2 ? new ImageGeometry(1, (int)shape[1], 1, 256)
            : new ImageGeometry((int)shape[1], (int)shape[2], shape.Length == 4 ? (int)shape[3] : 1, 256);
    }

    long Offset(int index) => _header.HeaderLength + (long)index * _itemLength;

    double Element(ReadOnlySpan<byte> item, int i) => _header.Element switch
    {
        NpyElement.Float32 when _header.BigEndian => BinaryPrimitives.ReadSingleBigEndian(item[(4 * i)..]),
        NpyElement.Float32 => BinaryPrimitives.ReadSingleLittleEndian(item[(4 * i)..]),
        NpyElement.Float64 when _header.BigEndian => BinaryPrimitives.ReadDoubleBigEndian(item[(8 * i)..]),
        NpyElement.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(item[(8 * i)..]),
        _ => item[i],
    };

    /// <summary>Reads everything once: the largest value, and whether all values are whole numbers.</summary>
    (double Most, bool Whole) Scan()
    {
        var item = new byte[_itemLength];
        var most = 0.0;
        var whole = true;
        for (var index = 0; index < Count; index++)
        {
            _bytes.Read(Offset(index), item);
            for (var i = 0; i < _geometry.Dimensions; i++)
            {
                var value = Element(item, i);
                if (!(value is >= 0 and <= 255)) throw OutOfRange(value, index, i);
                if (value > most) most = value;
                whole = whole && value == (int)value;
            }
        }
        return (most, whole);
    }

    DataException OutOfRange(double value, int index, int i)
    {
        var (pixel, c) = (i / _geometry.Channels, i % _geometry.Channels);
        var place = _header.Shape.Length == 2 ? $"{index}, {pixel}"
            : $"{index}, {pixel / _geometry.Width}, {pixel % _geometry.Width}" + (_header.Shape.Length == 4 ? $", {c}" : "");
        var what = double.IsNaN(value) ? "NaN" : value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new DataException($"'{_bytes.Path}' has {what} at [{place}]; values must lie in 0..1 or in 0..255.");
    }
}
