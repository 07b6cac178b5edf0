namespace Likely.Models;

/// <summary>Codes whose numbers are 0 or 1 as words of 64 bits: bit k of a code is bit k mod 64 of its word k / 64, and bits behind the last are 0.</summary>
public static class BinaryCodes
{
    /// <summary>Most bits of a code that is packed.</summary>
    public const int MostBits = 4096;

    /// <summary>Words of a code.</summary>
    public static int Words(int bits) => (bits + 63) / 64;

    /// <summary>Packs the first numbers of codes; a number of at least a half is a one.</summary>
    /// <param name="codes">[count, width].</param>
    /// <param name="width">Numbers of a code.</param>
    /// <param name="bits">How many of them are bits (<see cref="FeatureModel.Bits"/>).</param>
    /// <param name="packed">Receives [count, <see cref="Words"/>].</param>
    /// <exception cref="ArgumentException">There is no whole number of codes, or no room for them.</exception>
    public static void Pack(ReadOnlySpan<float> codes, int width, int bits, Span<ulong> packed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, bits);
        var words = Words(bits);
        if (codes.Length % width != 0 || packed.Length < codes.Length / width * (long)words) throw new ArgumentException($"{codes.Length} numbers are no codes of {width} that {packed.Length} words have room for");
        for (int from = 0, to = 0; from < codes.Length; from += width, to += words)
        {
            var code = packed.Slice(to, words);
            code.Clear();
            for (var k = 0; k < bits; k++)
                if (codes[from + k] >= 0.5f) code[k >> 6] |= 1UL << (k & 63);
        }
    }

    /// <summary>The numbers of a packed code.</summary>
    /// <param name="packed">Its words.</param>
    /// <param name="code">Receives as many numbers as it is long, 0 or 1 each.</param>
    public static void Unpack(ReadOnlySpan<ulong> packed, Span<float> code)
    {
        for (var k = 0; k < code.Length; k++) code[k] = packed[k >> 6] >> (k & 63) & 1;
    }
}
