using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A symbol as a network reads it: its value in -1..1, and a learned row per level, [1, levels, features], that tells what the value
/// alone does not: one level from the next, and those that mean something of their own.
/// </summary>
sealed unsafe class Embedding(ParameterScope scope, int levels, int features)
{
    readonly Parameter? _rows = features > 0 ? scope.Weight("weight", 1, levels, features, 0.5 * Math.Sqrt(levels)) : null;

    /// <summary>Numbers of one symbol.</summary>
    public int Width => 1 + features;

    /// <summary>Symbols [T, B, S] as [T, B, S Width], symbol by symbol; compact if there is nothing to learn.</summary>
    public Tensor Forward(Tape tape, Shape shape, PinnedSymbols symbols) => Ops.Embed(tape, shape, symbols, levels, _rows);

    /// <summary>Room for symbols that <see cref="Set"/> fills in.</summary>
    public Tensor New(Tape tape, Shape shape) => tape.New(shape with { Channels = shape.Channels * Width }, compact: _rows is null);

    /// <summary>The numbers of one symbol.</summary>
    public void Set(float* numbers, int symbol) => Ops.Embed(numbers, symbol, levels, _rows);
}
