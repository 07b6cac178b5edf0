namespace Likely.Cli;

/// <summary>Files that belong together: where one cannot be written, or the work is stopped, none of the new ones stays.</summary>
sealed class OutputSet(bool overwrite) : IDisposable
{
    readonly List<string> _new = [];
    bool _complete;

    /// <summary>Writes one of them, whole or not at all.</summary>
    /// <exception cref="UsageException">It cannot be written, or exists and may not be overwritten.</exception>
    public void Write(string path, Action<Stream> content)
    {
        var isNew = !File.Exists(path);
        AtomicFile.Write(path, overwrite, content);
        if (isNew) _new.Add(path);
    }

    /// <summary>Says that all are there.</summary>
    public void Complete() => _complete = true;

    public void Dispose()
    {
        if (_complete) return;
        foreach (var path in _new)
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The failure that ended the work is the one to report.
            }
        }
    }
}
