namespace Likely.Data;

/// <summary>Some rows of a table that stand one behind another, their cells copied as text: what is worked on by several threads while the next ones are read.</summary>
sealed class RowBlock
{
    const int MostRows = 4096, MostCharacters = 1 << 20;

    readonly List<int> _ends = [];
    char[] _text = new char[1 << 12];
    int _used, _width;

    /// <summary>The number of its first row in the table, from 0.</summary>
    public long First { get; private set; }

    public int Count { get; private set; }

    /// <summary>Whether it should take no more rows.</summary>
    public bool IsFull => Count == MostRows || _used >= MostCharacters;

    public void Clear()
    {
        _ends.Clear();
        (_used, Count) = (0, 0);
    }

    /// <summary>Takes the next row.</summary>
    public void Add(nietras.SeparatedValues.SepReader.Row row, long number)
    {
        if (Count++ == 0) (First, _width) = (number, row.ColCount);
        for (var c = 0; c < _width; c++)
        {
            var cell = row[c].Span;
            if (_used + cell.Length > _text.Length) Array.Resize(ref _text, 2 * (_used + cell.Length));
            cell.CopyTo(_text.AsSpan(_used));
            _ends.Add(_used += cell.Length);
        }
    }

    /// <summary>A cell as it is written.</summary>
    public ReadOnlySpan<char> Cell(int row, int column)
    {
        var at = row * _width + column;
        var start = at == 0 ? 0 : _ends[at - 1];
        return _text.AsSpan(start, _ends[at] - start);
    }
}
