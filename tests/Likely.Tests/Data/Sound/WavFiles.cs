using System.Buffers.Binary;
using System.Text;

namespace Likely.Tests.Data.Sound;

/// <summary>WAV files made for tests.</summary>
static class WavFiles
{
    /// <summary>A file of any samples: a chunk that says what they are, others if wanted, and the samples.</summary>
    public static byte[] Of(byte[] samples, int rate = 8000, int channels = 1, int bits = 16, int kind = 1, int? align = null, uint? length = null, uint? riff = null, (string Name, byte[] Content)[]? before = null, (string Name, byte[] Content)[]? after = null)
    {
        byte[] format = [.. Short(kind), .. Short(channels), .. BitConverter.GetBytes(rate), .. BitConverter.GetBytes(rate * channels * bits / 8), .. Short(align ?? channels * ((bits + 7) / 8)), .. Short(bits)];
        byte[] data = [.. "data"u8, .. BitConverter.GetBytes(length ?? (uint)samples.Length), .. samples];
        if (samples.Length % 2 == 1 && after is not null) data = [.. data, 0];
        byte[] body = [.. "WAVE"u8, .. Chunk("fmt ", format), .. (before ?? []).SelectMany(chunk => Chunk(chunk.Name, chunk.Content)), .. data, .. (after ?? []).SelectMany(chunk => Chunk(chunk.Name, chunk.Content))];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(riff ?? (uint)body.Length), .. body];
    }

    /// <summary>WAVE_FORMAT_EXTENSIBLE, whose kind stands in a longer chunk.</summary>
    public static byte[] Extensible(byte[] samples, int kind, int bits, int channels = 1)
    {
        byte[] format = [.. Short(0xFFFE), .. Short(channels), .. BitConverter.GetBytes(8000), .. BitConverter.GetBytes(8000 * channels * bits / 8), .. Short(channels * bits / 8), .. Short(bits), .. Short(22), .. Short(bits), 0, 0, 0, 0, .. Short(kind), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
        byte[] body = [.. "WAVE"u8, .. Chunk("fmt ", format), .. Chunk("data", samples)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(body.Length), .. body];
    }

    /// <summary>RF64, whose true length stands in a chunk of its own.</summary>
    public static byte[] Long(byte[] samples)
    {
        byte[] sizes = [.. BitConverter.GetBytes(0L), .. BitConverter.GetBytes((long)samples.Length), .. BitConverter.GetBytes(0L), 0, 0, 0, 0];
        var plain = Of(samples, length: uint.MaxValue);
        return [.. "RF64"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "WAVE"u8, .. Chunk("ds64", sizes), .. plain[12..]];
    }

    /// <summary>Samples of 16 bits.</summary>
    public static byte[] Shorts(params int[] values)
    {
        var bytes = new byte[2 * values.Length];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), (short)values[i]);
        return bytes;
    }

    /// <summary>A tone, in steps of 16 bits.</summary>
    public static int[] Tone(int count, double frequency, int rate, double loudness = 12000) => [.. Enumerable.Range(0, count).Select(i => (int)Math.Round(loudness * Math.Sin(2 * Math.PI * frequency * i / rate)))];

    static byte[] Short(int value) => BitConverter.GetBytes((ushort)value);

    static byte[] Chunk(string name, byte[] content) => [.. Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(content.Length), .. content, .. new byte[content.Length % 2]];
}
