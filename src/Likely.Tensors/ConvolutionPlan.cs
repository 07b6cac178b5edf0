namespace Likely.Tensors;

/// <summary>
/// Where a convolution on a grid of positions reads: its taps as (row, column) offsets, and the stretches of columns within
/// which the same taps lie inside the image. Taps outside are skipped, never multiplied by zero.
/// </summary>
sealed class ConvolutionPlan
{
    ConvolutionPlan? _mirror;
    Stretch[]? _stretches;

    public ConvolutionPlan(int height, int width, IReadOnlyList<(int Row, int Column)> taps) => (Height, Width, Taps) = (height, width, [.. taps]);

    public int Height { get; }
    public int Width { get; }
    public (int Row, int Column)[] Taps { get; }

    /// <summary>How many positions back the farthest tap reads; the grid's positions at most.</summary>
    public int Reach
    {
        get
        {
            var reach = 0L;
            foreach (var (row, column) in Taps) reach = Math.Max(reach, -((long)row * Width + column));
            return (int)Math.Min(reach, Height * Width);
        }
    }

    internal Stretch[] Stretches => _stretches ??= Cut();

    /// <summary>The plan of the gradient with respect to the input: all offsets negated.</summary>
    internal ConvolutionPlan Mirror => _mirror ??= new ConvolutionPlan(Height, Width, Array.ConvertAll(Taps, tap => (-tap.Row, -tap.Column)));

    // A tap comes into the image at one column or leaves it at one, so that the stretches are few however wide the image is.
    Stretch[] Cut()
    {
        var cuts = new SortedSet<int> { 0, Width };
        foreach (var (_, column) in Taps)
            if (column < 0 && -column < Width) cuts.Add(-column);
            else if (column > 0 && column < Width) cuts.Add(Width - column);
        int[] ends = [.. cuts];
        var stretches = new Stretch[ends.Length - 1];
        for (var i = 0; i < stretches.Length; i++) stretches[i] = new Stretch(ends[i], ends[i + 1], Inside(ends[i]));
        return stretches;
    }

    bool[] Inside(int column) => Array.ConvertAll(Taps, tap => column + tap.Column >= 0 && column + tap.Column < Width);

    internal readonly record struct Stretch(int Begin, int End, bool[] Inside);
}
