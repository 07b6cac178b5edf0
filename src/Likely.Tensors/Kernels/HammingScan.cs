using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Which codes differ from one in at most so many bits. Codes of one word go by 32 at a time: a lane of 64 bits a code, whose bits are counted by looking up both halves of each byte in a table of 16 and
/// adding up the eight bytes; groups with nothing near are passed over. Whole numbers, so every width gives the same.
/// </summary>
static unsafe class HammingScan
{
    /// <summary>The first code from <paramref name="from"/> on within <paramref name="limit"/> bits; <paramref name="count"/> if there is none.</summary>
    /// <param name="codes">[count, words].</param>
    /// <param name="words">Words of a code.</param>
    /// <param name="query">The code that others are compared with.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="count">Codes.</param>
    /// <param name="limit">Bits that may differ.</param>
    /// <param name="distance">Receives in how many that code differs.</param>
    public static long Next(ulong* codes, int words, ulong* query, long from, long count, int limit, out int distance)
    {
        for (var i = from; i < count; i++)
        {
            if (words == 1)
            {
                if (Avx512BW.IsSupported) i = Pass512(codes, *query, i, count, limit);
                else if (Avx2.IsSupported) i = Pass256(codes, *query, i, count, limit);
                for (var end = Math.Min(count, i + Group); i < end; i++)
                    if ((distance = BitOperations.PopCount(codes[i] ^ *query)) <= limit) return i;
                i--;
                continue;
            }
            if ((distance = Distance(codes + i * words, query, words)) <= limit) return i;
        }
        distance = 0;
        return count;
    }

    /// <summary>Bits in which two codes differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Distance(ulong* a, ulong* b, int words)
    {
        var distance = 0;
        for (var w = 0; w < words; w++) distance += BitOperations.PopCount(a[w] ^ b[w]);
        return distance;
    }

    const int Group = 32;

    // The first group of 32 that has a code within the limit, or what is left behind the last whole one.
    static long Pass512(ulong* codes, ulong query, long i, long count, int limit)
    {
        var (q, most, table, low) = (Vector512.Create(query), Vector512.Create((ulong)limit), Vector512.Create(Vector256.Create(Vector128.Create(Table), Vector128.Create(Table)), Vector256.Create(Vector128.Create(Table), Vector128.Create(Table))), Vector512.Create((byte)15));
        for (; i + Group <= count; i += Group)
        {
            var a = Vector512.Min(Count(codes + i), Count(codes + i + 8));
            var b = Vector512.Min(Count(codes + i + 16), Count(codes + i + 24));
            if (Vector512.LessThanOrEqualAny(Vector512.Min(a, b), most)) return i;
        }
        return i;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<ulong> Count(ulong* at)
        {
            var x = Vector512.Load(at) ^ q;
            var halves = Avx512BW.Shuffle(table, x.AsByte() & low) + Avx512BW.Shuffle(table, (x >> 4).AsByte() & low);
            return Avx512BW.SumAbsoluteDifferences(halves, Vector512<byte>.Zero).AsUInt64();
        }
    }

    static long Pass256(ulong* codes, ulong query, long i, long count, int limit)
    {
        var (q, most, table, low) = (Vector256.Create(query), Vector256.Create((uint)limit), Vector256.Create(Vector128.Create(Table), Vector128.Create(Table)), Vector256.Create((byte)15));
        for (; i + Group <= count; i += Group)
        {
            // Sums are below 2^32, and their upper halves zero, which would be within any limit: they are filled.
            var a = Vector256.Min(Vector256.Min(Count(codes + i), Count(codes + i + 4)), Vector256.Min(Count(codes + i + 8), Count(codes + i + 12)));
            var b = Vector256.Min(Vector256.Min(Count(codes + i + 16), Count(codes + i + 20)), Vector256.Min(Count(codes + i + 24), Count(codes + i + 28)));
            if (Vector256.LessThanOrEqualAny(Vector256.Min(a, b) | Vector256.Create(0xFFFFFFFF00000000UL).AsUInt32(), most)) return i;
        }
        return i;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector256<uint> Count(ulong* at)
        {
            var x = Vector256.Load(at) ^ q;
            var halves = Avx2.Shuffle(table, x.AsByte() & low) + Avx2.Shuffle(table, (x >> 4).AsByte() & low);
            return Avx2.SumAbsoluteDifferences(halves, Vector256<byte>.Zero).AsUInt32();
        }
    }

    // Bits of 0 to 15.
    static ReadOnlySpan<byte> Table => [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4];
}
