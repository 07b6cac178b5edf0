namespace Likely;

/// <summary>How the states at an item's positions become one code.</summary>
public enum StatePooling
{
    /// <summary>The state that has read most of it: of a sequence all, of a picture all but the last pixel.</summary>
    Last,

    /// <summary>The mean over the positions.</summary>
    Mean,
}
