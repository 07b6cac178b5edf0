using System.Buffers;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>The windows of some pictures as items: in training drawn anew in every epoch, else those of a fixed grid. The pictures belong to somebody else.</summary>
sealed class PictureWindows : SymbolItems
{
    readonly PictureItems _pictures;
    readonly Space _space;
    readonly bool _training;
    readonly List<int> _items = [], _windows = [];

    /// <exception cref="DataException">if there are more than anybody can count</exception>
    public PictureWindows(PictureItems pictures, int[] items, PatchSize size, Space space, bool training, int? total = null)
    {
        (_pictures, _space, _training) = (pictures, space, training);
        UInt128 area = 0, all = (UInt128)items.Sum(AreaOf);
        foreach (var item in items)
        {
            var whole = pictures.SpaceOf(item);
            var count = size.FitsInto(whole) ? size.Count(whole, training) : 0;
            if (training && total is { } wanted && count > 0)
            {
                // Shares of the areas up to here, so that what is rounded off one picture goes to a later one.
                var before = area;
                area += (UInt128)AreaOf(item);
                count = (int)((UInt128)wanted * area / all - (UInt128)wanted * before / all);
            }
            if (_items.Count + (long)count > PatchSize.MostWindows) throw new DataException($"The pictures have more than {PatchSize.MostWindows} windows of patches={size}; make them larger, or the pictures fewer with limit=N.");
            for (var i = 0; i < count; i++)
            {
                _items.Add(item);
                _windows.Add(i);
            }
        }
    }

    // Pixels of a picture that windows are cut from.
    long AreaOf(int item) => _pictures.SpaceOf(item) is var whole && new PatchSize(_space.Height, _space.Width).FitsInto(whole) ? (long)whole.Height * whole.Width : 0;

    public override int Count => _items.Count;
    public override bool IsClosed => _pictures.IsClosed;
    public override bool IsShuffled => _pictures.IsShuffled;
    public override Space SpaceOf(int index) => _space;
    public override int Label(int index) => _pictures.Label(_items[index]);
    public override double Place(int index) => _pictures.Place(_items[index], (UInt128)(_windows[index] + 1)); // windows of one picture are not drawn together
    public override UInt128? Hash(int index) => _pictures.Hash(_items[index]);
    public override IEnumerable<UInt128> Pieces(int index) => _pictures.Pieces(_items[index]);
    public override string Fingerprint() => _pictures.Fingerprint();

    public override string NameOf(int index)
    {
        if (_training) return $"{_pictures.NameOf(_items[index])} (window {_windows[index]})";
        var (top, left) = new PatchSize(_space.Height, _space.Width).Place(_pictures.SpaceOf(_items[index]), _windows[index]);
        return $"{_pictures.NameOf(_items[index])} (window at row {top}, column {left})";
    }

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training) =>
        _pictures.ReadWindow(_items[index], _windows[index], symbols, _space, epoch, training);

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_space.Dimensions);
        Read(index, buffer.AsSpan(0, _space.Dimensions), epoch, training);
        for (var i = 0; i < symbols.Length; i++) symbols[i] = buffer[first + i];
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
