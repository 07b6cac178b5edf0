using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>
/// The header of an IDX file, the format of MNIST: two zero bytes, the element type (8 is unsigned byte), the number of
/// dimensions, each dimension as a big-endian 32-bit number; then the elements, last dimension fastest.
/// </summary>
public sealed record Idx(int Count, int[] ItemShape)
{
    const byte UnsignedByte = 8;

    /// <summary>Bytes before the first element.</summary>
    public int HeaderLength => 8 + 4 * ItemShape.Length;

    /// <summary>Bytes of one item.</summary>
    public int ItemLength => ItemShape.Aggregate(1, (product, extent) => product * extent);

    /// <summary>Bytes the whole file must have.</summary>
    public long FileLength => HeaderLength + (long)Count * ItemLength;

    /// <summary>Reads a header from the first bytes of a file.</summary>
    /// <exception cref="DataException">if it is no IDX header of unsigned bytes</exception>
    public static Idx Parse(ReadOnlySpan<byte> head, string name)
    {
        if (head.Length < 8 || head[0] != 0 || head[1] != 0 || head[3] is 0 or > 4)
            throw new DataException($"'{name}' is not an IDX file: it does not start with an IDX header.");
        if (head[2] != UnsignedByte)
            throw new DataException($"'{name}' holds IDX elements of type {head[2]}; only unsigned bytes (type 8) can be read.");
        var shape = new int[head[3] - 1];
        if (head.Length < 8 + 4 * shape.Length) throw new DataException($"'{name}' ends within its IDX header; fetch it again.");
        var count = BinaryPrimitives.ReadInt32BigEndian(head[4..]);
        var item = 1L;
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(head[(8 + 4 * i)..]);
            if (shape[i] < 1 || (item *= shape[i]) > Image.LargestSize)
                throw new DataException($"'{name}' claims items of an impossible size in its IDX header; fetch it again.");
        }
        return count >= 1 ? new Idx(count, shape)
            : throw new DataException($"'{name}' claims {count} items in its IDX header; it must have at least one.");
    }

    /// <summary>The bytes of an IDX file, packed or not.</summary>
    internal static ByteStore Open(string path) => ByteStore.Open(path, head => Parse(head, path).FileLength);

    /// <summary>Reads the header and compares the length.</summary>
    internal static Idx Check(ByteStore bytes)
    {
        var head = new byte[(int)Math.Min(20, bytes.Length)];
        bytes.Read(0, head);
        var header = Parse(head, bytes.Path);
        return header.FileLength == bytes.Length ? header : throw new DataException(
            $"'{bytes.Path}' should have {header.FileLength} bytes for its {header.Count} items but has {bytes.Length}; fetch it again.");
    }

    /// <summary>Reads all labels of a one-dimensional IDX file.</summary>
    /// <exception cref="DataException">if the file holds no labels, or not <paramref name="count"/> of them</exception>
    public static byte[] ReadLabels(string path, int count)
    {
        using var bytes = Open(path);
        var header = Check(bytes);
        if (header.ItemShape.Length != 0)
            throw new DataException($"'{path}' holds no labels: it has {header.ItemShape.Length + 1} dimensions instead of one.");
        if (header.Count != count)
            throw new DataException($"'{path}' has {header.Count} labels for {count} images; the two files do not belong together.");
        var labels = new byte[count];
        bytes.Read(header.HeaderLength, labels);
        return labels;
    }
}
