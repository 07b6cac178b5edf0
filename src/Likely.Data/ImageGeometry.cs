namespace Likely.Data;

/// <summary>
/// The shape of an image as a model sees it. Symbols are 0 .. Levels-1, position-major:
/// pixel (i, j), channel c stands at (i * Width + j) * Channels + c.
/// </summary>
public readonly record struct ImageGeometry(int Height, int Width, int Channels, int Levels)
{
    /// <summary>Pixels, Height x Width.</summary>
    public int Positions => Height * Width;

    /// <summary>Symbols, Height x Width x Channels.</summary>
    public int Dimensions => Height * Width * Channels;

    /// <summary>A symbol as a grey value 0..255 for display: round(255 symbol / (Levels - 1)).</summary>
    public byte ToDisplay(int symbol)
    {
        var steps = Levels - 1;
        return steps <= 0 ? (byte)0 : (byte)Math.Min(255, (symbol * 510 + steps) / (2 * steps));
    }

    public override string ToString() =>
        $"{Height} x {Width}, {(Channels == 1 ? "1 channel" : $"{Channels} channels")}, {Levels} levels";
}
