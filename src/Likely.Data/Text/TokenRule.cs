namespace Likely;

/// <summary>What the symbols of text or bytes are.</summary>
public enum TokenRule
{
    /// <summary>Every byte.</summary>
    Bytes,

    /// <summary>The characters that occur in the training part, and bytes for everything else.</summary>
    Characters,

    /// <summary>Pieces of a vocabulary that was read from a file.</summary>
    Vocabulary,
}
