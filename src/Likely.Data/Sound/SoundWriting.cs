namespace Likely.Data;

/// <summary>Symbols of sound as WAV files: of 8 bits if their levels are those of such files, else of 16.</summary>
static class SoundWriting
{
    const double Pause = 0.25; // seconds between items on one sheet

    /// <summary>Items one after the other, with pauses.</summary>
    public static byte[] Joined(IReadOnlyList<int[]> items, SampleTokens tokens)
    {
        var pause = (int)(Pause * tokens.Rate);
        var samples = items.Sum(item => (long)item.Length) + (long)Math.Max(0, items.Count - 1) * pause;
        using var memory = new MemoryStream();
        memory.Write(Wav.Header(tokens.Rate, tokens.Bits, samples));
        int[] silence = [.. Enumerable.Repeat(tokens.SymbolOf(0), pause)];
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) Write(memory, silence, tokens);
            Write(memory, items[i], tokens);
        }
        if (tokens.Bits == 8 && samples % 2 == 1) memory.WriteByte(0);
        return memory.ToArray();
    }

    /// <summary>Writes samples without a header.</summary>
    public static void Write(Stream stream, ReadOnlySpan<int> symbols, SampleTokens tokens)
    {
        var width = tokens.Bits / 8;
        var bytes = new byte[width * symbols.Length];
        for (var i = 0; i < symbols.Length; i++)
            if (width == 1) bytes[i] = (byte)symbols[i];
            else tokens.Decode(symbols[i], bytes.AsSpan(2 * i));
        stream.Write(bytes);
    }
}
