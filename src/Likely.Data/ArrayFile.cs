namespace Likely.Data;

/// <summary>An array on disk, .npy or IDX, packed or not: its header, and its elements in C order wherever they are asked for.</summary>
sealed class ArrayFile : IDisposable
{
    const long LargestReordered = 1L << 29; // and half as much where the packed file's contents are in memory too

    readonly ByteStore _bytes;
    readonly int _start;

    ArrayFile(ByteStore bytes, ArrayHeader header, bool isIdx, int start) => (_bytes, Header, IsIdx, _start) = (bytes, header, isIdx, start);

    public string Path => _bytes.Path;
    public ArrayHeader Header { get; }
    public bool IsIdx { get; }

    /// <exception cref="DataException">if there is no such file, or it is no array</exception>
    public static ArrayFile Open(string path) => Of(ByteStore.Open(path, head => IsIdxHead(head) ? Idx.Parse(head, path).FileLength : null));

    /// <summary>The array in these bytes, which it owns from now on.</summary>
    internal static ArrayFile Of(ByteStore bytes)
    {
        try
        {
            var head = new byte[(int)Math.Min(Npy.LargestHead, bytes.Length)];
            bytes.Read(0, head);
            var isIdx = IsIdxHead(head);
            if (!isIdx && head is not [0x93, ..]) throw new DataException($"'{bytes.Path}' is no array: it begins with neither the header of an IDX file nor the signature of an .npy file.");
            var header = isIdx ? Idx.Parse(head, bytes.Path) : Npy.Parse(head, bytes.Path);
            if (header.FileLength != bytes.Length)
                throw new DataException($"'{bytes.Path}' should have {header.FileLength} bytes for its shape {header.ShapeText} but has {bytes.Length}; {(isIdx ? "fetch" : "save")} it again.");
            if (!header.FortranOrder) return new ArrayFile(bytes, header, isIdx, header.HeaderLength);
            if (header.FileLength > LargestReordered >> (bytes.IsUnpacked ? 1 : 0))
                throw new DataException($"'{bytes.Path}' is stored in Fortran order and too large to be reordered in memory ({header.FileLength} bytes); save it again with numpy.ascontiguousarray.");
            var reordered = Reorder(bytes, header);
            bytes.Dispose();
            return new ArrayFile(ByteStore.OfMemory(bytes.Path, reordered), header, isIdx, 0);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Raw elements from one on; the target holds a whole number of them.</summary>
    public void Read(long element, Span<byte> target) => _bytes.Read(_start + element * Header.ElementLength, target);

    public double Value(ReadOnlySpan<byte> raw, int i) => Header.Element.Value(raw, i, Header.BigEndian);

    public void Dispose() => _bytes.Dispose();

    static bool IsIdxHead(ReadOnlySpan<byte> head) => head is [0, 0, ..];

    // Elements come with the first dimension fastest and go where the last one is. Read as they lie, so that a disk is read once.
    static byte[] Reorder(ByteStore bytes, ArrayHeader header)
    {
        var (length, shape) = (header.ElementLength, header.Shape);
        var ordered = new byte[header.FileLength - header.HeaderLength];
        var strides = new long[shape.Length]; // in C order
        for (var (d, stride) = (shape.Length - 1, (long)length); d >= 0; stride *= shape[d--]) strides[d] = stride;
        var index = new long[shape.Length];
        var piece = new byte[(int)Math.Min(1 << 16, header.ElementCount) * length];
        var target = 0L;
        for (var offset = 0L; offset < ordered.Length; offset += piece.Length)
        {
            var raw = piece.AsSpan(0, (int)Math.Min(piece.Length, ordered.Length - offset));
            bytes.Read(header.HeaderLength + offset, raw);
            for (var at = 0; at < raw.Length; at += length)
            {
                raw.Slice(at, length).CopyTo(ordered.AsSpan((int)target, length));
                for (var d = 0; d < shape.Length; d++)
                {
                    target += strides[d];
                    if (++index[d] < shape[d]) break;
                    target -= strides[d] * shape[d];
                    index[d] = 0;
                }
            }
        }
        return ordered;
    }
}
