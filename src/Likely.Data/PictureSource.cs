namespace Likely.Data;

/// <summary>One file with one picture, or with the frames of a video, decoded when it is opened.</summary>
sealed class PictureSource : ItemSource
{
    readonly string _path;
    readonly IReadOnlyList<Image> _frames;

    public PictureSource(string path)
    {
        _path = path;
        _frames = ImageFiles.HasPictureName(path) || ImageFiles.IsOwn(path) ? [Image.Read(path)] : Ffmpeg.Decode(path, firstOnly: false);
    }

    public override int Count => _frames.Count;
    public override string Description => Count == 1 ? $"picture '{_path}'" : $"file '{_path}', {Count} frames";

    public override ImageGeometry GeometryOf(int index) =>
        new(_frames[index].Height, _frames[index].Width, _frames[index].Channels, 256);

    public override string ItemName(int index) => Count == 1 ? Path.GetFileName(_path) : $"{Path.GetFileName(_path)}[{index}]";

    public override void Read(int index, Span<byte> pixels) => _frames[index].Pixels.CopyTo(pixels);
}
