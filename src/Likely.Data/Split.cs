using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Some items of a data set, in a fixed order, as a model's symbols. Safe to use from many threads. An index that is no item's is an
/// <see cref="ArgumentOutOfRangeException"/>, and reading from a data set that is closed an <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class Split
{
    readonly SymbolItems _source;
    readonly ItemIndices _items;
    readonly bool _training;
    int[]? _numbers;
    int? _label;

    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="source">What is read.</param>
    /// <param name="space">See <see cref="Space"/>.</param>
    /// <param name="items">The items' indices in the source.</param>
    /// <param name="training">Whether they vary with the epoch.</param>
    internal Split(string name, SymbolItems source, Space space, ItemIndices items, bool training) =>
        (Name, _source, Space, _items, _training) = (name, source, space, items, training);

    /// <summary>One item in memory, of a model's symbols.</summary>
    /// <exception cref="ArgumentException">There are more or fewer symbols than the space has.</exception>
    public static Split Of(int[] symbols, Space space)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        if (symbols.Length == 0 || symbols.Length != space.Dimensions) throw new ArgumentException($"an item of {space} has {space.Dimensions} symbols, not {symbols.Length}", nameof(symbols));
        return new Split("item", new MemoryItem(symbols, [], space), space, ItemIndices.All(1), false);
    }

    /// <summary>One row of real numbers in memory, of a space without levels.</summary>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the space has.</exception>
    public static Split Of(float[] values, Space space)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != space.Dimensions) throw new ArgumentException($"a row has {space.Dimensions} numbers, not {values.Length}", nameof(values));
        return new Split("item", new MemoryItem([], values, space), space, ItemIndices.All(1), false);
    }

    /// <summary>One picture in memory, made of so many levels as a model's preprocessing makes its data.</summary>
    /// <exception cref="DataException">It is too small to be cropped, or has other channels than the preprocessing needs.</exception>
    public static Split Of(Image picture, DataOptions options, int levels)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(options);
        var source = new MemoryPicture(picture);
        var preprocessing = new Preprocessing(options, new StaticDraw(source, new ContentHashes(source, default)));
        var space = preprocessing.SpaceOf(source.SpaceOf(0), () => "the picture") with { Levels = levels };
        var symbols = new byte[space.Dimensions];
        preprocessing.Read(source, 0, symbols, space, 0, training: false);
        return Of(Array.ConvertAll(symbols, symbol => (int)symbol), space);
    }

    /// <summary>"train", "validation", "test" or "all".</summary>
    public string Name { get; }

    /// <summary>Number of items; 0 if the data set has no such split.</summary>
    public int Count => _items.Count;

    /// <summary>Shape of every item; of the first one where images may differ in size, of the longest of sequences.</summary>
    public Space Space { get; }

    /// <summary>Shape of one item after preprocessing.</summary>
    public Space SpaceOf(int index) => _source.SpaceOf(At(index));

    /// <summary>The windows of these pictures, of those that are large enough.</summary>
    /// <exception cref="DataException">if there are more than anybody can count</exception>
    internal Split InWindows(PatchSize size, int? count)
    {
        var windows = new PictureWindows((PictureItems)_source, _items.ToArray(), size, Space, _training, count);
        return new Split(Name, windows, Space, ItemIndices.All(windows.Count), _training);
    }

    /// <summary>True if the items are lines of a text.</summary>
    public bool AreLines => (_source as TokenItems)?.AreLines ?? false;

    /// <summary>The items where they stand in the text of their files; null if they are no lines.</summary>
    public RunningText? Running() => (_source as TokenItems)?.Running(_items.ToArray());

    /// <summary>Sequences in stretches of at most so many symbols; of other data, and of sequences that are given another one, the same items.</summary>
    /// <exception cref="DataException">if there are more than anybody can count</exception>
    public Split InStretches(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (!Space.IsSequence || Space.Width <= most || Space.Source > 0) return this;
        var stretches = new Stretches(_source, _items.ToArray(), most);
        return new Split(Name, stretches, Space with { Width = most }, ItemIndices.All(stretches.Count), _training);
    }

    /// <summary>
    /// At most <paramref name="count"/> of the items, in their order, drawn evenly over the whole split: by content, so that a split sorted
    /// by class gives all classes, and one item more or less changes the draw by one. Known data sets that were shuffled by their publishers give the first.
    /// </summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public Split Sample(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count >= Count) return this;
        return Some(_source.IsShuffled ? [.. Enumerable.Range(0, count)] : Partition.Lowest(_items.Select(_source.Place), count));
    }

    /// <summary>Where <see cref="Sample"/> took these from, for people: of how many, and which; nothing if they are all.</summary>
    public string DrawnFrom(int count) => Count >= count ? "" : _source.IsShuffled ? $", the first of {count}" : $", drawn evenly from {count}";

    /// <summary>Those of the items that have exactly one label.</summary>
    public Split WithOneLabel()
    {
        return Enumerable.Range(0, Count).All(index => Labels(index).Count == 1) ? this : Some([.. Enumerable.Range(0, Count).Where(index => Labels(index).Count == 1)]);
    }

    Split Some(int[] chosen) => new(Name, _source, Space, Array.ConvertAll(chosen, index => _items[index]), _training) { _numbers = Array.ConvertAll(chosen, Number) };

    /// <summary>One of the items alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if there is no such item</exception>
    public Split Only(int index) => new(Name, _source, SpaceOf(index), (int[])[At(index)], _training) { _numbers = [Number(index)], _label = _label };

    /// <summary>Some of the items, in the order of their indices here.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if there is no such item</exception>
    public Split Choose(IReadOnlyList<int> indices) => new(Name, _source, Space, (int[])[.. indices.Select(At)], _training) { _numbers = [.. indices.Select(Number)], _label = _label };

    /// <summary>An item's index in the whole split, if this is a sample of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if there is no such item</exception>
    public int Number(int index)
    {
        At(index);
        return _numbers?[index] ?? index;
    }

    /// <summary>A sketch of what the items hold; of data that are drawn by a formula, which have a name, that of nothing.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public ContentSketch Sketch() => ContentSketch.Of(_items.SelectMany(_source.Pieces));

    /// <summary>What tells these items with their labels in this order from any others: SHA-256 of all, in hexadecimal digits.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[16];
        for (var i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(numbers, -1);
            foreach (var label in Labels(i))
            {
                BinaryPrimitives.WriteInt32LittleEndian(numbers, label);
                hash.AppendData(numbers[..4]);
            }
            BinaryPrimitives.WriteInt32LittleEndian(numbers, -2);
            hash.AppendData(numbers[..4]);
            foreach (var piece in _source.Pieces(At(i)))
            {
                BinaryPrimitives.WriteUInt128LittleEndian(numbers, piece);
                hash.AppendData(numbers);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>How many of the items have the content of an item of another split; none of those that are drawn by a formula.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public int CountIn(Split other)
    {
        ArgumentNullException.ThrowIfNull(other);
        // The hashes of one side at most are in memory, so many at a time.
        const int MostAtOnce = 1 << 22;
        var total = 0;
        var mine = new Dictionary<UInt128, int>();
        var left = Count;
        foreach (var item in _items)
        {
            left--;
            if (_source.Hash(item) is { } hash) CollectionsMarshal.GetValueRefOrAddDefault(mine, hash, out _)++;
            if (mine.Count < MostAtOnce && left > 0) continue;
            foreach (var one in other._items)
                if (other._source.Hash(one) is { } same && mine.Remove(same, out var count)) total += count;
            mine.Clear();
        }
        return total;
    }

    /// <summary>What tells an item from any other: a hash of its content, or its number where items are drawn by a formula.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public UInt128 ContentOf(int index) => _source.Hash(At(index)) ?? (UInt128)At(index);

    /// <summary>How many of the items, or of the pieces of long ones, are in the set that was sketched, of how many that the sketch can tell.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public (int Seen, int Compared) Compare(ContentSketch sketch) => (sketch ?? throw new ArgumentNullException(nameof(sketch))).Compare(_items.SelectMany(_source.Pieces));

    /// <summary>The label, an index into the data set's class names; -1 if there is none.</summary>
    public int Label(int index) => At(index) is var at && _label is { } label ? label : _source.Label(at);

    /// <summary>All labels of an item: where it can have several, as a story has topics, <see cref="Label"/> is the first of them.</summary>
    public IReadOnlyList<int> Labels(int index) => At(index) is var at && _label is { } label ? [label] : _source.Labels(at);

    /// <summary>The same items, each of them with this label, as which a model may be asked about it.</summary>
    public Split Labelled(int label) => new(Name, _source, Space, _items, _training) { _numbers = _numbers, _label = label };

    /// <summary>A name for people: the file, or the file and the index in it.</summary>
    public string ItemName(int index) => _source.NameOf(At(index));

    /// <summary>
    /// Fills <paramref name="symbols"/>, [Height, Width, Channels] of 0 .. Levels-1. <paramref name="epoch"/> addresses
    /// what varies of training items, such as windows and mirroring; other splits do not depend on it.
    /// </summary>
    /// <exception cref="ArgumentException">if the length is not that item's Dimensions</exception>
    /// <exception cref="DataException">if the item cannot be read</exception>
    public void Read(int index, Span<int> symbols, ulong epoch = 0)
    {
        RequireLength(index, symbols.Length);
        _source.Read(Open(index), 0, symbols, epoch, _training);
    }

    /// <summary>The same as bytes, as which symbols of up to 256 levels are stored.</summary>
    /// <exception cref="ArgumentException">As above, or the alphabet is larger.</exception>
    /// <exception cref="DataException">As above.</exception>
    public void Read(int index, Span<byte> symbols, ulong epoch = 0)
    {
        RequireLength(index, symbols.Length);
        if (Space.Levels > 256) throw new ArgumentException($"Symbols of {Space.Levels} levels are no bytes; read them as numbers.");
        _source.Read(Open(index), symbols, epoch, _training);
    }

    /// <summary>Fills a window of <paramref name="symbols"/> from the symbol <paramref name="first"/> of an item on: what sequences, which may be longer than memory, are read by. Where it takes long, <paramref name="cancellation"/> ends it within a moment.</summary>
    /// <exception cref="ArgumentException">if the window does not lie in the item</exception>
    /// <exception cref="DataException">if the item cannot be read</exception>
    public void Read(int index, int first, Span<int> symbols, ulong epoch = 0, CancellationToken cancellation = default)
    {
        var length = SpaceOf(index).Dimensions;
        if (first < 0 || first > length - symbols.Length) throw new ArgumentException($"Item {index} has {length} symbols, and not {symbols.Length} from {first} on.");
        _source.Read(Open(index), first, symbols, epoch, _training, cancellation);
    }

    /// <summary>The words that rows are of; null of other data.</summary>
    internal WordVocabulary? Words => (_source as WordItems)?.Vocabulary;

    /// <summary>The symbols of what an item is given, as those of <see cref="Modality.Pairs"/> are; none where items are given nothing.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public int[] Source(int index) => _source.Source(Open(index));

    /// <summary>Fills a window of <paramref name="values"/> from the number <paramref name="first"/> of a row of real numbers on (see <see cref="Modality.Vectors"/> and <see cref="Modality.Words"/>), rounded to single precision.</summary>
    /// <exception cref="ArgumentException">if the window does not lie in the row</exception>
    /// <exception cref="NotSupportedException">if the items are symbols</exception>
    /// <exception cref="DataException">if the item cannot be read</exception>
    public void ReadValues(int index, int first, Span<float> values)
    {
        var length = SpaceOf(index).Dimensions;
        if (first < 0 || first > length - values.Length) throw new ArgumentException($"Item {index} has {length} values, and not {values.Length} from {first} on.");
        _source.ReadValues(Open(index), first, values);
    }

    // Where an item lies in the source.
    int At(int index)
    {
        if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} {(Name == "all" ? "" : Name + " ")}items, from 0 on.");
        return _items[index];
    }

    int Open(int index)
    {
        var at = At(index);
        ObjectDisposedException.ThrowIf(_source.IsClosed, typeof(Dataset));
        return at;
    }

    void RequireLength(int index, int length)
    {
        if (SpaceOf(index).Dimensions is var dimensions && length != dimensions)
            throw new ArgumentException($"Item {index} has {dimensions} symbols, but there is room for {length}.");
    }
}
