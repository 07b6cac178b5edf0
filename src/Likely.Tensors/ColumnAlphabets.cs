using System.Collections;

namespace Likely.Tensors;

/// <summary>What each column of a table can be; two are equal if they say the same.</summary>
public sealed class ColumnAlphabets(IEnumerable<Alphabet> columns) : IReadOnlyList<Alphabet>, IEquatable<ColumnAlphabets>
{
    readonly Alphabet[] _columns = [.. columns];

    public int Count => _columns.Length;

    /// <summary>Values of the column that can be the most, and the fewest, things.</summary>
    public int Largest => _columns.Length == 0 ? 0 : _columns.Max(column => column.Size);
    public int Least => _columns.Length == 0 ? 0 : _columns.Min(column => column.Size);

    public Alphabet this[int index] => _columns[index];

    public bool Equals(ColumnAlphabets? other) => other is not null && _columns.AsSpan().SequenceEqual(other._columns);

    public override bool Equals(object? other) => Equals(other as ColumnAlphabets);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var column in _columns) hash.Add(column);
        return hash.ToHashCode();
    }

    public IEnumerator<Alphabet> GetEnumerator() => ((IEnumerable<Alphabet>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
