using System.Text;

namespace Likely.Data;

/// <summary>Many paths below a folder, with slashes, in the bytes of their UTF-8 alone: a million of them take tens of megabytes.</summary>
sealed class PathNames
{
    readonly byte[] _bytes;
    readonly int[] _starts;

    /// <exception cref="DataException">if they take more than 2 GB</exception>
    public PathNames(IReadOnlyList<string> paths)
    {
        var length = 0L;
        foreach (var path in paths) length += Encoding.UTF8.GetByteCount(path);
        if (length > Array.MaxLength) throw new DataException($"The names of {paths.Count} files take {length} bytes, more than fit into memory; put the files into a few larger ones.");
        (_bytes, _starts) = (new byte[length], new int[paths.Count + 1]);
        for (var i = 0; i < paths.Count; i++) _starts[i + 1] = _starts[i] + Encoding.UTF8.GetBytes(paths[i], _bytes.AsSpan(_starts[i]));
    }

    public int Count => _starts.Length - 1;

    public string this[int index] => Encoding.UTF8.GetString(_bytes.AsSpan(_starts[index].._starts[index + 1]));
}
