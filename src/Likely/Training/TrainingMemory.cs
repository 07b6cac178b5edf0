using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// The memory that a training takes, counted from shapes alone before anything is built: a pass over a tape that only measures, and what
/// else is as long as the weights. In bytes.
/// </summary>
/// <param name="Weights">The weights, their average, both moments, the best and the roll-back point, the gradients of the eight shards, and what is made of the weights.</param>
/// <param name="Passes">The values of all layers on the way forward and back, on every thread that takes shards, and its examples; and what windows carry to those of the next step.</param>
/// <param name="Validation">The same of the threads that score, forward only.</param>
/// <param name="Passing">What is taken only for a while: samples that are drawn at a validation, copies when a run is saved.</param>
/// <param name="LargestBuffer">Floats that lie side by side.</param>
public sealed record TrainingMemory(long Weights, long Passes, long Validation, long Passing, long LargestBuffer)
{
    // Blocks as long as the weights: these, their gradient as it is used, average and moments; five of the roll-back point; eight of shards.
    const int Blocks = 5 + 5 + GradientStep.Shards;

    // Blocks of a run that is saved where it stopped.
    const int SavedBlocks = 4;

    // Samples of a sheet, drawn at a validation.
    const int Samples = 64;

    public long Total => Weights + Passes + Validation + Passing;

    /// <summary>Counts.</summary>
    /// <param name="config">The model.</param>
    /// <param name="space">Of its examples.</param>
    /// <param name="classes">Classes of the data.</param>
    /// <param name="batch">Examples of a step.</param>
    /// <param name="threads">Worker threads.</param>
    /// <exception cref="ModelException">The model cannot describe the data, or has more weights than any can have.</exception>
    public static TrainingMemory Of(DensityConfig config, Space space, int classes, int batch, int threads)
        => Of(config.Outline(space, classes), batch, threads);

    static TrainingMemory Of(AutoregressiveModel model, int batch, int threads)
    {
        var (dimensions, block) = (model.Space.Dimensions, sizeof(float) * model.Parameters.Length);
        var workers = Math.Clamp(threads, 1, GradientStep.Shards);
        var training = new MemoryMeter();
        var tape = new Tape(recording: true, training) { Training = true };
        // Shards differ by one example at most, and buffers of either size are kept. A past that windows carry is there thrice: the run's, the roll-back point's and that of the step before.
        const int Pasts = 3;
        var (carries, carried) = (!model.Space.IsGivenWhole && model.Config is { Window: not null, CarriesPast: true } && model.Carries, 0L);
        foreach (var size in (int[])[.. new SortedSet<int> { batch / GradientStep.Shards, (batch + GradientStep.Shards - 1) / GradientStep.Shards }])
        {
            if (size == 0) continue;
            var past = new MemoryMeter();
            model.LogProbabilities(tape, SymbolBatch.Outline(model.Space, size), run: carries ? new Run(size, Extent.Open, past) : null);
            carried += Pasts * past.Bytes * (size > batch / GradientStep.Shards ? batch % GradientStep.Shards : GradientStep.Shards - batch % GradientStep.Shards);
            tape.Backward();
            tape.FinishGradients(model.Parameters);
            tape.Reset();
        }
        var examples = (long)sizeof(int) * dimensions * ((batch + GradientStep.Shards - 1) / GradientStep.Shards + 1);
        var scoring = ScoringMemory.OfWorker(model, model.Space, out var largest);
        return new TrainingMemory(
            Blocks * block + training.SharedBytes + model.KeptBytes,
            workers * (training.Bytes + examples) + carried,
            threads * scoring,
            Math.Max(SavedBlocks * block, ScoringMemory.OfWalk(model, model.Space, Samples, threads)),
            Math.Max(Math.Max(training.LargestBuffer, largest), model.Parameters.Length));
    }

    /// <summary>Refuses a training that does not fit, in a sentence that says what would.</summary>
    /// <param name="config">The model.</param>
    /// <param name="space">Of its examples.</param>
    /// <param name="classes">Classes of the data.</param>
    /// <param name="batch">Examples of a step.</param>
    /// <param name="threads">Worker threads.</param>
    /// <param name="available">Free memory in bytes.</param>
    /// <param name="treated">What made the examples as large as they are; null: nothing.</param>
    /// <exception cref="UsageException">It does not fit.</exception>
    public static TrainingMemory Require(DensityConfig config, Space space, int classes, int batch, int threads, long available, DataOptions? treated = null)
    {
        var memory = Of(config, space, classes, batch, threads);
        if (memory.Fits(available)) return memory;
        var ways = new List<string>();
        for (var less = 1 << System.Numerics.BitOperations.Log2((uint)Math.Max(1, batch - 1)); less >= 1 && less < batch && ways.Count == 0; less /= 2)
            if (Of(config, space, classes, less, threads) is var smaller && smaller.Fits(available)) ways.Add($"a batch of {less} needs {MachineMemory.Text(smaller.Total)}");
        if (ways.Count == 0 && threads > 1 && Of(config, space, classes, 1, 1) is var alone && alone.Fits(available)) ways.Add($"a batch of 1 on 1 thread needs {MachineMemory.Text(alone.Total)}");
        for (var (height, width) = space.IsSequence ? (0, 0) : (space.Height / 2, space.Width / 2); Math.Min(height, width) >= 8; (height, width) = (height / 2, width / 2))
            if (Of(config, space with { Height = height, Width = width }, classes, batch, threads) is var smaller && smaller.Fits(available))
            {
                ways.Add($"{(ways.Count > 0 ? "" : $"with the batch of {batch} ")}images of {height}x{width} ({Ways(height, width)}) need {MachineMemory.Text(smaller.Total)}");
                break;
            }
        if (ways.Count == 0) ways.Add(space.IsSequence ? "make the model smaller, or its context shorter" : "make the model or the images smaller");
        var why = memory.LargestBuffer > FloatBlock.MostLength && memory.Total <= available ? $"more than {MachineMemory.Text(4.0 * FloatBlock.MostLength)} for one layer, which is not possible"
            : $"{MachineMemory.Text(memory.Total)} of memory, and {MachineMemory.Text(available)} are free";
        throw new UsageException($"training {config.Name} on {space} with a batch of {batch} needs {why}; {string.Join(", or ", ways)}");

        // A crop comes before a size, which undoes what it saves, and may be larger than the pictures.
        string Ways(int height, int width) => treated?.Patches is not null ? $"patches={height}x{width}"
            : treated?.Size is not null ? $"size={height}x{width}" : $"crop={height}x{width} or size={height}x{width}";
    }

    bool Fits(long available) => Total <= available && LargestBuffer <= FloatBlock.MostLength;
}
