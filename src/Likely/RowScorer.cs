using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Scores examples too large for one pass some rows at a time: the same bits as in one, with the memory of a few rows besides what
/// <paramref name="read"/> reads from.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="space">What the examples are.</param>
/// <param name="read">Reads some symbols of an example from the given one on.</param>
sealed class RowScorer(GridModel model, Space space, RowScorer.Reader read)
{
    /// <summary>Examples of fewer symbols go through one pass.</summary>
    const int Least = 1 << 18;

    float[] _surprise = [];

    /// <summary>Fills in symbols of an example from the symbol <paramref name="first"/> on.</summary>
    public delegate void Reader(long first, Span<int> symbols);

    /// <summary>Whether examples of a model are scored so.</summary>
    public static GridModel? Takes(DensityModel model, Space space) => space.Dimensions >= Least ? model as GridModel : null;

    /// <summary>Bytes that it takes besides what it reads from.</summary>
    public static long Bytes(GridModel model, Space space, out long largestBuffer)
    {
        var meter = new MemoryMeter();
        model.ScoreRows(space.Extent, model.Classes > 0 ? [0] : [], null, (_, _) => { }, meter);
        largestBuffer = meter.LargestBuffer;
        return meter.Bytes;
    }

    /// <summary>log p of an example, added in double in the order of its symbols.</summary>
    /// <param name="label">Its label if the model has classes.</param>
    /// <param name="surprise">Receives the surprise of each symbol, if that is asked for.</param>
    /// <param name="withSurprise">Whether it is.</param>
    /// <param name="square">Receives the sum of the symbols' squared surprises.</param>
    /// <param name="cancellation">Ends it between two passes.</param>
    public unsafe double Score(int label, bool withSurprise, out ReadOnlySpan<float> surprise, out double square, CancellationToken cancellation)
    {
        if (withSurprise && _surprise.Length == 0) _surprise = new float[space.Dimensions];
        var (total, squares) = (0.0, 0.0);
        model.ScoreRows(space.Extent, model.Classes > 0 ? [label] : [], (first, symbols) =>
        {
            read(first, symbols);
            SymbolBatch.RequireLevels(symbols, space.Levels);
        }, (start, logs) =>
        {
            cancellation.ThrowIfCancellationRequested();
            for (var p = 0; p < logs.Positions; p++)
                for (var c = 0; c < logs.Channels; c++)
                {
                    var log = logs.Data[(long)p * logs.Stride + c];
                    if (withSurprise) _surprise[(start + p) * logs.Channels + c] = -log;
                    total += log;
                    squares += (double)log * log;
                }
        });
        square = squares;
        surprise = withSurprise ? _surprise : [];
        return total;
    }
}
