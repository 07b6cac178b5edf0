using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>Rows of an array of two dimensions as items of real numbers, read by windows of columns.</summary>
sealed class VectorItems : SymbolItems
{
    const int Piece = 1 << 16;

    readonly ArrayFile _file;
    readonly ItemLabels? _labels;
    readonly int[]? _classOf;
    readonly ulong _seed;
    readonly bool _isTable;

    /// <param name="file">The array, which this disposes of.</param>
    /// <param name="labels">One for each row; null if there are none.</param>
    /// <param name="classOf">The class of each label; null if labels are classes.</param>
    /// <param name="seed">What the rows' places in an even draw are decided by besides their content.</param>
    /// <param name="isTable">Whether they are rows of a table, which are counted from 1.</param>
    public VectorItems(ArrayFile file, ItemLabels? labels, int[]? classOf, ulong seed, bool isTable = false) => (_file, _labels, _classOf, _seed, _isTable) = (file, labels, classOf, seed, isTable);

    public int Columns => (int)_file.Header.Shape[1];
    public ArrayFile File => _file;
    public override int Count => (int)_file.Header.Shape[0];

    /// <summary>A row of as many positions as there are columns; an alphabet of none.</summary>
    public override Space SpaceOf(int index) => new(new Extent(1, 1, Columns), 1, new Alphabet(0, AlphabetScale.Ordinal));

    public override int Label(int index) => _labels?[index] is >= 0 and var label ? _classOf?[label] ?? label : -1;
    public override string NameOf(int index) => _isTable ? $"{TableReader.Where(index)} of {Path.GetFileName(_file.Path)}" : $"{Path.GetFileName(_file.Path)}[{index}]";
    public override double Place(int index) => Partition.Place(Hash(index)!.Value, _seed);
    public override IEnumerable<UInt128> Pieces(int index) => [Hash(index)!.Value];
    private protected override void Close() => _file.Dispose();

    /// <summary>128 bits of SHA-256 over the row's numbers as they are stored.</summary>
    public override UInt128? Hash(int index)
    {
        var length = Columns * _file.Header.ElementLength;
        var raw = ArrayPool<byte>.Shared.Rent(length);
        _file.Read((long)index * Columns, raw.AsSpan(0, length));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(raw.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(raw);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>SHA-256 over the type and shape as text, all numbers as they are stored, each row's label (i32), and the names of the labels.</summary>
    public override string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{(_file.Header.BigEndian ? ">" : "<")}{_file.Header.Element.Name()} {Count} x {Columns}"));
        Each(default, (raw, count, _) => hash.AppendData(raw.AsSpan(0, count * _file.Header.ElementLength)));
        Span<byte> number = stackalloc byte[4];
        for (var i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, _labels?[i] ?? -1);
            hash.AppendData(number);
        }
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\0', _labels?.Names ?? [])));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public override void ReadValues(int index, int first, Span<float> values)
    {
        if (_file.Header is { Element: ArrayElement.Float32, BigEndian: false } && BitConverter.IsLittleEndian)
        {
            _file.Read((long)index * Columns + first, MemoryMarshal.AsBytes(values));
            return;
        }
        var raw = ArrayPool<byte>.Shared.Rent(Math.Min(values.Length, Piece) * _file.Header.ElementLength);
        for (var at = 0; at < values.Length; at += Piece)
        {
            var piece = values[at..Math.Min(values.Length, at + Piece)];
            var bytes = raw.AsSpan(0, piece.Length * _file.Header.ElementLength);
            _file.Read((long)index * Columns + first + at, bytes);
            for (var i = 0; i < piece.Length; i++) piece[i] = (float)_file.Value(bytes, i);
        }
        ArrayPool<byte>.Shared.Return(raw);
    }

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default) => throw NoSymbols();

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training) => throw NoSymbols();

    /// <summary>All numbers in order, row after row, a piece at a time: raw, how many, and which is the first.</summary>
    public void Each(CancellationToken cancellation, Action<byte[], int, long> take)
    {
        var total = _file.Header.ElementCount;
        var raw = new byte[(int)Math.Min(Piece, total) * _file.Header.ElementLength];
        for (var first = 0L; first < total; first += Piece)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(Piece, total - first);
            _file.Read(first, raw.AsSpan(0, count * _file.Header.ElementLength));
            take(raw, count, first);
        }
    }

    DataException NoSymbols() => new($"'{_file.Path}' holds rows of real numbers, of which there is no model yet.");
}
