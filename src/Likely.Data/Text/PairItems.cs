using System.Buffers.Binary;
using System.Security.Cryptography;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Lines of a source, a tab and a target as items: the symbols of the target and of the line's end, given those of the source. Both are encoded on their own. A pair's place in any
/// even draw is decided by its source, so that all targets of one source stay together. Blank lines are no items; the others keep their numbers.
/// </summary>
sealed class PairItems : SymbolItems
{
    /// <summary>No line has more bytes.</summary>
    public const int LongestLine = 1 << 16;

    const int LongestBlank = 5; // a byte order mark, \r\n

    readonly ByteItems _lines;
    readonly TokenItems _whole; // as bytes: what is asked about lines and not about pairs
    readonly Tokens _tokens;
    readonly ulong _seed;
    readonly string _path;
    readonly int _end;
    readonly int[]? _places; // which line each pair is; null: there are no blank ones
    readonly int[] _lengths; // of the targets

    /// <param name="lines">The lines; whoever takes these disposes of the files.</param>
    /// <param name="path">Their file, as its user named it.</param>
    /// <param name="tokens">What symbols are.</param>
    /// <param name="seed">What places are decided by besides the sources.</param>
    /// <param name="cancellation">Stops the scan, and what passes over all items later.</param>
    /// <exception cref="DataException">if a file cannot be read, or a line is no pair, or all are blank</exception>
    public PairItems(ByteItems lines, string path, Tokens tokens, ulong seed, CancellationToken cancellation)
    {
        (_lines, _path, _tokens, _seed) = (lines, path, tokens, seed);
        _whole = new TokenItems(lines, Tokens.Bytes, null, [], null, seed, cancellation);
        _end = tokens.LineEnd;
        _places = Filled(cancellation);
        if (_places is []) throw new DataException($"'{path}' holds nothing but blank lines, and there is nothing in them to learn from.");
        _lengths = new int[_places?.Length ?? lines.Count];
        for (var index = 0; index < _lengths.Length; index++)
        {
            if (index % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            var source = Source(index).Length;
            if (source > Space.LongestSource) throw new DataException($"'{Named(LineOf(index))}' has a source of {source} symbols, more than {Space.LongestSource}; cut it.");
            _lengths[index] = tokens.Encode(Target(Line(index))).Length + 1;
            (LongestSource, LongestTarget) = (Math.Max(LongestSource, source), Math.Max(LongestTarget, _lengths[index]));
            (SourceSymbols, TargetSymbols) = (SourceSymbols + source, TargetSymbols + _lengths[index]);
        }
    }

    /// <summary>Lines that hold nothing.</summary>
    public int Blank => _lines.Count - Count;

    /// <summary>The line that an item is.</summary>
    public int LineOf(int index) => _places is null ? index : _places[index];

    /// <summary>Symbols of the longest source.</summary>
    public int LongestSource { get; } = 1;

    /// <summary>Symbols of the longest target, its end included.</summary>
    public int LongestTarget { get; }

    /// <summary>Symbols of all sources.</summary>
    public long SourceSymbols { get; }

    /// <summary>Symbols of all targets, their ends included.</summary>
    public long TargetSymbols { get; }

    public override int Count => _lengths.Length;
    public override Space SpaceOf(int index) => Space.Sequence(_lengths[index], _tokens.Size) with { Source = LongestSource };
    public override int Label(int index) => -1;
    public override string NameOf(int index) => _whole.NameOf(LineOf(index));
    public override double Place(int index) => Partition.Place(HashOf(SourceBytes(Line(index))), _seed);
    public override UInt128? Hash(int index) => HashOf(Line(index));
    public override IEnumerable<UInt128> Pieces(int index) => [HashOf(Line(index))];
    public override string Fingerprint() => _whole.Fingerprint();
    private protected override void Close() => _whole.Dispose();

    public override int[] Source(int index) => _tokens.Encode(SourceBytes(Line(index)));

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default)
    {
        int[] target = [.. _tokens.Encode(Target(Line(index))), _end];
        target.AsSpan(first, symbols.Length).CopyTo(symbols);
    }

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training)
    {
        var numbers = new int[symbols.Length];
        Read(index, 0, numbers, epoch, training);
        for (var i = 0; i < numbers.Length; i++) symbols[i] = (byte)numbers[i];
    }

    static ReadOnlySpan<byte> SourceBytes(byte[] line) => line.AsSpan(0, line.AsSpan().IndexOf((byte)'\t'));

    static ReadOnlySpan<byte> Target(byte[] line) => line.AsSpan(line.AsSpan().IndexOf((byte)'\t') + 1);

    byte[] Line(int index)
    {
        var (place, line) = (LineOf(index), Content(LineOf(index)));
        if (line.AsSpan().Count((byte)'\t') is not 1 and var tabs) throw new DataException($"'{Named(place)}' has {(tabs == 0 ? "no tab" : $"{tabs} tabs")}; a pair is one line of a source, one tab and a target.");
        return line;
    }

    // The lines that are not blank; null if all are such.
    int[]? Filled(CancellationToken cancellation)
    {
        List<int>? filled = null;
        for (var line = 0; line < _lines.Count; line++)
        {
            if (line % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            var (start, end) = _lines[line];
            var isBlank = end - start <= LongestBlank && Content(line).Length == 0;
            if (isBlank) filled ??= [.. Enumerable.Range(0, line)];
            else filled?.Add(line);
        }
        return filled?.ToArray();
    }

    // A line without its end, and a mark at the beginning of the file.
    byte[] Content(int index)
    {
        var (start, end) = _lines[index];
        if (end - start > LongestLine) throw new DataException($"'{Named(index)}' has {end - start} bytes, and a pair at most {LongestLine}; cut it.");
        var whole = new byte[end - start];
        _lines.Read(start, whole);
        var line = whole.AsSpan();
        if (line is [.., (byte)'\n']) line = line[..^1];
        if (line is [.., (byte)'\r']) line = line[..^1];
        if (start == 0 && line is [0xEF, 0xBB, 0xBF, ..]) line = line[3..];
        return line.ToArray();
    }

    // A line as faults name it: by its file's path and its number.
    string Named(int line) => $"{_path}{_lines.NameOf(line)[_lines.Files.NameOf(0).Length..]}";

    static UInt128 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
