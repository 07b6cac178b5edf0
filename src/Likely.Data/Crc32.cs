namespace Likely.Data;

/// <summary>The check sum of PNG chunks and of archives: CRC-32 with the reflected polynomial 0xEDB88320 (ISO 3309).</summary>
public static class Crc32
{
    static readonly uint[] Table = MakeTable();

    /// <summary>The sum over one stretch of bytes and then another.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Continue(Continue(~0u, first), second);

    static uint Continue(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data) crc = Table[(byte)crc ^ value] ^ crc >> 8;
        return crc;
    }

    static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            table[i] = i;
            for (var bit = 0; bit < 8; bit++) table[i] = (table[i] & 1) != 0 ? table[i] >> 1 ^ 0xEDB88320u : table[i] >> 1;
        }
        return table;
    }
}
