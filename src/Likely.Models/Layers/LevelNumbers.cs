using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// Levels of a quantity in time as numbers, [T, B] -> [T, B, 9], for a network to whom thousands of them would be as many strangers: with v the value in -1..1, the numbers v, 4 v, 16 v, ..., 4^7 v,
/// each held within -1..1, so that what is soft is told apart as well as what is loud; the last is 1 at the beginning, where the others are 0.
/// </summary>
public sealed unsafe class LevelNumbers
{
    /// <summary>Numbers of a symbol.</summary>
    public const int Count = Scales + 1;

    const int Scales = 8, Few = 256;

    readonly int _levels;

    public LevelNumbers(int levels) => _levels = levels;

    /// <summary>Whether symbols enter so: levels in time, and more than a table learns well.</summary>
    public static bool Are(Space space) => space.IsInTime && space.Levels > Few;

    public Tensor Forward(SymbolInput x, Pass pass)
    {
        var y = pass.Tape.New(new Shape(x.Positions, x.Batch, Count));
        if (!pass.Tape.Computes) return y;
        var symbols = x.Symbols.Pointer;
        for (var p = 0; p < x.Positions; p++)
            for (var b = 0; b < x.Batch; b++)
            {
                var row = y.Row(p, b);
                var symbol = symbols[(long)p * x.Batch + b];
                row.Clear();
                if (symbol >= _levels) row[Scales] = 1;
                else
                    for (int scale = 0, factor = 1; scale < Scales; scale++, factor *= 4) row[scale] = Math.Clamp(factor * (symbol * (2f / (_levels - 1)) - 1), -1, 1);
            }
        x.Symbols.KeepAlive();
        return y;
    }
}
