using Likely.Tensors;

namespace Likely.Data;

/// <summary>A part of the built-in data set, drawn when asked for.</summary>
sealed class StrokesSource(int part, int count) : ItemSource
{
    static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    static readonly string[] PartNames = ["train", "validation", "test"];

    public override int Count => count;
    public override IReadOnlyList<string> ClassNames => Digits;
    public override string Description => $"built-in generator of handwriting-like digits, {PartNames[part]} part, {count} images";

    public override string? Formula => $"strokes 1, part {part}, {count} images";

    /// <summary>60,000 images for training and 10,000 each for validation and test.</summary>
    public static SourceParts Parts() => new([new StrokesSource(0, 60_000)], [new StrokesSource(1, 10_000)], [new StrokesSource(2, 10_000)]);

    public override Space SpaceOf(int index) => Space.Image(Strokes.Side, Strokes.Side, 1, 256);
    public override int Label(int index) => Strokes.Label(part, index);
    public override string ItemName(int index) => $"strokes/{PartNames[part]}[{index}]";
    public override void Read(int index, Span<byte> pixels) => Strokes.Draw(part, index, pixels);
}
