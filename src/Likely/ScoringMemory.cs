using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>The memory that scoring and drawing take, counted from shapes before it is taken, in bytes.</summary>
static class ScoringMemory
{
    // Symbols of an example below which it is not worth counting.
    const int Small = 1 << 16;

    /// <summary>The threads for which there is memory: all, or fewer if examples are large.</summary>
    /// <exception cref="InsufficientMemoryException">There is not enough for one.</exception>
    public static int Threads(DensityModel model, Space space, int threads)
    {
        if (threads < 1 || !BySequences(model, space) && space.Dimensions < Small) return threads;
        var (bytes, available) = (OfWorker(model, space, out var largest), MachineMemory.Available());
        if (largest <= FloatBlock.MostLength && (bytes <= available || MachineMemory.Fits(bytes))) return (int)Math.Clamp(available / bytes, 1, threads);
        throw new InsufficientMemoryException($"scoring examples of {(BySequences(model, space) ? $"{space.Levels} symbols" : space)} takes {MachineMemory.Text(bytes)}, and {MachineMemory.Text(available)} are free; {(BySequences(model, space) ? "end other programs, or train a smaller model" : "make the examples smaller, or score parts of them")}");
    }

    /// <summary>Whether examples go through window by window, see <see cref="SequenceWindows"/>.</summary>
    public static bool BySequences(DensityModel model, Space space) => model.Carries && space.IsSequence;

    /// <summary>Refuses to draw so many large examples that there is no memory for them.</summary>
    /// <exception cref="InsufficientMemoryException">There is not enough.</exception>
    public static void RequireWalk(AutoregressiveModel model, Space space, int count, int threads)
    {
        if ((long)count * space.Dimensions < Small) return;
        var bytes = OfWalk(model, space, count, threads);
        if (!MachineMemory.Fits(bytes))
            throw new InsufficientMemoryException($"drawing {count} examples of {space} takes {MachineMemory.Text(bytes)}, and {MachineMemory.Text(MachineMemory.Available())} are free; draw fewer at once, or smaller ones");
    }

    /// <summary>What one thread that scores holds: the values of all layers of a group of examples, and the examples.</summary>
    public static long OfWorker(DensityModel model, Space space, out long largestBuffer)
    {
        if (BySequences(model, space)) return SequenceWindows.Bytes(model, out largestBuffer);
        if (RowScorer.Takes(model, space) is { } grid) return RowScorer.Bytes(grid, space, out largestBuffer) + (long)space.Dimensions * (sizeof(byte) + sizeof(float));
        var group = Scorer.Group(space.Dimensions);
        var meter = new MemoryMeter();
        model.LogProbabilities(new Tape(false, meter), SymbolBatch.Outline(space, group));
        largestBuffer = meter.LargestBuffer;
        return meter.Bytes + (long)space.Dimensions * (sizeof(int) * (group + 1) + sizeof(float));
    }

    /// <summary>What drawing some examples at once takes on all threads.</summary>
    public static long OfWalk(AutoregressiveModel model, Space space, int count, int threads)
    {
        var pieces = Walk.PieceOf(count, threads);
        return Math.Min(threads, (count + pieces - 1) / pieces) * model.WalkBytes(pieces, space.Extent) + (long)sizeof(int) * count * space.Dimensions;
    }
}
