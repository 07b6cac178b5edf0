using System.Buffers.Binary;
using System.Text;

namespace Likely.Data;

/// <summary>
/// The header of a NumPy .npy file (format 1.0 to 3.0): a magic string, the version, the header's length, then a Python
/// dictionary with the keys descr (element type), fortran_order and shape.
/// </summary>
public static class Npy
{
    /// <summary>As many first bytes as hold any header that is read.</summary>
    public const int LargestHead = 12 + (1 << 16);

    const int MostDimensions = 32; // as many as NumPy had for twenty years

    /// <summary>Reads a header from the first bytes of a file, at most <see cref="LargestHead"/> of them.</summary>
    /// <exception cref="DataException">if it is no .npy header, or of elements that are no plain numbers</exception>
    public static ArrayHeader Parse(ReadOnlySpan<byte> head, string name)
    {
        if (head.Length < 12 || head[0] != 0x93 || !head[1..6].SequenceEqual("NUMPY"u8))
            throw new DataException($"'{name}' is not a NumPy .npy file: it does not start with the .npy signature.");
        if (head[6] is not (1 or 2 or 3)) throw new DataException($"'{name}' has .npy version {head[6]}; only versions 1 to 3 can be read.");
        var start = head[6] == 1 ? 10 : 12;
        var length = head[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        if (length > head.Length - start)
            throw new DataException($"'{name}' ends within its .npy header, or the header is damaged; save it again.");
        var text = (head[6] == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(head.Slice(start, (int)length));
        try
        {
            if (PythonLiteral.Parse(text) is not Dictionary<string, object?> keys || keys.Count != 3 || keys["fortran_order"] is not bool fortran || keys["shape"] is not object?[] extents)
                throw Damaged(name);
            var (element, bigEndian) = ParseElement(keys["descr"], name);
            var shape = ParseShape(extents, name);
            return new ArrayHeader(element, bigEndian, fortran && shape.Count(extent => extent > 1) > 1, shape, start + (int)length);
        }
        catch (Exception error) when (error is FormatException or KeyNotFoundException)
        {
            throw Damaged(name);
        }
    }

    /// <summary>The header of an array of rows of 32-bit numbers, whose elements follow it.</summary>
    public static byte[] Header(int rows, int columns) => Header("<f4", $"({rows}, {columns})");

    /// <summary>The header of a row of whole numbers of 32 bits, which follow it, the low byte first.</summary>
    public static byte[] Header(int count) => Header("<i4", $"({count},)");

    /// <summary>The header of a row of 32-bit numbers, which follow it.</summary>
    public static byte[] HeaderOfFloats(int count) => Header("<f4", $"({count},)");

    static byte[] Header(string element, string shape)
    {
        const int Alignment = 64, Fixed = 10;
        var text = $"{{'descr': '{element}', 'fortran_order': False, 'shape': {shape}, }}";
        var length = (Fixed + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var header = new byte[length];
        header.AsSpan().Fill((byte)' ');
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        (header[6], header[7], header[^1]) = (1, 0, (byte)'\n');
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - Fixed));
        Encoding.ASCII.GetBytes(text, header.AsSpan(Fixed));
        return header;
    }

    /// <summary>Numbers as such an array's elements.</summary>
    public static byte[] Elements(ReadOnlySpan<float> values)
    {
        var bytes = new byte[sizeof(float) * values.Length];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), values[i]);
        return bytes;
    }

    /// <summary>Whole numbers as such an array's elements.</summary>
    public static byte[] Elements(ReadOnlySpan<int> values)
    {
        var bytes = new byte[sizeof(int) * values.Length];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int) * i), values[i]);
        return bytes;
    }

    static DataException Damaged(string name) => new($"The .npy header of '{name}' is damaged; save it again.");

    static (ArrayElement, bool BigEndian) ParseElement(object? description, string name)
    {
        if (description is not string type) throw new DataException($"'{name}' holds records of several fields; save one plain array of numbers.");
        var bigEndian = type.StartsWith('>');
        ArrayElement? element = type.TrimStart('<', '>', '=', '|') switch
        {
            "u1" or "B" or "uint8" => ArrayElement.UInt8,
            "b1" or "?" or "bool" => ArrayElement.Boolean,
            "i1" or "b" or "int8" => ArrayElement.Int8,
            "i2" or "h" or "int16" => ArrayElement.Int16,
            "u2" or "H" or "uint16" => ArrayElement.UInt16,
            "i4" or "i" or "int32" => ArrayElement.Int32,
            "u4" or "I" or "uint32" => ArrayElement.UInt32,
            "i8" or "q" or "int64" => ArrayElement.Int64,
            "u8" or "Q" or "uint64" => ArrayElement.UInt64,
            "f2" or "e" or "float16" => ArrayElement.Float16,
            "f4" or "f" or "float32" => ArrayElement.Float32,
            "f8" or "d" or "float64" or "float" => ArrayElement.Float64,
            _ => null,
        };
        return element is { } known ? (known, bigEndian)
            : throw new DataException($"'{name}' has elements of type '{Shown(type)}'; save whole or real numbers of 8 to 64 bits, such as uint8 or float32.");
    }

    static string Shown(string text) =>
        new([.. (text.Length > 16 ? text[..16] : text).Select(c => c is >= ' ' and <= '~' ? c : '?')]);

    static long[] ParseShape(object?[] extents, string name)
    {
        if (extents.Length > MostDimensions) throw Damaged(name);
        var shape = new long[extents.Length];
        var product = 1L;
        for (var i = 0; i < shape.Length; i++)
        {
            if (extents[i] is not long extent || extent < 0) throw Damaged(name);
            if (extent == 0) throw new DataException($"'{name}' is empty: its shape is ({string.Join(", ", extents)}).");
            if (product > long.MaxValue / 16 / extent) throw Damaged(name);
            product *= extent;
            shape[i] = extent;
        }
        return shape;
    }
}
