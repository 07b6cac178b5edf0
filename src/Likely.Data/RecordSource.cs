namespace Likely.Data;

/// <summary>
/// Items of one length, one after the other: IDX files, and CIFAR records of a label byte and three planes R, G, B of
/// 32 x 32 (Krizhevsky 2009).
/// </summary>
sealed class RecordSource : ItemSource
{
    const int CifarSide = 32, CifarPixels = CifarSide * CifarSide, CifarRecord = 1 + 3 * CifarPixels;
    static readonly string[] CifarNames =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    readonly ByteStore _bytes;
    readonly ImageGeometry _geometry;
    readonly long _start;
    readonly int _stride;
    readonly bool _planar;
    readonly byte[]? _labels;
    readonly string _kind;

    RecordSource(ByteStore bytes, string kind, int count, ImageGeometry geometry, long start, int stride, bool planar, byte[]? labels, IReadOnlyList<string>? names)
    {
        (_bytes, _kind, Count, _geometry, _start, _stride, _planar, _labels) = (bytes, kind, count, geometry, start, stride, planar, labels);
        ClassNames = names ?? NumberedClasses(labels);
    }

    public override int Count { get; }
    public override IReadOnlyList<string> ClassNames { get; }
    public override string Description => $"{_kind} '{_bytes.Path}', {Count} items";
    public override ImageGeometry GeometryOf(int index) => _geometry;
    public override int Label(int index) => _labels?[index] ?? -1;
    public override string ItemName(int index) => $"{Path.GetFileName(_bytes.Path)}[{index}]";
    public override void Dispose() => _bytes.Dispose();

    public override void Read(int index, Span<byte> pixels)
    {
        var offset = _start + (long)index * _stride;
        if (!_planar)
        {
            _bytes.Read(offset, pixels);
            return;
        }
        Span<byte> planes = stackalloc byte[3 * CifarPixels];
        _bytes.Read(offset, planes);
        for (var i = 0; i < CifarPixels; i++)
            for (var c = 0; c < 3; c++) pixels[3 * i + c] = planes[c * CifarPixels + i];
    }

    /// <summary>An IDX file of images; labels come from the file of the same name with "labels" for "images".</summary>
    public static RecordSource OpenIdx(string path) => OpenIdx(Idx.Open(path), LabelFile(path));

    internal static RecordSource OpenIdx(ByteStore bytes, string? labelPath)
    {
        try
        {
            var header = Idx.Check(bytes);
            var shape = header.ItemShape;
            var geometry = shape.Length switch
            {
                1 => new ImageGeometry(1, shape[0], 1, 256),
                2 => new ImageGeometry(shape[0], shape[1], 1, 256),
                3 => new ImageGeometry(shape[0], shape[1], shape[2], 256),
                _ => throw new DataException($"'{bytes.Path}' holds one number per item, such as labels, not images; name the file of images."),
            };
            var labels = labelPath is null ? null : Idx.ReadLabels(labelPath, header.Count);
            return new RecordSource(bytes, "IDX file", header.Count, geometry, header.HeaderLength, header.ItemLength, false, labels, null);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>A CIFAR-10 binary file.</summary>
    public static RecordSource OpenCifar(string path)
    {
        var bytes = ByteStore.Open(path);
        try
        {
            if (bytes.Length == 0 || bytes.Length % CifarRecord != 0 || bytes.Length / CifarRecord > int.MaxValue)
                throw new DataException($"'{path}' has {bytes.Length} bytes, not a whole number of CIFAR-10 records of {CifarRecord}; fetch it again.");
            var labels = new byte[bytes.Length / CifarRecord];
            for (var i = 0; i < labels.Length; i++)
            {
                bytes.Read((long)i * CifarRecord, labels.AsSpan(i, 1));
                if (labels[i] > 9) throw new DataException($"'{path}' is not a CIFAR-10 file: record {i} has label {labels[i]}, but labels are 0 to 9.");
            }
            var geometry = new ImageGeometry(CifarSide, CifarSide, 3, 256);
            return new RecordSource(bytes, "CIFAR-10 file", labels.Length, geometry, 1, CifarRecord, true, labels, CifarNames);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>The file of labels beside a file of images, or null.</summary>
    internal static string? LabelFile(string path)
    {
        var name = Path.GetFileName(path).Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        var bare = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        if (name == Path.GetFileName(path)) return null;
        var folder = Path.GetDirectoryName(path) ?? "";
        return ((string[])[name, bare, bare + ".gz"]).Select(candidate => Path.Combine(folder, candidate)).FirstOrDefault(File.Exists);
    }
}
