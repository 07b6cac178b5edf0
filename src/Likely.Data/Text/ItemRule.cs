namespace Likely;

/// <summary>What the items of text or bytes are.</summary>
public enum ItemRule
{
    /// <summary>Each line, its end included.</summary>
    Lines,

    /// <summary>Each file.</summary>
    Files,

    /// <summary>All files in their order as one sequence, of which the last parts are held out.</summary>
    Stream,
}
