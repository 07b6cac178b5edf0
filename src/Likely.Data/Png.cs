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
    public static Image Read(string path) => Decode(ImageFiles.LoadPng(path), path);

    /// <exception cref="DataException">if the data are not a whole PNG picture, or have transparency</exception>
    public static Image Decode(ReadOnlySpan<byte> file, string name) => new PngDecoder(file, name).Decode();

    /// <summary>Writes [height, width, channels] (1 grey or 3 RGB), the whole file or nothing; what is there is replaced.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">The number of pixels or channels does not fit.</exception>
    public static void Write(string path, ReadOnlySpan<byte> pixels, int height, int width, int channels)
    {
        var file = Encode(pixels, height, width, channels);
        AtomicFile.Write(path, overwrite: true, stream => stream.Write(file));
    }

    /// <summary>A PNG file of [height, width, channels] pixels, 1 channel grey or 3 RGB.</summary>
    /// <exception cref="ArgumentException">if the number of pixels or channels does not fit</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int channels) => Encode(pixels, height, width, channels, 8);

    /// <summary>The same, grey also with 1, 2 or 4 bits a pixel, which have the values that these are read as.</summary>
    /// <exception cref="ArgumentException">if the number of pixels or channels does not fit, or one has no such value</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int channels, int depth, CancellationToken cancellation = default)
    {
        if (depth is not 8 && (depth is not (1 or 2 or 4) || channels != 1)) throw new ArgumentException($"A PNG picture of {channels} channels has no {depth} bits.");
        if (channels is not (1 or 3)) throw new ArgumentException($"A PNG picture is written with 1 or 3 channels, not {channels}.");
        if (height < 1 || width < 1 || (long)height * width * channels != pixels.Length)
            throw new ArgumentException($"A picture of {height} x {width} x {channels} cannot have {pixels.Length} bytes.");
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)depth, channels == 1 ? (byte)0 : (byte)2);

        using var file = new MemoryStream();
        file.Write(Signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, depth == 8 ? Pack(pixels, height, width * channels, channels, cancellation) : Pack(Join(pixels, height, width, depth), height, (width * depth + 7) / 8, 1, cancellation));
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

    // Several pixels a byte, the first in the highest bits; each row begins a byte.
    static byte[] Join(ReadOnlySpan<byte> pixels, int height, int width, int depth)
    {
        int length = (width * depth + 7) / 8, unit = 255 / ((1 << depth) - 1);
        var rows = new byte[height * length];
        for (var i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] % unit != 0) throw new ArgumentException($"A picture of {depth} bits has no value {pixels[i]}.");
            var bit = i % width * depth;
            rows[i / width * length + bit / 8] |= (byte)(pixels[i] / unit << (8 - depth - bit % 8));
        }
        return rows;
    }

    static ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> pixels, int height, int rowLength, int channels, CancellationToken cancellation)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var zeros = new byte[rowLength];
            var best = new byte[rowLength + 1];
            var trial = new byte[rowLength + 1];
            for (var i = 0; i < height; i++)
            {
                cancellation.ThrowIfCancellationRequested();
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
