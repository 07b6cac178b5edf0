using System.Text;
using Likely.Files;

namespace Likely.Cli;

/// <summary>What a text goes on from: words given, or the beginning of a file, which may be longer than memory.</summary>
sealed class TextPrompt
{
    const int Piece = 1 << 16;

    readonly byte[]? _bytes;
    readonly long _most;

    public TextPrompt(byte[] bytes) => (_bytes, _most, IsShown) = (bytes, bytes.Length, true);

    /// <summary>What an option says: a text, or @FILE; @@ begins a text with @.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    public static TextPrompt Of(string option, string value)
    {
        if (!value.StartsWith('@') || value.StartsWith("@@", StringComparison.Ordinal)) return new TextPrompt(Encoding.UTF8.GetBytes(value.StartsWith('@') ? value[1..] : value));
        var file = value[1..];
        return System.IO.File.Exists(file) ? new TextPrompt(file, null, isShown: true) : throw new UsageException($"{option} {value}: there is no file {file}; a text that begins with @ is written @{value}");
    }

    /// <param name="file">The file.</param>
    /// <param name="most">Only so many bytes of it; null: all.</param>
    /// <param name="isShown">Whether it is shown in front of what is drawn.</param>
    public TextPrompt(string file, long? most, bool isShown) => (File, _most, IsShown) = (file, most ?? long.MaxValue, isShown);

    /// <summary>The file, if it is one.</summary>
    public string? File { get; }

    /// <summary>Whether it is shown in front of what is drawn.</summary>
    public bool IsShown { get; }

    /// <summary>Bytes there are.</summary>
    public long Length => Math.Min(_most, _bytes?.Length ?? new FileInfo(File!).Length);

    /// <summary>Reads it from its beginning.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public Stream Open()
    {
        if (_bytes is not null) return new MemoryStream(_bytes);
        try
        {
            var file = RegularFile.OpenRead(File!, FileOptions.SequentialScan);
            return _most >= file.Length ? file : new Beginning(file, _most);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{File} cannot be read: {fault.Message}");
        }
    }

    /// <summary>Copies it, piece by piece.</summary>
    public void CopyTo(Action<ReadOnlySpan<byte>> write)
    {
        using var stream = Open();
        var piece = new byte[Piece];
        for (int read; (read = stream.Read(piece)) > 0;) write(piece.AsSpan(0, read));
    }

    /// <summary>The first bytes of a stream.</summary>
    sealed class Beginning(Stream whole, long left) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = whole.Read(buffer, offset, (int)Math.Min(count, left));
            left -= read;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) whole.Dispose();
            base.Dispose(disposing);
        }
    }
}
