using System.Collections;
using System.Numerics;

namespace Likely.Data;

/// <summary>
/// Which items of a source are meant, by their indices, ascending where they are not given as numbers: all of so many, some as numbers, or some of very many as one bit for each item of the source,
/// found again by counts of the bits before every eighth word.
/// </summary>
sealed class ItemIndices : IReadOnlyList<int>
{
    const int WordBits = 64, BlockWords = 8;

    readonly int[]? _numbers;
    readonly ulong[] _bits = [];
    readonly int[] _before = []; // bits before each block

    ItemIndices(int[]? numbers, int count) => (_numbers, Count) = (numbers, count);

    /// <param name="bits">A bit for each item of the source, from the lowest of the first word on.</param>
    public ItemIndices(ulong[] bits)
    {
        (_bits, _before) = (bits, new int[(bits.Length + BlockWords - 1) / BlockWords]);
        for (var word = 0; word < bits.Length; word++)
        {
            if (word % BlockWords == 0) _before[word / BlockWords] = Count;
            Count += BitOperations.PopCount(bits[word]);
        }
    }

    public int Count { get; }

    /// <summary>All items of so many.</summary>
    public static ItemIndices All(int count) => new(null, count);

    public static implicit operator ItemIndices(int[] numbers) => new(numbers, numbers.Length);

    /// <summary>The index of one of them, which must be there.</summary>
    public int this[int at]
    {
        get
        {
            if (_numbers is not null) return _numbers[at];
            if (_before.Length == 0) return at;
            var block = Array.BinarySearch(_before, at);
            // Of blocks that begin alike all but the last are empty.
            if (block < 0) block = ~block - 1;
            else while (block + 1 < _before.Length && _before[block + 1] == at) block++;
            var (word, left) = (block * BlockWords, at - _before[block]);
            for (int here; (here = BitOperations.PopCount(_bits[word])) <= left; word++) left -= here;
            var bits = _bits[word];
            for (; left > 0; left--) bits &= bits - 1;
            return word * WordBits + BitOperations.TrailingZeroCount(bits);
        }
    }

    /// <summary>As numbers, which the caller must not change.</summary>
    public int[] ToArray() => _numbers ?? [.. this];

    public IEnumerator<int> GetEnumerator()
    {
        if (_numbers is not null || _before.Length == 0)
        {
            for (var i = 0; i < Count; i++) yield return _numbers?[i] ?? i;
            yield break;
        }
        for (var word = 0; word < _bits.Length; word++)
            for (var bits = _bits[word]; bits != 0; bits &= bits - 1) yield return word * WordBits + BitOperations.TrailingZeroCount(bits);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
