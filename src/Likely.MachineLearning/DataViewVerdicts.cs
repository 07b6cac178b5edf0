using Microsoft.ML;

namespace Likely;

/// <summary>Verdicts on rows of ML.NET's <see cref="IDataView"/>: <c>detector.Judge(view, "Features")</c>.</summary>
public static class DataViewVerdicts
{
    /// <summary>Judges rows one after another, as they are asked for; columns are read as <see cref="DataViewRows.ToRows"/> does.</summary>
    /// <param name="detector">One of rows of numbers.</param>
    /// <param name="view">Where they are.</param>
    /// <param name="columns">The columns that are a row, in the order in which the model was given them.</param>
    /// <exception cref="ArgumentException">A column is not there or of another type, or rows have another length than the model's.</exception>
    /// <exception cref="DataException">A number is not finite.</exception>
    public static IEnumerable<Verdict> Judge(this Detector detector, IDataView view, params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(detector);
        return DataViewRows.Each(view, columns).Select(row => detector.Judge(row));
    }
}
