namespace Likely.Training;

// The plan: how many steps, and when validations. Time decides here and nowhere else, and what it decides is recorded.
public sealed partial class Trainer
{
    const double DefaultMinutes = 10, MostForecast = 4, ForecastShare = 0.02, ValidationShare = 0.02, ModelBytesPerSecond = 1e8;
    const int LeastValidationItems = 16, LeastSteps = 10;

    /// <summary>True if the number of steps follows from a time.</summary>
    public bool IsTimed => (_options.Steps, _options.Epochs, _options.Plan) is (null, null, null);

    /// <summary>That time, from the trainer's making on.</summary>
    public double BudgetSeconds => 60 * (_options.Minutes ?? DefaultMinutes);

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
        var step = Took(() => Loss(0, -1, cancellation));
        if (step < 2 * most)
        {
            var (steps, seconds) = (0, 0.0);
            while (steps < 2 || seconds < most && steps < 400) seconds += Took(() => Loss(++steps, -1, cancellation));
            step = seconds / steps;
        }
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
        var epoch = Math.Max(1, (long)Math.Ceiling((double)_data.Train.Count / Batch));
        if (!IsTimed)
        {
            var total = Math.Max(1, _options.Steps ?? (long)Math.Ceiling((_options.Epochs ?? 0) * _data.Train.Count / Batch));
            _state.ValidationItems = _options.ValidationLimit;
            _state.Plan = _options.Plan?.Copy() ?? new TrainingPlan(total, _options.ValidateEvery ?? ValidationEvery(total, epoch));
            return;
        }
        var (step, validation) = Forecast(cancellation);
        if (_state.Plan is null) _state.ValidationItems = AffordableItems(validation);
        validation *= (double)Math.Min(_validation.Count, _state.ValidationItems) / Math.Max(1, Math.Min(_validation.Count, _options.ValidationLimit));
        var finish = Model.Parameters.Length * sizeof(float) / ModelBytesPerSecond;
        _pace = new Pace(BudgetSeconds, finish, epoch, _options.ValidateEvery);
        _pace.Begin(Elapsed, step, validation);
        if (_state.Plan is not null) return;
        var (steps, every) = _pace.Fit(Elapsed, 0, 0);
        _state.Plan = new TrainingPlan(steps, every);
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
    long ValidationEvery(long total, long epoch)
    {
        // Steps that cost twice as much as a validation, if a forward pass is a third of a step.
        var dear = 2L * Math.Min(_validation.Count, _options.ValidationLimit) / (3 * Batch);
        return Math.Max(Math.Clamp(Math.Max(total / 20, dear), 1, epoch), Math.Max(dear, Math.Max(LeastSteps, total / 100)));
    }

    // Not so many items that a single validation, which there must be at the end, takes a visible part of the time.
    int AffordableItems(double validation)
    {
        var whole = Math.Min(_validation.Count, _options.ValidationLimit);
        if (validation <= ValidationShare * BudgetSeconds) return _options.ValidationLimit;
        return Math.Max(Math.Min(whole, LeastValidationItems), (int)(whole * ValidationShare * BudgetSeconds / validation));
    }

    void LookAgain()
    {
        // Only beyond all that was ever computed: a plan that repeats the run must find the same moments before a roll-back and after it.
        var step = _optimizer.Step;
        if (_pace is null || step < _state.Reached || step <= _state.Plan!.Moments[^1].Step || step < _options.WarmUpOf(_state.Plan)) return;
        _pace.Look(Elapsed, step, step - _state.Step, _state.Plan);
    }
}
