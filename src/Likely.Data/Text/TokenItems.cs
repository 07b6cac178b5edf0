using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Items of bytes as a model's symbols, read by windows. Where a symbol can be several bytes, one scan has counted the symbols of each item and noted, for each
/// 1,024th of a long one, a place not far before it where an encoding may begin, from where a window is found.
/// </summary>
sealed class TokenItems : SymbolItems
{
    const int Stride = 1024, MostBytes = 1 << 16, UsualAhead = 16;

    readonly ByteItems _items;
    readonly Tokens _tokens;
    readonly int[]? _labels; // of each file
    readonly IReadOnlyList<string> _classNames;
    readonly int[]? _classOf;
    readonly ulong _seed;
    readonly CancellationToken _cancellation; // of whoever opened them
    readonly int[]? _lengths; // in symbols; null: all symbols have as many bytes
    readonly AlphabetScale _scale;
    readonly Dictionary<int, (long At, int Symbol)[]> _marks = [];

    /// <param name="items">The bytes; whoever takes these disposes of the files.</param>
    /// <param name="tokens">What symbols are.</param>
    /// <param name="labels">The label of each file, by the names of the source; null if there are none.</param>
    /// <param name="classNames">Those names.</param>
    /// <param name="classOf">The class of each label; null if labels are classes.</param>
    /// <param name="seed">What the items' places in an even draw are decided by besides their content.</param>
    /// <param name="cancellation">Stops the scan, and what passes over all items later.</param>
    /// <exception cref="DataException">if a file cannot be read</exception>
    public TokenItems(ByteItems items, Tokens tokens, int[]? labels, IReadOnlyList<string> classNames, int[]? classOf, ulong seed, CancellationToken cancellation)
    {
        (_items, _tokens, _labels, _classNames, _classOf, _seed, _cancellation) = (items, tokens, labels, classNames, classOf, seed, cancellation);
        _scale = tokens is SampleTokens ? AlphabetScale.Ordinal : AlphabetScale.Categorical;
        if (tokens.SymbolBytes is null) _lengths = CountSymbols(cancellation);
    }

    /// <summary>Symbols of the longest item.</summary>
    public int Longest => Enumerable.Range(0, Count).Select(LengthOf).DefaultIfEmpty(0).Max();

    public override int Count => _items.Count;
    public override Space SpaceOf(int index) => Space.Sequence(LengthOf(index), _tokens.Size, _scale);
    public override int Label(int index) => _labels?[FileOf(index)] is >= 0 and var label ? _classOf?[label] ?? label : -1;
    public override string NameOf(int index) => _items.NameOf(index);
    private protected override void Close() => _items.Files.Dispose();

    // Whoever draws, sketches or compares asks for all items, one after the other.
    public override double Place(int index) => Partition.Place(HashOf(index), _seed);

    public override UInt128? Hash(int index) => HashOf(index);

    public override IEnumerable<UInt128> Pieces(int index) => _items.PiecesOf(index, _cancellation);

    /// <summary>SHA-256 over each file: its length (u64), its bytes, its label (i32); then the names of the labels.</summary>
    public override string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (files, window) = (_items.Files, new ByteWindow(_items.Files, _cancellation));
        Span<byte> number = stackalloc byte[8];
        for (var file = 0; file < files.Count; file++)
        {
            _cancellation.ThrowIfCancellationRequested();
            var (at, end) = (files.Starts[file], files.Starts[file + 1]);
            BinaryPrimitives.WriteInt64LittleEndian(number, end - at);
            hash.AppendData(number);
            while (at < end)
            {
                var bytes = window.At(at, end);
                hash.AppendData(bytes);
                at += bytes.Length;
            }
            BinaryPrimitives.WriteInt32LittleEndian(number, _labels?[file] ?? -1);
            hash.AppendData(number[..4]);
        }
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\0', _classNames)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training)
    {
        if (_tokens == Tokens.Bytes)
        {
            _items.Read(_items[index].Start, symbols);
            return;
        }
        var buffer = ArrayPool<int>.Shared.Rent(Math.Min(symbols.Length, MostBytes));
        for (var first = 0; first < symbols.Length;)
        {
            var piece = buffer.AsSpan(0, Math.Min(buffer.Length, symbols.Length - first));
            Read(index, first, piece, epoch, training);
            foreach (var symbol in piece) symbols[first++] = (byte)symbol;
        }
        ArrayPool<int>.Shared.Return(buffer);
    }

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default)
    {
        var (at, end) = _items[index];
        var skip = first;
        if (_tokens.SymbolBytes is { } width) (at, skip) = (at + (long)width * first, 0);
        else if (_marks.TryGetValue(index, out var marks)) (at, skip) = (marks[first / Stride].At, first - marks[first / Stride].Symbol);
        var room = Math.Max(MostBytes, _tokens.MostAhead);
        var (buffer, encoded) = (ArrayPool<byte>.Shared.Rent(room), ArrayPool<int>.Shared.Rent(room));
        // What is usually enough is read first; where nothing can be made of it, more.
        for (int ahead = Math.Min(UsualAhead, _tokens.MostAhead), wanted; symbols.Length > 0;)
        {
            wanted = (int)Math.Min(room, Math.Max(skip + (long)symbols.Length, ahead));
            var bytes = buffer.AsSpan(0, (int)Math.Min(Math.Min(end - at, room), (long)ahead * wanted));
            _items.Read(at, bytes, cancellation);
            var count = _tokens.Encode(bytes, at + bytes.Length == end, encoded.AsSpan(0, wanted), out var consumed);
            if (count == 0)
            {
                if (ahead >= room) throw new DataException($"'{NameOf(index)}' has changed while it was in use; start again.");
                ahead = Math.Min(room, 8 * ahead);
                continue;
            }
            at += consumed;
            var skipped = Math.Min(skip, count);
            skip -= skipped;
            var made = encoded.AsSpan(skipped, Math.Min(count - skipped, symbols.Length));
            made.CopyTo(symbols);
            symbols = symbols[made.Length..];
        }
        ArrayPool<byte>.Shared.Return(buffer);
        ArrayPool<int>.Shared.Return(encoded);
    }

    UInt128 HashOf(int index)
    {
        _cancellation.ThrowIfCancellationRequested();
        return _items.HashOf(index, _cancellation);
    }

    public bool AreLines => _items.AreLines;

    /// <summary>Lines where they stand; null if the items are none.</summary>
    public RunningText? Running(int[] wanted) => _items.AreLines ? new RunningText(this, wanted, _tokens, _cancellation) : null;

    /// <summary>The file that an item lies in, or begins in.</summary>
    public int FileOf(int index) => _items.Files.FileAt(_items[index].Start);

    /// <summary>Whether an item lies at the beginning of its file.</summary>
    public bool BeginsFile(int index) => _items.Files.Starts[FileOf(index)] == _items[index].Start;

    /// <summary>Symbols of an item.</summary>
    public int LengthOf(int index)
    {
        if (_lengths is not null) return _lengths[index];
        var (start, end) = _items[index];
        return (int)((end - start) / _tokens.SymbolBytes!.Value);
    }

    int[] CountSymbols(CancellationToken cancellation)
    {
        var lengths = new int[Count];
        var window = new ByteWindow(_items.Files, cancellation);
        var symbols = new int[Math.Max(Stride, _tokens.MostAhead)];
        List<(long At, int Symbol)> marks = [];
        for (var index = 0; index < lengths.Length; index++)
        {
            marks.Clear();
            var (at, end) = _items[index];
            for (int count = 0, room = Stride; at < end;)
            {
                if (marks.Count % Stride == 0) cancellation.ThrowIfCancellationRequested();
                var bytes = window.At(at, end, _tokens.MostAhead);
                var more = _tokens.Encode(bytes, at + bytes.Length == end, symbols.AsSpan(0, room), out var consumed);
                if (more == 0)
                {
                    if (room == symbols.Length) throw new DataException($"'{NameOf(index)}' has changed while it was in use; start again.");
                    room = symbols.Length; // what is encoded on its own has more symbols
                    continue;
                }
                while (marks.Count * Stride < count + more) marks.Add((at, count));
                (count, room, at, lengths[index]) = (count + more, Stride, at + consumed, count + more);
            }
            if (marks.Count > 1) _marks[index] = [.. marks];
        }
        return lengths;
    }
}
