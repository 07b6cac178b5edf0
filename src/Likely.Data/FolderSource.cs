using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Picture files of a folder, one item each: of several frames the first. Pixels are decoded when asked for. Formats that need ffmpeg are
/// decoded once, when the folder is opened, into a temporary file that is read from then on.
/// </summary>
sealed class FolderSource : ItemSource
{
    readonly record struct Item(string Path, int Label, Space Space, long Spooled);

    readonly string _folder;
    readonly SampleRule _rule;
    readonly Item[] _items;
    readonly int _channels = 1;
    readonly List<string> _notes = [];
    readonly SortedDictionary<int, int> _largestSamples = [];
    FileStream? _spool;
    volatile bool _isDeep;

    /// <summary>Opens some files of a folder.</summary>
    /// <exception cref="DataException">if one cannot be read</exception>
    public FolderSource(string folder, IReadOnlyList<(string Path, int Label)> files, IReadOnlyList<string> classNames, SampleRule rule, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        (_folder, ClassNames, _rule) = (folder, classNames, rule);
        _items = new Item[files.Count];
        var severalFrames = new bool[files.Count];
        try
        {
            var kinds = new FileKind[files.Count];
            OrderedWork.Run(files.Count, i =>
            {
                var (path, label) = files[i];
                kinds[i] = FileKind.Of(path);
                severalFrames[i] = kinds[i].Demuxer is not null || ImageFiles.IsOwn(kinds[i]) ? ImageFiles.HasMoreFrames(path, kinds[i]) : throw kinds[i].Refusal(path);
                if (!ImageFiles.IsOwn(kinds[i])) return;
                var (space, isDeep) = ImageFiles.ReadSpace(path);
                _items[i] = new Item(path, label, space, -1);
                if (isDeep) _isDeep = true;
                if (isDeep && rule.Range is null) Measure(i, ImageFiles.Read(path, rule));
            }, cancellation);
            int[] foreign = [.. Enumerable.Range(0, files.Count).Where(i => !ImageFiles.IsOwn(kinds[i]))];
            Ffmpeg.Decode([.. foreign.Select(i => (files[i].Path, kinds[i]))], rule, firstOnly: true, (index, pictures, hasMore) =>
            {
                var i = foreign[index];
                severalFrames[i] |= hasMore;
                Measure(i, pictures[0]);
                _items[i] = Spool(files[i].Path, files[i].Label, pictures[0]);
            }, progress, cancellation);
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
        foreach (var item in _items) _channels = Math.Max(_channels, item.Space.Symbols);
        if (severalFrames.Contains(true))
            _notes.Add($"{severalFrames.Count(isTrue => isTrue)} of {Count} pictures, such as '{ItemName(Array.IndexOf(severalFrames, true))}', have several frames or pages, of which the first is taken");
    }

    /// <summary>Grey pictures among coloured ones, which get three equal channels.</summary>
    public IEnumerable<int> GreyAmongColors => Enumerable.Range(0, Count).Where(i => _items[i].Space.Symbols < _channels);

    public override int Count => _items.Length;
    public override IReadOnlyList<string> ClassNames { get; }
    public override IReadOnlyDictionary<int, int> LargestSamples => _largestSamples;
    public override IReadOnlyList<string> Notes => _notes;
    public override string Description => $"folder '{_folder}', {Count} pictures";
    public override Space SpaceOf(int index) => _items[index].Space with { Symbols = _channels };
    public override int Label(int index) => _items[index].Label;
    public override string ItemName(int index) => Path.GetRelativePath(_folder, _items[index].Path).Replace('\\', '/');
    public override bool IsScaled => _isDeep;
    public override bool IsSlow => true;
    public override bool IsOneFile => false;
    public override void Dispose() => _spool?.Dispose();

    public override void Read(int index, Span<byte> pixels)
    {
        var item = _items[index];
        byte[] stored;
        if (item.Spooled < 0)
        {
            var image = ImageFiles.Read(item.Path, _rule);
            if ((image.Height, image.Width, image.Channels) != (item.Space.Height, item.Space.Width, item.Space.Symbols))
                throw new DataException($"'{item.Path}' has changed its size while it was in use; start again.");
            stored = image.Pixels;
        }
        else
        {
            stored = new byte[item.Space.Dimensions];
            if (RandomAccess.Read(_spool!.SafeFileHandle, stored, item.Spooled) != stored.Length)
                throw new DataException($"The temporary copy of '{item.Path}' cannot be read; start again.");
        }
        if (item.Space.Symbols == _channels)
            stored.CopyTo(pixels);
        else // a grey picture among coloured ones
            for (var i = 0; i < pixels.Length; i++) pixels[i] = stored[i / _channels];
    }

    void Measure(int index, Image image)
    {
        if (image.LargestSample is not null) _isDeep = true;
        if (image.LargestSample is { } largest && _rule.Range is null)
            lock (_largestSamples) _largestSamples[index] = largest;
    }

    Item Spool(string path, int label, Image image)
    {
        _spool ??= new FileStream(Path.Combine(Path.GetTempPath(), $"likely-{Guid.NewGuid():N}.spool"), FileMode.CreateNew,
            FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        var offset = _spool.Length;
        RandomAccess.Write(_spool.SafeFileHandle, image.Pixels, offset);
        return new Item(path, label, Space.Image(image.Height, image.Width, image.Channels, 256), offset);
    }
}
