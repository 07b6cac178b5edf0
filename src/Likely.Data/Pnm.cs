namespace Likely.Data;

/// <summary>
/// The portable pixmaps of Netpbm: P1 to P6 (bitmap, grey, colour; as text or bytes). Values are scaled to 0..255 by
/// (value * 255 + maximum / 2) / maximum, but as in any picture of 16 bits if the maximum is 65535; a P1 or P4 bitmap has 1 for black.
/// </summary>
public static class Pnm
{
    /// <exception cref="DataException">if the data are not a whole PNM picture</exception>
    public static Image Decode(ReadOnlySpan<byte> file, string name) => Decode(file, name, default);

    internal static Image Decode(ReadOnlySpan<byte> file, string name, SampleRule rule)
    {
        var (height, width, channels, maximum, at) = ParseHeader(file, name);
        var kind = file[1] - '0';
        var count = height * width * channels;
        // Each sample needs at least this much of the file, which bounds what a header can make us allocate.
        var least = kind switch { 4 => (long)(width + 7) / 8 * height, 5 or 6 => (long)count * (maximum > 255 ? 2 : 1), _ => count };
        if (file.Length - at < least)
            throw new DataException($"'{name}' ends early: its header promises {height} x {width} pixels; fetch it again.");
        var pixels = new byte[count];
        var largest = 0;
        if (kind <= 3)
            for (var i = 0; i < count; i++)
            {
                var value = kind == 1 ? Bit(file, ref at, name) : (int)Math.Min(int.MaxValue, Number(file, ref at, name));
                pixels[i] = kind == 1 ? (byte)(255 - 255 * value) : ToByte(value);
            }
        else
        {
            var data = file.Slice(at, (int)least);
            at += (int)least;
            if (kind == 4)
                for (var i = 0; i < count; i++)
                    pixels[i] = (data[i / width * ((width + 7) / 8) + i % width / 8] >> (7 - i % width % 8) & 1) == 0 ? (byte)255 : (byte)0;
            else if (maximum == 255) data.CopyTo(pixels);
            else if (maximum < 255)
                for (var i = 0; i < count; i++) pixels[i] = ToByte(data[i]);
            else
                for (var i = 0; i < count; i++) pixels[i] = ToByte(data[2 * i] << 8 | data[2 * i + 1]);
        }
        return new Image(height, width, channels, pixels) { LargestSample = maximum == SampleRule.Deepest ? largest : null };

        byte ToByte(int value)
        {
            largest = Math.Max(largest, value);
            if (value > maximum) throw new DataException($"'{name}' has a value of {value}, above its stated maximum of {maximum}.");
            return maximum == SampleRule.Deepest ? rule.ToByte(value, name) : (byte)((value * 255 + maximum / 2) / maximum);
        }
    }

    /// <summary>Whether another picture follows the first in a file of bytes, not text.</summary>
    internal static bool IsFollowed(Stream file, string name)
    {
        var head = new byte[1024];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        var (height, width, channels, maximum, start) = ParseHeader(head, name);
        if (head[1] < '4') return false;
        file.Position = start + (head[1] == '4' ? (long)(width + 7) / 8 * height : (long)height * width * channels * (maximum > 255 ? 2 : 1));
        return file.ReadAtLeast(head.AsSpan(0, 2), 2, throwOnEndOfStream: false) == 2 && head[0] == 'P' && head[1] is >= (byte)'1' and <= (byte)'6';
    }

    /// <summary>Reads the size from the first bytes of a file; Start is the offset of the first sample.</summary>
    internal static (int Height, int Width, int Channels, int Maximum, int Start) ParseHeader(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 3 || file[0] != 'P' || file[1] is < (byte)'1' or > (byte)'6')
            throw new DataException($"'{name}' is not a PGM or PPM picture.");
        var kind = file[1] - '0';
        var at = 2;
        long width = Number(file, ref at, name), height = Number(file, ref at, name);
        var channels = kind is 3 or 6 ? 3 : 1;
        var maximum = kind is 1 or 4 ? 1 : Number(file, ref at, name);
        Image.RequireSize(height, width, channels, name);
        if (maximum is < 1 or > 65535) throw new DataException($"'{name}' claims a largest value of {maximum}; it must be 1 to 65535.");
        return ((int)height, (int)width, channels, (int)maximum, at + 1); // exactly one white space follows the header
    }

    static int Bit(ReadOnlySpan<byte> file, ref int at, string name)
    {
        Skip(file, ref at);
        return at < file.Length && file[at] is (byte)'0' or (byte)'1' ? file[at++] - '0'
            : throw new DataException($"'{name}' ends early or is damaged: 0 or 1 expected at byte {at}.");
    }

    static long Number(ReadOnlySpan<byte> file, ref int at, string name)
    {
        Skip(file, ref at);
        var (value, start) = (0L, at);
        for (; at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9' && at - start < 18; at++) value = value * 10 + file[at] - '0';
        return at > start ? value : throw new DataException($"'{name}' ends early or is damaged: a number is expected at byte {at}.");
    }

    static void Skip(ReadOnlySpan<byte> file, ref int at)
    {
        for (; at < file.Length && (file[at] is (byte)' ' or (byte)'#' or >= 9 and <= 13); at++)
            if (file[at] == '#')
                while (at + 1 < file.Length && file[at + 1] is not ((byte)'\n' or (byte)'\r')) at++;
    }
}
