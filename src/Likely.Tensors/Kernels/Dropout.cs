using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Drop-out of one row: each value is zero where its 16 bits are below a threshold, else times a factor. Eight values share the 128 bits of one address of <see cref="Philox"/>, (major, minor + the first
/// of the eight); four such blocks are drawn together, 32 bits in each lane of 64.
/// </summary>
static unsafe class Dropout
{
    const int Rounds = 10, Drawn = 32;

    /// <summary>The two keys of every round.</summary>
    public static void Keys(in Philox random, uint* keys)
    {
        var (first, second) = random.Key;
        for (var round = 0; round < Rounds; round++, first += Philox.FirstWeyl, second += Philox.SecondWeyl) (keys[2 * round], keys[2 * round + 1]) = (first, second);
    }

    /// <param name="keys">See <see cref="Keys"/>.</param>
    /// <param name="major">Upper half of the address.</param>
    /// <param name="minor">Lower half, of the first value; its lower 32 bits count values.</param>
    /// <param name="threshold">Below 2^16.</param>
    /// <param name="factor">Of what is kept.</param>
    /// <param name="from">The row.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="count">Its length.</param>
    /// <param name="add">Whether it is added to what is there.</param>
    public static void Row(uint* keys, ulong major, ulong minor, ushort threshold, float factor, float* from, float* to, int count, bool add)
    {
        var drawn = stackalloc ushort[Drawn];
        var (low, scale) = (Vector128.Create(threshold), Vector256.Create(factor));
        for (var c = 0; c < count; c += Drawn)
        {
            Draw(keys, major, minor + (uint)c, drawn);
            var rest = Math.Min(Drawn, count - c);
            var i = 0;
            for (; i + 8 <= rest; i += 8)
            {
                var isDropped = Vector128.LessThan(Vector128.Load(drawn + i), low).AsInt16();
                var mask = Vector256.Create(Vector128.WidenLower(isDropped), Vector128.WidenUpper(isDropped)).AsSingle();
                var value = Vector256.AndNot(Vector256.Load(from + c + i) * scale, mask);
                (add ? Vector256.Load(to + c + i) + value : value).Store(to + c + i);
            }
            for (; i < rest; i++)
            {
                var value = drawn[i] < threshold ? 0 : from[c + i] * factor;
                to[c + i] = add ? to[c + i] + value : value;
            }
        }
    }

    /// <summary>The blocks of four addresses eight apart, side by side: 512 bits.</summary>
    public static void Draw(uint* keys, ulong major, ulong minor, ushort* drawn)
    {
        Vector256<ulong> a = Vector256.Create((ulong)(uint)minor) + Vector256.Create(0UL, 8, 16, 24), b = Vector256.Create(minor >> 32), c = Vector256.Create((ulong)(uint)major), d = Vector256.Create(major >> 32);
        Vector256<ulong> first = Vector256.Create((ulong)Philox.FirstFactor), second = Vector256.Create((ulong)Philox.SecondFactor);
        for (var round = 0; round < Rounds; round++)
        {
            Vector256<ulong> p = Product(a, first), q = Product(c, second);
            (a, b, c, d) = (q >>> 32 ^ b ^ Vector256.Create((ulong)keys[2 * round]), q, p >>> 32 ^ d ^ Vector256.Create((ulong)keys[2 * round + 1]), p);
        }
        var low = Vector256.Create((ulong)uint.MaxValue);
        Vector256<ulong> ab = a & low | b << 32, cd = c & low | d << 32;
        var to = (ulong*)drawn;
        for (var i = 0; i < 4; i++) (to[2 * i], to[2 * i + 1]) = (ab.GetElement(i), cd.GetElement(i));
    }

    // Of the lower halves; what is in the upper ones does not count.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<ulong> Product(Vector256<ulong> x, Vector256<ulong> factor)
        => Avx2.IsSupported ? Avx2.Multiply(x.AsUInt32(), factor.AsUInt32()) : (x & Vector256.Create((ulong)uint.MaxValue)) * factor;
}
