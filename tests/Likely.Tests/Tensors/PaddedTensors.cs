using Likely.Tensors;

namespace Likely.Tests.Tensors;

/// <summary>Tensors of given values whose padding is NaN, as it must not reach a value or a gradient.</summary>
static unsafe class PaddedTensors
{
    public static Tensor Filled(Tape tape, int positions, int batch, float[] values)
    {
        var tensor = tape.New(new Shape(positions, batch, values.Length / (positions * batch)), requiresGradient: true);
        Fill(tensor, tensor.Data, values);
        return tensor;
    }

    /// <summary>The same for a tensor's gradient, or any memory of its layout.</summary>
    public static void Fill(Tensor tensor, float* data, float[] values)
    {
        new Span<float>(data, (int)tensor.Length).Fill(float.NaN);
        for (var r = 0; r < tensor.Rows; r++) values.AsSpan(r * tensor.Channels, tensor.Channels).CopyTo(new Span<float>(data + (nint)r * tensor.Stride, tensor.Channels));
    }

    /// <summary>What memory of a tensor's layout holds, without the padding.</summary>
    public static float[] Values(Tensor tensor, float* data)
    {
        var values = new float[tensor.Shape.Count];
        for (var r = 0; r < tensor.Rows; r++) new Span<float>(data + (nint)r * tensor.Stride, tensor.Channels).CopyTo(values.AsSpan(r * tensor.Channels));
        return values;
    }
}
