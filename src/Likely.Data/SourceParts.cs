namespace Likely.Data;

/// <summary>
/// What a path holds, with the parts it has of its own: a file is one part; in a folder, names of files and sub-folders tell the
/// part (see <see cref="PartNames"/>), so that what is for testing never trains.
/// </summary>
sealed record SourceParts(IReadOnlyList<ItemSource> Train, IReadOnlyList<ItemSource> Validation, IReadOnlyList<ItemSource> Test)
{
    /// <summary>What people should know about how the parts were found, and what was left out.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>That names told the parts, and which; null if none did.</summary>
    public string? PartNote { get; private set; }

    /// <summary>Opens a file or a folder.</summary>
    /// <exception cref="DataException">if there is nothing to read at that path</exception>
    public static SourceParts Open(string path, DataOptions options, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        if (Directory.Exists(path)) return OpenFolder(path, options, progress, cancellation);
        if (!File.Exists(path)) throw new DataException($"There is no file or folder '{path}'; check the name.");
        return new SourceParts([OpenFile(path, options, cancellation)], [], []);
    }

    // The content decides; a name is believed where the content is of no known kind, so that a reader can say what is wrong with it.
    static ItemSource OpenFile(string path, DataOptions options, CancellationToken cancellation)
    {
        var kind = FileKind.Of(path);
        return kind.Unpacked.Format switch
        {
            FileFormat.Npy or FileFormat.Idx => new ArraySource(path, ItemLabels.Beside(path), options),
            FileFormat.Cifar10 or FileFormat.Cifar100 => CifarSource.Open(path),
            FileFormat.Png or FileFormat.Pnm or FileFormat.Picture or FileFormat.Video when kind.Content is null => new PictureSource(path, kind, SampleRule.Of(options), cancellation),
            FileFormat.Unknown when IsArray(path) || IsIdx(path) => new ArraySource(path, null, options),
            FileFormat.Unknown when IsCifar(path) => CifarSource.Open(path),
            _ => throw kind.Refusal(path),
        };
    }

    static SourceParts OpenFolder(string folder, DataOptions options, Action<string>? progress, CancellationToken cancellation)
    {
        var listing = new FolderListing(folder, cancellation);
        (List<string> Files, string What, Func<SourceParts> Open)[] kinds =
        [
            (listing.Pictures, "picture", () => PictureFolder.Open(folder, listing, options, progress, cancellation)),
            (listing.Idx, "IDX file", () => OpenFiles(WithoutCopies(listing.Idx).Where(file => !IsLabels(Path.GetFileName(file))), options)),
            (listing.Cifar, "CIFAR file", () => OpenFiles(WithoutCopies(listing.Cifar), options)),
            (listing.Npy, "NumPy array", () => OpenArrays(folder, listing, options)),
        ];
        kinds = [.. kinds.OrderByDescending(kind => kind.Files.Count)];
        if (kinds[0].Files.Count == 0)
        {
            if (CifarFolder(folder) is { } batches) return OpenFolder(batches, options, progress, cancellation);
            throw Nothing(folder, listing);
        }
        // What most of the files are is meant; others have strayed in.
        if (kinds[0].Files.Count == kinds[1].Files.Count)
            throw new DataException($"The folder '{folder}' holds {listing.Some(kinds[0].Files, kinds[0].What)} and {listing.Some(kinds[1].Files, kinds[1].What)}, and nothing says which are the data; name the file that is meant, or move the others away.");
        var parts = kinds[0].Open();
        List<string> strays = [.. kinds[1..].SelectMany(kind => kind.Files), .. listing.Others];
        strays.Sort(StringComparer.Ordinal);
        if (strays.Count > 0) parts.Notes.Add($"left out: {listing.Some(strays, "other file")}");
        if (listing.Trainings.Count > 0) parts.Notes.Add($"left out, as a training wrote what is in there: {listing.Some(listing.Trainings, "folder")}");
        if (listing.Links.Count > 0) parts.Notes.Add($"left out, as links to folders are not followed: {listing.Some(listing.Links, "link")}");
        return parts;
    }

    /// <summary>The folder of CIFAR-10 within another, as its archive makes it; null if there is none.</summary>
    public static string? CifarFolder(string folder) => Path.Combine(folder, "cifar-10-batches-bin") is var batches && Directory.Exists(batches) ? batches : null;

    /// <summary>That a folder has nothing that can be taken for data.</summary>
    public static DataException Nothing(string folder, FolderListing listing) =>
        new($"The folder '{folder}' has no pictures{(listing.Others.Count > 0 ? $" but {listing.Some(listing.Others, "other file")}" : listing.Trainings.Count > 0 ? $" but {listing.Some(listing.Trainings, "folder")} that a training wrote" : "")}; put PNG, PGM or PPM files into it, or into one sub-folder per label.");

    static SourceParts OpenFiles(IEnumerable<string> files, DataOptions options) => OpenParts(files, options, file => OpenFile(file, options, default));

    static SourceParts OpenParts(IEnumerable<string> files, DataOptions options, Func<string, ItemSource> open)
    {
        List<ItemSource> train = [], validation = [], test = [];
        try
        {
            foreach (var file in files) (PartOf(file, options) switch { DataPart.Test => test, DataPart.Validation => validation, _ => train }).Add(open(file));
        }
        catch
        {
            foreach (var source in (IEnumerable<ItemSource>)[.. train, .. validation, .. test]) source.Dispose();
            throw;
        }
        return new SourceParts(train, validation, test).WithPartNote();
    }

    static DataPart PartOf(string file, DataOptions options) =>
        options.Parts == PartRule.Names && PartNames.Of(Path.GetFileName(file)) is (DataPart.Test or DataPart.Validation) and var part ? part : DataPart.Train;

    /// <summary>Says which parts were found by name, if any was.</summary>
    public SourceParts WithPartNote()
    {
        var counts = ((IReadOnlyList<ItemSource>[])[Train, Validation, Test]).Select(part => part.Sum(source => source.Count)).ToArray();
        if (counts[1] + counts[2] > 0) Notes.Add(PartNote = $"parts by their names: train {counts[0]}, validation {counts[1]}, test {counts[2]} (parts=none ignores names)");
        return this;
    }

    /// <summary>One array of images, or one for each part by its name, and perhaps as many of labels.</summary>
    static SourceParts OpenArrays(string folder, FolderListing listing, DataOptions options)
    {
        List<string> images = [], flat = [];
        var counts = new Dictionary<string, long>();
        foreach (var file in WithoutCopies(listing.Npy))
        {
            using var array = ArrayFile.Open(file);
            counts[file] = array.Header.Shape[0];
            (ItemLabels.IsLabels(array.Header) ? flat : images).Add(file);
        }
        if (images.Count == 0 || images.GroupBy(file => PartOf(file, options)).Any(part => part.Count() > 1))
            throw new DataException($"The folder '{folder}' has {images.Count} .npy arrays of images{(images.Count == 0 ? "" : $", such as '{Path.GetFileName(images[0])}'")}; name the one that is meant.");
        string[] fitting = [.. flat.Where(file => images.Count == 1 && counts[file] == counts[images[0]])];
        if (fitting.Length > 1 && ItemLabels.Beside(images[0]) is null)
            throw new DataException($"The folder '{folder}' has several arrays of as many numbers as images, such as '{Path.GetFileName(fitting[0])}' and '{Path.GetFileName(fitting[1])}'; call the labels '{Path.GetFileNameWithoutExtension(images[0])}_labels.npy', or move the others away.");
        // Labels that do not fit in number are refused when they are read, not dropped.
        var parts = OpenParts(images, options, file => new ArraySource(file, LabelsOf(file), options));
        flat.RemoveAll(images.Select(LabelsOf).Contains);
        if (flat.Count > 0) parts.Notes.Add($"left out: {listing.Some(flat, "array")}");
        return parts;

        string? LabelsOf(string file) => ItemLabels.Beside(file) ?? (images.Count > 1 ? null : fitting.FirstOrDefault() ?? flat.FirstOrDefault());
    }

    /// <summary>Leaves out a packed file whose unpacked copy is there too.</summary>
    static IEnumerable<string> WithoutCopies(List<string> files) => files.Where(file =>
        !file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || !files.Contains(file[..^3]));

    static bool IsLabels(string name) => name.Contains("labels", StringComparison.OrdinalIgnoreCase) || name.Contains("idx1", StringComparison.OrdinalIgnoreCase);

    public static bool IsIdx(string path)
    {
        var bare = Bare(path);
        return bare.EndsWith("ubyte", StringComparison.Ordinal) || bare.EndsWith(".idx", StringComparison.Ordinal) ||
            bare.EndsWith(".idx3", StringComparison.Ordinal) || bare.EndsWith(".idx1", StringComparison.Ordinal);
    }

    public static bool IsCifar(string path) => Bare(path).EndsWith(".bin", StringComparison.Ordinal);

    public static bool IsArray(string path) => Bare(path).EndsWith(".npy", StringComparison.Ordinal);

    static string Bare(string path)
    {
        var name = path.ToLowerInvariant();
        return name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
    }
}
