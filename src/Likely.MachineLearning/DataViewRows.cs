using Likely.Models;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Likely;

/// <summary>Rows of ML.NET's <see cref="IDataView"/> for models of features: <c>new PcaConfig { Components = 30 }.Fit(view.ToRows("Features"))</c>.</summary>
public static class DataViewRows
{
    /// <summary>Reads columns into memory, side by side in the order given: numbers, or vectors of one length, of single or double precision. What is sparse is filled with zeros, what is missing stays not a number, which fitting refuses.</summary>
    /// <param name="view">Where they are; it is read once, from its beginning to its end.</param>
    /// <param name="columns">Their names.</param>
    /// <exception cref="ArgumentException">A column is not there or of another type, or there are no rows.</exception>
    public static Rows ToRows(this IDataView view, params string[] columns) => Rows.Of(Each(view, columns));

    /// <summary>The rows one after another, each read when it is asked for.</summary>
    internal static IEnumerable<float[]> Each(IDataView view, string[] columns)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Length == 0) throw new ArgumentException("name at least one column", nameof(columns));
        DataViewSchema.Column[] found = [.. columns.Select(name => view.Schema.GetColumnOrNull(name) ?? throw new ArgumentException($"there is no column '{name}'; there are {string.Join(", ", view.Schema.Select(column => column.Name))}", nameof(columns)))];
        return Each(view, found);
    }

    static IEnumerable<float[]> Each(IDataView view, DataViewSchema.Column[] columns)
    {
        using var cursor = view.GetRowCursor(columns);
        Action<List<float>>[] readers = [.. columns.Select(column => Reader(cursor, column))];
        List<float> row = [];
        while (cursor.MoveNext())
        {
            row.Clear();
            foreach (var read in readers) read(row);
            yield return [.. row];
        }
    }

    static Action<List<float>> Reader(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var item = (column.Type as VectorDataViewType)?.ItemType ?? column.Type;
        var length = column.Type is VectorDataViewType vector ? vector.Size : 1;
        if (length == 0) throw new ArgumentException($"the vectors of the column '{column.Name}' have no one length; rows have");
        var isVector = column.Type is VectorDataViewType;
        if (item.RawType == typeof(float)) return isVector ? Vectors<float>(cursor, column, value => value) : Numbers<float>(cursor, column, value => value);
        if (item.RawType == typeof(double)) return isVector ? Vectors<double>(cursor, column, value => (float)value) : Numbers<double>(cursor, column, value => (float)value);
        throw new ArgumentException($"the column '{column.Name}' is of {column.Type}, and rows are of numbers in single or double precision; convert it first, such as by Transforms.Conversion.ConvertType");
    }

    static Action<List<float>> Numbers<T>(DataViewRowCursor cursor, DataViewSchema.Column column, Func<T, float> single)
    {
        var (get, value) = (cursor.GetGetter<T>(column), default(T)!);
        return row =>
        {
            get(ref value);
            row.Add(single(value));
        };
    }

    static Action<List<float>> Vectors<T>(DataViewRowCursor cursor, DataViewSchema.Column column, Func<T, float> single)
    {
        var (get, value) = (cursor.GetGetter<VBuffer<T>>(column), default(VBuffer<T>));
        return row =>
        {
            get(ref value);
            foreach (var number in value.DenseValues()) row.Add(single(number));
        };
    }
}
