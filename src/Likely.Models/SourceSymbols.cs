using Likely.Tensors;

namespace Likely.Models;

/// <summary>What the examples of a batch are given: a sequence of symbols each, of any length, none among them. Reused from step to step.</summary>
sealed class SourceSymbols
{
    int[][] _symbols = [];
    int[] _lengths = [], _first = [], _side = [];
    readonly bool _isOutline;

    public SourceSymbols() { }

    /// <summary>Sequences one an example.</summary>
    public SourceSymbols(IReadOnlyList<int[]> sources)
    {
        Begin(sources.Count);
        for (var i = 0; i < sources.Count; i++) Set(i, sources[i]);
    }

    SourceSymbols(int count, int length)
    {
        Begin(count);
        _lengths.AsSpan().Fill(length);
        _isOutline = true;
    }

    /// <summary>Lengths without symbols, for tapes that only measure.</summary>
    public static SourceSymbols Outline(int count, int length) => new(count, length);

    /// <summary>Examples.</summary>
    public int Count { get; private set; }

    /// <summary>Symbols of an example's source.</summary>
    public int LengthOf(int example) => _lengths[example];

    /// <summary>An example's source.</summary>
    public ReadOnlySpan<int> this[int example] => _isOutline ? [] : _symbols[example].AsSpan(0, _lengths[example]);

    /// <summary>Begins a batch of as many empty sources.</summary>
    public void Begin(int count)
    {
        if (_lengths.Length < count)
        {
            var had = _symbols.Length;
            Array.Resize(ref _symbols, count);
            Array.Fill(_symbols, [], had, count - had);
            (_lengths, _first) = (new int[count], new int[count]);
        }
        Count = count;
        _lengths.AsSpan(0, count).Clear();
        _first.AsSpan(0, count).Fill(-1);
    }

    /// <summary>The first position of an example's window; -1: it goes on where the run is, or begins.</summary>
    public int First(int example) => _first[example];

    public void Set(int example, ReadOnlySpan<int> symbols, int first = -1)
    {
        if (_symbols[example].Length < symbols.Length) _symbols[example] = new int[Math.Max(symbols.Length, Math.Min(2 * _symbols[example].Length, Space.LongestSource))];
        symbols.CopyTo(_symbols[example]);
        (_lengths[example], _first[example]) = (symbols.Length, first);
    }

    /// <summary>Side by side, [positions, examples]: each source, and behind it another symbol. Valid until asked again.</summary>
    public PinnedSymbols SideBySide(int positions, int behind)
    {
        if (_isOutline) return new([]);
        if (_side.Length < positions * Count) _side = GC.AllocateArray<int>(positions * Count, pinned: true);
        for (var i = 0; i < Count; i++)
            for (var p = 0; p < positions; p++) _side[p * Count + i] = p < _lengths[i] ? _symbols[i][p] : behind;
        return new(_side);
    }

    /// <summary>Those of some examples, as they are now.</summary>
    public SourceSymbols Of(ReadOnlySpan<int> examples)
    {
        if (_isOutline) return new(examples.Length, _lengths[0]);
        var sources = new int[examples.Length][];
        for (var i = 0; i < sources.Length; i++) sources[i] = this[examples[i]].ToArray();
        return new(sources);
    }

    /// <summary>Whether another batch has the same sources.</summary>
    public bool Equals(SourceSymbols other)
    {
        if (Count != other.Count) return false;
        for (var i = 0; i < Count; i++)
            if (_lengths[i] != other._lengths[i] || !this[i].SequenceEqual(other[i])) return false;
        return true;
    }
}
