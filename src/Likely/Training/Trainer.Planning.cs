using Likely.Data;
using Likely.Models;

namespace Likely;

// The plan: how many steps, and when validations. Time decides here and nowhere else, and what it decides is recorded.
public sealed partial class Trainer
{
    const double DefaultMinutes = 10, MostForecast = 4, ForecastShare = 0.02, ValidationShare = 0.02, ModelBytesPerSecond = 1e8;
    const int LeastValidationItems = 16, LeastSteps = 10, MostPairs = 128;

    /// <summary>True if there was a validation, so that there are best weights.</summary>
    public bool HasBest => _state.BestStep > 0;

    /// <summary>The step of the best validation; 0 if there was none.</summary>
    public long BestStep => _state.BestStep;

    /// <summary>The best bits per dimension of validations before the last tenth of the steps; null if there were none.</summary>
    public double? EarlierBits => double.IsFinite(_state.EarlierNats) ? Evaluation.BitsPerDimension(_state.EarlierNats, Model.Space) : null;

    /// <summary>True if the number of steps follows from a time.</summary>
    public bool IsTimed => IsTimedBy(_options);

    /// <summary>That time, from the trainer's making on.</summary>
    public double BudgetSeconds => Budget(_options);

    double Elapsed => _secondsBefore + _time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Seconds a step takes and a validation takes, measured by a warm-up that changes nothing.</summary>
    public (double StepSeconds, double ValidationSeconds) Forecast(CancellationToken cancellation = default)
    {
        var most = IsTimed ? Math.Min(MostForecast, ForecastShare * BudgetSeconds) : MostForecast;
        double Took(Action work)
        {
            cancellation.ThrowIfCancellationRequested();
            var began = Elapsed;
            work();
            return Elapsed - began;
        }

        // The first time is for compiling and for buffers, unless one time is all that can be afforded.
        var past = _gradient.Past;
        var step = Took(() => Loss(0, -1, cancellation));
        if (step < 2 * most)
        {
            var (steps, seconds) = (0, 0.0);
            while (steps < 2 || seconds < most && steps < 400) seconds += Took(() => Loss(++steps, -1, cancellation));
            step = seconds / steps;
        }
        _gradient.Past = past;
        if (_validation.Count == 0) return (step, 0);
        var whole = Math.Min(_validation.Count, _options.ValidationLimit);
        var some = Math.Min(whole, 64 * _options.Threads);
        var one = Math.Min(some, _options.Threads);
        var first = Took(() => _scorer.Score(_validation, one, cancellation: cancellation));
        if (first > most) return (step, first / one * whole);
        var items = (int)Math.Clamp(one * most / Math.Max(first, 1e-9), one, some);
        return (step, Took(() => _scorer.Score(_validation, items, cancellation: cancellation)) / items * whole);
    }

    /// <summary>Decides the number of steps and of validations, in the beginning; see <see cref="TrainingPlan"/>.</summary>
    public void Plan(CancellationToken cancellation = default)
    {
        if (_state.Plan is not null && (!IsTimed || _pace is not null)) return;
        if (!IsTimed)
        {
            (_state.Plan, _state.ValidationItems) = (PlanOfSteps(_options, _batches.Examples, _validation.Count, Batch), _options.ValidationLimit);
            return;
        }
        var (step, validation) = Forecast(cancellation);
        if (_state.Plan is null) _state.ValidationItems = AffordableItems(_options, _validation.Count, validation);
        _pace = PaceOf(_options, _batches.Examples, _validation.Count, Batch, Model.Parameters.Length, _state.ValidationItems, Elapsed, step, validation);
        if (_state.Plan is not null) return;
        var (steps, every) = _pace.Fit(Elapsed, 0, 0);
        _state.Plan = new TrainingPlan(steps, every);
    }

    /// <summary>The plan that a training begins with if a step and a validation of all items take so long, and the examples that are scored at a validation.</summary>
    internal static (TrainingPlan Plan, int ValidationItems) PlanOf(TrainingOptions options, long items, int heldOut, int batch, long weights, double step, double validation)
    {
        if (!IsTimedBy(options)) return (PlanOfSteps(options, items, heldOut, batch), options.ValidationLimit);
        var scored = AffordableItems(options, heldOut, validation);
        var (steps, every) = PaceOf(options, items, heldOut, batch, weights, scored, 0, step, validation).Fit(0, 0, 0);
        return (new TrainingPlan(steps, every), scored);
    }

    /// <summary>Examples of a step: as the options say, or as the model and the data suggest, and no more than there are.</summary>
    /// <exception cref="UsageException">There are no data, or no examples are wanted.</exception>
    internal static int BatchOf(DensityConfig config, TrainingOptions options, Dataset data)
    {
        ModelRegistry.Check(config);
        if (data.Train.Count == 0) throw new UsageException($"{data.Name} has no training examples{(data.PartNotes.Count > 0 ? $": {string.Join("; ", data.PartNotes)}" : "")}");
        if (options.Batch < 1) throw new UsageException($"batch={options.Batch} must be at least 1");
        var examples = BatchPlan.ExamplesOf(config, data.Train);
        if (examples == 0) throw new UsageException($"{data.Name} has training items, but nothing in them");
        // Of pairs targets are whole, and more of it than of the windows that the model's batch is for.
        var whole = data.Space.IsGivenWhole;
        var largest = whole && config.Window is { } window ? (int)Math.Clamp(config.LargestBatch * window / data.Space.Extent.Positions / GradientStep.Shards * GradientStep.Shards, GradientStep.Shards, MostPairs) : config.LargestBatch;
        return (int)Math.Min(options.Batch ?? TrainingOptions.DefaultBatch(largest, examples, whole ? data.Space.Extent.Positions : config.Window ?? data.Space.Extent.Positions), examples);
    }

    static bool IsTimedBy(TrainingOptions options) => (options.Steps, options.Epochs, options.Plan) is (null, null, null);

    static double Budget(TrainingOptions options) => 60 * (options.Minutes ?? DefaultMinutes);

    static long Epoch(long items, int batch) => Math.Max(1, (long)Math.Ceiling((double)items / batch));

    static TrainingPlan PlanOfSteps(TrainingOptions options, long items, int heldOut, int batch)
    {
        var total = Math.Max(1, options.Steps ?? (long)Math.Ceiling((options.Epochs ?? 0) * items / batch));
        return options.Plan?.Copy() ?? new TrainingPlan(total, options.ValidateEvery ?? ValidationEvery(total, Epoch(items, batch), Math.Min(heldOut, options.ValidationLimit), batch));
    }

    static Pace PaceOf(TrainingOptions options, long items, int heldOut, int batch, long weights, int scored, double now, double step, double validation)
    {
        validation *= (double)Math.Min(heldOut, scored) / Math.Max(1, Math.Min(heldOut, options.ValidationLimit));
        var pace = new Pace(Budget(options), weights * sizeof(float) / ModelBytesPerSecond, Epoch(items, batch), options.ValidateEvery);
        pace.Begin(now, step, validation);
        return pace;
    }

    /// <summary>The options that repeat this run on any machine, given the same data and model; known with <see cref="TotalSteps"/>.</summary>
    public TrainingOptions Repeat => _options with
    {
        Minutes = null,
        Epochs = null,
        Steps = null,
        Plan = _state.Plan?.Copy(),
        Batch = Batch,
        LearningRate = _rate,
        ValidateEvery = null,
        ValidationLimit = _state.ValidationItems,
    };

    // Where a plan of steps gives no distance: an epoch or less, but never so close that validating takes most of the time.
    static long ValidationEvery(long total, long epoch, int scored, int batch)
    {
        // Steps that cost twice as much as a validation, if a forward pass is a third of a step.
        var dear = 2L * scored / (3L * batch);
        return Math.Max(Math.Clamp(Math.Max(total / 20, dear), 1, epoch), Math.Max(dear, Math.Max(LeastSteps, total / 100)));
    }

    // Not so many items that a single validation, which there must be at the end, takes a visible part of the time.
    static int AffordableItems(TrainingOptions options, int heldOut, double validation)
    {
        var (whole, most) = (Math.Min(heldOut, options.ValidationLimit), ValidationShare * Budget(options));
        return validation <= most ? options.ValidationLimit : Math.Max(Math.Min(whole, LeastValidationItems), (int)(whole * most / validation));
    }

    // The mean of an example, which of sequences is a window; each counts by its symbols.
    double Mean(double[] nats, Split split)
    {
        var (total, symbols) = (0.0, 0L);
        for (var i = 0; i < nats.Length; i++)
        {
            total += nats[i];
            symbols += split.SpaceOf(i).Dimensions;
        }
        return total / ((double)symbols / Model.Space.Dimensions);
    }

    void LookAgain()
    {
        // Only beyond all that was ever computed: a plan that repeats the run must find the same moments before a roll-back and after it.
        var step = _optimizer.Step;
        if (_pace is null || step < _state.Reached || step <= _state.Plan!.Moments[^1].Step || step < _options.WarmUpOf(_state.Plan)) return;
        _pace.Look(Elapsed, step, step - _state.Step, _state.Plan);
    }
}
