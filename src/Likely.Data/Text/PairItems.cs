using System.Buffers.Binary;
using System.Security.Cryptography;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Lines of a source, a tab and a target as items: the symbols of the target and of the line's end, given those of the source. Both are encoded on their own. A pair's place in any
/// even draw is decided by its source, so that all targets of one source stay together.
/// </summary>
sealed class PairItems : SymbolItems
{
    /// <summary>No line has more bytes.</summary>
    public const int LongestLine = 1 << 16;

    readonly ByteItems _lines;
    readonly TokenItems _whole; // as bytes: what is asked about lines and not about pairs
    readonly Tokens _tokens;
    readonly ulong _seed;
    readonly int _end;
    readonly int[] _lengths; // of the targets

    /// <param name="lines">The lines; whoever takes these disposes of the files.</param>
    /// <param name="tokens">What symbols are.</param>
    /// <param name="seed">What places are decided by besides the sources.</param>
    /// <param name="cancellation">Stops the scan, and what passes over all items later.</param>
    /// <exception cref="DataException">if a file cannot be read, or a line is no pair</exception>
    public PairItems(ByteItems lines, Tokens tokens, ulong seed, CancellationToken cancellation)
    {
        (_lines, _tokens, _seed, _lengths) = (lines, tokens, seed, new int[lines.Count]);
        _whole = new TokenItems(lines, Tokens.Bytes, null, [], null, seed, cancellation);
        _end = tokens.LineEnd;
        for (var index = 0; index < _lengths.Length; index++)
        {
            if (index % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            var source = Source(index).Length;
            if (source > Space.LongestSource) throw new DataException($"'{NameOf(index)}' has a source of {source} symbols, more than {Space.LongestSource}; cut it.");
            _lengths[index] = tokens.Encode(Target(Line(index))).Length + 1;
            (LongestSource, LongestTarget) = (Math.Max(LongestSource, source), Math.Max(LongestTarget, _lengths[index]));
            (SourceSymbols, TargetSymbols) = (SourceSymbols + source, TargetSymbols + _lengths[index]);
        }
    }

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
    public override string NameOf(int index) => _whole.NameOf(index);
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

    // Without its end, and a mark at the beginning of the file.
    byte[] Line(int index)
    {
        var (start, end) = _lines[index];
        if (end - start > LongestLine) throw new DataException($"'{NameOf(index)}' has {end - start} bytes, and a pair at most {LongestLine}; cut it.");
        var whole = new byte[end - start];
        _lines.Read(start, whole);
        var line = whole.AsSpan();
        if (line is [.., (byte)'\n']) line = line[..^1];
        if (line is [.., (byte)'\r']) line = line[..^1];
        if (start == 0 && line is [0xEF, 0xBB, 0xBF, ..]) line = line[3..];
        if (line.Count((byte)'\t') is not 1 and var tabs) throw new DataException($"'{NameOf(index)}' has {(tabs == 0 ? "no tab" : $"{tabs} tabs")}; a pair is one line of a source, one tab and a target.");
        return line.ToArray();
    }

    static UInt128 HashOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
