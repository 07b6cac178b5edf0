using System.Buffers.Binary;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Golden;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>Weights in 16 and 8 bits: against naive rounding, through files, and hostile ones.</summary>
public sealed class StoredWeightsTests
{
    public static TheoryData<string> Models => [.. ModelRegistry.Densities.Select(config => config.Name)];

    [Theory, MemberData(nameof(Models))]
    public void A_shrunk_model_is_a_model_of_its_own_that_every_round_trip_keeps(string name)
    {
        var original = GoldenCheckpointTests.New(name);
        foreach (var storage in (WeightStorage[])[WeightStorage.BFloat16, WeightStorage.Int8]) RoundTrip(original, storage);
    }

    [Fact]
    public void A_config_whose_tensors_are_not_there_takes_no_memory()
    {
        var file = Safetensors.Read(Bytes(GoldenCheckpointTests.New("gated-pixelcnn")));
        file.Metadata["likely"] = System.Text.RegularExpressions.Regex.Replace(file.Metadata["likely"], "(\"channels\"|\"layers\"):[0-9]+", "$1:250");
        using var stream = new MemoryStream();
        file.Write(stream);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<ModelException>(() => Read(stream.ToArray()));
        Assert.Contains("layers.0", fault.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 26);
    }

    static void RoundTrip(Checkpoint original, WeightStorage storage)
    {
        var shrunk = original.Shrink(storage);
        var bytes = Bytes(shrunk);
        var read = Read(bytes);
        Assert.NotEqual(original.Identity(), shrunk.Identity());
        Assert.Equal(GoldenCheckpointTests.Facts(shrunk), GoldenCheckpointTests.Facts(read));
        Assert.Equal((shrunk.DataName, shrunk.Preprocessing), (read.DataName, read.Preprocessing));
        Assert.Equal(original.Summary, read.Summary);
        Assert.Equal(bytes, Bytes(read));
        Assert.Equal(shrunk.Identity(), read.Shrink(storage).Identity());
        Assert.True(Safetensors.Read(bytes).Entries.All(entry => entry.DataType is "I8" or "BF16"), "a tensor was not shrunk");

        // The identity is that of the float32 values, however they are stored.
        var expanded = new Checkpoint(read.Model, read.ClassNames, read.Preprocessing);
        Assert.Equal(read.Identity(), Read(Bytes(expanded)).Identity());
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1.00390625f, 1f)] // 1 + 2^-8 lies in the middle: to the even neighbour
    [InlineData(1.01171875f, 1.015625f)]
    [InlineData(1.003907f, 1.0078125f)]
    [InlineData(-3.1415927f, -3.140625f)]
    [InlineData(0f, 0f)]
    [InlineData(-1e-45f, 0f)]
    public void Sixteen_bits_round_to_nearest_even_and_never_to_minus_zero(float value, float rounded) =>
        Assert.Equal(BitConverter.SingleToInt32Bits(rounded), BitConverter.SingleToInt32Bits(StoredWeights.Round(Weights(1, 1, [value]), WeightStorage.BFloat16)[0]));

    [Fact]
    public void Eight_bits_are_nearest_to_the_grid_of_each_output_and_zeros_stay_zeros()
    {
        const int Inputs = 40, Outputs = 50;
        var random = new Philox(3, RandomPurpose.Test);
        var values = new float[Inputs * Outputs];
        for (var i = 0; i < values.Length; i++)
        {
            var output = i % Outputs;
            // Output 0 is all zero, output 1 below what a scale can hold, the others span 30 powers of ten; a third is masked.
            var size = output switch { 0 => 0, 1 => 1e-40, _ => ExactMath.Exp(ExactMath.Log(10) * (output - 25) * 0.6) };
            values[i] = i % 3 == 0 ? 0 : (float)((random.UniformDouble((ulong)i, 0) - 0.5) * size);
        }
        var rounded = StoredWeights.Round(Weights(Inputs, Outputs, values), WeightStorage.Int8);
        for (var output = 0; output < Outputs; output++)
        {
            double largest = 0, step = 0;
            for (var i = output; i < values.Length; i += Outputs) (largest, step) = (Math.Max(largest, Math.Abs(values[i])), Math.Max(step, Math.Abs((double)rounded[i]) / 127));
            if (output < 2) Assert.Equal(0, step);
            else Assert.InRange(step / (largest / 127), 1 - 1 / 256.0, 1 + 1 / 256.0);
            for (var i = output; i < values.Length && output >= 2; i += Outputs)
            {
                Assert.Equal(0, rounded[i] / step % 1);
                Assert.True(Math.Abs(rounded[i] - values[i]) <= step * 0.5 * (1 + 1e-6), $"weight {i} is {values[i]} and became {rounded[i]} with steps of {step}");
                if (values[i] == 0) Assert.Equal(0, BitConverter.SingleToInt32Bits(rounded[i]));
            }
        }
    }

    [Fact]
    public void Weights_that_the_storage_does_not_hold_are_written_in_full()
    {
        var parameter = Weights(32, 1, [.. Enumerable.Range(0, 32).Select(i => 1f / (3 + i))]);
        var file = new Safetensors();
        StoredWeights.Add(file, parameter, WeightStorage.Int8);
        Assert.Equal("F32", file.Entries.Single().DataType);
        Assert.Equal(parameter.ToArray(), StoredWeights.Read(file, parameter, "file", []));
        Assert.Throws<ModelException>(() => StoredWeights.Round(Weights(1, 1, [float.MaxValue]), WeightStorage.BFloat16));
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "no scale", "no tensor 'w.scale'" }, { "scale of another shape", "w.scale' is BF16 [1, 1, 3]" }, { "scale of another type", "w.scale' is F32" }, { "scale that is not a number", "negative or not finite" },
        { "scale below zero", "negative or not finite" }, { "scale that overflows", "not finite" }, { "weights of another shape", "'w' is I8 [1, 2, 16]" }, { "weights of another type", "'w' is U8" }, { "weights that are infinite", "not finite" },
    };

    [Theory, MemberData(nameof(Hostile))]
    public void A_hostile_tensor_is_refused_in_one_sentence(string fault, string words)
    {
        var file = new Safetensors();
        Safetensors.Entry Scale(params ushort[] halves) => new("w.scale", "BF16", [1, 1, halves.Length], Halves(halves));
        if (fault == "weights that are infinite") file.Add(new Safetensors.Entry("w", "BF16", [1, 16, 2], Halves([.. Enumerable.Repeat((ushort)0x7F80, 32)])));
        else file.Add(new Safetensors.Entry("w", fault == "weights of another type" ? "U8" : "I8", fault == "weights of another shape" ? [1, 2, 16] : [1, 16, 2], Enumerable.Repeat((byte)100, 32).ToArray()));
        if (fault == "scale of another type") file.Add("w.scale", [1, 1, 2], [1f, 1f]);
        else if (fault == "scale of another shape") file.Add(Scale(0x3F80, 0x3F80, 0x3F80));
        else if (fault == "scale that is not a number") file.Add(Scale(0x3F80, 0x7FC0));
        else if (fault == "scale below zero") file.Add(Scale(0x3F80, 0xBF80));
        else if (fault == "scale that overflows") file.Add(Scale(0x3F80, 0x7F7F));
        else if (fault != "no scale") file.Add(Scale(0x3F80, 0x3F80));
        var message = Assert.Throws<ModelException>(() => StoredWeights.Read(file, Weights(16, 2, new float[32]), "bad.likely", [])).Message;
        Assert.Contains(words, message);
        Assert.Contains("bad.likely", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_scale_that_belongs_to_no_tensor_is_named()
    {
        var file = Safetensors.Read(Bytes(GoldenCheckpointTests.New("made")));
        file.Add(new Safetensors.Entry("output.weight.scale", "BF16", [1, 1, 12], new byte[24]));
        using var stream = new MemoryStream();
        file.Write(stream);
        Assert.Contains("'output.weight.scale'", Assert.Throws<ModelException>(() => Read(stream.ToArray())).Message);
    }

    [Fact]
    public void A_mutated_shrunk_file_is_refused_or_read()
    {
        var seed = Bytes(GoldenCheckpointTests.New("gated-pixelcnn").Shrink(WeightStorage.Int8));
        var random = new Philox(11, RandomPurpose.Test);
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(seed);
        for (var i = 0; i < 300; i++)
        {
            var bytes = seed.ToArray();
            for (var edit = 0; edit < 2; edit++) bytes[random.Below((ulong)i, (ulong)(2 * edit), 8 + header)] = (byte)random.Below((ulong)i, (ulong)(2 * edit + 1), 128);
            try
            {
                Read(bytes).Identity();
            }
            catch (Exception fault) when (fault is ModelException or SafetensorsException)
            {
                Assert.False(fault.Message.Contains('\n'), $"input {i}: {fault.Message}");
            }
        }
    }

    static Parameter Weights(int inputs, int outputs, float[] values)
    {
        var set = new ParameterSet();
        var parameter = set.Add(new Parameter("w", new Shape(1, inputs, outputs), (_, _) => 0));
        set.Allocate(0);
        parameter.Assign(values);
        return parameter;
    }

    static byte[] Halves(ushort[] halves)
    {
        var bytes = new byte[2 * halves.Length];
        for (var i = 0; i < halves.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), halves[i]);
        return bytes;
    }

    static byte[] Bytes(Checkpoint checkpoint)
    {
        using var stream = new MemoryStream();
        checkpoint.Save(stream);
        return stream.ToArray();
    }

    static Checkpoint Read(byte[] bytes)
    {
        var path = Path.Combine(Path.GetTempPath(), $"likely-{Guid.NewGuid():n}.likely");
        try
        {
            File.WriteAllBytes(path, bytes);
            return Checkpoint.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
