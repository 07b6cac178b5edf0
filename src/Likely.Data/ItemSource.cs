using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Items as they are stored, before any preprocessing: where they are, how large, which label. A source keeps names,
/// sizes and labels in memory and reads pixels when asked, from any thread.
/// </summary>
abstract class ItemSource : IDisposable
{
    public abstract int Count { get; }

    /// <summary>Names of the labels; empty if there are none.</summary>
    public virtual IReadOnlyList<string> ClassNames => [];

    /// <summary>What the source is, for people.</summary>
    public abstract string Description { get; }

    /// <summary>Stored shape; Levels is 2 if all values are 0 and 255, else 256.</summary>
    public abstract Space SpaceOf(int index);

    /// <summary>What the pixels of all items are a pure function of; null if they must be read to be known.</summary>
    public virtual string? Formula => null;

    /// <summary>The largest sample of each item that is a picture of 16 bits, by index; not looked for if the range is given.</summary>
    public virtual IReadOnlyDictionary<int, int> LargestSamples => new Dictionary<int, int>();

    /// <summary>Whether the range of the options decides what is black and white.</summary>
    public virtual bool IsScaled => false;

    /// <summary>What people should know about how the source was read, one sentence each.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>-1 if the item has no label.</summary>
    public virtual int Label(int index) => -1;

    public abstract string ItemName(int index);

    /// <summary>Where random numbers for this item are found in training, whatever split it belongs to.</summary>
    public virtual ulong Address(int index) => (ulong)index;

    /// <summary>The sources that this one joins, with the index of their first item.</summary>
    public virtual IEnumerable<(ItemSource Source, int Start)> Files => [(this, 0)];

    /// <summary>Whether the items lie in one file, so that equal ones are meant to be several.</summary>
    public virtual bool IsOneFile => true;

    /// <summary>Whether reading takes so long that results are worth keeping.</summary>
    public virtual bool IsSlow => false;

    /// <summary>Fills [height, width, channels] with 0..255.</summary>
    public abstract void Read(int index, Span<byte> pixels);

    public virtual void Dispose()
    {
    }
}
