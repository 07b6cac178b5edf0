using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Functions of hidden units, value by value. What is left of compact tensors behind whole vectors of 16 is read and computed with what lies behind it (see
/// <see cref="FloatBlock.Slack"/>) and stored alone.
/// </summary>
static unsafe class Activations
{
    const float Root = 0.7978845608f, Cubic = 0.044715f; // sqrt(2 / pi)

    /// <summary>y = x (1 + t) / 2 with t = tanh(sqrt(2 / pi) (x + 0.044715 x^3)).</summary>
    public static void Gelu(float* x, float* y, long length)
    {
        for (var i = 0L; i < length; i += 16)
        {
            var value = Vector512.Load(x + i);
            Put(value * Half() * (Vector512<float>.One + Tangent(value)), y + i, length - i, write: true);
        }
    }

    /// <summary>dx (+)= dy ((1 + t) / 2 + x (1 - t^2) sqrt(2 / pi) (1 + 3 * 0.044715 x^2) / 2).</summary>
    public static void GeluBackward(float* x, float* dy, float* dx, bool write, long length)
    {
        var (one, root, cubic) = (Vector512<float>.One, Vector512.Create(Root), Vector512.Create(3 * Cubic));
        for (var i = 0L; i < length; i += 16)
        {
            var value = Vector512.Load(x + i);
            var t = Tangent(value);
            var slope = (one - t * t) * root * Vector512.FusedMultiplyAdd(cubic, value * value, one);
            Put(Vector512.Load(dy + i) * Half() * Vector512.FusedMultiplyAdd(value, slope, one + t), dx + i, length - i, write);
        }
    }

    /// <summary>y = max(x, 0)^2.</summary>
    public static void SquaredRelu(float* x, float* y, long length)
    {
        for (var i = 0L; i < length; i += 16)
        {
            var positive = Positive(Vector512.Load(x + i));
            Put(positive * positive, y + i, length - i, write: true);
        }
    }

    /// <summary>dx (+)= 2 max(x, 0) dy.</summary>
    public static void SquaredReluBackward(float* x, float* dy, float* dx, bool write, long length)
    {
        for (var i = 0L; i < length; i += 16)
        {
            var positive = Positive(Vector512.Load(x + i));
            Put((positive + positive) * Vector512.Load(dy + i), dx + i, length - i, write);
        }
    }

    /// <summary>y = 1 / (1 + e^-x).</summary>
    public static void Sigmoid(float* x, float* y, long length)
    {
        for (var i = 0L; i < length; i += 16) Put(Exponential.Sigmoid(Vector512.Load(x + i)), y + i, length - i, write: true);
    }

    /// <summary>dx (+)= dy y (1 - y).</summary>
    public static void SigmoidBackward(float* y, float* dy, float* dx, bool write, long length)
    {
        for (var i = 0L; i < length; i += 16)
        {
            var value = Vector512.Load(y + i);
            Put(Vector512.Load(dy + i) * (value * (Vector512<float>.One - value)), dx + i, length - i, write);
        }
    }

    /// <summary>y = tanh x.</summary>
    public static void Tanh(float* x, float* y, long length)
    {
        for (var i = 0L; i < length; i += 16) Put(Exponential.Tanh(Vector512.Load(x + i)), y + i, length - i, write: true);
    }

    /// <summary>dx (+)= dy (1 - y^2).</summary>
    public static void TanhBackward(float* y, float* dy, float* dx, bool write, long length)
    {
        for (var i = 0L; i < length; i += 16)
        {
            var value = Vector512.Load(y + i);
            Put(Vector512.Load(dy + i) * (Vector512<float>.One - value * value), dx + i, length - i, write);
        }
    }

    static Vector512<float> Half() => Vector512.Create(0.5f);

    static Vector512<float> Positive(Vector512<float> x) => x & Vector512.GreaterThan(x, Vector512<float>.Zero);

    static Vector512<float> Tangent(Vector512<float> x) => Exponential.Tanh(Vector512.Create(Root) * Vector512.FusedMultiplyAdd(Vector512.Create(Cubic) * x, x * x, x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector512<float> value, float* target, long left, bool write)
    {
        if (left >= 16) (write ? value : Vector512.Load(target) + value).Store(target);
        else
            for (var lane = 0; lane < left; lane++) target[lane] = write ? value[lane] : target[lane] + value[lane];
    }
}
