using Likely.Files;

namespace Likely.Cli;

/// <summary>What a verb writes under the name of --out.</summary>
/// <param name="What">In words.</param>
/// <param name="Extensions">How its names may end, the usual way first.</param>
/// <param name="IsText">Whether --out - streams it to stdout.</param>
sealed record OutputName(string What, string[] Extensions, bool IsText = false)
{
    /// <summary>The name that means stdout.</summary>
    public const string Stdout = "-";

    public static readonly OutputName Table = new("a table as CSV", [".csv", ".txt"], IsText: true);
    public static readonly OutputName Model = new("a model", [".likely", ".safetensors"]);
    public static readonly OutputName Text = new("a text", [".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".html", ".htm", ".svg", ".cs", ".py", ".sh"]);
    public static readonly OutputName Archive = new("an archive", [".lka"]);
    public static readonly OutputName Index = new("an index", [".lki"]);
    public static readonly OutputName Page = new("a page of HTML", [".html", ".htm"]);

    // Endings that promise something else.
    static readonly HashSet<string> Promises = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".avif", ".heic", ".jxl", ".svg", ".pdf", ".pgm", ".ppm", ".pbm", ".pnm", ".ico", ".csv", ".tsv", ".txt", ".md",
        ".json", ".jsonl", ".xml", ".yaml", ".yml", ".xls", ".xlsx", ".ods", ".parquet", ".arrow", ".npy", ".npz", ".pkl", ".mat", ".h5", ".hdf5", ".pt", ".pth", ".ckpt", ".onnx", ".gguf",
        ".likely", ".safetensors", ".resume", ".lka", ".lki", ".idx", ".html", ".htm", ".zip", ".gz", ".xz", ".bz2", ".zst", ".7z", ".tar", ".tgz", ".wav", ".mp3", ".flac", ".ogg", ".mp4", ".avi", ".mkv", ".cs", ".py", ".sh",
    };

    /// <summary>A file with items of a modality.</summary>
    public static OutputName Of(Modality modality) => new(modality.FileWords, [modality.Extension]);

    /// <summary>The name given, or else a free one of that stem in the folder runs; for text, <see cref="Stdout"/> by whatever name.</summary>
    /// <exception cref="UsageException">The name promises something else.</exception>
    public string Choose(string? given, string stem, Session session)
    {
        var path = given ?? DefaultName.Free(stem, Extensions[0], session.Force);
        if (IsText && path.Length > 0 && FileStatus.Of(path).IsStandardOutput) return Stdout;
        Require(path);
        return path;
    }

    /// <summary>Refuses a name that promises something else than what is written.</summary>
    /// <exception cref="UsageException">It does.</exception>
    public void Require(string path, string option = "--out")
    {
        if (path == Stdout)
        {
            if (!IsText) throw new UsageException($"--out - is for what is drawn as text, and not for {What} here; name a file, such as out{Extensions[0]}");
            return;
        }
        var extension = Path.GetExtension(path);
        if (Promises.Contains(extension) && !Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            throw new UsageException($"{option} {path} promises something else than {What}; name it {Path.ChangeExtension(path, Extensions[0])}");
    }
}
