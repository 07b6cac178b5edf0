namespace Likely;

/// <summary>How an archive is made or read.</summary>
public sealed record ArchiveOptions
{
    /// <summary>Worker threads; 0: all processors. No byte depends on it.</summary>
    public int Threads { get; init; }

    /// <summary>Items of one pass or predictor, at most 256; 0: chosen for speed. No byte depends on it.</summary>
    public int Batch { get; init; }

    /// <summary>Puts the model file into the archive.</summary>
    public byte[]? Embed { get; init; }

    /// <summary>Restores every file byte for byte: pictures and packed files are stored as bytes.</summary>
    public bool ExactFiles { get; init; }

    /// <summary>Refuses what the model cannot represent, where it else would be stored as bytes.</summary>
    public bool Strict { get; init; }

    /// <summary>Decodes what was written before it gets its name.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Overwrites files.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Told the share done, and what is being done; from one thread at a time.</summary>
    public Action<double, string>? Progress { get; init; }

    /// <summary>Told what is stored otherwise than one might expect.</summary>
    public Action<string>? Note { get; init; }

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;
}

/// <summary>What was done.</summary>
/// <param name="Files">Files in the archive, or restored.</param>
/// <param name="Items">Items coded by the model.</param>
/// <param name="Symbols">Symbols of these items.</param>
/// <param name="PlainBytes">Bytes coded without the model.</param>
/// <param name="ContentBytes">Bytes of all files; of a picture, its pixels.</param>
/// <param name="ArchiveBytes">Length of the archive.</param>
/// <param name="Seconds">Time taken, verification not included.</param>
/// <param name="Verified">Whether the archive was decoded and its content compared.</param>
public sealed record ArchiveSummary(int Files, long Items, long Symbols, long PlainBytes, long ContentBytes, long ArchiveBytes, double Seconds, bool Verified);
