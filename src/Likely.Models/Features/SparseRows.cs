using Likely.Tensors;

namespace Likely.Models;

/// <summary>The numbers of some rows that are not zero.</summary>
sealed class SparseRows
{
    readonly int[] _ends, _columns;
    readonly float[] _values;

    public SparseRows(Matrix rows)
    {
        var (count, at) = (0, 0);
        for (var i = 0; i < rows.Rows; i++)
            foreach (var value in rows[i])
                if (value != 0) count++;
        (_ends, _columns, _values) = (new int[rows.Rows], new int[count], new float[count]);
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = rows[i];
            for (var k = 0; k < row.Length; k++)
                if (row[k] != 0) (_columns[at], _values[at++]) = (k, row[k]);
            _ends[i] = at;
        }
    }

    /// <summary>How many they are.</summary>
    public int Count => _values.Length;

    /// <summary>Writes them into rows of zeros.</summary>
    public void Fill(Matrix rows)
    {
        for (int i = 0, at = 0; i < _ends.Length; i++)
            for (var row = rows[i]; at < _ends[i]; at++) row[_columns[at]] = _values[at];
    }
}
