using System.Buffers.Binary;
using System.Text;

namespace Likely.Data;

/// <summary>What one element of an .npy file is.</summary>
public enum NpyElement { UInt8, Boolean, Float32, Float64 }

/// <summary>
/// The header of a NumPy .npy file (format 1.0 to 3.0): a magic string, the version, the header's length, then a Python
/// dictionary with the keys descr (element type), fortran_order and shape. Only C order is read.
/// </summary>
public sealed record Npy(NpyElement Element, bool BigEndian, long[] Shape, int HeaderLength)
{
    const int LargestHeader = 1 << 16;

    /// <summary>Bytes of one element.</summary>
    public int ElementLength => Element switch { NpyElement.Float32 => 4, NpyElement.Float64 => 8, _ => 1 };

    /// <summary>Bytes the whole file must have.</summary>
    public long FileLength => HeaderLength + Shape.Aggregate(1L, (product, extent) => product * extent) * ElementLength;

    internal static Npy Check(ByteStore bytes)
    {
        var head = new byte[(int)Math.Min(12 + LargestHeader, bytes.Length)];
        bytes.Read(0, head);
        var header = Parse(head, bytes.Path);
        return header.FileLength == bytes.Length ? header : throw new DataException(
            $"'{bytes.Path}' should have {header.FileLength} bytes for its shape ({string.Join(", ", header.Shape)}) but has {bytes.Length}; save it again.");
    }

    /// <summary>Reads a header from the first bytes of a file.</summary>
    /// <exception cref="DataException">if it is no .npy header, or of a kind that cannot be read as images</exception>
    public static Npy Parse(ReadOnlySpan<byte> head, string name)
    {
        if (head.Length < 12 || head[0] != 0x93 || !head[1..6].SequenceEqual("NUMPY"u8))
            throw new DataException($"'{name}' is not a NumPy .npy file: it does not start with the .npy signature.");
        if (head[6] is not (1 or 2 or 3)) throw new DataException($"'{name}' has .npy version {head[6]}; only versions 1 to 3 can be read.");
        var start = head[6] == 1 ? 10 : 12;
        var length = head[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        if (length > LargestHeader || start + (int)length > head.Length)
            throw new DataException($"'{name}' ends within its .npy header, or the header is damaged; save it again.");
        var text = Encoding.Latin1.GetString(head.Slice(start, (int)length));

        var order = Value(text, "fortran_order", name);
        if (order.StartsWith("True", StringComparison.Ordinal))
            throw new DataException($"'{name}' is stored in Fortran order; save it again with numpy.ascontiguousarray.");
        if (!order.StartsWith("False", StringComparison.Ordinal)) throw Damaged(name);
        var (element, bigEndian) = ParseElement(Value(text, "descr", name), name);
        return new Npy(element, bigEndian, ParseShape(Value(text, "shape", name), name), start + (int)length);
    }

    static DataException Damaged(string name) => new($"The .npy header of '{name}' is damaged; save it again.");

    static string Value(string text, string key, string name)
    {
        var at = text.IndexOf($"'{key}'", StringComparison.Ordinal);
        if (at < 0) throw Damaged(name);
        var rest = text[(at + key.Length + 2)..].TrimStart();
        return rest.StartsWith(':') ? rest[1..].TrimStart() : throw Damaged(name);
    }

    static (NpyElement, bool) ParseElement(string text, string name)
    {
        var end = text.Length > 1 && text[0] == '\'' ? text.IndexOf('\'', 1) : -1;
        if (end < 0) throw new DataException($"'{name}' holds records of several fields; save one plain array of uint8, bool or float.");
        var type = text[1..end];
        return type switch
        {
            "|u1" or "<u1" or ">u1" or "u1" => (NpyElement.UInt8, false),
            "|b1" => (NpyElement.Boolean, false),
            "<f4" => (NpyElement.Float32, false),
            ">f4" => (NpyElement.Float32, true),
            "<f8" => (NpyElement.Float64, false),
            ">f8" => (NpyElement.Float64, true),
            _ => throw new DataException($"'{name}' has elements of type '{Shown(type)}'; save uint8, bool, float32 or float64."),
        };
    }

    static string Shown(string text) =>
        new([.. (text.Length > 16 ? text[..16] : text).Select(c => c is >= ' ' and <= '~' ? c : '?')]);

    static long[] ParseShape(string text, string name)
    {
        var end = text.IndexOf(')');
        if (text.Length == 0 || text[0] != '(' || end < 0) throw Damaged(name);
        var shape = new List<long>();
        var product = 1L;
        foreach (var part in text[1..end].Split(','))
        {
            if (part.Trim().Length == 0) continue;
            if (!long.TryParse(part.Trim().TrimEnd('L'), System.Globalization.NumberStyles.None, null, out var extent) || shape.Count == 8) throw Damaged(name);
            if (extent < 1) throw new DataException($"'{name}' is empty: its shape is ({text[1..end]}).");
            if (product > long.MaxValue / 16 / extent) throw Damaged(name);
            product *= extent;
            shape.Add(extent);
        }
        return [.. shape];
    }
}
