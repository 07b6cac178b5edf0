using Likely.Files;

namespace Likely.Data;

/// <summary>
/// What lies in a folder, by what the files hold: pictures at any depth, and arrays (IDX, CIFAR, NumPy) in the folder itself. Links to folders are not
/// followed, names that begin with a dot and what trainings wrote are left out, and only regular files are opened. All lists are in ordinal order.
/// </summary>
sealed class FolderListing
{
    readonly string _folder;

    /// <exception cref="DataException">if the folder cannot be read</exception>
    public FolderListing(string folder, CancellationToken cancellation)
    {
        _folder = folder;
        try
        {
            var walk = new FolderWalk(folder, withHidden: false, cancellation, TrainingOutput.Is);
            (List<string> files, Links, Trainings) = (walk.Files, walk.Links, walk.LeftOut);
            var kinds = new FileKind?[files.Count];
            OrderedWork.Run(files.Count, i => kinds[i] = KindOf(files[i]), cancellation);
            (Files, Kinds) = (files, kinds);
            for (var i = 0; i < files.Count; i++)
            {
                ListFor(files[i], kinds[i]).Add(files[i]);
                if (kinds[i] is { } kind && FileKind.IsPlainText(kind)) Texts.Add(files[i]);
                else if (kinds[i]?.Unpacked.Format == FileFormat.Unknown) Unknown.Add(files[i]);
                else if (kinds[i] is { } other && FileKind.IsSound(other)) Sounds.Add(files[i]);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder '{folder}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>All that is no folder.</summary>
    public List<string> Files { get; }

    /// <summary>What each of the files is; null of what cannot be read.</summary>
    public IReadOnlyList<FileKind?> Kinds { get; }

    /// <summary>Files that are text, at any depth; of the others as well.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Files of no known kind, at any depth; of the others as well.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>Files of sound that can be read, at any depth; of the others as well.</summary>
    public List<string> Sounds { get; } = [];

    /// <summary>Whether there is anything that holds pictures, but for those beside more files of sound.</summary>
    public bool HasPixels => Idx.Count + Cifar.Count + Npy.Count > 0 || Pictures.Count > 0 && Pictures.Count >= Sounds.Count;

    /// <summary>Files that are pictures, or are called so.</summary>
    public List<string> Pictures { get; } = [];

    public List<string> Idx { get; } = [];
    public List<string> Cifar { get; } = [];
    public List<string> Npy { get; } = [];

    /// <summary>All other files.</summary>
    public List<string> Others { get; } = [];

    /// <summary>Links to folders.</summary>
    public List<string> Links { get; }

    /// <summary>Folders that trainings have filled.</summary>
    public List<string> Trainings { get; }

    /// <summary>The path below the folder, with slashes.</summary>
    public string Relative(string path) => Path.GetRelativePath(_folder, path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>Some paths for people: how many, and the first few.</summary>
    public string Some(IReadOnlyCollection<string> paths, string what) =>
        $"{paths.Count} {what}{(paths.Count == 1 ? "" : "s")} ({string.Join(", ", paths.Take(3).Select(Relative))}{(paths.Count > 3 ? ", ..." : "")})";

    List<string> ListFor(string path, FileKind? kind)
    {
        if (kind?.Format is FileFormat.Png or FileFormat.Pnm or FileFormat.Picture || kind is not null && ImageFiles.HasPictureName(path)) return Pictures;
        if (kind is null || Path.GetDirectoryName(path) != Path.TrimEndingDirectorySeparator(_folder)) return Others;
        // What is called an array and is none is refused by its reader, not left out.
        return kind.Unpacked.Format switch
        {
            FileFormat.Npy => Npy,
            FileFormat.Idx => Idx,
            FileFormat.Cifar10 or FileFormat.Cifar100 => Cifar,
            FileFormat.Unknown when SourceParts.IsIdx(path) => Idx,
            FileFormat.Unknown when SourceParts.IsCifar(path) && path.Contains("_batch", StringComparison.OrdinalIgnoreCase) => Cifar,
            _ => Others,
        };
    }

    // Null of what is no regular file; a file that cannot be opened is missed only if it is called a picture.
    static FileKind? KindOf(string path)
    {
        if (FileStatus.Of(path).Type != FileType.Regular) return null;
        try
        {
            return FileKind.Of(path);
        }
        catch (DataException) when (!ImageFiles.HasPictureName(path))
        {
            return null;
        }
    }
}
