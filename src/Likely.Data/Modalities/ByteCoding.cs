using System.Text;

namespace Likely.Data;

/// <summary>Text and bytes: files as they are, and symbols that are bytes, characters of the training part, or pieces of a vocabulary.</summary>
sealed class ByteCoding : SequenceCoding
{
    readonly Tokens? _given;

    /// <exception cref="DataException">if the vocabulary cannot be read</exception>
    public ByteCoding(DataOptions options, IReadOnlyList<PlacedPath> files)
    {
        Options = options;
        _given = options.ModelTokens ?? (options.Tokens == TokenRule.Vocabulary
            ? Likely.Tokens.Read(options.Vocabulary ?? throw new DataException("tokens=vocabulary is what a model says that keeps one; name the vocabulary's folder or file.")) : null);
        Opening = new PlainOpening(file => files[file].Kind?.Content is not null);
    }

    public override DataOptions Options { get; }
    public override FileOpening Opening { get; }

    public override Tokens Tokens(ByteItems items, int[] train, CancellationToken cancellation) =>
        _given ?? (Options.Tokens == TokenRule.Bytes ? Likely.Tokens.Bytes : Likely.Tokens.Characters(CodePoints(items, train, cancellation)));

    // Not within a character.
    public override long Boundary(FileSequence files, long offset)
    {
        Span<byte> one = stackalloc byte[1];
        for (var moved = 0; moved < 3 && offset > 0 && offset < files.Length; moved++, offset++)
        {
            files.Read(offset, one);
            if ((one[0] & 0xC0) != 0x80) break;
        }
        return offset;
    }

    /// <summary>The characters of some items, ascending.</summary>
    /// <exception cref="DataException">if a file cannot be read</exception>
    public static List<int> CodePoints(ByteItems items, int[] train, CancellationToken cancellation)
    {
        var seen = new bool[0x110000];
        var window = new ByteWindow(items.Files, cancellation);
        foreach (var index in train)
            for (var (at, end) = items[index]; at < end;)
            {
                cancellation.ThrowIfCancellationRequested();
                var bytes = window.At(at, end, 4);
                var i = 0;
                for (var isEnd = at + bytes.Length == end; i < bytes.Length;)
                {
                    if (bytes[i] < 0x80)
                    {
                        seen[bytes[i++]] = true;
                        continue;
                    }
                    var status = Rune.DecodeFromUtf8(bytes[i..], out var rune, out var length);
                    if (status == System.Buffers.OperationStatus.NeedMoreData && !isEnd) break;
                    if (status == System.Buffers.OperationStatus.Done) seen[rune.Value] = true;
                    i += status == System.Buffers.OperationStatus.Done ? length : 1;
                }
                at += i;
            }
        List<int> codePoints = [];
        for (var codePoint = 0; codePoint < seen.Length; codePoint++)
            if (seen[codePoint]) codePoints.Add(codePoint);
        return codePoints;
    }
}
