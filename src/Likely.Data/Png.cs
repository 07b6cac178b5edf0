using System.Buffers.Binary;
using System.IO.Compression;

namespace Likely.Data;

/// <summary>
/// PNG pictures (ISO/IEC 15948). Reads every colour type, bit depth and interlacing as 8-bit grey or RGB: 1, 2 and 4 bits
/// are spread over 0..255, of 16 bits the high byte is kept, an opaque alpha channel is dropped and a transparent one refused (data sets have settings for both).
/// Writes 8-bit grey and RGB, each row with the filter of least absolute sum.
/// </summary>
public static class Png
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <exception cref="DataException">if the file is missing, damaged, or has transparency</exception>
    public static Image Read(string path) => Decode(ImageFiles.Load(path), path);

    /// <exception cref="DataException">if the data are not a whole PNG picture, or have transparency</exception>
    public static Image Decode(ReadOnlySpan<byte> file, string name) => new PngDecoder(file, name).Decode();

    /// <summary>Writes [height, width, channels] (1 grey or 3 RGB), the whole file or nothing.</summary>
    /// <exception cref="DataException">if the file cannot be written</exception>
    public static void Write(string path, ReadOnlySpan<byte> pixels, int height, int width, int channels)
    {
        var file = Encode(pixels, height, width, channels);
        try
        {
            AtomicFile.Write(path, overwrite: true, stream => stream.Write(file));
        }
        catch (UsageException fault)
        {
            throw new DataException(fault.Message, fault);
        }
    }

    /// <summary>A PNG file of [height, width, channels] pixels, 1 channel grey or 3 RGB.</summary>
    /// <exception cref="ArgumentException">if the number of pixels or channels does not fit</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int channels)
    {
        if (channels is not (1 or 3)) throw new ArgumentException($"A PNG picture is written with 1 or 3 channels, not {channels}.");
        if (height < 1 || width < 1 || (long)height * width * channels != pixels.Length)
            throw new ArgumentException($"A picture of {height} x {width} x {channels} cannot have {pixels.Length} bytes.");
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, channels == 1 ? (byte)0 : (byte)2);

        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Pack(pixels, height, width * channels, channels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(kind, data));
        file.Write(number);
    }

    static ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> pixels, int height, int rowLength, int channels)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var zeros = new byte[rowLength];
            var best = new byte[rowLength + 1];
            var trial = new byte[rowLength + 1];
            for (var i = 0; i < height; i++)
            {
                var above = i == 0 ? zeros : pixels.Slice((i - 1) * rowLength, rowLength);
                var least = long.MaxValue;
                for (byte filter = 0; filter < 5; filter++)
                {
                    var sum = Filter(filter, pixels.Slice(i * rowLength, rowLength), above, trial, channels);
                    if (sum >= least) continue;
                    least = sum;
                    (best, trial) = (trial, best);
                }
                zlib.Write(best);
            }
        }
        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }

    static long Filter(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> result, int pixelLength)
    {
        result[0] = filter;
        var sum = 0L;
        for (var x = 0; x < row.Length; x++)
        {
            int left = x < pixelLength ? 0 : row[x - pixelLength], corner = x < pixelLength ? 0 : above[x - pixelLength];
            var residual = (byte)(row[x] - Predict(filter, left, above[x], corner));
            result[x + 1] = residual;
            sum += Math.Abs((sbyte)residual + 0);
        }
        return sum;
    }

    /// <summary>The value that a filter (0 none, 1 left, 2 above, 3 average, 4 Paeth) expects.</summary>
    internal static int Predict(byte filter, int left, int above, int corner) => filter switch
    {
        1 => left,
        2 => above,
        3 => (left + above) / 2,
        4 => Paeth(left, above, corner),
        _ => 0,
    };

    /// <summary>The neighbour nearest to left + above - corner; ties go to left, then above.</summary>
    internal static int Paeth(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - 2 * corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
