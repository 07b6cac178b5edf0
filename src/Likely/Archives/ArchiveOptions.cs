using Likely.Tensors;

namespace Likely;

/// <summary>How an archive is made or read.</summary>
public sealed record ArchiveOptions
{
    /// <summary>Worker threads; 0: all processors. No byte depends on it.</summary>
    public int Threads { get; init; }

    /// <summary>Items of one pass or predictor, at most 256; 0: chosen for speed. No byte depends on it.</summary>
    public int Batch { get; init; }

    /// <summary>
    /// Rows of the stripes that pictures are cut into where the model takes any size, so that all threads and several lanes of each work on one picture; what a
    /// stripe's first rows could learn from those above is lost. 0: pictures stay whole; null: a large picture has up to sixteen stripes of at least 128 rows.
    /// </summary>
    public int? StripeRows { get; init; }

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

    /// <summary>Told the share of all work that is done, which never falls, and what is being done; from one thread at a time.</summary>
    public Action<double, string>? Progress { get; init; }

    /// <summary>Told, before the work, if most of what is given will be stored without the model.</summary>
    public Action<string>? Outlook { get; init; }

    /// <summary>Told what is stored otherwise than one might expect, when the archive is there.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Told what will not come back as it was, when the outcome is known; null: <see cref="Note"/> is.</summary>
    public Action<string>? Loss { get; init; }

    /// <summary>Told of every file how it is stored, when the archive is there.</summary>
    public Action<ArchivedFile>? File { get; init; }

    const int LeastRows = 128, MostStripes = 16;

    /// <summary>Rows of the stripes of a picture; 0: it is whole.</summary>
    internal int StripesOf(int height, int width, int channels)
    {
        var stripes = (long)height * width * channels <= BlockPlan.BlockSymbols ? 1 : Math.Clamp(height / LeastRows, 1, MostStripes);
        var rows = StripeRows ?? (height + stripes - 1) / stripes;
        return rows < height ? rows : 0;
    }

    internal int ThreadCount => ParallelShards.Workers(Threads);
}

/// <summary>What was done.</summary>
/// <param name="Files">Files in the archive, or restored.</param>
/// <param name="Items">Items coded by the model; 0 of one that codes bytes.</param>
/// <param name="Symbols">Symbols of these items, or the bytes that the model coded.</param>
/// <param name="ItemBytes">What these take in the archive.</param>
/// <param name="PlainBytes">Bytes coded without the model.</param>
/// <param name="FileBytes">Bytes of the files as they lie on the disk, put in or restored; where none was touched, of the content, which of a picture is its pixels.</param>
/// <param name="ModelBytes">Bytes of the embedded model; 0: it is not embedded.</param>
/// <param name="ArchiveBytes">Length of the archive.</param>
/// <param name="Seconds">Time taken, verification not included.</param>
/// <param name="Verified">Whether the archive was decoded and its content compared.</param>
public sealed record ArchiveSummary(int Files, long Items, long Symbols, long ItemBytes, long PlainBytes, long FileBytes, long ModelBytes, long ArchiveBytes, double Seconds, bool Verified)
{
    /// <summary>Bits that the model took for each symbol it coded; null if there are none.</summary>
    public double? BitsPerDimension => Symbols == 0 ? null : 8.0 * ItemBytes / Symbols;
}

/// <summary>How a file is stored.</summary>
/// <param name="Name">Its name in the archive.</param>
/// <param name="FileBytes">Its bytes on the disk.</param>
/// <param name="Bytes">What its content takes in the archive, to a few bytes.</param>
/// <param name="Items">Items coded by the model.</param>
/// <param name="Reason">Why it, or a part of it, is stored without the model; null if it is not.</param>
public sealed record ArchivedFile(string Name, long FileBytes, double Bytes, int Items, string? Reason);
