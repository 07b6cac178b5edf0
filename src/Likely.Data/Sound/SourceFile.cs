using Likely.Files;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// What lies beside a file of sound and conditions it, p(sound | symbols): the file of the same name with another ending, as a.txt beside a.wav. Its bytes are symbols, each of which
/// lasts as long; one end of a line at its very end is none.
/// </summary>
public static class SourceFile
{
    /// <summary>Where it lies: the ending of a name, and a .gz before it, made another.</summary>
    internal static string PathOf(string sound, string ending) => Path.ChangeExtension(sound.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? sound[..^3] : sound, ending);

    /// <summary>The symbols of a file.</summary>
    /// <exception cref="DataException">It is not there, cannot be read, or they are none or too many.</exception>
    public static int[] Read(string path)
    {
        byte[] bytes;
        try
        {
            using var stream = RegularFile.OpenRead(path);
            if (stream.Length > Space.LongestSource + 2) throw new DataException($"'{path}' has {stream.Length} bytes, and at most {Space.LongestSource} symbols are given with a sound; let each stand for more samples.");
            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
        return Symbols(bytes, $"'{path}'");
    }

    /// <summary>The symbols of some bytes.</summary>
    /// <param name="bytes">They.</param>
    /// <param name="name">What the message calls them.</param>
    /// <exception cref="DataException">They are none or too many.</exception>
    public static int[] Symbols(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes is [.., (byte)'\n']) bytes = bytes[..^1];
        if (bytes is [.., (byte)'\r']) bytes = bytes[..^1];
        if (bytes.IsEmpty) throw new DataException($"{name} is empty, and what is given with a sound has a byte for each stretch of it.");
        if (bytes.Length > Space.LongestSource) throw new DataException($"{name} has {bytes.Length} symbols, and at most {Space.LongestSource} are given with a sound; let each stand for more samples.");
        var symbols = new int[bytes.Length];
        for (var i = 0; i < symbols.Length; i++) symbols[i] = bytes[i];
        return symbols;
    }
}
