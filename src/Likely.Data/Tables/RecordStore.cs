using Likely.Files;
using Microsoft.Win32.SafeHandles;

namespace Likely.Data;

/// <summary>
/// Records of one length, written one after another and then read at any place by any thread: in memory while they are few, else in a temporary file that goes with its last handle, of which a thread that
/// reads on and on has the next records in a window of its own.
/// </summary>
sealed class RecordStore(int length) : IDisposable
{
    const long MostInMemory = 128L << 20;
    const int Piece = 1 << 20, Ahead = 1 << 15, Skipped = 16;

    [ThreadStatic]
    static Window? _window;

    static long _stores;

    readonly List<byte[]> _pieces = [];
    readonly int _perPiece = Math.Max(1, Piece / length);
    readonly long _number = Interlocked.Increment(ref _stores);
    SafeFileHandle? _file;
    byte[] _last = [];

    public int Count { get; private set; }

    /// <exception cref="DataException">There is no room for a temporary file.</exception>
    public void Add(ReadOnlySpan<byte> record)
    {
        var at = Count % _perPiece;
        if (at == 0 && _file is null) _pieces.Add(_last = new byte[_perPiece * length]);
        record.CopyTo(_last.AsSpan(at * length));
        if (Count++ == int.MaxValue - 1) throw new DataException("There are more rows than can be counted.");
        if (at == _perPiece - 1) Spill();
    }

    void Spill()
    {
        try
        {
            if (_file is null)
            {
                if ((long)_pieces.Count * _perPiece * length <= MostInMemory) return;
                _file = File.OpenHandle(Path.Combine(Path.GetTempPath(), $"likely-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
                for (var i = 0; i < _pieces.Count; i++) RandomAccess.Write(_file, _pieces[i], (long)i * _perPiece * length);
                _pieces.Clear();
                return;
            }
            RandomAccess.Write(_file, _last, ((long)Count / _perPiece - 1) * _perPiece * length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The rows do not fit into memory, and there is no temporary file for them: {error.Message}", error);
        }
    }

    /// <summary>Copies a record.</summary>
    public void Read(int index, Span<byte> record)
    {
        var piece = index / _perPiece;
        if (_file is null)
        {
            _pieces[piece].AsSpan(index % _perPiece * length, length).CopyTo(record);
            return;
        }
        if (piece == Count / _perPiece)
        {
            _last.AsSpan(index % _perPiece * length, length).CopyTo(record); // not yet full, and not written
            return;
        }
        var window = _window ??= new Window();
        if (window.Store != _number) (window.Store, window.First, window.Count, window.Last) = (_number, 0, 0, -1);
        // Who skips few goes on and on; who reads anywhere wants one.
        var goesOn = index > window.Last && index <= window.Last + Skipped;
        window.Last = index;
        if (index >= window.First && index < window.First + window.Count)
        {
            window.Bytes.AsSpan((index - window.First) * length, length).CopyTo(record);
            return;
        }
        if (!goesOn)
        {
            Fill(_file, record[..length], index);
            return;
        }
        var most = Math.Min(Math.Max(1, Ahead / length), Count / _perPiece * _perPiece - index);
        if (window.Bytes.Length < most * length) window.Bytes = new byte[Math.Max(Ahead, most * length)];
        (window.First, window.Count) = (index, 0);
        Fill(_file, window.Bytes.AsSpan(0, most * length), index);
        window.Count = most;
        window.Bytes.AsSpan(0, length).CopyTo(record);
    }

    void Fill(SafeFileHandle file, Span<byte> records, int index)
    {
        for (var at = 0; at < records.Length;)
        {
            var read = RandomAccess.Read(file, records[at..], (long)index * length + at);
            if (read == 0) throw new DataException("The temporary file of the rows was cut short.");
            at += read;
        }
    }

    public void Dispose() => _file?.Dispose();

    // What one thread has read of one store.
    sealed class Window
    {
        public long Store;
        public int First, Count, Last;
        public byte[] Bytes = [];
    }
}
