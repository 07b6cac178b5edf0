using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>What one element of an array is.</summary>
public enum ArrayElement { UInt8, Boolean, Int8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Float16, Float32, Float64 }

/// <summary>How elements lie in a file, and what they are as numbers.</summary>
static class ArrayElements
{
    /// <summary>Bytes of one element.</summary>
    public static int Length(this ArrayElement element) => element switch
    {
        ArrayElement.Int16 or ArrayElement.UInt16 or ArrayElement.Float16 => 2,
        ArrayElement.Int32 or ArrayElement.UInt32 or ArrayElement.Float32 => 4,
        ArrayElement.Int64 or ArrayElement.UInt64 or ArrayElement.Float64 => 8,
        _ => 1,
    };

    public static bool IsFloat(this ArrayElement element) => element is ArrayElement.Float16 or ArrayElement.Float32 or ArrayElement.Float64;

    /// <summary>The type as numpy calls it.</summary>
    public static string Name(this ArrayElement element) => element == ArrayElement.Boolean ? "bool" : element.ToString().ToLowerInvariant();

    /// <summary>Element <paramref name="i"/> of raw bytes as a number; whole numbers of 64 bits are rounded beyond 2^53.</summary>
    public static double Value(this ArrayElement element, ReadOnlySpan<byte> raw, int i, bool bigEndian) => element switch
    {
        ArrayElement.UInt8 or ArrayElement.Boolean => raw[i],
        ArrayElement.Int8 => (sbyte)raw[i],
        ArrayElement.Int16 => (short)Bits16(raw, i, bigEndian),
        ArrayElement.UInt16 => Bits16(raw, i, bigEndian),
        ArrayElement.Int32 => (int)Bits32(raw, i, bigEndian),
        ArrayElement.UInt32 => Bits32(raw, i, bigEndian),
        ArrayElement.Int64 => (long)Bits64(raw, i, bigEndian),
        ArrayElement.UInt64 => Bits64(raw, i, bigEndian),
        ArrayElement.Float16 => (double)BitConverter.UInt16BitsToHalf(Bits16(raw, i, bigEndian)),
        ArrayElement.Float32 => BitConverter.UInt32BitsToSingle(Bits32(raw, i, bigEndian)),
        _ => BitConverter.UInt64BitsToDouble(Bits64(raw, i, bigEndian)),
    };

    /// <summary>Element <paramref name="i"/> as a whole number; null if it is none, or beyond 64 bits with a sign.</summary>
    public static long? Whole(this ArrayElement element, ReadOnlySpan<byte> raw, int i, bool bigEndian)
    {
        if (element == ArrayElement.Int64) return (long)Bits64(raw, i, bigEndian);
        if (element == ArrayElement.UInt64) return Bits64(raw, i, bigEndian) is <= long.MaxValue and var bits ? (long)bits : null;
        var value = element.Value(raw, i, bigEndian);
        return value == Math.Floor(value) && Math.Abs(value) <= 1L << 53 ? (long)value : null;
    }

    static ushort Bits16(ReadOnlySpan<byte> raw, int i, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(raw[(2 * i)..]) : BinaryPrimitives.ReadUInt16LittleEndian(raw[(2 * i)..]);

    static uint Bits32(ReadOnlySpan<byte> raw, int i, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(raw[(4 * i)..]) : BinaryPrimitives.ReadUInt32LittleEndian(raw[(4 * i)..]);

    static ulong Bits64(ReadOnlySpan<byte> raw, int i, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(raw[(8 * i)..]) : BinaryPrimitives.ReadUInt64LittleEndian(raw[(8 * i)..]);
}
