using System.Diagnostics;
using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Minimises the mean loss of rows by Adam (Kingma and Ba 2015): every pass goes over them in a random order, in batches that no step repeats a row in, at a rate that falls along half a cosine to a hundredth;
/// the running average of the weights is kept. The same bits on any number of threads.
/// </summary>
/// <param name="stage">What is trained, in words: part of the address of random numbers.</param>
/// <param name="set">Its weights.</param>
/// <param name="rows">What is read.</param>
/// <param name="plan">How long and how fast.</param>
/// <param name="options">Seed and progress.</param>
sealed class RowDescent(string stage, ParameterSet set, RowBlocks rows, DescentPlan plan, FitOptions options)
{
    const double FinalShare = 0.01, Memory = 0.02, LargestNorm = 1e18;
    static readonly TimeSpan _betweenNotes = TimeSpan.FromMinutes(3);

    /// <summary>The loss of a shard on a tape, summed over its rows and unscaled; the way back is scaled by the batch's <see cref="RowBatch.Scale"/>.</summary>
    public delegate double Loss(Tape tape, RowBatch batch);

    /// <summary>Rows of a step.</summary>
    public int Batch { get; } = Math.Min(plan.Batch, rows.Rows);

    /// <summary>Steps in all.</summary>
    public long Steps => (long)plan.Epochs * (rows.Rows / Batch);

    /// <summary>What part of all fitting this is: where it begins, and its share.</summary>
    public (double Begin, double Share) Part { get; init; } = (0, 1);

    /// <summary>What goes on from step to step beside the weights; null: nothing does.</summary>
    public Matrix? Beside { get; init; }

    /// <summary>Trains, to the averaged weights; returns the mean loss of the last steps.</summary>
    /// <exception cref="ModelException">The loss is no finite number any more.</exception>
    public double Run(Loss loss)
    {
        var shards = new GradientShards(set, Batch, rows.Threads);
        var optimizer = new Optimizer(set, threads: rows.Threads) { WeightDecay = plan.WeightDecay };
        var batches = new RowBatch[shards.Workers];
        for (var i = 0; i < batches.Length; i++) batches[i] = new RowBatch();
        var (order, items, mean) = (new RowOrder(rows.Rows, Batch, options.Seed, Philox.Hash(stage)), new int[Batch], double.NaN);
        if (options.Journal?.Find(stage) is { } noted)
        {
            if (noted.Step > Steps) throw new ModelException($"what was kept of {stage} is of step {noted.Step} of {Steps}; begin a run of its own") { Remedy = Remedy.BeginAnew };
            noted.Restore(set, optimizer, Beside);
            if (noted.IsFinished) return noted.Mean;
            mean = noted.Mean;
        }
        var sinceNote = Stopwatch.StartNew();
        using var trial = options.Trial?.Begin(Steps, isInPasses: true);
        for (var step = optimizer.Step; step < Steps; step++)
        {
            // Between two steps alone, where all that goes on is of one step.
            if (options.Journal is { } journal && (rows.Cancellation.IsCancellationRequested || sinceNote.Elapsed > _betweenNotes))
            {
                if (step > 0) journal.Keep(FitStage.Of(stage, set, optimizer, mean, Beside));
                sinceNote.Restart();
            }
            rows.Cancellation.ThrowIfCancellationRequested();
            order.Fill(step, items);
            var total = shards.Compute((tape, shard, worker) =>
            {
                var (first, size) = (shards.First(shard), shards.Size(shard));
                if (size == 0) return 0;
                batches[worker].Read(rows, items.AsSpan(first, size), step, first, 1f / Batch);
                tape.Address = (options.Seed, step, first);
                return loss(tape, batches[worker]);
            }) / Batch;
            var norm = double.IsFinite(total) ? optimizer.Update(shards.Gradients, Rate(step), rows.Threads) : double.NaN;
            // The squares of larger gradients would leave single precision, and weights stand still.
            if (!(norm < LargestNorm)) throw new ModelException($"the loss of {stage} left the finite numbers at step {step + 1}; a lower rate may help, or rows whose columns are of one scale");
            mean = double.IsNaN(mean) ? total : mean + Memory * (total - mean);
            if (step % 20 == 19 || step == Steps - 1)
                options.Progress?.Invoke(new FitMoment(Part.Begin + Part.Share * (step + 1) / Steps, string.Create(CultureInfo.InvariantCulture, $"{stage}: pass {step / (rows.Rows / Batch) + 1} of {plan.Epochs}, loss {mean:G5}")));
            if (trial?.HasSeen() == true) break;
        }
        set.Use(optimizer.Average);
        var averaged = set.Parameters.Select(parameter => parameter.ToArray()).ToArray();
        set.Use(null);
        for (var i = 0; i < averaged.Length; i++) set.Parameters[i].Assign(averaged[i]);
        options.Journal?.Keep(FitStage.Of(stage, set, Steps, mean));
        return mean;
    }

    double Rate(long step) => plan.Rate * (FinalShare + (1 - FinalShare) * 0.5 * (1 + ExactMath.Cos(Math.PI * step / Steps)));
}

/// <summary>How long and how fast rows are trained on.</summary>
/// <param name="Epochs">Passes over the rows.</param>
/// <param name="Batch">Rows of a step, at most.</param>
/// <param name="Rate">The learning rate at the beginning.</param>
/// <param name="WeightDecay">Decoupled weight decay (Loshchilov and Hutter 2019).</param>
readonly record struct DescentPlan(int Epochs, int Batch, double Rate, double WeightDecay = 0);

/// <summary>Which rows a step reads: pass after pass in random orders, where a batch is no larger than a pass and what is left of one too short for a batch goes unread.</summary>
sealed class RowOrder(int rows, int batch, ulong seed, ulong path)
{
    readonly Philox _random = new(seed, RandomPurpose.Shuffle, path);
    readonly long _perPass = rows / batch;
    long _pass = -1;
    int[] _order = [];

    public void Fill(long step, Span<int> items)
    {
        var (pass, place) = Math.DivRem(step, _perPass);
        if (pass != _pass) (_pass, _order) = (pass, _random.Permutation(rows, (ulong)pass));
        _order.AsSpan((int)place * batch, batch).CopyTo(items);
    }
}
