namespace Likely.Tensors;

/// <summary>
/// The shape of every tensor: positions, batch, channels, in this order of memory (position-major, channels contiguous).
/// Parameters use the same three axes as taps, inputs, outputs.
/// </summary>
public readonly record struct Shape(int Positions, int Batch, int Channels)
{
    /// <summary>Number of rows: positions times batch.</summary>
    public long Rows => (long)Positions * Batch;

    /// <summary>Number of values, without padding.</summary>
    public long Count => Rows * Channels;

    /// <summary>Floats from one row to the next when rows are padded to whole vectors of 16.</summary>
    public int PaddedChannels => RoundUp(Channels);

    public static int RoundUp(int channels) => channels + 15 & ~15;

    public override string ToString() => $"[{Positions} x {Batch} x {Channels}]";
}
