using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Windows of one size that larger pictures are cut into. A picture of area A counts ceil(A / area) of them in training, each drawn anew in every epoch; held out
/// it is the grid of those that fit side by side from its upper left corner.
/// </summary>
readonly record struct PatchSize(int Height, int Width)
{
    /// <summary>No more windows than this are counted in one part of a data set.</summary>
    public const int MostWindows = 1 << 27;

    /// <summary>Bytes of decoded pictures that are kept in memory, as windows are cut from them again and again.</summary>
    public const long MostKept = 1L << 30;

    public bool FitsInto(Space picture) => picture.Height >= Height && picture.Width >= Width;

    /// <summary>Windows of one picture that is large enough.</summary>
    public int Count(Space picture, bool training)
    {
        if (!training) return picture.Height / Height * (picture.Width / Width);
        long area = (long)picture.Height * picture.Width, own = (long)Height * Width;
        return (int)((area + own - 1) / own);
    }

    /// <summary>Where a window of the grid begins.</summary>
    public (int Top, int Left) Place(Space picture, int number)
    {
        var (row, column) = Math.DivRem(number, picture.Width / Width);
        return (row * Height, column * Width);
    }

    /// <summary>Where a random window begins: uniform over all that lie within the picture.</summary>
    public (int Top, int Left) Draw(Space picture, uint vertical, uint horizontal) =>
        ((int)((ulong)vertical * (uint)(picture.Height - Height + 1) >> 32), (int)((ulong)horizontal * (uint)(picture.Width - Width + 1) >> 32));

    public override string ToString() => $"{Height}x{Width}";
}
