using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

// The functions that training, scoring and drawing live on, once for every width of the hardware: sixteen lanes are computed as one vector, as two or as four, where the
// compiler would take each of their operations apart.
public static partial class Exponential
{
    interface IFunction
    {
        static abstract TVector Of<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Apply<TFunction>(Vector512<float> x) where TFunction : IFunction
        => Vector512.IsHardwareAccelerated ? TFunction.Of<Lanes512, Vector512<float>>(x) : Vector512.Create(Apply<TFunction>(x.GetLower()), Apply<TFunction>(x.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Apply<TFunction>(Vector256<float> x) where TFunction : IFunction => Vector256.IsHardwareAccelerated
        ? TFunction.Of<Lanes256, Vector256<float>>(x)
        : Vector256.Create(TFunction.Of<Lanes128, Vector128<float>>(x.GetLower()), TFunction.Of<Lanes128, Vector128<float>>(x.GetUpper()));

    readonly struct ExpFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct
        {
            var (n, t) = Reduce<TLanes, TVector>(x);
            var y = TLanes.Add(TLanes.Broadcast(1), t); // in [0.707, 1.415]: even n = 128 only raises the exponent field to 254
            y = TLanes.AddBits(y, TLanes.ShiftLeft(n, 23));
            y = TLanes.Select(TLanes.LessThan(x, TLanes.Broadcast(ExpSmallest)), TLanes.Broadcast(0), y);
            return TLanes.Select(TLanes.LessThanOrEqual(x, TLanes.Broadcast(ExpLargest)), y,
                TLanes.Add(x, TLanes.Broadcast(float.PositiveInfinity))); // overflow, or the NaN that came in
        }
    }

    readonly struct SigmoidFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct
            => TLanes.Divide(TLanes.Broadcast(1), TLanes.Add(TLanes.Broadcast(1), ExpFunction.Of<TLanes, TVector>(TLanes.Negate(x))));
    }

    readonly struct TanhFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct
        {
            var a = TLanes.Absolute(x);
            var bounded = TLanes.Select(TLanes.LessThan(TLanes.Broadcast(10), a), TLanes.Broadcast(10), a);
            var (n, t) = Reduce<TLanes, TVector>(TLanes.Add(bounded, bounded));
            var scale = TLanes.AddBits(TLanes.BroadcastBits(127 << 23), TLanes.ShiftLeft(n, 23));
            var large = TLanes.Subtract(TLanes.Broadcast(1), TLanes.Divide(TLanes.Broadcast(2), TLanes.Add(TLanes.MultiplyAdd(scale, t, scale), TLanes.Broadcast(1))));

            var z = TLanes.Multiply(a, a);
            var p = TLanes.MultiplyAdd(TLanes.Broadcast(-0.006274248473f), z, TLanes.Broadcast(0.02107168362f));
            p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(-0.05385231227f));
            p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(0.1333258599f));
            p = TLanes.MultiplyAdd(p, z, TLanes.Broadcast(-0.3333331645f));
            var small = TLanes.MultiplyAdd(TLanes.Multiply(z, a), p, a);
            var y = TLanes.Select(TLanes.LessThan(a, TLanes.Broadcast(0.55f)), small, large);
            return TLanes.Select(TLanes.BroadcastBits(int.MinValue), x, y); // with the sign of x
        }
    }

    readonly struct SoftplusFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Of<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct
        {
            var a = TLanes.Absolute(x);
            var e = ExpFunction.Of<TLanes, TVector>(TLanes.Negate(a)); // at most 0.417 where this side is chosen
            var q = TLanes.MultiplyAdd(TLanes.Broadcast(0.04740393907f), e, TLanes.Broadcast(-0.1247562319f));
            q = TLanes.MultiplyAdd(q, e, TLanes.Broadcast(0.189745903f));
            q = TLanes.MultiplyAdd(q, e, TLanes.Broadcast(-0.2486628294f));
            q = TLanes.MultiplyAdd(q, e, TLanes.Broadcast(0.3332509995f));
            q = TLanes.MultiplyAdd(q, e, TLanes.Broadcast(-0.4999982715f));
            var positive = TLanes.Select(TLanes.LessThan(TLanes.Broadcast(0), x), x, TLanes.Broadcast(0));
            var outer = TLanes.Add(positive, TLanes.MultiplyAdd(TLanes.Multiply(e, e), q, e));

            var z = TLanes.Multiply(x, x);
            var c = TLanes.MultiplyAdd(TLanes.Broadcast(-2.254978426e-5f), z, TLanes.Broadcast(0.000344699336f));
            c = TLanes.MultiplyAdd(c, z, TLanes.Broadcast(-0.005207652692f));
            c = TLanes.MultiplyAdd(c, z, TLanes.Broadcast(0.1249999404f));
            var centre = TLanes.Add(TLanes.Broadcast(Ln2High), TLanes.MultiplyAdd(z, c, TLanes.Multiply(x, TLanes.Broadcast(0.5f))));
            return TLanes.Select(TLanes.LessThan(a, TLanes.Broadcast(0.875f)), centre, outer);
        }
    }

    /// <summary>n = round(x / ln 2), still shifted (its low bits are the integer), and t = e^r - 1 for r = x - n ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (TVector ShiftedN, TVector T) Reduce<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct
    {
        var shifted = TLanes.MultiplyAdd(x, TLanes.Broadcast(Log2E), TLanes.Broadcast(RoundingShift));
        var n = TLanes.Subtract(shifted, TLanes.Broadcast(RoundingShift));
        var r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2High), x); // exact
        r = TLanes.MultiplyAdd(n, TLanes.Broadcast(-Ln2Low), r);
        var s = TLanes.MultiplyAdd(TLanes.Broadcast(0.001381447073f), r, TLanes.Broadcast(0.008368779905f));
        s = TLanes.MultiplyAdd(s, r, TLanes.Broadcast(0.04166839272f));
        s = TLanes.MultiplyAdd(s, r, TLanes.Broadcast(0.1666651964f));
        s = TLanes.MultiplyAdd(s, r, TLanes.Broadcast(0.4999999404f));
        return (shifted, TLanes.MultiplyAdd(TLanes.Multiply(r, r), s, r));
    }
}
