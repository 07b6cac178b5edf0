using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Encodes items by a model of features.</summary>
/// <param name="model">The model.</param>
/// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
public sealed class FeatureEncoder(FeatureModel model, int threads = 0) : Encoder
{
    const int Piece = 64; // items that go through together

    public override int Width => model.Width;

    public override string Name => model.Config.Name;

    public override void Encode(Split split, int first, float[] codes, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(codes);
        var (rows, count, dimensions) = (new SplitRows(split), codes.Length / Width, model.Space.Dimensions);
        if (rows.Space.Dimensions != dimensions) throw new ArgumentException($"the model takes rows of {dimensions} numbers, and items are of {rows.Space}", nameof(split));
        ParallelShards.Run((count + Piece - 1) / Piece, ParallelShards.Workers(threads), (piece, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (start, some) = (piece * Piece, Math.Min(Piece, count - piece * Piece));
            var values = new float[some * dimensions];
            rows.Read(first + start, values);
            model.Encode(values, some, codes.AsSpan(start * Width));
            progress?.Invoke((long)some * dimensions);
        });
    }
}
