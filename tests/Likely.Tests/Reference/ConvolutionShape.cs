namespace Likely.Tests.Reference;

/// <summary>The sizes of one convolution and which positions its taps connect; a linear map is the single tap (0, 0).</summary>
sealed record ConvolutionShape(string Kernel, int Height, int Width, int Batch, int Inputs, int Outputs, (int Row, int Column)[] Taps)
{
    public int Positions => Height * Width;

    /// <summary>The position that output <paramref name="p"/> reads through a tap; null outside the image.</summary>
    public int? Source(int p, int tap) => Shift(p, Taps[tap].Row, Taps[tap].Column);

    /// <summary>The position whose output reads input <paramref name="q"/> through a tap; null outside the image.</summary>
    public int? Target(int q, int tap) => Shift(q, -Taps[tap].Row, -Taps[tap].Column);

    public override string ToString() => $"{Kernel} on {Height}x{Width}, batch {Batch}, {Inputs}->{Outputs}";

    int? Shift(int p, int rows, int columns)
    {
        var (i, j) = (p / Width + rows, p % Width + columns);
        return i >= 0 && i < Height && j >= 0 && j < Width ? i * Width + j : null;
    }
}
