using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A symbol as a network reads it: its value in -1..1, and a learned row per level, [1, levels, features], that tells what the value
/// alone does not: one level from the next, and those that mean something of their own. Or, beside its value, how much it differs from the ones to the left
/// and above, eightfold, as neighbours in photographs are alike and what tells them apart would be lost beside what they share.
/// </summary>
sealed unsafe class Embedding(ParameterScope scope, int levels, int features, bool contrasts = false)
{
    const float ContrastScale = 8;


    readonly Parameter? _rows = features > 0 ? scope.Weight("weight", 1, levels, features, 0.5 * Math.Sqrt(levels)) : null;

    /// <summary>Numbers of one symbol.</summary>
    public int Width => contrasts ? 3 : 1 + features;

    /// <summary>Symbols [T, B, S] of the positions from <paramref name="first"/> on as [T, B, S Width], symbol by symbol; compact if there is nothing to learn.</summary>
    /// <param name="tape">Where they are made.</param>
    /// <param name="shape">Of the symbols.</param>
    /// <param name="symbols">Those from the first position on; those of a row before lie before them.</param>
    /// <param name="first">Which position is the first one.</param>
    /// <param name="extent">The grid.</param>
    public Tensor Forward(Tape tape, Shape shape, PinnedSymbols symbols, int first, Extent extent)
    {
        if (!contrasts) return Ops.Embed(tape, shape, symbols, levels, _rows);
        var x = New(tape, shape);
        if (!tape.Computes) return x;
        long step = shape.Batch * shape.Channels, row = step * extent.Width;
        for (var p = 0; p < shape.Positions; p++)
        {
            var at = symbols.Pointer + p * step;
            var numbers = x.Data + p * (long)shape.Batch * x.Stride;
            var (hasLeft, hasAbove) = ((first + p) % extent.Width > 0, first + p >= extent.Width);
            for (var b = 0; b < shape.Batch; b++)
                for (var s = 0; s < shape.Channels; s++, at++)
                    Contrast(numbers + b * x.Stride + s * Width, Value(*at), hasLeft ? Value(*(at - step)) : null, hasAbove ? Value(*(at - row)) : null);
        }
        symbols.KeepAlive();
        return x;
    }

    /// <summary>Room for symbols that <see cref="Set"/> fills in.</summary>
    public Tensor New(Tape tape, Shape shape) => tape.New(shape with { Channels = shape.Channels * Width }, compact: _rows is null);

    /// <summary>The numbers of one symbol, given those of the symbols to the left and above, or null where there are none.</summary>
    public void Set(float* numbers, int symbol, float* left, float* above)
    {
        if (contrasts) Contrast(numbers, Value(symbol), left is null ? null : *left, above is null ? null : *above);
        else Ops.Embed(numbers, symbol, levels, _rows);
    }

    float Value(int symbol) => symbol * (2f / (levels - 1)) - 1;

    static void Contrast(float* numbers, float value, float? left, float? above) =>
        (numbers[0], numbers[1], numbers[2]) = (value, left is { } l ? (value - l) * ContrastScale : 0, above is { } a ? (value - a) * ContrastScale : 0);
}
