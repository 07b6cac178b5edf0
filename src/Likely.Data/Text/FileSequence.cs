using Likely.Files;

namespace Likely.Data;

/// <summary>
/// Files one after the other as one sequence of bytes, which any thread reads at any offset and nobody reads whole. What a file's bytes are its <see cref="FileOpening"/>
/// says. A few files stay open; of many, each thread keeps the one that it read last.
/// </summary>
sealed class FileSequence : IDisposable
{
    const int MostOpen = 64;

    readonly string _folder;
    readonly PathNames _names;
    readonly long[] _starts;
    readonly FileStatus[] _seen; // of the files that are opened anew
    readonly FileOpening _opening;
    readonly Dictionary<int, IStoredBytes> _open = [];
    readonly ThreadLocal<(int File, IStoredBytes Store)?> _last = new(trackAllValues: true); // of the others, what a thread read last: items of one file follow each other

    /// <param name="folder">Where they lie.</param>
    /// <param name="names">Their paths below it, with slashes.</param>
    /// <param name="opening">What their bytes are.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="DataException">if one cannot be read</exception>
    public FileSequence(string folder, IReadOnlyList<string> names, FileOpening opening, CancellationToken cancellation)
    {
        (_folder, _names, _starts, _opening) = (folder, new PathNames(names), new long[names.Count + 1], opening);
        _seen = new FileStatus[names.Count <= MostOpen ? 0 : names.Count];
        try
        {
            for (var i = 0; i < names.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                _starts[i + 1] = _starts[i] + LengthOf(i, keep: names.Count <= MostOpen || opening.Stays(i));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of files.</summary>
    public int Count => _names.Count;

    /// <summary>Bytes of all files.</summary>
    public long Length => _starts[^1];

    /// <summary>Where each file begins, then where the last ends.</summary>
    public IReadOnlyList<long> Starts => _starts;

    /// <summary>A file's path below the folder.</summary>
    public string NameOf(int file) => _names[file];

    /// <summary>The file in which a byte lies.</summary>
    public int FileAt(long offset)
    {
        var at = Array.BinarySearch(_starts, offset);
        if (at < 0) return ~at - 1;
        while (at + 1 < _starts.Length && _starts[at + 1] == offset) at++; // empty files lie in front of it
        return at;
    }

    /// <summary>Fills <paramref name="target"/> from <paramref name="offset"/>; <paramref name="cancellation"/> ends it within a moment.</summary>
    /// <exception cref="DataException">if a file cannot be read, or has changed since the sequence was opened</exception>
    public void Read(long offset, Span<byte> target, CancellationToken cancellation = default)
    {
        for (var file = FileAt(offset); target.Length > 0; file++)
        {
            var piece = target[..(int)Math.Min(target.Length, _starts[file + 1] - offset)];
            if (piece.Length == 0) continue;
            ReadFrom(file, offset - _starts[file], piece, cancellation);
            offset += piece.Length;
            target = target[piece.Length..];
        }
    }

    public void Dispose()
    {
        foreach (var store in _open.Values) store.Dispose();
        foreach (var last in _last.Values) last?.Store.Dispose();
    }

    long LengthOf(int file, bool keep)
    {
        var path = PathOf(file);
        if (keep) return (_open[file] = _opening.Open(file, path)).Length;
        (var length, _seen[file]) = _opening.Look(file, path);
        return length;
    }

    void ReadFrom(int file, long offset, Span<byte> target, CancellationToken cancellation)
    {
        if (_open.TryGetValue(file, out var open)) ReadFrom(open, file, offset, target, cancellation);
        else
        {
            if (_last.Value is not { } last || last.File != file)
            {
                _last.Value?.Store.Dispose();
                _last.Value = null;
                _last.Value = last = (file, _opening.Reopen(file, PathOf(file)));
                if (last.Store.Status != _seen[file]) throw Changed(last.Store);
            }
            ReadFrom(last.Store, file, offset, target, cancellation);
        }
    }

    void ReadFrom(IStoredBytes store, int file, long offset, Span<byte> target, CancellationToken cancellation)
    {
        if (store.HasChanged || store.Length != _starts[file + 1] - _starts[file])
            throw Changed(store);
        store.Read(offset, target, cancellation);
    }

    static DataException Changed(IStoredBytes store) => new($"'{store.Path}' has changed while it was in use; start again.");

    string PathOf(int file) => Path.Combine(_folder, _names[file].Replace('/', Path.DirectorySeparatorChar));
}
