namespace Likely.Data;

/// <summary>
/// A folder of picture files. If it has pictures itself, those are the items; else its sub-folders are the labels, in
/// ordinal order of their names. Pixels are decoded when asked for. Formats that need ffmpeg are decoded once,
/// into a temporary file that is read from then on.
/// </summary>
sealed class FolderSource : ItemSource
{
    readonly record struct Item(string Path, int Label, ImageGeometry Geometry, long Spooled);

    readonly string _folder;
    readonly List<Item> _items = [];
    readonly int _channels = 1;
    readonly string _note = "";
    FileStream? _spool;

    /// <summary>Opens a folder; its sub-folders are numbered by <paramref name="classNames"/> if that is given.</summary>
    public FolderSource(string folder, IReadOnlyList<string>? classNames = null)
    {
        _folder = folder;
        try
        {
            var own = Pictures(folder, recurse: false);
            ClassNames = own.Count > 0 ? [] : classNames ?? ClassesOf(folder);
            foreach (var path in own) Add(path, -1);
            for (var label = 0; label < ClassNames.Count; label++)
                if (Directory.Exists(Path.Combine(folder, ClassNames[label])))
                    foreach (var path in Pictures(Path.Combine(folder, ClassNames[label]), recurse: true)) Add(path, label);
            if (own.Count > 0 && ClassesOf(folder).Count > 0) _note = ", sub-folders left out as there are pictures beside them";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new DataException($"The folder '{folder}' cannot be read: {error.Message}", error);
        }
        catch
        {
            Dispose();
            throw;
        }
        if (_items.Count == 0)
            throw new DataException($"The folder '{folder}' has no pictures; put PNG, PGM or PPM files into it, or into one sub-folder per label.");
        foreach (var item in _items) _channels = Math.Max(_channels, item.Geometry.Channels);
    }

    public override int Count => _items.Count;
    public override IReadOnlyList<string> ClassNames { get; }
    public override string Description => $"folder '{_folder}', {Count} pictures{_note}";
    public override ImageGeometry GeometryOf(int index) => _items[index].Geometry with { Channels = _channels };
    public override int Label(int index) => _items[index].Label;
    public override string ItemName(int index) => Path.GetRelativePath(_folder, _items[index].Path).Replace('\\', '/');
    public override bool IsSlow => true;
    public override void Dispose() => _spool?.Dispose();

    public override void Read(int index, Span<byte> pixels)
    {
        var item = _items[index];
        byte[] stored;
        if (item.Spooled < 0)
        {
            var image = ImageFiles.Read(item.Path);
            if ((image.Height, image.Width, image.Channels) != (item.Geometry.Height, item.Geometry.Width, item.Geometry.Channels))
                throw new DataException($"'{item.Path}' has changed its size while it was in use; start again.");
            stored = image.Pixels;
        }
        else
        {
            stored = new byte[item.Geometry.Dimensions];
            if (RandomAccess.Read(_spool!.SafeFileHandle, stored, item.Spooled) != stored.Length)
                throw new DataException($"The temporary copy of '{item.Path}' cannot be read; start again.");
        }
        if (item.Geometry.Channels == _channels)
            stored.CopyTo(pixels);
        else // a grey picture among coloured ones
            for (var i = 0; i < pixels.Length; i++) pixels[i] = stored[i / _channels];
    }

    void Add(string path, int label)
    {
        if (ImageFiles.IsOwn(path))
        {
            _items.Add(new Item(path, label, ImageFiles.ReadGeometry(path), -1));
            return;
        }
        var image = ImageFiles.Read(path);
        _spool ??= new FileStream(Path.Combine(Path.GetTempPath(), $"likely-{Guid.NewGuid():N}.spool"), FileMode.CreateNew,
            FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        var offset = _spool.Length;
        RandomAccess.Write(_spool.SafeFileHandle, image.Pixels, offset);
        _items.Add(new Item(path, label, new ImageGeometry(image.Height, image.Width, image.Channels, 256), offset));
    }

    /// <summary>The sub-folders that hold pictures at any depth.</summary>
    public static IReadOnlyList<string> ClassesOf(string folder) =>
        [.. Directory.EnumerateDirectories(folder).Where(path => !Hidden(path) && Pictures(path, recurse: true).Count > 0)
            .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    static List<string> Pictures(string folder, bool recurse)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = recurse, IgnoreInaccessible = false };
        List<string> paths = [.. Directory.EnumerateFiles(folder, "*", options).Where(path => ImageFiles.IsImage(path) && !Hidden(path))];
        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    static bool Hidden(string path) => Path.GetFileName(path).StartsWith('.');
}
