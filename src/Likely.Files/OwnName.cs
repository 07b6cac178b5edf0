namespace Likely.Files;

/// <summary>
/// The names that the program gives to what it keeps beside outputs while it works: locks <c>.likely-NAME.lock</c>, unfinished files
/// <c>.likely-NAME-RANDOM.tmp</c> and folders of files that wait for their names, <c>.likely-set-RANDOM</c>. Nothing else may have them, as a later run
/// would take it for its own; capitals do not count, as some disks do not tell them apart.
/// </summary>
public static class OwnName
{
    internal const string Prefix = ".likely-", Lock = ".lock", Unfinished = ".tmp", Set = ".likely-set-";
    internal const int RandomLength = 32;

    /// <summary>True for one part of a path that is such a name.</summary>
    public static bool Is(ReadOnlySpan<char> part) => IsSet(part) || part.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        && (part.EndsWith(Lock, StringComparison.OrdinalIgnoreCase) || StemOfUnfinished(part) > 0);

    /// <summary>True for a path of which any part is such a name.</summary>
    public static bool IsIn(string path)
    {
        if (!path.Contains(Prefix, StringComparison.OrdinalIgnoreCase)) return false;
        foreach (var range in path.AsSpan().SplitAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar))
            if (Is(path.AsSpan(range))) return true;
        return false;
    }

    /// <summary>True for the name of a folder of files that wait for their names.</summary>
    internal static bool IsSet(ReadOnlySpan<char> part) => part.Length == Set.Length + RandomLength && part.StartsWith(Set, StringComparison.OrdinalIgnoreCase);

    /// <summary>How long NAME is in the name of an unfinished file; 0 if it is none.</summary>
    internal static int StemOfUnfinished(ReadOnlySpan<char> part)
    {
        var length = part.Length - Prefix.Length - 1 - RandomLength - Unfinished.Length;
        if (length < 1 || !part.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || !part.EndsWith(Unfinished, StringComparison.OrdinalIgnoreCase)) return 0;
        var random = part.Slice(Prefix.Length + length + 1, RandomLength);
        return part[Prefix.Length + length] == '-' && !random.ContainsAnyExcept("0123456789abcdefABCDEF") ? length : 0;
    }
}
