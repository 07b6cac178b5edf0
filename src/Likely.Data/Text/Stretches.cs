using Likely.Tensors;

namespace Likely.Data;

/// <summary>The items of some sequences cut into stretches of one length, the last of each shorter. The sequences belong to somebody else.</summary>
sealed class Stretches : SymbolItems
{
    readonly SymbolItems _whole;
    readonly int[] _items;
    readonly long[] _ends; // stretches up to the end of each item
    readonly int _most;

    /// <exception cref="DataException">if there are more than anybody can count</exception>
    public Stretches(SymbolItems whole, int[] items, int most)
    {
        (_whole, _items, _most, _ends) = (whole, items, most, new long[items.Length]);
        var total = 0L;
        for (var i = 0; i < items.Length; i++) _ends[i] = total += ((long)whole.SpaceOf(items[i]).Width + most - 1) / most;
        if (total > Array.MaxLength / 2) throw new DataException($"The data have {total} stretches of {most} symbols, more than anybody can count; hold out less with validation=SHARE.");
        Count = (int)total;
    }

    public override int Count { get; }
    public override bool IsClosed => _whole.IsClosed;

    public override Space SpaceOf(int index)
    {
        var (item, first) = At(index);
        var whole = _whole.SpaceOf(item);
        return whole with { Width = Math.Min(_most, whole.Width - first) };
    }

    public override int Label(int index) => _whole.Label(At(index).Item);
    public override bool IsShuffled => false;
    public override double Place(int index) => new Philox(0, RandomPurpose.Split).UniformDouble((ulong)index, 0);
    public override UInt128? Hash(int index) => _whole.Hash(At(index).Item);
    public override IEnumerable<UInt128> Pieces(int index) => _whole.Pieces(At(index).Item);
    public override string Fingerprint() => _whole.Fingerprint();
    public override string NameOf(int index) => $"{_whole.NameOf(At(index).Item)} (from symbol {At(index).First})";

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default)
    {
        var (item, start) = At(index);
        _whole.Read(item, start + first, symbols, epoch, training, cancellation);
    }

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training)
    {
        var numbers = new int[symbols.Length];
        Read(index, 0, numbers, epoch, training);
        for (var i = 0; i < numbers.Length; i++) symbols[i] = (byte)numbers[i];
    }

    (int Item, int First) At(int index)
    {
        var at = Array.BinarySearch(_ends, (long)index + 1);
        if (at < 0) at = ~at;
        while (at > 0 && _ends[at - 1] > index) at--; // empty items
        return (_items[at], (int)((index - (at == 0 ? 0 : _ends[at - 1])) * _most));
    }
}
