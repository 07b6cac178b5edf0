namespace Likely.Data;

/// <summary>
/// Picture files of a folder. Pixels are decoded when asked for. Formats that need ffmpeg are decoded once, into a temporary file that
/// is read from then on.
/// </summary>
sealed class FolderSource : ItemSource
{
    readonly record struct Item(string Path, int Label, ImageGeometry Geometry, long Spooled);

    readonly string _folder;
    readonly List<Item> _items = [];
    readonly int _channels = 1;
    FileStream? _spool;

    /// <summary>Opens some files of a folder.</summary>
    /// <exception cref="DataException">if one cannot be read</exception>
    public FolderSource(string folder, IEnumerable<(string Path, int Label)> files, IReadOnlyList<string> classNames)
    {
        (_folder, ClassNames) = (folder, classNames);
        try
        {
            foreach (var (path, label) in files) Add(path, label);
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
        foreach (var item in _items) _channels = Math.Max(_channels, item.Geometry.Channels);
    }

    public override int Count => _items.Count;
    public override IReadOnlyList<string> ClassNames { get; }
    public override string Description => $"folder '{_folder}', {Count} pictures";
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
}
