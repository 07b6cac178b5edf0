using Likely.Models;

namespace Likely.Cli;

/// <summary>What of a row is lost by encoding it and turning its code back.</summary>
static class ReconstructionError
{
    const int Piece = 256;

    /// <summary>The mean over the items of a split of the squared distance to what their codes are turned back into.</summary>
    /// <param name="model">A model that has a way back.</param>
    /// <param name="split">Items that it takes.</param>
    /// <param name="session">Its threads, and the wish to stop.</param>
    /// <param name="each">Told the first row of some, the rows and what became of them; in order.</param>
    public static double Of(FeatureModel model, Split split, Session session, Action<int, float[], float[]>? each = null)
    {
        var (rows, encoder, width, total) = (new SplitRows(split), new FeatureEncoder(model, session.Threads), model.Space.Dimensions, 0.0);
        for (var first = 0; first < split.Count; first += Piece)
        {
            var count = Math.Min(Piece, split.Count - first);
            float[] values = new float[count * width], codes = new float[count * model.Width], back = new float[count * width];
            rows.Read(first, values);
            encoder.Encode(split, first, codes, null, session.Cancellation);
            model.TryDecode(codes, count, back);
            for (var i = 0; i < values.Length; i++) total += ((double)values[i] - back[i]) * ((double)values[i] - back[i]);
            each?.Invoke(first, values, back);
        }
        return total / split.Count;
    }
}
