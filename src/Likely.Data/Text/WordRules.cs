namespace Likely;

/// <summary>Which words are left out of texts as words.</summary>
public enum StopWordRule
{
    /// <summary>None.</summary>
    None,

    /// <summary>English ones that say nothing of what a text is about.</summary>
    English,
}

/// <summary>What words of texts are cut to.</summary>
public enum StemRule
{
    /// <summary>They stay as they are.</summary>
    None,

    /// <summary>English ones become stems by Porter's rules.</summary>
    Porter,
}
