using System.Security.Cryptography;
using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>
/// Cuts bytes into pieces where their content says so, so that a text has the same pieces wherever in a file it stands: with h = 2 h + g[byte] in 64 bits, g[b] the first
/// eight bytes (little-endian) of SHA-256 over the byte b, a piece ends behind a byte that makes the upper 12 bits of h zero, not before 1,024 bytes and after 16,384 at
/// the latest. h begins with 0 at every piece.
/// </summary>
static class ContentPieces
{
    public const int Longest = 1 << 14;
    const int Shortest = 1 << 10, Bits = 12;

    static readonly ulong[] Gear = [.. Enumerable.Range(0, 256).Select(value => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData([(byte)value])))];

    /// <summary>The length of the first piece of these bytes, behind which others lie unless they are all.</summary>
    public static int First(ReadOnlySpan<byte> bytes)
    {
        var h = 0UL;
        var most = Math.Min(bytes.Length, Longest);
        for (var i = 0; i < most; i++)
        {
            h = (h << 1) + Gear[bytes[i]];
            if (i + 1 >= Shortest && h >> (64 - Bits) == 0) return i + 1;
        }
        return most;
    }
}
