namespace Likely;

/// <summary>
/// Remarks on files, told when the outcome is known: one line for all files of which the same is to be said. A remark that something does
/// not come back as it was is a loss.
/// </summary>
sealed class ArchiveNotes
{
    const int Named = 3, MostLines = 20;

    readonly List<(bool IsLoss, string One, string Many, List<string> Paths)> _notes = [];
    readonly Dictionary<(bool, string), int> _places = [];

    /// <summary>Remarks on a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="one">What is said of it after its name.</param>
    /// <param name="many">The same said of several.</param>
    /// <param name="isLoss">Whether it does not come back as it was.</param>
    public void Add(string path, string one, string many, bool isLoss)
    {
        if (!_places.TryGetValue((isLoss, one), out var place))
        {
            _places.Add((isLoss, one), place = _notes.Count);
            _notes.Add((isLoss, one, many, []));
        }
        _notes[place].Paths.Add(path);
    }

    public void Clear()
    {
        _notes.Clear();
        _places.Clear();
    }

    public void Tell(ArchiveOptions options)
    {
        foreach (var losses in (bool[])[true, false])
        {
            var tell = losses ? options.Loss ?? options.Note : options.Note;
            var left = _notes.Where(note => note.IsLoss == losses).ToList();
            foreach (var (_, one, many, paths) in left.Take(MostLines))
                tell?.Invoke(paths.Count == 1 ? $"{paths[0]} {one}" : $"{paths.Count} files {many}: {string.Join(", ", paths.Take(Named))}{(paths.Count > Named ? ", ..." : "")}");
            if (left.Count > MostLines) tell?.Invoke($"{left.Skip(MostLines).Sum(note => note.Paths.Count)} more files are stored otherwise than one might expect, for other reasons");
        }
    }
}
