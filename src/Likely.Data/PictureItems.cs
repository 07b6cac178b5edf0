using System.Buffers;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>Stored pictures, preprocessed as a model wants them.</summary>
sealed class PictureItems(ItemSource source, Preprocessing preprocessing, ContentHashes hashes, int levels, int[]? classOf, bool isShuffled) : SymbolItems
{
    public override int Count => source.Count;
    public override bool IsShuffled => isShuffled;
    public override string NameOf(int index) => source.ItemName(index);
    public override double Place(int index) => Place(index, 0);
    public override UInt128? Hash(int index) => source.Formula is null ? hashes[index] : null;
    public override IEnumerable<UInt128> Pieces(int index) => source.Formula is null ? [hashes[index]] : [];
    public override string Fingerprint() => hashes.Fingerprint();
    private protected override void Close() => source.Dispose();

    (Space Stored, Space Own)[] _last = []; // one, which is replaced as a whole: most pictures are as large as the one before

    public override Space SpaceOf(int index)
    {
        var (stored, last) = (source.SpaceOf(index), _last);
        return last.Length > 0 && last[0].Stored == stored ? last[0].Own : Preprocessed(index, stored);
    }

    Space Preprocessed(int index, Space stored)
    {
        var own = preprocessing.SpaceOf(stored, () => NameOf(index)) with { Levels = levels };
        _last = [(stored, own)];
        return own;
    }

    public override int Label(int index) => source.Label(index) is >= 0 and var label && classOf is not null ? classOf[label] : source.Label(index);

    /// <summary>The place of one of several things that are made of an item.</summary>
    public double Place(int index, UInt128 number) => Partition.Place(hashes[index] + number, preprocessing.Options.Seed);

    /// <summary>Fills <paramref name="symbols"/> with a window of one item.</summary>
    public void ReadWindow(int index, int number, Span<byte> symbols, Space space, ulong epoch, bool training) =>
        preprocessing.ReadWindow(source, index, number, symbols, SpaceOf(index), space, epoch, training);

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training) =>
        preprocessing.Read(source, index, symbols, SpaceOf(index), epoch, training);

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default)
    {
        var dimensions = SpaceOf(index).Dimensions;
        var buffer = ArrayPool<byte>.Shared.Rent(dimensions);
        Read(index, buffer.AsSpan(0, dimensions), epoch, training);
        var window = buffer.AsSpan(first, symbols.Length);
        for (var i = 0; i < window.Length; i++) symbols[i] = window[i];
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
