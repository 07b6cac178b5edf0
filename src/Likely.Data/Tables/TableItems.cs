using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>Rows of a table as items: the symbols of their cells, two bytes each, with a hash of what was written and the label.</summary>
sealed class TableItems : SymbolItems
{
    const int HashLength = 16, LabelLength = 4;

    readonly RecordStore _rows;
    readonly string _name, _fingerprint;
    readonly int _columns;
    readonly ulong _seed;

    /// <param name="reader">The table.</param>
    /// <param name="tokens">What its cells become.</param>
    /// <param name="columns">Where the columns of those are among the table's.</param>
    /// <param name="label">Where the label is; -1: there is none.</param>
    /// <param name="classes">The labels' names, which are added to as new ones come, unless they are a model's.</param>
    /// <param name="isOpen">Whether names may be added.</param>
    /// <param name="seed">What the rows' places in an even draw are decided by besides their content.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="DataException">if a row cannot be read, or has a label that no class is</exception>
    public TableItems(TableReader reader, TableTokens tokens, int[] columns, int label, List<string> classes, bool isOpen, ulong seed, CancellationToken cancellation)
    {
        (Tokens, _columns, _name, _seed, _rows) = (tokens, columns.Length, Path.GetFileName(reader.Path), seed, new RecordStore(HashLength + LabelLength + sizeof(ushort) * columns.Length));
        try
        {
            var classOf = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < classes.Count; i++) classOf[classes[i]] = i;
            var record = new byte[HashLength + LabelLength + sizeof(ushort) * columns.Length];
            using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            var cells = new byte[1 << 10];
            reader.Read((row, number) =>
            {
                var used = 0;
                for (var c = 0; c < columns.Length; c++)
                {
                    var cell = row[columns[c]].Span;
                    var symbol = tokens.Symbol(c, cell, reader.Dialect.HasDecimalComma, TableReader.Where(number));
                    BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(HashLength + LabelLength + sizeof(ushort) * c), (ushort)symbol);
                    var bytes = MemoryMarshal.AsBytes(cell);
                    if (used + bytes.Length + 2 > cells.Length) Array.Resize(ref cells, 2 * (used + bytes.Length + 2));
                    bytes.CopyTo(cells.AsSpan(used));
                    used += bytes.Length;
                    cells[used++] = 0xFF; // no character ends like that
                    cells[used++] = 0xFF;
                }
                var own = label < 0 ? "" : row[label].Span.Trim().ToString();
                var at = -1;
                if (label >= 0 && !TableColumn.IsMissing(own) && !classOf.TryGetValue(own, out at))
                {
                    if (!isOpen) throw new DataException($"'{reader.Path}', {TableReader.Where(number)}, has the label '{VisibleText.Sentence(own)}', and the model knows {string.Join(", ", classes.Take(20))}; leave such rows out.");
                    if (classes.Count == Likely.Tokens.MostSymbols) throw new DataException($"'{reader.Path}' has more than {Likely.Tokens.MostSymbols} labels in the column that is to tell them; name another.");
                    at = classOf[own] = classes.Count;
                    classes.Add(own);
                }
                BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(HashLength), at);
                var whole = SHA256.HashData(cells.AsSpan(0, used));
                whole.AsSpan(0, HashLength).CopyTo(record);
                all.AppendData(whole);
                all.AppendData(Encoding.UTF8.GetBytes(own));
                _rows.Add(record);
            }, cancellation);
            _fingerprint = Convert.ToHexStringLower(all.GetHashAndReset());
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
    }

    public TableTokens Tokens { get; }

    public override int Count => _rows.Count;
    public override Space SpaceOf(int index) => Tokens.Space;
    public override string NameOf(int index) => $"{_name}[{index}]";
    public override double Place(int index) => Partition.Place(Hash(index)!.Value, _seed);
    public override IEnumerable<UInt128> Pieces(int index) => [Hash(index)!.Value];
    public override string Fingerprint() => _fingerprint;
    private protected override void Close() => _rows.Dispose();

    public override int Label(int index)
    {
        Span<byte> record = stackalloc byte[HashLength + LabelLength + sizeof(ushort) * _columns];
        _rows.Read(index, record);
        return BinaryPrimitives.ReadInt32LittleEndian(record[HashLength..]);
    }

    public override UInt128? Hash(int index)
    {
        Span<byte> record = stackalloc byte[HashLength + LabelLength + sizeof(ushort) * _columns];
        _rows.Read(index, record);
        return BinaryPrimitives.ReadUInt128LittleEndian(record);
    }

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default)
    {
        Span<byte> record = stackalloc byte[HashLength + LabelLength + sizeof(ushort) * _columns];
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
