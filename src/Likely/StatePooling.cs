namespace Likely;

/// <summary>How the states at an item's positions, or the codes of its windows, become one code.</summary>
public enum StatePooling
{
    /// <summary>The state that has read most of it: of a sequence all, of a picture all but the last pixel.</summary>
    Last,

    /// <summary>The mean over the positions.</summary>
    Mean,

    /// <summary>Of each number the largest of its sizes: of codes of windows.</summary>
    Maximum,
}
