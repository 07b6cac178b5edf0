namespace Likely.Tensors;

/// <summary>
/// Where a convolution on a grid of positions reads: its taps as (row, column) offsets, and the stretches of columns within
/// which the same taps lie inside the image. Taps outside are skipped, never multiplied by zero.
/// </summary>
public sealed class ConvolutionPlan
{
    ConvolutionPlan? _mirror;

    public ConvolutionPlan(int height, int width, IReadOnlyList<(int Row, int Column)> taps)
    {
        (Height, Width, Taps) = (height, width, [.. taps]);
        var stretches = new List<Stretch>();
        for (var column = 0; column < width;)
        {
            var inside = Inside(column);
            var end = column + 1;
            while (end < width && inside.AsSpan().SequenceEqual(Inside(end))) end++;
            stretches.Add(new Stretch(column, end, inside));
            column = end;
        }
        Stretches = [.. stretches];
    }

    public int Height { get; }
    public int Width { get; }
    public (int Row, int Column)[] Taps { get; }

    /// <summary>How many positions back the farthest tap reads.</summary>
    public int Reach
    {
        get
        {
            var reach = 0;
            foreach (var (row, column) in Taps) reach = Math.Max(reach, -(row * Width + column));
            return reach;
        }
    }

    internal Stretch[] Stretches { get; }

    /// <summary>The plan of the gradient with respect to the input: all offsets negated.</summary>
    internal ConvolutionPlan Mirror => _mirror ??= new ConvolutionPlan(Height, Width, Array.ConvertAll(Taps, tap => (-tap.Row, -tap.Column)));

    /// <summary>Taps of a causal rectangle in raster order: all rows above within reach, and the current row up to the centre.</summary>
    /// <param name="kernel">Odd side of the square.</param>
    /// <param name="withCentre">True for mask B, false for mask A (van den Oord et al. 2016a, fig. 2).</param>
    public static (int Row, int Column)[] Masked(int kernel, bool withCentre)
    {
        var taps = new List<(int, int)>();
        var half = kernel / 2;
        for (var row = -half; row < 0; row++)
            for (var column = -half; column <= half; column++) taps.Add((row, column));
        for (var column = -half; column < 0; column++) taps.Add((0, column));
        if (withCentre) taps.Add((0, 0));
        return [.. taps];
    }

    bool[] Inside(int column) => Array.ConvertAll(Taps, tap => column + tap.Column >= 0 && column + tap.Column < Width);

    internal readonly record struct Stretch(int Begin, int End, bool[] Inside);
}
