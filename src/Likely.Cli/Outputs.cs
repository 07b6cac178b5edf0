using Likely.Data;
using Likely.Files;

namespace Likely.Cli;

/// <summary>
/// The outputs of one command, claimed before its work begins and held until it ends: none is there already (unless that is
/// allowed), none is an input of the same command, within a folder that it reads, or another of its outputs, and no other run writes it meanwhile.
/// </summary>
/// <param name="note">Told what became of what killed runs left there.</param>
/// <param name="overwrite">Whether they may be there before.</param>
/// <param name="inputs">Files, folders and known data sets the command reads; names that are none are ignored.</param>
sealed class Outputs(Action<string>? note, bool overwrite, params ReadOnlySpan<string?> inputs) : IDisposable
{
    readonly List<string> _inputs = [.. Existing(inputs)];
    readonly HashSet<string> _names = new(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
    readonly HashSet<string> _recovered = new(StringComparer.Ordinal);
    readonly List<OutputLock> _locks = [];
    List<(FileStatus Status, string Final, string Name)>? _read;

    /// <summary>Claims a file.</summary>
    /// <exception cref="UsageException">It may not be written.</exception>
    public void Claim(string path)
    {
        Recover(path, isFolder: false);
        Require(path);
        if (FileStatus.Of(path).Type != FileType.CharacterDevice) _locks.Add(OutputLock.Take(path));
    }

    /// <summary>Claims a folder and the files that will be written into it.</summary>
    /// <exception cref="UsageException">One of them may not be written.</exception>
    public void Claim(string folder, IEnumerable<string> files)
    {
        if (string.IsNullOrWhiteSpace(folder)) throw new UsageException("The name of the output folder is empty.");
        if (FileStatus.Of(folder).Type is not (FileType.Folder or FileType.Missing)) throw new UsageException($"{folder} is not a folder, where one is to be filled.");
        Recover(folder, isFolder: true);
        RequireNoInput(folder);
        foreach (var path in files) Require(path);
        _locks.Add(OutputLock.TakeFolder(folder));
    }

    /// <summary>Keeps other runs from a name that is written beside a claimed one.</summary>
    /// <exception cref="UsageException">Another run holds it, or the command reads it.</exception>
    public void Hold(string path)
    {
        RequireNoInput(path);
        _locks.Add(OutputLock.Take(path));
    }

    /// <summary>Refuses a name that the command reads or that lies in a folder it reads, for what it writes or removes beside its output.</summary>
    /// <exception cref="UsageException">It does.</exception>
    public void RequireNoInput(string path)
    {
        _read ??= [.. _inputs.Select(input => (FileStatus.Of(input), FinalPath.Of(input), input))];
        if (_read.Count == 0) return;
        var (status, final) = (FileStatus.Of(path), FinalPath.Of(path));
        foreach (var (read, at, name) in _read)
            if (read.Type == FileType.Folder && (final == at || IsBelow(final, at) && !IsDefault(final, at)))
                throw new UsageException($"{path} would lie among the data in {name}, which the same command reads, and be taken for data itself; choose a name outside of it, such as {Outside(path, at)}");
        if (status.Type is FileType.Missing) return; // what is read is there
        foreach (var (read, at, name) in _read)
        {
            if (status.IsSame(read) || final == at) throw new UsageException($"{path} is read by the same command{(name == path ? "" : $", as {name}")}; choose another name for what is written.");
            if (status.Type == FileType.Regular && read.Type == FileType.Folder && IsBelow(final, at) && IsData(path))
                throw new UsageException($"{path} is among the data in {name}, which the same command reads; choose another name for what is written.");
        }
    }

    public void Dispose()
    {
        foreach (var held in _locks) held.Dispose();
        _locks.Clear();
    }

    // Before anything is refused: what is there may be so because of a run that was killed. Once for each folder.
    void Recover(string path, bool isFolder)
    {
        if (string.IsNullOrWhiteSpace(path) || FileStatus.Of(path).Type is not (FileType.Regular or FileType.Folder or FileType.Missing)) return;
        var final = FinalPath.Of(path);
        if ((isFolder ? final : Path.GetDirectoryName(final)) is { } folder && _recovered.Add(folder)) FileSet.Recover(folder, note);
    }

    void Require(string path)
    {
        AtomicFile.RequireFree(path, overwrite);
        RequireNoInput(path);
        if (!_names.Add(FinalPath.Of(path)) && FileStatus.Of(path).Type != FileType.CharacterDevice)
            throw new UsageException($"{path} would be written twice; give every output a name of its own.");
    }

    static bool IsBelow(string final, string folder) => final.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Whoever works within the data finds outputs without a name in runs, which readers of data tell from data.
    static bool IsDefault(string final, string folder) => folder == FinalPath.Of(".") && IsBelow(final, Path.Combine(folder, DefaultName.Folder));

    static string Outside(string path, string folder)
    {
        var (name, here) = (Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), FinalPath.Of("."));
        return IsBelow(here, folder) ? Path.Combine(Path.GetDirectoryName(folder) ?? folder, name) : $"{DefaultName.Folder}/{name}";
    }

    // Tables and models in a folder of data are no part of them.
    static bool IsData(string path) => FileKind.Of(path).Unpacked.Format is not (FileFormat.Unknown or FileFormat.Empty or FileFormat.Text or FileFormat.Safetensors or FileFormat.Archive);

    static List<string> Existing(ReadOnlySpan<string?> names)
    {
        var result = new List<string>();
        foreach (var name in names)
        {
            if (name is not { Length: > 0 }) continue;
            var place = Dataset.Known.Any(known => name == known.Name || name == $"known:{known.Name}") && Dataset.IsHere(name) ? Dataset.Fetch(name) : name;
            if (FileStatus.Of(place).Type is FileType.Regular or FileType.Folder) result.Add(place);
        }
        return result;
    }
}
