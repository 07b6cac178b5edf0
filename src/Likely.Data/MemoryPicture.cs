using Likely.Tensors;

namespace Likely.Data;

/// <summary>One picture in memory, as a source of one item.</summary>
sealed class MemoryPicture(Image image) : ItemSource
{
    public override int Count => 1;
    public override string Description => "a picture in memory";
    public override Space SpaceOf(int index) => Space.Image(image.Height, image.Width, image.Channels, 256);
    public override string ItemName(int index) => "the picture";
    public override void Read(int index, Span<byte> pixels) => image.Pixels.CopyTo(pixels);
}
