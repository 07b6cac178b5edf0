using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Rows of a table as items: the symbols of their cells, two bytes each, with a hash of what was written and the label. Equal rows are draws of their own, and the hash of each is another: the first's is that of what
/// is written, so that a table has the same hashes in every order of its rows.
/// </summary>
sealed class TableItems : SymbolItems
{
    const int HashLength = 16, LabelLength = 4, Together = 256;

    // So that the hash of a content's second row is another than that of its first.
    static readonly UInt128 _again = new(0x9E3779B97F4A7C15, 0xF39CC0605CEDC835);

    readonly RecordStore _rows;
    readonly string _name, _fingerprint;
    readonly int _columns, _length;
    readonly ulong _seed;

    /// <param name="reader">The table.</param>
    /// <param name="tokens">What its cells become.</param>
    /// <param name="columns">Where the columns of those are among the table's.</param>
    /// <param name="label">Where the label is; -1: there is none.</param>
    /// <param name="classes">The labels' names, which are added to as new ones come, unless they are a model's.</param>
    /// <param name="isOpen">Whether names may be added.</param>
    /// <param name="seed">What the rows' places in an even draw are decided by besides their content.</param>
    /// <param name="fractions">The share of each part that is held out.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="DataException">if a row cannot be read, or has a label that no class is</exception>
    public TableItems(TableReader reader, TableTokens tokens, int[] columns, int label, List<string> classes, bool isOpen, ulong seed, double[] fractions, CancellationToken cancellation)
    {
        (Tokens, _columns, _name, _seed, _length) = (tokens, columns.Length, Path.GetFileName(reader.Path), seed, HashLength + LabelLength + sizeof(ushort) * columns.Length);
        _rows = new RecordStore(_length);
        try
        {
            var classOf = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < classes.Count; i++) classOf[classes[i]] = i;
            using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var (seen, parts) = (new Occurrences(), new RowParts(fractions));
            byte[] records = [], hashes = [];
            var written = new ArrayBufferWriter<byte>();
            reader.ReadBlocks(block =>
            {
                if (records.Length < block.Count * _length) (records, hashes) = (new byte[block.Count * _length], new byte[block.Count * SHA256.HashSizeInBytes]);
                OrderedWork.Run((block.Count + Together - 1) / Together, piece => Code(block, piece * Together, Math.Min(block.Count, (piece + 1) * Together), reader.Dialect.HasDecimalComma, columns, records, hashes), cancellation);
                written.Clear();
                for (var i = 0; i < block.Count; i++)
                {
                    var record = records.AsSpan(i * _length, _length);
                    var hash = hashes.AsSpan(i * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
                    var own = label < 0 ? "" : block.Cell(i, label).Trim().ToString();
                    var at = -1;
                    if (label >= 0 && !TableColumn.IsMissing(own) && !classOf.TryGetValue(own, out at))
                    {
                        if (!isOpen) throw new DataException($"'{reader.Path}', {TableReader.Where(block.First + i)}, has the label '{VisibleText.Sentence(own)}', and the model knows {string.Join(", ", classes.Take(20))}; leave such rows out.");
                        if (classes.Count == Likely.Tokens.MostSymbols) throw new DataException($"'{reader.Path}' has more than {Likely.Tokens.MostSymbols} labels in the column that is to tell them; name another.");
                        at = classOf[own] = classes.Count;
                        classes.Add(own);
                    }
                    var content = BinaryPrimitives.ReadUInt128LittleEndian(hash);
                    content ^= (UInt128)seen.Next((ulong)content) * _again;
                    BinaryPrimitives.WriteUInt128LittleEndian(record, content);
                    BinaryPrimitives.WriteInt32LittleEndian(record[HashLength..], at);
                    if (!parts.IsWhole) parts.Add(Partition.Place(content, seed));
                    written.Write(hash);
                    if (own.Length > 0) written.Write(Encoding.UTF8.GetBytes(own));
                    _rows.Add(record);
                }
                all.AppendData(written.WrittenSpan);
            }, cancellation);
            _fingerprint = Convert.ToHexStringLower(all.GetHashAndReset());
            Parts = parts.Finish(Count, Place);
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
    }

    // The symbols of some rows of a block into their records, and the hashes of what is written there.
    void Code(RowBlock block, int from, int to, bool comma, int[] columns, byte[] records, byte[] hashes)
    {
        var cells = new byte[1 << 10];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256); // of a static call most is spent on its preparation
        for (var i = from; i < to; i++)
        {
            var used = 0;
            var symbols = records.AsSpan(i * _length + HashLength + LabelLength);
            for (var c = 0; c < columns.Length; c++)
            {
                var cell = block.Cell(i, columns[c]);
                BinaryPrimitives.WriteUInt16LittleEndian(symbols[(sizeof(ushort) * c)..], (ushort)Tokens.Symbol(c, cell, comma, block.First + i));
                var bytes = MemoryMarshal.AsBytes(cell);
                if (used + bytes.Length + 2 > cells.Length) Array.Resize(ref cells, 2 * (used + bytes.Length + 2));
                bytes.CopyTo(cells.AsSpan(used));
                used += bytes.Length;
                cells[used++] = 0xFF; // no character ends like that
                cells[used++] = 0xFF;
            }
            sha.AppendData(cells, 0, used);
            sha.GetHashAndReset(hashes.AsSpan(i * SHA256.HashSizeInBytes));
        }
    }

    /// <summary>The rows of each part that is held out, and of the training part.</summary>
    public ItemIndices[] Parts { get; }

    public TableTokens Tokens { get; }

    public override int Count => _rows.Count;
    public override Space SpaceOf(int index) => Tokens.Space;
    public override string NameOf(int index) => $"{TableReader.Where(index)} of {_name}";
    public override double Place(int index) => Partition.Place(Hash(index)!.Value, _seed);
    public override IEnumerable<UInt128> Pieces(int index) => [Hash(index)!.Value];
    public override string Fingerprint() => _fingerprint;
    private protected override void Close() => _rows.Dispose();

    public override int Label(int index)
    {
        Span<byte> record = stackalloc byte[_length];
        _rows.Read(index, record);
        return BinaryPrimitives.ReadInt32LittleEndian(record[HashLength..]);
    }

    public override UInt128? Hash(int index)
    {
        Span<byte> record = stackalloc byte[_length];
        _rows.Read(index, record);
        return BinaryPrimitives.ReadUInt128LittleEndian(record);
    }

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default)
    {
        Span<byte> record = stackalloc byte[_length];
        _rows.Read(index, record);
        for (var c = 0; c < symbols.Length; c++) symbols[c] = BinaryPrimitives.ReadUInt16LittleEndian(record[(HashLength + LabelLength + sizeof(ushort) * (first + c))..]);
    }

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training)
    {
        Span<int> numbers = stackalloc int[symbols.Length];
        Read(index, 0, numbers, epoch, training);
        for (var i = 0; i < numbers.Length; i++) symbols[i] = (byte)numbers[i];
    }
}
