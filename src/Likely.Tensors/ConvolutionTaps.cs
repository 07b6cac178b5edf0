namespace Likely.Tensors;

/// <summary>Where a convolution on a grid reads, as (row, column) offsets, and its plans on the extents it has met; safe to use from many threads.</summary>
sealed class ConvolutionTaps(IReadOnlyList<(int Row, int Column)> offsets)
{
    const int MostPlans = 8;

    ConvolutionPlan[] _plans = [];

    /// <summary>The offsets in the order in which a product takes them.</summary>
    public (int Row, int Column)[] Offsets { get; } = [.. offsets];

    /// <summary>The plan on one frame of that height and width; the last few are kept.</summary>
    public ConvolutionPlan On(Extent extent)
    {
        foreach (var plan in Volatile.Read(ref _plans))
            if ((plan.Height, plan.Width) == (extent.Height, extent.Width)) return plan;
        var made = new ConvolutionPlan(extent.Height, extent.Width, Offsets);
        var before = Volatile.Read(ref _plans);
        Volatile.Write(ref _plans, [made, .. before.AsSpan(0, Math.Min(before.Length, MostPlans - 1))]);
        return made;
    }

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
}
