namespace Likely.Tensors;

/// <summary>
/// Values [positions, batch, channels], channels contiguous, rows 64-byte aligned unless compact. A tensor belongs to the
/// <see cref="Tape"/> that made it and lives until that tape is reset or has passed it on the way back.
/// Padding lanes of a row hold no meaning: products read only real channels.
/// </summary>
public sealed unsafe class Tensor(Tape tape)
{
    internal BufferPool.Buffer? Buffer;
    internal BufferPool.Buffer? GradientBuffer;

    /// <summary>The owner.</summary>
    public Tape Tape { get; } = tape;

    public Shape Shape { get; internal set; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; internal set; }

    /// <summary>The first value; null once the buffer was passed on.</summary>
    public float* Data { get; internal set; }

    /// <summary>True if a gradient must reach this tensor.</summary>
    public bool RequiresGradient { get; internal set; }

    /// <summary>dLoss/dValue in the layout of the values; null while nothing has contributed.</summary>
    public float* Gradient => GradientBuffer is null ? null : GradientBuffer.Pointer;

    public int Positions => Shape.Positions;
    public int Batch => Shape.Batch;
    public int Channels => Shape.Channels;
    public long Rows => Shape.Rows;

    /// <summary>Number of floats in memory, padding included.</summary>
    public long Length => Shape.Rows * Stride;

    /// <summary>The row of one position and example: <see cref="Shape.Channels"/> values.</summary>
    public Span<float> Row(int position, int example) => new(Data + ((long)position * Shape.Batch + example) * Stride, Shape.Channels);
}
