using System.Runtime.CompilerServices;

namespace Likely.Tensors;

/// <summary>What a random number is for: the first part of its address.</summary>
public enum RandomPurpose : uint
{
    Initialization = 1, Shuffle = 2, Split = 3, Dropout = 4, Binarization = 5, Sampling = 6,
    Mask = 7, Ordering = 8, Strokes = 9, Augmentation = 10, Test = 11,
}

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon et al. 2011 ("Parallel random numbers: as easy as 1, 2, 3").
/// A number is a pure function of its address (seed, purpose, path; major, minor), so it depends neither on call order
/// nor on threads, batch or memory. The key is made of seed, purpose and path; the 128-bit counter is (major, minor).
/// </summary>
public readonly struct Philox
{
    /// <summary>What words are multiplied by, and what keys grow by from round to round.</summary>
    internal const uint FirstFactor = 0xD2511F53, SecondFactor = 0xCD9E8D57, FirstWeyl = 0x9E3779B9, SecondWeyl = 0xBB67AE85;

    readonly uint _key0, _key1;

    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">Streams of different purpose are independent.</param>
    /// <param name="path">A further address, such as <see cref="Hash"/> of a parameter's name.</param>
    public Philox(ulong seed, RandomPurpose purpose, ulong path = 0)
    {
        var key = Mix(Mix(seed + 0x9E3779B97F4A7C15UL * (uint)purpose) + path);
        (_key0, _key1) = ((uint)key, (uint)(key >> 32));
    }

    internal (uint First, uint Second) Key => (_key0, _key1);

    /// <summary>Four independent 32-bit numbers at one address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (uint A, uint B, uint C, uint D) Block(ulong major, ulong minor)
    {
        uint a = (uint)minor, b = (uint)(minor >> 32), c = (uint)major, d = (uint)(major >> 32), k0 = _key0, k1 = _key1;
        for (var round = 0; round < 10; round++)
        {
            ulong p = (ulong)FirstFactor * a, q = (ulong)SecondFactor * c;
            (a, b, c, d) = ((uint)(q >> 32) ^ b ^ k0, (uint)q, (uint)(p >> 32) ^ d ^ k1, (uint)p);
            k0 += FirstWeyl;
            k1 += SecondWeyl;
        }
        return (a, b, c, d);
    }

    public uint UInt32(ulong major, ulong minor) => Block(major, minor).A;

    /// <summary>Uniform in [0, 1) with 24 bits: exact in single precision.</summary>
    public float Uniform(ulong major, ulong minor) => (Block(major, minor).A >> 8) * (1f / (1 << 24));

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double UniformDouble(ulong major, ulong minor)
    {
        var (a, b, _, _) = Block(major, minor);
        return (((ulong)a << 32 | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Uniform in 0 .. bound-1 (bias below 2^-32, by multiplication).</summary>
    public int Below(ulong major, ulong minor, int bound) => (int)((ulong)UInt32(major, minor) * (uint)bound >> 32);

    /// <summary>Standard normal by Box and Muller, from two 53-bit uniforms.</summary>
    public double Normal(ulong major, ulong minor)
    {
        var (a, b, c, d) = Block(major, minor);
        var u = ((((ulong)a << 32 | b) >> 11) + 1) * (1.0 / (1UL << 53));
        var v = (((ulong)c << 32 | d) >> 11) * (1.0 / (1UL << 53));
        return Math.Sqrt(-2 * ExactMath.Log(u)) * ExactMath.Cos(2 * Math.PI * v);
    }

    /// <summary>A random permutation of 0 .. count-1 (Fisher and Yates), addressed by <paramref name="major"/>.</summary>
    public int[] Permutation(int count, ulong major)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = Below(major, (ulong)i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    /// <summary>FNV-1a of a name, to address by layer path.</summary>
    public static ulong Hash(string path)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var c in path) hash = (hash ^ c) * 0x100000001B3UL;
        return hash;
    }

    static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ z >> 27) * 0x94D049BB133111EBUL;
        return z ^ z >> 31;
    }
}
