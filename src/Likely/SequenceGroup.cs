using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Takes what comes of some sequences that go through a model together, see <see cref="SequenceWindows"/>: window by window, on one thread.</summary>
abstract class SequenceGroup
{
    /// <summary>Who is shown the model's inner states, of which nothing else is then asked; null: nobody.</summary>
    public virtual StateObserver? Observer => null;

    /// <summary>How many of the sequences, the first of them, have not ended before the window.</summary>
    protected int Active { get; private set; }

    /// <summary>The symbol of each that the window begins with.</summary>
    protected int First { get; private set; }

    /// <summary>Before a window.</summary>
    public void Begin(int active, int first) => (Active, First) = (active, first);

    /// <summary>After a window: log p of its symbols, [positions, active, 1].</summary>
    public virtual void Take(Tensor logs) { }

    /// <summary>After the last window.</summary>
    public abstract void End();
}
