namespace Likely.Data;

/// <summary>What is to be opened: a file or a folder that is there, and how. What lies in it is looked at once, when first asked for.</summary>
sealed class DataPath
{
    readonly Lazy<FileKind> _kind;
    readonly Lazy<FolderListing> _listing;

    public DataPath(string path, DataOptions options, Action<string>? progress, CancellationToken cancellation)
    {
        (Path, Options, Progress, Cancellation, IsFolder) = (path, options, progress, cancellation, Directory.Exists(path));
        _kind = new Lazy<FileKind>(() => FileKind.Of(path));
        _listing = new Lazy<FolderListing>(() => new FolderListing(path, cancellation));
    }

    public string Path { get; }
    public bool IsFolder { get; }
    public DataOptions Options { get; }
    public Action<string>? Progress { get; }
    public CancellationToken Cancellation { get; }

    /// <summary>What the file is.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public FileKind Kind => _kind.Value;

    /// <summary>What lies in the folder.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public FolderListing Listing => _listing.Value;
}
