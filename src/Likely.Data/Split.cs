using System.Buffers;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>Some items of a data set, in a fixed order, as a model's symbols. Safe to use from many threads.</summary>
public sealed class Split
{
    readonly ItemSource _source;
    readonly Preprocessing _preprocessing;
    readonly int[] _items;
    readonly bool _training;
    readonly ContentHashes _hashes;
    readonly Func<int, double>? _place;
    readonly int[]? _classOf;
    int[]? _numbers, _windows;

    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="source">Where the items lie.</param>
    /// <param name="preprocessing">What is done to them.</param>
    /// <param name="space">See <see cref="Space"/>.</param>
    /// <param name="items">Their indices in the source.</param>
    /// <param name="training">Whether they vary with the epoch.</param>
    /// <param name="hashes">What the items of the source hold.</param>
    /// <param name="place">Each item's place in an even draw, by its index in the source; null if they lie in no order, so that the first are as good as any.</param>
    /// <param name="classOf">The class of each label of the source; null if labels are classes.</param>
    internal Split(string name, ItemSource source, Preprocessing preprocessing, Space space, int[] items, bool training, ContentHashes hashes, Func<int, double>? place, int[]? classOf) =>
        (Name, _source, _preprocessing, Space, _items, _training, _hashes, _place, _classOf) = (name, source, preprocessing, space, items, training, hashes, place, classOf);

    /// <summary>"train", "validation", "test" or "all".</summary>
    public string Name { get; }

    /// <summary>Number of items; 0 if the data set has no such split.</summary>
    public int Count => _items.Length;

    /// <summary>Shape of every item, or of the first one where images may differ in size.</summary>
    public Space Space { get; }

    /// <summary>Shape of one item after preprocessing.</summary>
    public Space SpaceOf(int index) => _windows is null ? WholeSpaceOf(_items[index]) : Space;

    Space WholeSpaceOf(int item) => _preprocessing.SpaceOf(_source.SpaceOf(item), () => _source.ItemName(item)) with { Levels = Space.Levels };

    /// <summary>The windows of these pictures, of those that are large enough.</summary>
    /// <exception cref="DataException">if there are more than anybody can count</exception>
    internal Split InWindows(PatchSize size)
    {
        List<int> items = [], windows = [];
        foreach (var item in _items)
        {
            var space = WholeSpaceOf(item);
            var count = size.FitsInto(space) ? size.Count(space, _training) : 0;
            if (items.Count + (long)count > PatchSize.MostWindows) throw new DataException($"The pictures have more than {PatchSize.MostWindows} windows of patches={size}; make them larger, or the pictures fewer with limit=N.");
            for (var i = 0; i < count; i++)
            {
                items.Add(item);
                windows.Add(i);
            }
        }
        return new Split(Name, _source, _preprocessing, Space, [.. items], _training, _hashes, _place, _classOf) { _windows = [.. windows] };
    }

    // Windows of one picture are not drawn together.
    double Place(int index) => _windows is null ? _place!(_items[index]) : Partition.Place(_hashes[_items[index]] + (UInt128)(_windows[index] + 1), _preprocessing.Options.Seed);

    /// <summary>
    /// At most <paramref name="count"/> of the items, in their order, drawn evenly over the whole split: by content, so that a split sorted
    /// by class gives all classes, and one item more or less changes the draw by one. Known data sets that were shuffled by their publishers give the first.
    /// </summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public Split Sample(int count)
    {
        if (count >= Count) return this;
        int[] chosen = [.. Enumerable.Range(0, Count)];
        if (_place is not null) chosen = [.. chosen.OrderBy(Place).ThenBy(index => index).Take(count).Order()];
        else chosen = chosen[..count];
        return new Split(Name, _source, _preprocessing, Space, [.. chosen.Select(index => _items[index])], _training, _hashes, _place, _classOf)
        {
            _numbers = [.. chosen.Select(Number)],
            _windows = _windows is null ? null : [.. chosen.Select(index => _windows[index])],
        };
    }

    /// <summary>An item's index in the whole split, if this is a sample of it.</summary>
    public int Number(int index) => _numbers?[index] ?? index;

    /// <summary>A sketch of what the items hold; of data that are drawn by a formula, which have a name, that of nothing.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public ContentSketch Sketch() => ContentSketch.Of(_source.Formula is null ? _items.Select(item => _hashes[item]) : []);

    /// <summary>How many of the items have the content of an item of another split; none of those that are drawn by a formula.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public int CountIn(Split other)
    {
        if (_source.Formula is not null || other._source.Formula is not null) return 0;
        HashSet<UInt128> others = [.. other._items.Select(item => other._hashes[item])];
        return _items.Count(item => others.Contains(_hashes[item]));
    }

    /// <summary>How many of the items are in the set that was sketched, of how many that the sketch can tell.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public (int Seen, int Compared) Compare(ContentSketch sketch) => sketch.Compare(_source.Formula is null ? _items.Select(item => _hashes[item]) : []);

    /// <summary>The label, an index into the data set's class names; -1 if there is none.</summary>
    public int Label(int index) => _source.Label(_items[index]) is >= 0 and var label && _classOf is not null ? _classOf[label] : _source.Label(_items[index]);

    /// <summary>A name for people: the file, or the file and the index in it.</summary>
    public string ItemName(int index) => _source.ItemName(_items[index]) + (_windows is null ? "" : WindowName(index));

    string WindowName(int index)
    {
        if (_training) return $" (window {_windows![index]})";
        var (top, left) = new PatchSize(Space.Height, Space.Width).Place(WholeSpaceOf(_items[index]), _windows![index]);
        return $" (window at row {top}, column {left})";
    }

    /// <summary>
    /// Fills <paramref name="symbols"/>, [Height, Width, Channels] of 0 .. Levels-1. <paramref name="epoch"/> addresses
    /// what varies of training items, such as windows and mirroring; other splits do not depend on it.
    /// </summary>
    /// <exception cref="ArgumentException">if the length is not that item's Dimensions</exception>
    /// <exception cref="DataException">if the item cannot be read</exception>
    public void Read(int index, Span<int> symbols, ulong epoch = 0)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(symbols.Length);
        var bytes = buffer.AsSpan(0, symbols.Length);
        Read(index, bytes, epoch);
        for (var i = 0; i < bytes.Length; i++) symbols[i] = bytes[i];
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The same as bytes, as which symbols of up to 256 levels are stored.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    /// <exception cref="DataException">As above.</exception>
    public void Read(int index, Span<byte> symbols, ulong epoch = 0)
    {
        var space = SpaceOf(index);
        if (symbols.Length != space.Dimensions)
            throw new ArgumentException($"Item {index} has {space.Dimensions} symbols, but there is room for {symbols.Length}.");
        if (_windows is null) _preprocessing.Read(_source, _items[index], symbols, space, epoch, _training);
        else _preprocessing.ReadWindow(_source, _items[index], _windows[index], symbols, WholeSpaceOf(_items[index]), space, epoch, _training);
    }
}
