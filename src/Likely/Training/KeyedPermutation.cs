using System.Numerics;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// A random permutation of 0 .. count-1 that is not stored but computed, one place at a time: a Feistel network of four rounds (Luby and Rackoff 1988) over the least even number of bits that hold the
/// count, walked on until it leads below it (Black and Rogaway 2002).
/// </summary>
readonly struct KeyedPermutation
{
    const int Rounds = 4;

    readonly Philox _random;
    readonly ulong _address;
    readonly int _count, _half;

    /// <param name="random">What it is drawn by.</param>
    /// <param name="count">Of how many; at least 1.</param>
    /// <param name="address">Which permutation.</param>
    public KeyedPermutation(Philox random, int count, ulong address) => (_random, _count, _address, _half) = (random, count, address, Math.Max(1, (BitOperations.Log2((uint)(count - 1) | 1) + 2) / 2));

    /// <summary>What stands at a place.</summary>
    public int this[int place]
    {
        get
        {
            var (at, mask) = ((uint)place, (1u << _half) - 1);
            do
            {
                var (left, right) = (at >> _half, at & mask);
                for (var round = 0; round < Rounds; round++) (left, right) = (right, (left ^ _random.UInt32(_address, (ulong)round << 32 | right)) & mask);
                at = left << _half | right;
            }
            while (at >= (uint)_count);
            return (int)at;
        }
    }
}
