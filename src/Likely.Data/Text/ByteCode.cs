using System.Numerics;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Bits of a sequence of bytes by a code that has seen no other, as the complexity of what it says: each byte given the three before it by what followed them so far,
/// p(s | c) = (n_cs + 2 p(s | shorter c)) / (n_c + 2), down to how often it was seen, p(s) = (n_s + 1/16) / (n + 16).
/// </summary>
static class ByteCode
{
    const double BitsPerNat = 1 / 0.693147180559945309;
    const int Order = 3, MostSlots = 1 << 22;

    public static double Bits(ReadOnlySpan<byte> bytes)
    {
        // Each byte makes at most two entries of each order.
        var counts = new ContextCounts((int)Math.Min(MostSlots, BitOperations.RoundUpToPowerOf2((uint)Math.Min(bytes.Length, MostSlots) * 2 * Order * 2 + 16)));
        Span<int> frequencies = stackalloc int[256];
        frequencies.Clear();
        var (nats, context) = (0.0, 0u);
        for (var i = 0; i < bytes.Length; i++)
        {
            var p = (frequencies[bytes[i]] + 1 / 16.0) / (i + 16.0);
            for (var order = 1; order <= Math.Min(Order, i); order++) p = (counts.Of(order, context, bytes[i]) + 2 * p) / (counts.Of(order, context) + 2);
            nats -= ExactMath.Log(p);
            frequencies[bytes[i]]++;
            for (var order = 1; order <= Math.Min(Order, i); order++) counts.Add(order, context, bytes[i]);
            context = context << 8 | bytes[i];
        }
        return nats * BitsPerNat;
    }
}
