using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Likely.Tensors;
using Likely.Tensors.Kernels;
using Xunit;

namespace Likely.Tests.Tensors.Kernels;

/// <summary>
/// The bits of every elementary function over fixed inputs, as a SHA-256. The suite is run under several instruction sets
/// (DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0, DOTNET_EnableHWIntrinsic=0): the same constant there means the same bits.
/// A changed constant changes every trained model and archive: raise the order version with it.
/// </summary>
public class ExponentialGoldenTests
{
    [Fact]
    public void SinglePrecisionBitsAreTheSameEverywhere()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var inputs = ExponentialInputs.Unary();
        foreach (var function in ExponentialCase.All)
            for (var i = 0; i < inputs.Length; i += 16)
            {
                var y = function.Vector(Vector512.LoadUnsafe(ref inputs[i]));
                for (var lane = 0; lane < 16; lane++) Append(hash, ExponentialInputs.Bits(y[lane]));
            }
        foreach (var (x, y) in ExponentialInputs.Pairs()) Append(hash, ExponentialInputs.Bits(Exponential.Pow(x, y)));
        Matches("48F64C9C2A34D3F74B5B5D38E3BC8E33C4A2A9719025E6CE32ACB222EF2E8830", hash);
    }

    [Fact]
    public void DoublePrecisionBitsAreTheSameEverywhere()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var single in ExponentialInputs.Unary())
        {
            var x = single * 1.0000000123456789;
            Func<double, double>[] functions = [ExactMath.Exp, ExactMath.Expm1, ExactMath.Log, ExactMath.Log1p, ExactMath.Tanh,
                ExactMath.Sin, ExactMath.Cos, a => ExactMath.Pow(a, 1.7), a => ExactMath.Pow(2.3, a), a => ExactMath.Sin(a * 1e200)];
            foreach (var function in functions) Append(hash, ExponentialInputs.Bits(function(x)));
        }
        Matches("43A4E5BCB184ADE25C910B62CDE4E9D9C44BEE41F3834183555BEC8637E2F12C", hash);
    }

    static void Matches(string golden, IncrementalHash hash)
    {
        var actual = Convert.ToHexString(hash.GetHashAndReset());
        Assert.True(golden == actual, $"expected the hash {golden}, computed {actual}");
    }

    static void Append(IncrementalHash hash, long bits)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bits);
        hash.AppendData(bytes);
    }
}
