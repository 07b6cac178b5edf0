using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>
/// The header of an IDX file, the format of MNIST: two zero bytes, the element type (8 is unsigned byte), the number of
/// dimensions, each dimension as a big-endian 32-bit number; then the elements, last dimension fastest.
/// </summary>
public static class Idx
{
    /// <summary>The header of a file of so many numbers in each dimension.</summary>
    /// <param name="type">8: bytes; 12: whole numbers of 32 bits; 13: single precision.</param>
    /// <param name="shape">The extent of each dimension.</param>
    public static byte[] Header(byte type, params ReadOnlySpan<int> shape)
    {
        var header = new byte[4 + 4 * shape.Length];
        (header[2], header[3]) = (type, (byte)shape.Length);
        for (var i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), shape[i]);
        return header;
    }

    /// <summary>As many first bytes as hold any header that is read.</summary>
    public const int LargestHead = 20;

    /// <summary>Reads a header from the first bytes of a file.</summary>
    /// <exception cref="DataException">if it is no IDX header, or claims an impossible size</exception>
    public static ArrayHeader Parse(ReadOnlySpan<byte> head, string name)
    {
        if (head.Length < 8 || head[0] != 0 || head[1] != 0 || head[3] is 0 or > 4)
            throw new DataException($"'{name}' is not an IDX file: it does not start with an IDX header.");
        var element = head[2] switch
        {
            8 => ArrayElement.UInt8,
            9 => ArrayElement.Int8,
            11 => ArrayElement.Int16,
            12 => ArrayElement.Int32,
            13 => ArrayElement.Float32,
            14 => ArrayElement.Float64,
            _ => throw new DataException($"'{name}' holds IDX elements of type {head[2]}; there are 8, 9 and 11 to 14."),
        };
        var shape = new long[head[3]];
        if (head.Length < 4 + 4 * shape.Length) throw new DataException($"'{name}' ends within its IDX header; fetch it again.");
        var item = 1L;
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = BinaryPrimitives.ReadUInt32BigEndian(head[(4 + 4 * i)..]);
            if (i > 0 && (shape[i] < 1 || (item *= shape[i]) > Image.LargestSize))
                throw new DataException($"'{name}' claims items of an impossible size, a side of {shape[i]}, in its IDX header; fetch it again.");
        }
        if (shape[0] > int.MaxValue) throw new DataException($"'{name}' claims {shape[0]} items in its IDX header; no more than {int.MaxValue} can be read.");
        return shape[0] >= 1 ? new ArrayHeader(element, true, false, shape, 4 + 4 * shape.Length)
            : throw new DataException($"'{name}' claims {shape[0]} items in its IDX header; it must have at least one.");
    }
}
