namespace Likely.Tensors;

/// <summary>
/// Values [positions, batch, channels], channels contiguous, rows 64-byte aligned unless compact. A tensor belongs to the
/// <see cref="Tape"/> that made it and lives until that tape is reset or has passed it on the way back.
/// Padding lanes of a row hold no meaning: products read only real channels.
/// </summary>
public sealed unsafe class Tensor
{
    internal FloatBlock? Buffer;
    internal FloatBlock? GradientBuffer;

    internal Tensor(Tape tape) => Tape = tape;

    /// <summary>The owner.</summary>
    public Tape Tape { get; }

    public Shape Shape { get; internal set; }

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; internal set; }

    /// <summary>The first value; null once the buffer was passed on. Whoever uses it holds the tensor or its tape.</summary>
    internal float* Data { get; set; }

    /// <summary>True if a gradient must reach this tensor.</summary>
    public bool RequiresGradient { get; internal set; }

    /// <summary>dLoss/dValue in the layout of the values; null while nothing has contributed.</summary>
    internal float* Gradient => GradientBuffer is null ? null : GradientBuffer.Pointer;

    public int Positions => Shape.Positions;
    public int Batch => Shape.Batch;
    public int Channels => Shape.Channels;
    public long Rows => Shape.Rows;

    /// <summary>Number of floats in memory, padding included.</summary>
    public long Length => Shape.Rows * Stride;

    /// <summary>The row of one position and example: <see cref="Shape.Channels"/> values. What it shows is the tensor's until its tape is reset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such position or example.</exception>
    /// <exception cref="InvalidOperationException">The values are gone.</exception>
    public Span<float> Row(int position, int example)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Positions, nameof(position));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Batch, nameof(example));
        var buffer = Buffer ?? throw new InvalidOperationException("the tensor's values are gone: its tape was reset, or another operation has taken over its memory");
        return buffer.Span(((long)position * Batch + example) * Stride, Channels);
    }
}
