using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>The memory that scoring and drawing take, counted from shapes before it is taken, in bytes.</summary>
static class ScoringMemory
{
    /// <summary>What one thread that scores holds: the values of all layers of a group of examples, and the examples.</summary>
    public static long OfWorker(DensityModel model, out long largestBuffer)
    {
        var group = Scorer.Group(model.Geometry.Dimensions);
        var meter = new MemoryMeter();
        model.LogProbabilities(new Tape(false, meter), SymbolBatch.Outline(model.Geometry, group));
        largestBuffer = meter.LargestBuffer;
        return meter.Bytes + model.Geometry.Dimensions * (group + 1L + sizeof(float));
    }

    /// <summary>What drawing some examples at once takes on all threads.</summary>
    public static long OfWalk(DensityModel model, int count, int threads)
    {
        var pieces = Walk.PieceOf(count, threads);
        return Math.Min(threads, (count + pieces - 1) / pieces) * model.WalkBytes(pieces) + (long)count * model.Geometry.Dimensions;
    }
}
