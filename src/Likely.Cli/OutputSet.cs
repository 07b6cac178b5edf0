using Likely.Files;

namespace Likely.Cli;

/// <summary>
/// Files that belong together: they get their names when all are there, so that where one cannot be written, or the work is stopped or
/// killed, those that were there before are still there, and none of the new ones is.
/// </summary>
/// <param name="note">Told what became of what killed runs left where the files go.</param>
/// <param name="overwrite">Whether files may be there before.</param>
sealed class OutputSet(Action<string>? note, bool overwrite) : IDisposable
{
    FileSet? _files;

    /// <summary>Writes one of them; a device gets its content at once.</summary>
    /// <exception cref="UsageException">It cannot be written, or exists and may not be overwritten.</exception>
    public void Write(string path, Action<Stream> content)
    {
        AtomicFile.RequireFree(path, overwrite);
        if (FileStatus.Of(path).Type == FileType.CharacterDevice)
        {
            AtomicFile.Write(path, overwrite, content);
            return;
        }
        var target = FinalPath.Of(path);
        _files ??= new FileSet(Path.GetDirectoryName(target)!, overwrite, note);
        _files.Write(target, content);
    }

    /// <summary>Gives all their names.</summary>
    /// <exception cref="UsageException">One of them cannot have it.</exception>
    public void Complete() => _files?.Commit();

    public void Dispose() => _files?.Dispose();
}
