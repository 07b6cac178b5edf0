using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>Rows of binary numbers that are 1 with probability sigmoid(x): 24 bits of <see cref="Philox"/> each, sixteen numbers at a time from the addresses (major, minor + twice the first's index).</summary>
static unsafe class BernoulliDraws
{
    /// <param name="keys">See <see cref="Dropout.Keys"/>.</param>
    /// <param name="major">Upper half of the address.</param>
    /// <param name="minor">Lower half, whose lower 32 bits count.</param>
    /// <param name="x">Logits, which may be read up to a multiple of 16.</param>
    /// <param name="to">Receives 0 or 1, zeros behind <paramref name="count"/> up to a multiple of 16.</param>
    /// <param name="count">Length of the row.</param>
    public static void Row(uint* keys, ulong major, ulong minor, float* x, float* to, int count)
    {
        var drawn = stackalloc uint[16];
        for (var i = 0; i < count; i += 16)
        {
            Dropout.Draw(keys, major, minor + 2 * (uint)i, (ushort*)drawn);
            var uniform = Vector512.ConvertToSingle((Vector512.Load(drawn) >>> 8).AsInt32()) * Vector512.Create(1f / (1 << 24));
            (Vector512<float>.One & Vector512.LessThan(uniform, Exponential.Sigmoid(Vector512.Load(x + i))) & Reductions.Below(count - i)).Store(to + i);
        }
    }
}
