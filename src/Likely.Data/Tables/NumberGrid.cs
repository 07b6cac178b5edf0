using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Whole numbers of steps as levels: each level is a stretch of them. A short range has a level for each number; a long one at most <see cref="MostLevels"/>, evenly spaced in
/// asinh((k - centre) / scale): as narrow as a step, if that can be, where most values are, and wider and wider far from there. Below the first and above the last lies what is still further out.
/// </summary>
sealed class NumberGrid
{
    /// <summary>A range of no more numbers has a level for each.</summary>
    public const int Short = 256;

    /// <summary>No column has more levels.</summary>
    public const int MostLevels = 1024;

    // Beyond what was seen: a share of a short range, and units of asinh of a long one.
    const int Beyond = 20;
    const double Further = 0.5;

    readonly long[] _edges; // level l from the l-th on, the next from the one after

    /// <param name="least">The least number that was seen.</param>
    /// <param name="most">The largest.</param>
    /// <param name="center">Where most are.</param>
    /// <param name="scale">How far from there many are, above 0.</param>
    public NumberGrid(long least, long most, double center, double scale)
    {
        (Least, Most, Center, Scale) = (least, most, center, scale);
        if (most - least < Short)
        {
            var more = Math.Max(1, (most - least) / Beyond);
            (least, most) = (least < 0 ? least - more : Math.Max(0, least - more), most + more);
            _edges = [.. Enumerable.Range(0, (int)(most - least + 2)).Select(i => least + i)];
            while (_edges.Length < 3) _edges = [.. _edges, _edges[^1] + 1];
            return;
        }
        var (low, high) = (Asinh((least - center) / scale) - Further, Asinh((most - center) / scale) + Further);
        var edges = new List<long>(MostLevels + 1);
        for (var i = 0; i <= MostLevels; i++)
        {
            var z = low + (high - low) * i / MostLevels;
            var edge = Math.Clamp(Math.Ceiling(center + scale * (ExactMath.Exp(z) - ExactMath.Exp(-z)) / 2), -NumberText.MostSteps, NumberText.MostSteps);
            if (edges.Count == 0 || (long)edge > edges[^1]) edges.Add((long)edge);
        }
        _edges = [.. edges];
    }

    public long Least { get; }
    public long Most { get; }
    public double Center { get; }
    public double Scale { get; }

    public int Levels => _edges.Length - 1;

    /// <summary>The level that a number lies in; of one further out the first or last.</summary>
    public int LevelOf(long number)
    {
        var at = Array.BinarySearch(_edges, number);
        return Math.Clamp(at >= 0 ? at : ~at - 1, 0, Levels - 1);
    }

    /// <summary>The number in the middle of a level.</summary>
    public long Middle(int level) => _edges[level] + (_edges[level + 1] - _edges[level] - 1) / 2;

    /// <summary>Numbers that a level holds.</summary>
    public long Width(int level) => _edges[level + 1] - _edges[level];

    static double Asinh(double x)
    {
        var size = Math.Abs(x);
        var value = ExactMath.Log(size + Math.Sqrt(size * size + 1));
        return x < 0 ? -value : value;
    }
}
