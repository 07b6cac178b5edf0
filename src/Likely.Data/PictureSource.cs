using Likely.Tensors;

namespace Likely.Data;

/// <summary>One file, decoded when it is opened: a picture, of several frames the first, or all frames of a video.</summary>
sealed class PictureSource : ItemSource
{
    readonly string _path;
    readonly IReadOnlyList<Image> _frames = [];
    readonly bool _hasMore, _hasRange;

    /// <exception cref="DataException">if it is neither a picture nor a video, or a damaged one</exception>
    public PictureSource(string path, FileKind kind, SampleRule rule, CancellationToken cancellation = default)
    {
        (_path, _hasRange) = (path, rule.Range is not null);
        _hasMore = ImageFiles.HasMoreFrames(path, kind);
        if (ImageFiles.IsOwn(kind))
        {
            _frames = [ImageFiles.Read(path, rule)];
            return;
        }
        var (frames, more) = ((IReadOnlyList<Image>)[], false);
        Ffmpeg.Decode([(path, kind)], rule, firstOnly: kind.Format != FileFormat.Video, (_, pictures, hasMore) => (frames, more) = (pictures, hasMore), cancellation: cancellation);
        (_frames, _hasMore) = (frames, _hasMore || more);
    }

    public override IReadOnlyDictionary<int, int> LargestSamples =>
        Enumerable.Range(0, Count).Where(i => _frames[i].LargestSample is not null && !_hasRange).ToDictionary(i => i, i => _frames[i].LargestSample!.Value);

    public override bool IsScaled => _frames.Any(frame => frame.LargestSample is not null);

    public override int Count => _frames.Count;
    public override string Description => Count == 1 ? $"picture '{_path}'" : $"file '{_path}', {Count} frames";
    public override IReadOnlyList<string> Notes => _hasMore ? [$"'{Path.GetFileName(_path)}' has several frames or pages, of which the first is taken"] : [];

    public override Space SpaceOf(int index) =>
        Space.Image(_frames[index].Height, _frames[index].Width, _frames[index].Channels, 256);

    public override string ItemName(int index) => Count == 1 ? Path.GetFileName(_path) : $"{Path.GetFileName(_path)}[{index}]";

    public override void Read(int index, Span<byte> pixels) => _frames[index].Pixels.CopyTo(pixels);
}
