namespace Likely.Files;

/// <summary>A file that waits for its name.</summary>
/// <param name="Staging">The folder in which it waits.</param>
/// <param name="Place">Its path there, and within the folder around.</param>
/// <param name="Replaces">Whether there was a file when the moves began.</param>
readonly record struct StagedFile(string Staging, string Place, bool Replaces = false)
{
    /// <summary>The full path that it will have.</summary>
    public string Target => Path.Combine(Path.GetDirectoryName(Staging)!, Place);

    /// <summary>Where it waits.</summary>
    public string New => Path.Combine(Staging, "new", Place);

    /// <summary>Where what it replaces waits.</summary>
    public string Old => Path.Combine(Staging, "old", Place);
}
