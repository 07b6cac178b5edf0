namespace Likely.Data;

/// <summary>Some items of a data set, in a fixed order, as a model's symbols. Safe to use from many threads.</summary>
public sealed class Split
{
    readonly ItemSource _source;
    readonly Preprocessing _preprocessing;
    readonly int[] _items;
    readonly bool _training;

    internal Split(string name, ItemSource source, Preprocessing preprocessing, ImageGeometry geometry, int[] items, bool training) =>
        (Name, _source, _preprocessing, Geometry, _items, _training) = (name, source, preprocessing, geometry, items, training);

    /// <summary>"train", "validation", "test" or "all".</summary>
    public string Name { get; }

    /// <summary>Number of items; 0 if the data set has no such split.</summary>
    public int Count => _items.Length;

    /// <summary>Shape of every item, or of the first one where images may differ in size.</summary>
    public ImageGeometry Geometry { get; }

    /// <summary>Shape of one item after preprocessing.</summary>
    public ImageGeometry GeometryOf(int index) =>
        _preprocessing.GeometryOf(_source.GeometryOf(_items[index]), () => ItemName(index)) with { Levels = Geometry.Levels };

    /// <summary>The label, -1 if there is none.</summary>
    public int Label(int index) => _source.Label(_items[index]);

    /// <summary>A name for people: the file, or the file and the index in it.</summary>
    public string ItemName(int index) => _source.ItemName(_items[index]);

    /// <summary>
    /// Fills <paramref name="symbols"/>, [Height, Width, Channels] of 0 .. Levels-1. <paramref name="epoch"/> addresses the
    /// mirroring and the dynamic binarisation of training items; other splits do not depend on it.
    /// </summary>
    /// <exception cref="ArgumentException">if the length is not that item's Dimensions</exception>
    /// <exception cref="DataException">if the item cannot be read</exception>
    public void Read(int index, Span<byte> symbols, ulong epoch = 0)
    {
        var geometry = GeometryOf(index);
        if (symbols.Length != geometry.Dimensions)
            throw new ArgumentException($"Item {index} has {geometry.Dimensions} symbols, but there is room for {symbols.Length}.");
        _preprocessing.Read(_source, _items[index], symbols, geometry, epoch, _training);
    }
}
