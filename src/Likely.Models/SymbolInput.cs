using Likely.Tensors;

namespace Likely.Models;

/// <summary>Symbols as a network's first layer takes them, [positions, examples]; one more than the largest symbol stands for the beginning, before which there is none.</summary>
public readonly struct SymbolInput
{
    internal SymbolInput(PinnedSymbols symbols, int positions, int batch) => (Symbols, Positions, Batch) = (symbols, positions, batch);

    internal PinnedSymbols Symbols { get; }

    public int Positions { get; }

    public int Batch { get; }
}
