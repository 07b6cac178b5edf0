using System.Buffers.Binary;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Weights in fewer bits, and back. bfloat16: w is rounded to its upper 16 bits, nearest even. 8 bits: w = q s, with q from -127 to
/// 127 and one scale s for each output, s = bfloat16(max |w| / 127) over taps and inputs, q = round(w / s); the scales are a tensor of
/// their own, named NAME.scale, [1, 1, outputs]. As s has 8 significant bits and q has 7, q s is exact in float32: expansion rounds
/// nothing and is the same everywhere. As max |w| / s differs from 127 by less than 1/2, the largest q is always 127, so what was
/// expanded shrinks to the same bits again.
/// </summary>
static class StoredWeights
{
    // Below so many weights an output, a scale would cost more than the bits it saves.
    const int LeastForScale = 16;
    const int Largest = 127;
    const float LeastNormal = 1.17549435e-38f;
    const string ScaleSuffix = ".scale";

    /// <summary>A parameter's values as the storage can hold them, in the order taps, inputs, outputs.</summary>
    /// <exception cref="ModelException">A value is too large for it.</exception>
    public static float[] Round(Parameter parameter, WeightStorage storage)
    {
        var values = parameter.ToArray();
        if (IsScaled(parameter, storage))
        {
            var scales = Scales(values, parameter.Outputs);
            for (var i = 0; i < values.Length; i++) values[i] = Whole(values[i], scales[i % scales.Length]) * scales[i % scales.Length];
        }
        else if (storage != WeightStorage.Float32)
        {
            for (var i = 0; i < values.Length; i++) values[i] = RoundToBFloat16(values[i]);
        }
        foreach (var value in values)
            if (!float.IsFinite(value)) throw new ModelException($"tensor '{parameter.Name}' holds weights that are too large for fewer bits");
        return values;
    }

    /// <summary>Adds a parameter to a file; as F32 if the storage does not hold its values exactly, so that writing never changes a model.</summary>
    public static void Add(Safetensors file, Parameter parameter, WeightStorage storage)
    {
        var values = parameter.ToArray();
        long[] shape = [parameter.Taps, parameter.Inputs, parameter.Outputs];
        if (storage == WeightStorage.Float32 || !SameBits(values, Round(parameter, storage)))
        {
            file.Add(parameter.Name, shape, values);
            return;
        }
        if (!IsScaled(parameter, storage))
        {
            file.Add(new Safetensors.Entry(parameter.Name, "BF16", shape, UpperHalves(values)));
            return;
        }
        var scales = Scales(values, parameter.Outputs);
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(sbyte)Whole(values[i], scales[i % scales.Length]);
        file.Add(new Safetensors.Entry(parameter.Name, "I8", shape, bytes));
        file.Add(new Safetensors.Entry(parameter.Name + ScaleSuffix, "BF16", [1, 1, scales.Length], UpperHalves(scales)));
    }

    /// <summary>Refuses a file in which a parameter's tensor is missing or of another shape, before memory is taken for it.</summary>
    /// <exception cref="ModelException">It is.</exception>
    public static void RequireEntry(Safetensors file, Parameter parameter, string path)
        => Require(Find(file, parameter.Name, path, []), ["F32", "BF16", "I8"], [parameter.Taps, parameter.Inputs, parameter.Outputs], path);

    /// <summary>The float32 values of a parameter, whichever way the file holds them; names of the tensors used go into <paramref name="used"/>.</summary>
    /// <exception cref="ModelException">A tensor is missing, of another type or shape, or holds a value that is not finite.</exception>
    public static float[] Read(Safetensors file, Parameter parameter, string path, HashSet<string> used)
    {
        var entry = Find(file, parameter.Name, path, used);
        Require(entry, ["F32", "BF16", "I8"], [parameter.Taps, parameter.Inputs, parameter.Outputs], path);
        float[] values;
        if (entry.DataType == "I8")
        {
            var scale = Find(file, parameter.Name + ScaleSuffix, path, used);
            Require(scale, ["BF16"], [1, 1, parameter.Outputs], path);
            Multiply(entry.Data.Span, Scales(scale, path), values = new float[entry.Count]);
        }
        else values = entry.ToFloats();
        foreach (var value in values)
            if (!float.IsFinite(value)) throw new ModelException($"{path} is damaged: tensor '{parameter.Name}' holds a value that is not finite");
        return values;
    }

    static bool IsScaled(Parameter parameter, WeightStorage storage) => storage == WeightStorage.Int8 && (long)parameter.Taps * parameter.Inputs >= LeastForScale;

    // 0 for an output whose weights are all zero, or so small that a bfloat16 scale would lose precision.
    static float[] Scales(ReadOnlySpan<float> values, int outputs)
    {
        var scales = new float[outputs];
        for (var i = 0; i < values.Length; i++) scales[i % outputs] = Math.Max(scales[i % outputs], Math.Abs(values[i]));
        foreach (ref var scale in scales.AsSpan())
        {
            scale = RoundToBFloat16(scale / Largest);
            if (scale < LeastNormal) scale = 0;
        }
        return scales;
    }

    static float[] Scales(Safetensors.Entry entry, string path)
    {
        var scales = entry.ToFloats();
        foreach (var scale in scales)
            if (!float.IsFinite(scale) || float.IsNegative(scale)) throw new ModelException($"{path} is damaged: tensor '{entry.Name}' holds a scale that is negative or not finite");
        return scales;
    }

    static int Whole(float value, float scale) => scale == 0 ? 0 : (int)MathF.Round(value / scale, MidpointRounding.ToEven);

    // Never -0, which the order of arithmetic does not allow in a bias.
    static float RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (!float.IsFinite(value)) return value;
        bits = bits + 0x7FFF + (bits >> 16 & 1) & 0xFFFF0000;
        return bits == 0x80000000 ? 0 : BitConverter.UInt32BitsToSingle(bits);
    }

    static byte[] UpperHalves(ReadOnlySpan<float> values)
    {
        var bytes = new byte[2 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
        return bytes;
    }

    static void Multiply(ReadOnlySpan<byte> wholes, ReadOnlySpan<float> scales, Span<float> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (sbyte)wholes[i] * scales[i % scales.Length];
    }

    static Safetensors.Entry Find(Safetensors file, string name, string path, HashSet<string> used)
    {
        used.Add(name);
        return file.Find(name) ?? throw new ModelException($"{path} has no tensor '{name}'");
    }

    static void Require(Safetensors.Entry entry, ReadOnlySpan<string> types, ReadOnlySpan<long> shape, string path)
    {
        if (types.Contains(entry.DataType) && entry.Shape.AsSpan().SequenceEqual(shape)) return;
        throw new ModelException($"{path}: tensor '{entry.Name}' is {entry.DataType} [{string.Join(", ", entry.Shape)}] where the config needs {string.Join(" or ", types!)} [{string.Join(", ", shape.ToArray())}]");
    }

    static bool SameBits(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        for (var i = 0; i < a.Length; i++)
            if (BitConverter.SingleToInt32Bits(a[i]) != BitConverter.SingleToInt32Bits(b[i])) return false;
        return true;
    }
}
