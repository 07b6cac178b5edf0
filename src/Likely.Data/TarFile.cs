using System.Text;

namespace Likely.Data;

/// <summary>
/// The regular files of a tar archive (POSIX ustar, GNU), by where their bytes lie in it. A header is a block of 512 bytes: name 100, ..., size 12 (octal) at 124, sum 8 at 148, type 1 at 156, "ustar" at 257, prefix 155 at 345; the
/// content follows in whole blocks, and an empty header ends all. What is none, such as longer names, is passed over.
/// </summary>
static class TarFile
{
    const int Block = 512, MostFiles = 1 << 20;

    /// <exception cref="DataException">if it cannot be read, or is damaged</exception>
    public static List<(string Name, long Offset, long Length)> Files(IStoredBytes archive, CancellationToken cancellation)
    {
        List<(string, long, long)> files = [];
        var header = new byte[Block];
        for (var at = 0L; at + Block <= archive.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            archive.Read(at, header, cancellation);
            if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0) return files;
            var (length, sum) = (Octal(header.AsSpan(124, 12)), Octal(header.AsSpan(148, 8)));
            var own = 8L * ' ';
            for (var i = 0; i < Block; i++)
                if (i is < 148 or >= 156) own += header[i];
            if (length < 0 || sum != own) throw Damaged($"what should be a header at byte {at} is none");
            at += Block;
            if (length > archive.Length - at) throw Damaged("it ends early");
            if (header[156] is 0 or (byte)'0')
            {
                if (files.Count == MostFiles) throw Damaged($"it has more than {MostFiles} files");
                var (name, prefix) = (Text(header.AsSpan(0, 100)), header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.AsSpan(345, 155)) : "");
                files.Add((prefix.Length > 0 ? $"{prefix}/{name}" : name, at, length));
            }
            at += (length + Block - 1) / Block * Block;
        }
        return files;

        DataException Damaged(string why) => new($"'{archive.Path}' is a damaged tar archive: {why}; fetch it again.");
    }

    static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    // -1: it is no number.
    static long Octal(ReadOnlySpan<byte> field)
    {
        field = field.Trim(" \0"u8);
        var number = 0L;
        foreach (var digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7') return -1;
            number = 8 * number + digit - '0';
        }
        return number;
    }
}
