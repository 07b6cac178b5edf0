using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Likely.Data;

/// <summary>Stretches of a sequence of files as items of bytes: lines, files, or parts of a stream, each of at most 2^30 bytes; longer ones are several.</summary>
sealed class ByteItems
{
    /// <summary>No item has more bytes.</summary>
    public const int Longest = 1 << 30;

    const int Batch = 1 << 20;

    readonly FileSequence _files;
    readonly ItemRule _rule;
    readonly long[] _bounds;
    readonly int _step; // 1: an item begins where the one before ends; 2: beginnings and ends

    ByteItems(FileSequence files, ItemRule rule, long[] bounds, int step) => (_files, _rule, _bounds, _step) = (files, rule, bounds, step);

    public FileSequence Files => _files;
    public bool AreLines => _rule == ItemRule.Lines;
    public int Count => _step == 1 ? _bounds.Length - 1 : _bounds.Length / 2;

    /// <summary>Where an item begins and ends in the sequence.</summary>
    public (long Start, long End) this[int index] => (_bounds[_step * index], _bounds[_step * index + 1]);

    /// <summary>The first item that begins at or behind a place of the sequence, if items follow one another.</summary>
    public int From(long offset) => Math.Min(Count, Array.BinarySearch(_bounds, offset) is var at && at < 0 ? ~at : at);

    /// <summary>Each file an item.</summary>
    public static ByteItems OfFiles(FileSequence files)
    {
        List<long> bounds = [0];
        for (var file = 0; file < files.Count; file++) Add(bounds, files.Starts[file + 1]);
        return new ByteItems(files, ItemRule.Files, [.. bounds], 1);
    }

    /// <summary>Each line an item; the last line of a file need not have an end.</summary>
    /// <exception cref="DataException">if a file cannot be read, or there are too many lines</exception>
    public static ByteItems OfLines(FileSequence files, CancellationToken cancellation)
    {
        var count = 1L;
        EachLine(files, (from, end) => count += (end - from + Longest - 1) / Longest, cancellation);
        if (count > Array.MaxLength / sizeof(long)) throw new DataException($"There are {count - 1} lines, more than {Array.MaxLength / sizeof(long)}; set items=stream, or cut the file.");
        var bounds = new long[count];
        var at = 0;
        EachLine(files, (_, end) =>
        {
            for (; end - bounds[at] > Longest && at < count - 1; at++) bounds[at + 1] = bounds[at] + Longest;
            if (at < count - 1) bounds[++at] = end;
        }, cancellation);
        if (bounds[^1] != files.Length) throw new DataException($"'{files.NameOf(0)}' has changed while it was in use; start again.");
        return new ByteItems(files, ItemRule.Lines, bounds, 1);
    }

    /// <summary>Stretches of the sequence, in the order given; empty ones make no item. <paramref name="counts"/> is how many items each makes.</summary>
    public static ByteItems OfStretches(FileSequence files, IReadOnlyList<(long Start, long End)> stretches, out int[] counts)
    {
        var bounds = new List<long>();
        counts = new int[stretches.Count];
        for (var i = 0; i < counts.Length; i++)
            for (var (start, end) = stretches[i]; start < end; start = Math.Min(end, start + Longest), counts[i]++)
                bounds.AddRange([start, Math.Min(end, start + Longest)]);
        return new ByteItems(files, ItemRule.Stream, [.. bounds], 2);
    }

    /// <summary>A name for people: the file, with its line or the bytes of it.</summary>
    public string NameOf(int index)
    {
        var (start, end) = this[index];
        var file = _files.FileAt(start);
        if (_rule == ItemRule.Lines) return string.Create(CultureInfo.InvariantCulture, $"{_files.NameOf(file)}:{index - Array.BinarySearch(_bounds, _files.Starts[file]) + 1}");
        if (start == _files.Starts[file] && end == _files.Starts[file + 1]) return _files.NameOf(file);
        var last = _files.FileAt(end - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{_files.NameOf(file)}[{start - _files.Starts[file]}..{(last == file ? "" : _files.NameOf(last) + ':')}{end - _files.Starts[last]}]");
    }

    /// <summary>Fills <paramref name="target"/> with bytes of the sequence.</summary>
    /// <exception cref="DataException">if a file cannot be read</exception>
    public void Read(long offset, Span<byte> target, CancellationToken cancellation = default) => _files.Read(offset, target, cancellation);

    /// <summary>The content of an item: 128 bits of SHA-256 over its bytes.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public UInt128 HashOf(int index, CancellationToken cancellation) => HashOf(index, new ByteWindow(_files, cancellation, this[index].End - this[index].Start));

    /// <summary>The contents of an item's pieces, see <see cref="ContentPieces"/>.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public IEnumerable<UInt128> PiecesOf(int index, CancellationToken cancellation)
    {
        var (at, end) = this[index];
        for (var window = end - at > ContentPieces.Longest ? new ByteWindow(_files, cancellation) : null; at < end;)
        {
            cancellation.ThrowIfCancellationRequested();
            var (hash, length) = Piece(window, at, end);
            yield return hash;
            at += length;
        }
    }

    /// <summary>Each item's place in an even draw.</summary>
    /// <exception cref="DataException">if a file cannot be read</exception>
    public double[] Places(ulong seed, CancellationToken cancellation)
    {
        var places = new double[Count];
        var batches = new List<int>();
        for (int index = 0, bytes = Batch; index < Count; index++)
        {
            var (start, end) = this[index];
            if (bytes >= Batch) (bytes, _) = (0, AddTo(batches, index));
            bytes += (int)(end - start);
        }
        OrderedWork.Run(batches.Count, batch =>
        {
            var window = new ByteWindow(_files, cancellation);
            for (var index = batches[batch]; index < (batch + 1 < batches.Count ? batches[batch + 1] : Count); index++)
            {
                cancellation.ThrowIfCancellationRequested();
                places[index] = Partition.Place(HashOf(index, window), seed);
            }
        }, cancellation);
        return places;

        static bool AddTo(List<int> list, int index)
        {
            list.Add(index);
            return true;
        }
    }

    UInt128 HashOf(int index, ByteWindow window)
    {
        var (start, end) = this[index];
        if (window.At(start, end) is var whole && whole.Length == end - start) return Hash(whole);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = start; at < end;)
        {
            var bytes = window.At(at, end);
            hash.AppendData(bytes);
            at += bytes.Length;
        }
        return BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());
    }

    (UInt128 Hash, int Length) Piece(ByteWindow? window, long at, long end)
    {
        var most = (int)Math.Min(ContentPieces.Longest, end - at);
        Span<byte> own = stackalloc byte[window is null ? most : 0];
        if (window is null) _files.Read(at, own);
        var bytes = window is null ? own : window.At(at, end, most)[..most];
        var piece = bytes[..ContentPieces.First(bytes)];
        return (Hash(piece), piece.Length);
    }

    static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    static void Add(List<long> bounds, long end)
    {
        while (end - bounds[^1] > Longest) bounds.Add(bounds[^1] + Longest);
        if (end > bounds[^1]) bounds.Add(end);
    }

    static void EachLine(FileSequence files, Action<long, long> take, CancellationToken cancellation)
    {
        var window = new ByteWindow(files, cancellation);
        for (var file = 0; file < files.Count; file++)
        {
            var (start, end) = (files.Starts[file], files.Starts[file + 1]);
            for (var at = start; at < end;)
            {
                cancellation.ThrowIfCancellationRequested();
                var bytes = window.At(at, end);
                for (int from = 0, length; from < bytes.Length; from += length)
                {
                    length = bytes[from..].IndexOf((byte)'\n') + 1;
                    if (length == 0) break;
                    take(start, at + from + length);
                    start = at + from + length;
                }
                at += bytes.Length;
            }
            if (start < end) take(start, end);
        }
    }
}
