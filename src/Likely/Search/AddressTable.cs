using Likely.Tensors;

namespace Likely;

/// <summary>Which codes have what address, the address being some consecutive bits of a code: offsets[a] .. offsets[a + 1] are the places of those of address a in a list of ids that ascend within it.</summary>
/// <param name="First">The first of the bits.</param>
/// <param name="Length">How many, at most <see cref="Longest"/>.</param>
public readonly record struct AddressTable(int First, int Length)
{
    /// <summary>Bits of the longest address: 2^28 offsets of 4 bytes are 1 GiB.</summary>
    public const int Longest = 28;

    /// <summary>The address of a code.</summary>
    public uint AddressOf(ReadOnlySpan<ulong> code)
    {
        var (word, shift) = (First >> 6, First & 63);
        var bits = code[word] >> shift;
        if (shift + Length > 64) bits |= code[word + 1] << 64 - shift;
        return (uint)(bits & (1UL << Length) - 1);
    }

    /// <summary>
    /// The tables for so many codes. Codes of up to 28 bits are addresses themselves, where the offsets are not far more than the codes; longer ones are cut into m parts of about log2 n bits,
    /// m = round(bits / log2 n), as two codes that differ in r bits agree in one part but for r / m of them (Norouzi et al. 2012); few codes have none, and are gone over.
    /// </summary>
    public static AddressTable[] For(int bits, int count)
    {
        const int AlwaysDirect = 20, FewestParted = 1 << 13;
        if (bits <= AlwaysDirect || bits <= Longest && 1L << bits <= 64L * count) return [new(0, bits)];
        if (count < FewestParted) return [];
        var parts = Math.Max((bits + Longest - 1) / Longest, (int)Math.Round(bits * ExactMath.Log(2) / ExactMath.Log(count)));
        return [.. Enumerable.Range(0, parts).Select(part => ((int First, int End))((int)((long)bits * part / parts), (int)((long)bits * (part + 1) / parts))).Select(part => new AddressTable(part.First, part.End - part.First))];
    }

    /// <summary>Counts codes by address, and puts their ids in that order.</summary>
    /// <param name="codes">[count, words].</param>
    /// <param name="words">Words of a code.</param>
    /// <param name="offsets">Receives 2^Length + 1 numbers.</param>
    /// <param name="ids">Receives count ids.</param>
    internal void Fill(ReadOnlySpan<ulong> codes, int words, Span<uint> offsets, Span<uint> ids)
    {
        offsets.Clear();
        for (var i = 0; i < ids.Length; i++) offsets[(int)AddressOf(codes.Slice(i * words, words)) + 1]++;
        for (var a = 1; a < offsets.Length; a++) offsets[a] += offsets[a - 1];
        // Each address's offset runs to its end while its ids are placed, and is the next one's beginning then.
        for (var i = 0; i < ids.Length; i++) ids[(int)offsets[(int)AddressOf(codes.Slice(i * words, words))]++] = (uint)i;
        for (var a = offsets.Length - 1; a > 0; a--) offsets[a] = offsets[a - 1];
        offsets[0] = 0;
    }
}
