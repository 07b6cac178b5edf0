namespace Likely.Files;

/// <summary>What the system says a name leads to, links followed.</summary>
public enum FileType
{
    /// <summary>Nothing has that name.</summary>
    Missing,

    /// <summary>A file with content that can be read at any place and again.</summary>
    Regular,

    Folder,

    /// <summary>A pipe, with a name (FIFO) or without: what is read is gone, and opening one can wait for ever.</summary>
    Pipe,

    Socket,

    /// <summary>A device such as /dev/null or a terminal.</summary>
    CharacterDevice,

    /// <summary>A disk or a part of one.</summary>
    BlockDevice,

    /// <summary>A link to what is not there.</summary>
    BrokenLink,

    /// <summary>A link that leads back to itself.</summary>
    LinkLoop,

    /// <summary>A folder on the way may not be entered.</summary>
    Unreachable,
}
