using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// One walk's state, never a field of a layer: what each mixing layer remembers, the network's input, and the condition. Passes with a run
/// go through the positions in order and extend the memories.
/// </summary>
/// <param name="batch">Examples.</param>
/// <param name="extent">Positions of each.</param>
/// <param name="meter">If given, nothing is computed and the meter counts the memory that it would take.</param>
sealed class Run(int batch, Extent extent, MemoryMeter? meter = null)
{
    readonly Dictionary<object, object> _slots = [];

    public int Batch { get; } = batch;

    public Extent Extent { get; } = extent;

    /// <summary>Values of the pass in progress.</summary>
    public Tape Step { get; } = new(false, meter);

    /// <summary>Values that live as long as the run.</summary>
    public Tape Memory { get; } = new(false, meter);

    /// <summary>The network's input [positions, B, S] from position <see cref="InputOrigin"/> on; unknown symbols are zero. The first layers read it in place.</summary>
    public Tensor? Input { get; set; }

    /// <summary>The first position that <see cref="Input"/> holds: not after the farthest that the first layers read.</summary>
    public int InputOrigin { get; set; }

    /// <summary>Labels of the examples, or empty.</summary>
    public int[] Labels { get; init; } = [];

    /// <summary>Begins a pass over some positions; the values of the one before are over.</summary>
    public Pass Next(int first, int count)
    {
        Step.Reset();
        return new Pass(Step, Extent, Labels, first, count, this);
    }

    /// <summary>What a layer remembers, made on first use.</summary>
    public T Slot<T>(object layer, Func<T> create) where T : class
    {
        if (_slots.TryGetValue(layer, out var slot)) return (T)slot;
        var made = create();
        _slots.Add(layer, made);
        return made;
    }
}
