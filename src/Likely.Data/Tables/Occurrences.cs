using System.Runtime.InteropServices;

namespace Likely.Data;

/// <summary>How often each content came before, in bounded memory: where there are more different ones than <see cref="MostKnown"/>, those that came least often so far are forgotten, and begin anew.</summary>
sealed class Occurrences
{
    /// <summary>So many contents are told apart.</summary>
    public const int MostKnown = 1 << 18;

    readonly Dictionary<ulong, int> _counts = [];

    /// <summary>The number of this occurrence of a content, from 0.</summary>
    /// <param name="key">64 bits of a hash of it.</param>
    public int Next(ulong key)
    {
        if (_counts.Count == MostKnown)
            for (var most = 1; _counts.Count > MostKnown / 2; most *= 2)
                foreach (var (rare, count) in _counts)
                    if (count <= most) _counts.Remove(rare);
        return CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _)++;
    }
}
