namespace Likely.Data;

/// <summary>
/// What a path holds, with the parts it has of its own: a file is one part; a folder may name its parts, as sub-folders
/// or as files called train..., test... (t10k..., test_batch...), val....
/// </summary>
sealed record SourceParts(IReadOnlyList<ItemSource> Train, IReadOnlyList<ItemSource> Validation, IReadOnlyList<ItemSource> Test)
{
    static readonly string[] TrainNames = ["train", "training"], ValidationNames = ["validation", "valid", "val"], TestNames = ["test", "testing"];

    /// <summary>Opens a file or a folder.</summary>
    /// <exception cref="DataException">if there is nothing to read at that path</exception>
    public static SourceParts Open(string path)
    {
        if (Directory.Exists(path)) return OpenFolder(path);
        if (!File.Exists(path)) throw new DataException($"There is no file or folder '{path}'; check the name.");
        return new SourceParts([OpenFile(path)], [], []);
    }

    // The content decides; a name is believed where the content is of no known kind, so that a reader can say what is wrong with it.
    static ItemSource OpenFile(string path)
    {
        var name = Path.GetFileName(path).ToLowerInvariant();
        var kind = FileKind.Of(path);
        return kind.Unpacked.Format switch
        {
            FileFormat.Npy => new NpySource(path, NpySource.LabelFile(path)),
            FileFormat.Idx => RecordSource.OpenIdx(path),
            FileFormat.Cifar10 => RecordSource.OpenCifar(path),
            FileFormat.Png or FileFormat.Pnm or FileFormat.Picture or FileFormat.Video when kind.Content is null => new PictureSource(path),
            FileFormat.Unknown when IsArray(name) => new NpySource(path, null),
            FileFormat.Unknown when IsIdx(name) => RecordSource.OpenIdx(path),
            FileFormat.Unknown when IsCifar(name) => RecordSource.OpenCifar(path),
            FileFormat.Unknown when kind.Content is null => new PictureSource(path),
            _ => throw kind.Refusal(path),
        };
    }

    static SourceParts OpenFolder(string folder)
    {
        try
        {
            string[] folders = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)];
            string[] files = [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
            string? train = Named(folders, TrainNames), validation = Named(folders, ValidationNames), test = Named(folders, TestNames);
            if (train is not null && (validation ?? test) is not null) return OpenPictureFolders(train, validation, test);
            if (folders.FirstOrDefault(path => Path.GetFileName(path) == "cifar-10-batches-bin") is { } batches) return OpenFolder(batches);

            string[] images = [.. files.Where(file => IsIdx(Path.GetFileName(file).ToLowerInvariant()) && Path.GetFileName(file).Contains("images"))];
            if (images.Length > 0) return OpenFiles(WithoutCopies(images));
            string[] cifar = [.. files.Where(file => IsCifar(Path.GetFileName(file).ToLowerInvariant()))];
            string[] standard = [.. cifar.Where(file => Path.GetFileName(file).Contains("_batch", StringComparison.Ordinal))];
            if (cifar.Length > 0) return OpenFiles(WithoutCopies(standard.Length > 0 ? standard : cifar));
            string[] arrays = [.. files.Where(file => file.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))];
            return arrays.Length > 0 ? OpenArrays(folder, arrays) : new SourceParts([new FolderSource(folder)], [], []);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The folder '{folder}' cannot be read: {error.Message}", error);
        }
    }

    static SourceParts OpenPictureFolders(string train, string? validation, string? test)
    {
        string?[] folders = [train, validation, test];
        string[] names = [.. folders.OfType<string>().SelectMany(FolderSource.ClassesOf).Distinct().Order(StringComparer.Ordinal)];
        return new SourceParts(Part(train), Part(validation), Part(test));

        IReadOnlyList<ItemSource> Part(string? folder) => folder is null ? [] : [new FolderSource(folder, names)];
    }

    static SourceParts OpenFiles(IEnumerable<string> files)
    {
        List<ItemSource> train = [], validation = [], test = [];
        try
        {
            foreach (var file in files)
            {
                var name = Path.GetFileName(file).ToLowerInvariant();
                var part = name.StartsWith("test", StringComparison.Ordinal) || name.StartsWith("t10k", StringComparison.Ordinal) ? test
                    : name.StartsWith("val", StringComparison.Ordinal) ? validation : train;
                part.Add(OpenFile(file));
            }
        }
        catch
        {
            foreach (var source in (IEnumerable<ItemSource>)[.. train, .. validation, .. test]) source.Dispose();
            throw;
        }
        return new SourceParts(train, validation, test);
    }

    /// <summary>One array of images, and perhaps one of as many labels.</summary>
    static SourceParts OpenArrays(string folder, string[] files)
    {
        List<string> images = [], flat = [];
        foreach (var file in files) (NpySource.ReadHeader(file).Shape.Length > 1 ? images : flat).Add(file);
        if (images.Count != 1)
            throw new DataException($"The folder '{folder}' has {images.Count} .npy arrays of images; name the one that is meant.");
        var count = NpySource.ReadHeader(images[0]).Shape[0];
        flat.RemoveAll(file => !NpySource.IsLabels(NpySource.ReadHeader(file), count));
        return new SourceParts([new NpySource(images[0], flat.Count == 1 ? flat[0] : null)], [], []);
    }

    /// <summary>Leaves out a packed file whose unpacked copy is there too.</summary>
    static IEnumerable<string> WithoutCopies(string[] files) => files.Where(file =>
        !file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || !files.Contains(file[..^3]));

    static string? Named(string[] folders, string[] names) =>
        folders.FirstOrDefault(folder => names.Contains(Path.GetFileName(folder).ToLowerInvariant()));

    static bool IsIdx(string name)
    {
        var bare = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
        return bare.EndsWith("ubyte", StringComparison.Ordinal) || bare.EndsWith(".idx", StringComparison.Ordinal) ||
            bare.EndsWith(".idx3", StringComparison.Ordinal) || bare.EndsWith(".idx1", StringComparison.Ordinal);
    }

    static bool IsArray(string name) => name.EndsWith(".npy", StringComparison.Ordinal) || name.EndsWith(".npy.gz", StringComparison.Ordinal);

    static bool IsCifar(string name) => name.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".bin.gz", StringComparison.Ordinal);
}
