namespace Likely;

/// <summary>What is done to the colours of a training item, anew in every epoch, so that a model learns from few pictures what does not depend on their colours.</summary>
[Flags]
public enum Recoloring
{
    None,

    /// <summary>The channels change places.</summary>
    Swap,

    /// <summary>Every other item on average has each channel raised or lowered by a whole number of levels that takes no value out of the range, so that noise stays what it is.</summary>
    Shift,

    Both,
}
