namespace Likely;

/// <summary>One example of a step: so many positions of an item, from one on.</summary>
/// <param name="Item">Which item of the training split.</param>
/// <param name="Epoch">The pass over the data that it belongs to.</param>
/// <param name="First">Its first position.</param>
/// <param name="Count">Positions; 0: this place of the batch is empty.</param>
/// <param name="GoesOn">True if it follows what the same place held in the step before.</param>
readonly record struct BatchWindow(int Item, long Epoch, int First, int Count, bool GoesOn);

/// <summary>Which windows of which items each step reads: a pure function of the step, so that a resumed run needs no cursor.</summary>
abstract class BatchPlan
{
    /// <summary>Places of a batch.</summary>
    public abstract int Batch { get; }

    /// <summary>Windows of one pass over the data.</summary>
    public abstract long Examples { get; }

    /// <summary>Positions of the longest window.</summary>
    public abstract int Longest { get; }

    /// <summary>True if windows go on where those of the step before ended, so that each place has a past.</summary>
    public abstract bool Carries { get; }

    /// <summary>True if what a place holds may be shorter than the longest window, or begin within an item.</summary>
    public virtual bool HasWindows => Carries;

    /// <summary>Positions of the prepared batch that count.</summary>
    public abstract long Positions { get; }

    /// <summary>Fills the step's batch; call from one thread before <see cref="At"/>.</summary>
    public abstract void Prepare(long step);

    /// <summary>What the prepared batch has at a place.</summary>
    public abstract BatchWindow At(int place);

    /// <summary>The plan that suits a model: examples whole and shuffled, as all pairs are, or if it is trained window by window, lanes, or windows from anywhere if it looks back no further.</summary>
    public static BatchPlan For(Models.DensityConfig config, Split split, int batch, ulong seed)
        => split.Space.IsGivenWhole ? new ShuffledPlan(Lengths(split), batch, seed) : config.Window is not { } window ? new ShuffledPlan(split.Count, split.Space.Positions, batch, seed)
            : config.CarriesPast ? new LanePlan(Lengths(split), window, batch, seed) : new WindowPlan(Lengths(split), window, batch, seed);

    /// <summary>Windows of one pass over the data, whatever the batch.</summary>
    public static long ExamplesOf(Models.DensityConfig config, Split split) => !split.Space.IsGivenWhole && config.Window is { } window ? LanePlan.Windows(Lengths(split), window) : split.Count;

    static int[] Lengths(Split split)
    {
        var lengths = new int[split.Count];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = split.SpaceOf(i).Positions;
        return lengths;
    }
}
