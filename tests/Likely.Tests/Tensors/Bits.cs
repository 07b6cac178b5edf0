using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>Exact comparison of floats, and seeded test values.</summary>
static class Bits
{
    /// <summary>Fails at the first value whose bits differ.</summary>
    public static void AssertEqual(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values instead of {expected.Length}");
        for (var i = 0; i < expected.Length; i++)
            if (BitConverter.SingleToUInt32Bits(expected[i]) != BitConverter.SingleToUInt32Bits(actual[i]))
                Assert.Fail($"{what}: value {i} of {expected.Length} is {actual[i]:G9} instead of {expected[i]:G9}");
    }

    public static bool Same(float a, float b) => BitConverter.SingleToUInt32Bits(a) == BitConverter.SingleToUInt32Bits(b);

    /// <summary>Normal values, the same at every run; <paramref name="stream"/> tells apart the arrays of one test.</summary>
    public static float[] Normal(int count, ulong stream, double deviation = 1)
    {
        var random = new Philox(1, RandomPurpose.Test, stream);
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (float)(random.Normal(0, (ulong)i) * deviation);
        return values;
    }
}
