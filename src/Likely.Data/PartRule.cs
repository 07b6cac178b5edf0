namespace Likely;

/// <summary>Where the parts of a folder come from.</summary>
public enum PartRule
{
    /// <summary>Names of its files and sub-folders: what a name calls test or validation never trains.</summary>
    Names,

    /// <summary>No name means a part; all is held out from alike.</summary>
    None,
}
