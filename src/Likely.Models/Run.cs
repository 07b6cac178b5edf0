using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// One walk's state, never a field of a layer: the positions now asked for, what each mixing layer remembers, and the condition.
/// A forward pass with a run computes positions Start .. Start + Count - 1 of the grid and extends the memories.
/// </summary>
/// <param name="batch">Examples.</param>
/// <param name="meter">If given, nothing is computed and the meter counts the memory that it would take.</param>
sealed class Run(int batch, MemoryMeter? meter = null)
{
    readonly Dictionary<object, object> _slots = [];

    public int Batch { get; } = batch;

    /// <summary>Values of the pass in progress; reset before each.</summary>
    public Tape Step { get; } = new(false, meter);

    /// <summary>Values that live as long as the run.</summary>
    public Tape Memory { get; } = new(false, meter);

    /// <summary>First position asked for.</summary>
    public int Start { get; set; }

    /// <summary>Number of positions asked for.</summary>
    public int Count { get; set; }

    /// <summary>The network's input [positions, B, S] from position <see cref="InputOrigin"/> on; unknown symbols are zero. The first layers read it in place.</summary>
    public Tensor? Input { get; set; }

    /// <summary>The first position that <see cref="Input"/> holds: not after the farthest that the first layers read.</summary>
    public int InputOrigin { get; set; }

    /// <summary>Labels of the examples, or empty.</summary>
    public int[] Labels { get; init; } = [];

    /// <summary>What a layer remembers, made on first use.</summary>
    public T Slot<T>(object layer, Func<T> create) where T : class
    {
        if (_slots.TryGetValue(layer, out var slot)) return (T)slot;
        var made = create();
        _slots.Add(layer, made);
        return made;
    }
}
