using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Numbers of a column, whole multiples of a step, as levels: each level is a stretch of them. A short range has a level for each number; a long one at most <see cref="MostLevels"/>, evenly spaced in
/// asinh((number - centre) / scale): as narrow as a step, if that can be, where most numbers are, and wider and wider far from there. What lies below the first or above the last is no number of the column.
/// </summary>
sealed class NumberGrid
{
    /// <summary>A range of no more numbers has a level for each.</summary>
    public const int Short = 256;

    /// <summary>The least scale, in units: narrower levels would hold no number.</summary>
    public const double LeastScale = 0.5;

    /// <summary>No column has more levels.</summary>
    public const int MostLevels = 1024;

    // Beyond what was seen: a share of a short range, and units of asinh of a long one.
    const int Beyond = 20;
    const double Further = 0.5;
    const long Farthest = 8 * NumberText.MostSteps; // from the least number to the end of the last level

    readonly long[] _edges; // in units above the least number: level l from the l-th on, the next from the one after

    /// <param name="least">The least number that was seen.</param>
    /// <param name="most">The largest.</param>
    /// <param name="unit">What all differ by multiples of.</param>
    /// <param name="center">Where most are.</param>
    /// <param name="scale">How far from there many are, above 0.</param>
    public NumberGrid(long least, long most, long unit, double center, double scale)
    {
        (Least, Most, Unit, Center, Scale) = (least, most, unit, center, scale);
        var range = (most - least) / unit;
        if (range < Short)
        {
            var more = Math.Max(1, range / Beyond);
            var below = least < 0 ? more : Math.Min(more, least / unit); // what was never below 0 is not
            _edges = [.. Enumerable.Range(0, (int)(below + range + more + 2)).Select(i => i - below)];
            return;
        }
        double origin = (center - least) / unit, width = scale / unit;
        var (low, high) = (Asinh(-origin / width) - Further, Asinh((range - origin) / width) + Further);
        var edges = new List<long>(MostLevels + 1);
        for (var i = 0; i <= MostLevels; i++)
        {
            var z = low + (high - low) * i / MostLevels;
            var edge = (long)Math.Clamp(Math.Ceiling(origin + width * (ExactMath.Exp(z) - ExactMath.Exp(-z)) / 2), -Farthest, Farthest);
            if (edges.Count == 0 || edge > edges[^1]) edges.Add(edge);
        }
        _edges = [.. edges];
    }

    public long Least { get; }
    public long Most { get; }
    public long Unit { get; }
    public double Center { get; }
    public double Scale { get; }

    public int Levels => _edges.Length - 1;

    /// <summary>The level that a number lies in; -1 of one further out than any.</summary>
    public int LevelOf(long number)
    {
        var beyond = number - Least; // two of the largest numbers are farther apart than a double counts
        var steps = Unit == 1 ? beyond : beyond >= 0 ? beyond / Unit : -((Unit - 1 - beyond) / Unit);
        if (steps < _edges[0] || steps >= _edges[^1]) return -1;
        var level = 0;
        for (var count = Levels; count > 1; count -= count / 2)
            if (_edges[level + count / 2] <= steps) level += count / 2;
        return level;
    }

    /// <summary>The number in the middle of a level, or the least or largest seen where that is further out.</summary>
    public long Middle(int level) => Math.Clamp(Least + Unit * (_edges[level] + (_edges[level + 1] - _edges[level] - 1) / 2), Least, Math.Max(Least, Most));

    /// <summary>The number of a level that a share of its numbers lie below, of those between the least and the largest seen.</summary>
    /// <param name="level">The level.</param>
    /// <param name="share">From 0 up to 1.</param>
    public long At(int level, double share)
    {
        var (first, last) = (Math.Max(0, _edges[level]), Math.Min((Most - Least) / Unit, _edges[level + 1] - 1));
        return first > last ? Middle(level) : Least + Unit * Math.Min(last, first + (long)(share * (last - first + 1)));
    }

    /// <summary>The least number that a level holds.</summary>
    public long First(int level) => Least + Unit * _edges[level];

    /// <summary>Numbers that a level holds.</summary>
    public long Width(int level) => _edges[level + 1] - _edges[level];

    static double Asinh(double x)
    {
        var size = Math.Abs(x);
        var value = ExactMath.Log(size + Math.Sqrt(size * size + 1));
        return x < 0 ? -value : value;
    }
}
