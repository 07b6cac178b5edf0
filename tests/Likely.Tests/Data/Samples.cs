using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Likely.Tensors;

namespace Likely.Tests.Data;

/// <summary>Small files of every format, made for tests, and a folder that disappears with its test.</summary>
sealed class Samples : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("likely-data-").FullName;

    public string File(string name, byte[] content)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static byte[] RandomBytes(int count, ulong address = 0)
    {
        var random = new Philox(7, RandomPurpose.Test, address);
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)random.Below(0, (ulong)i, 256);
        return bytes;
    }

    public static byte[] Idx(byte[] content, params int[] shape)
    {
        var file = new byte[4 + 4 * shape.Length + content.Length];
        (file[2], file[3]) = (8, (byte)shape.Length);
        for (var i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), shape[i]);
        content.CopyTo(file, 4 + 4 * shape.Length);
        return file;
    }

    public static byte[] Npy(string type, string shape, byte[] content, int version = 1, string order = "False")
    {
        var start = version == 1 ? 10 : 12;
        var header = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': ({shape}), }}";
        header = header.PadRight((start + header.Length + 1 + 63) / 64 * 64 - start - 1) + "\n";
        byte[] head = [0x93, .. "NUMPY"u8, (byte)version, 0, .. version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length)];
        return [.. head, .. Encoding.Latin1.GetBytes(header), .. content];
    }

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }

    public static byte[] Zlib(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest)) zlib.Write(content);
        return packed.ToArray();
    }

    public static byte[] Chunk(string kind, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(kind), .. data], number = new byte[4], sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc(body));
        return [.. number, .. body, .. sum];
    }

    public static byte[] PngHeader(int height, int width, int depth, int color, bool interlaced)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)color, interlaced ? (byte)1 : (byte)0);
        return header;
    }

    public static byte[] PngFile(byte[] header, byte[] packed, params (string Kind, byte[] Data)[] extra) =>
        [0x89, .. "PNG"u8, 13, 10, 26, 10, .. Chunk("IHDR", header), .. extra.SelectMany(chunk => Chunk(chunk.Kind, chunk.Data)),
            .. Chunk("IDAT", packed[..(packed.Length / 2)]), .. Chunk("IDAT", packed[(packed.Length / 2)..]), .. Chunk("IEND", [])];

    /// <summary>A PNG of any kind; sample(row, column, channel) gives the raw sample. Rows take filters in turn.</summary>
    public static byte[] Png(int height, int width, int depth, int color, bool interlaced, Func<int, int, int, int> sample, params (string Kind, byte[] Data)[] extra)
    {
        var samples = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        (int Top, int Left, int Down, int Across)[] passes = interlaced
            ? [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)] : [(0, 0, 1, 1)];
        using var raw = new MemoryStream();
        foreach (var (top, left, down, across) in passes)
        {
            int columns = Math.Max(0, (width - left + across - 1) / across), length = (columns * samples * depth + 7) / 8, pixel = Math.Max(1, samples * depth / 8);
            if (columns == 0) continue;
            var above = new byte[length];
            var number = 0;
            for (var i = top; i < height; i += down, number++)
            {
                var row = new byte[length];
                for (var j = 0; j < columns; j++)
                    for (var c = 0; c < samples; c++)
                    {
                        int value = sample(i, left + j * across, c), at = (j * samples + c) * depth;
                        if (depth == 16) (row[at / 8], row[at / 8 + 1]) = ((byte)(value >> 8), (byte)value);
                        else row[at / 8] |= (byte)(value << (8 - depth - at % 8));
                    }
                raw.WriteByte((byte)(number % 5));
                for (var x = 0; x < length; x++)
                {
                    int a = x < pixel ? 0 : row[x - pixel], b = above[x], c = x < pixel ? 0 : above[x - pixel];
                    int pa = Math.Abs(b - c), pb = Math.Abs(a - c), pc = Math.Abs(a + b - c - c);
                    var expected = (number % 5) switch { 1 => a, 2 => b, 3 => (a + b) / 2, 4 => pa <= pb && pa <= pc ? a : pb <= pc ? b : c, _ => 0 };
                    raw.WriteByte((byte)(row[x] - expected));
                }
                above = row;
            }
        }
        return PngFile(PngHeader(height, width, depth, color, interlaced), Zlib(raw.ToArray()), extra);
    }

    public static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = ~0u;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        }
        return ~crc;
    }
}
