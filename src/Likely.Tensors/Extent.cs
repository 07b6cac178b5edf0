namespace Likely.Tensors;

/// <summary>Positions in the order in which they are visited: frames of rows of columns. A picture has one frame; a sequence, or a row of a table, is one row.</summary>
public readonly record struct Extent(int Frames, int Height, int Width)
{
    /// <summary>Most positions of a sequence.</summary>
    public const int LongestSequence = 1 << 30;

    /// <summary>A sequence whose length nobody knows yet.</summary>
    public static Extent Open { get; } = new(1, 1, LongestSequence);

    public long Positions => (long)Frames * Height * Width;

    public override string ToString() => Frames == 1 ? $"{Height} x {Width}" : $"{Frames} x {Height} x {Width}";
}
