using Likely.Tensors;

namespace Likely.Tests.Tensors.Kernels;

/// <summary>Fixed inputs for golden hashes: special values, floats of every exponent, and a grid where functions are used.</summary>
static class ExponentialInputs
{
    public static float[] Unary()
    {
        var random = new Philox(1, RandomPurpose.Test);
        var inputs = new float[1536];
        float[] special = [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue,
            float.PositiveInfinity, float.NegativeInfinity, float.NaN, 0.55f, 0.875f, 0.9f, 131072f, 131073f];
        for (var i = 0; i < inputs.Length; i++)
            inputs[i] = i < special.Length ? special[i]
                : i < 528 ? BitConverter.UInt32BitsToSingle((uint)(i - 16) << 23 | random.UInt32(0, (ulong)i) >> 9)
                : i < 1040 ? (random.Uniform(1, (ulong)i) - 0.5f) * 200f
                : (random.Uniform(2, (ulong)i) - 0.5f) * 8f;
        return inputs;
    }

    public static (float X, float Y)[] Pairs()
    {
        var random = new Philox(2, RandomPurpose.Test);
        var pairs = new (float, float)[1024];
        for (var i = 0; i < pairs.Length; i++)
        {
            var x = i % 2 == 0 ? random.Uniform(0, (ulong)i) * 2f : BitConverter.UInt32BitsToSingle(random.UInt32(1, (ulong)i));
            var y = i % 3 == 0 ? random.Below(2, (ulong)i, 21) - 10 : (random.Uniform(3, (ulong)i) - 0.5f) * 12f;
            pairs[i] = (x, y);
        }
        return pairs;
    }

    /// <summary>Bits with every NaN made the same, since a NaN's sign and payload differ between processors.</summary>
    public static int Bits(float x) => float.IsNaN(x) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(x);

    /// <summary>Bits with every NaN made the same.</summary>
    public static long Bits(double x) => double.IsNaN(x) ? 0x7FF8000000000000 : BitConverter.DoubleToInt64Bits(x);
}
