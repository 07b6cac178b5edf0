using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>WAV files of one channel.</summary>
static class Wav
{
    const int HeaderLength = 44;

    /// <summary>The header of so many samples.</summary>
    /// <param name="rate">Samples a second.</param>
    /// <param name="bits">Bits of each, 8 or 16.</param>
    /// <param name="samples">How many; more than a header has numbers for are said to be unknown.</param>
    public static byte[] Header(int rate, int bits, long samples)
    {
        var (header, width) = (new byte[HeaderLength], bits / 8);
        var bytes = samples * width;
        "RIFF    WAVEfmt "u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), (uint)Math.Min(uint.MaxValue, HeaderLength - 8 + bytes + (bytes & 1)));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), rate * width);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), (short)width);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), (short)bits);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(40), (uint)Math.Min(uint.MaxValue, bytes));
        return header;
    }
}
