using Likely.Tensors;

namespace Likely.Data;

/// <summary>The items of a data set as a model's symbols, whatever they are stored as: what every <see cref="Split"/> reads through. Safe to use from many threads.</summary>
abstract class SymbolItems : IDisposable
{
    public abstract int Count { get; }

    /// <summary>Shape of one item.</summary>
    public abstract Space SpaceOf(int index);

    /// <summary>An index into the data set's class names; -1 if there is none.</summary>
    public abstract int Label(int index);

    /// <summary>All of its labels, where an item can have several; else the one that it has.</summary>
    public virtual IReadOnlyList<int> Labels(int index) => Label(index) is >= 0 and var label ? [label] : [];

    /// <summary>A name for people.</summary>
    public abstract string NameOf(int index);

    /// <summary>Whether items lie in no order, so that the first are as good as any.</summary>
    public virtual bool IsShuffled => false;

    /// <summary>An item's place in any even draw, from 0 to 1, decided by what it holds.</summary>
    public abstract double Place(int index);

    /// <summary>128 bits of a hash of what is stored; null if items are drawn by a formula.</summary>
    public abstract UInt128? Hash(int index);

    /// <summary>Hashes of all that an item holds, piece by piece: of a picture one; of what is drawn by a formula none.</summary>
    public abstract IEnumerable<UInt128> Pieces(int index);

    /// <summary>One hash, in hexadecimal digits, over all that is stored and the labels.</summary>
    public abstract string Fingerprint();

    /// <summary>
    /// Fills <paramref name="symbols"/> with those of one item from <paramref name="first"/> on; what varies with the epoch is <paramref name="training"/>'s. Where that can take long,
    /// as sound at another rate does, <paramref name="cancellation"/> ends it within a moment.
    /// </summary>
    public abstract void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default);

    /// <summary>Fills <paramref name="symbols"/> with all of one item, whose alphabet has at most 256.</summary>
    public abstract void Read(int index, Span<byte> symbols, ulong epoch, bool training);

    /// <summary>The symbols of what an item is given; none where items are given nothing.</summary>
    public virtual int[] Source(int index) => [];

    /// <summary>Fills <paramref name="values"/> with an item's real numbers from the one at <paramref name="first"/> on.</summary>
    public virtual void ReadValues(int index, int first, Span<float> values) => throw new NotSupportedException("These items are symbols, and no real numbers.");

    /// <summary>Whether whoever they belong to is done with them.</summary>
    public virtual bool IsClosed => _isClosed;

    bool _isClosed;

    public void Dispose()
    {
        _isClosed = true;
        Close();
    }

    private protected virtual void Close()
    {
    }
}
