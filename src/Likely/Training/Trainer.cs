using System.Globalization;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Trains a model with a hold-out: Adam with warm-up, a falling rate and clipping, averaged weights, validation and snapshots
/// scheduled in steps, early stopping, roll-back on a loss that is not finite. Given the options, and for a time the plan that was
/// recorded, the result is the same bits for any number of threads, and for a run that was killed and resumed.
/// </summary>
public sealed unsafe partial class Trainer
{
    const int MostRollBacks = 5;

    // Before, the rate is high and the model far from its best: validations that do not improve say little.
    const double PatientShare = 0.5;

    const double CalibrationShare = 0.02, LeastCalibrationSymbols = 1 << 22;
    const int FewCalibrationItems = 500;

    readonly Dataset _data;
    readonly Dataset? _heldOut;
    readonly Split _validation;
    readonly TrainingOptions _options;
    readonly GradientStep _gradient;
    readonly BatchPlan _batches;
    readonly Optimizer _optimizer;
    readonly Scorer _scorer;
    readonly TimeProvider _time;
    readonly long _start;
    readonly string _begin;
    readonly double _rate;
    readonly string _trainedOn;
    Split? _validated;
    TrainingState _state;
    Pace? _pace;
    double _secondsBefore, _norm = double.NaN;

    /// <param name="config">The model to train.</param>
    /// <param name="data">Its data; must stay open.</param>
    /// <param name="options">The plan.</param>
    /// <param name="from">A trained model to go on from, of the same config and space.</param>
    /// <param name="heldOut">Other data to validate on, all of it; null: the data's own validation split.</param>
    /// <param name="time">What tells the time, which begins to run here; null: the system.</param>
    /// <exception cref="UsageException">The training does not fit into memory, the data has no training examples, <paramref name="from"/> or <paramref name="heldOut"/> does not fit, or the options contradict each other or are out of range.</exception>
    /// <exception cref="ModelException">The model cannot describe the data.</exception>
    /// <exception cref="DataException">The data are no symbols.</exception>
    public Trainer(DensityConfig config, Dataset data, TrainingOptions options, Checkpoint? from = null, Dataset? heldOut = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        _time = time ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        options = options.Checked();
        data.RequireSymbols();
        Batch = BatchOf(config, options, data);
        if (options.Plan is { } plan && (options.Minutes is not null || options.Epochs is not null || options.ValidateEvery is not null || options.Steps is { } steps && steps != plan.Total))
            throw new UsageException($"plan={plan} says {plan.Total} steps and when to validate; leave out minutes, epochs, validate_every and another number of steps");
        (_data, _heldOut, _validation, _options) = (data, heldOut, ValidationOf(data, heldOut), options);
        RequireAlike(config, data, from, heldOut);
        var space = config.SpaceFor(data.Space);
        config = config.Fitted(data.Space);
        Memory = TrainingMemory.Require(config, space, data.ClassNames.Count, Batch, options.Threads, MachineMemory.Available(), data.Options);
        Model = config.Build(space, data.ClassNames.Count, options.Seed);
        if (options.Muon > 0 && !Muon.Takes(Model.Parameters)) throw new UsageException($"{config.Name} has no hidden matrices that Muon takes; leave out muon={options.Muon.ToString(CultureInfo.InvariantCulture)}");
        _begin = from?.Identity() ?? "random";
        if (from is not null) CopyWeights(from.Density);
        _rate = options.LearningRate ?? config.LearningRate;
        _batches = BatchPlan.For(config, data.Train, Batch, options.Seed);
        _gradient = new GradientStep(Model, data.Train, _batches, options.Seed, options.Threads);
        _scorer = new Scorer(Model, options.Threads);
        _optimizer = new Optimizer(Model.Parameters, options.Muon / _rate, options.Threads) { ClipNorm = options.Clip, WeightDecay = options.WeightDecay, Ridge = options.Ridge / Model.Space.Dimensions, Lasso = options.Lasso / Model.Space.Dimensions, Epsilon = options.Epsilon, AverageDecay = options.Average };
        var sketch = data.Train.Sketch();
        _trainedOn = (ContentSketch.Parse(from?.TrainedOn ?? "") is { } before ? sketch.With(before) : sketch).ToString();
        _state = new TrainingState(Model.Parameters.Length);
    }

    /// <summary>The model in training; afterwards it holds the best weights.</summary>
    public AutoregressiveModel Model { get; }

    /// <summary>Examples of one step: as the options say or as the data suggest, and no more than there are.</summary>
    public int Batch { get; }

    /// <summary>The memory that this training takes besides the data.</summary>
    public TrainingMemory Memory { get; }

    /// <summary>Examples of one pass over the training items: these, or of sequences the windows that they are cut into.</summary>
    public long TrainingExamples => _batches.Examples;

    /// <summary>Called after steps from time to time, at every validation, and with plain messages.</summary>
    public Action<TrainingMoment>? Progress { get; init; }

    /// <summary>Called at every validation while the averaged weights are the model's, so that samples can be drawn.</summary>
    public Action<TrainingMoment>? AtValidation { get; init; }

    /// <summary>Called with one sentence when something is worth saying.</summary>
    public Action<string>? Message { get; init; }

    /// <summary>Where snapshots are written; null: nowhere.</summary>
    public string? ResumePath { get; init; }

    /// <summary>Steps planned; known once training or <see cref="Forecast"/> began.</summary>
    public long TotalSteps => _state.Plan?.Total ?? 0;

    /// <summary>Steps taken.</summary>
    public long Step => _optimizer.Step;

    /// <summary>Steps between validations; known with <see cref="TotalSteps"/>.</summary>
    public long ValidateEvery => _state.Plan?.Every ?? 0;

    /// <summary>The examples scored at each validation, which also choose the weights: what anything that the model is compared with must be measured on; known with <see cref="TotalSteps"/>.</summary>
    public Split Validated => _validated ??= _validation.Sample(_state.ValidationItems);

    /// <summary>Examples held out for validation, of which <see cref="Validated"/> are some or all.</summary>
    public int HeldOutItems => _validation.Count;

    /// <summary>True if the last run ended because validations did not improve.</summary>
    public bool StoppedEarly => Exhausted;

    /// <summary>True if the last run ended because it was asked to.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Given a step (-1 while speed is measured) and its loss, the loss to go on with: for tests of time and of faults.</summary>
    internal Func<long, double, double>? Inspect { get; init; }

    /// <summary>Continues from <see cref="ResumePath"/>; false if there is nothing to continue from.</summary>
    /// <exception cref="UsageException">The file is damaged or belongs to another run.</exception>
    /// <exception cref="ModelException">What windows go on from is damaged; of layers that are not asked yet, when they are.</exception>
    public bool Resume()
    {
        if (ResumePath is null || !File.Exists(ResumePath)) return false;
        _state = TrainingState.Read(ResumePath, Model.Parameters.Length, Fingerprint());
        _state.RequireMasked(Model.Parameters, ResumePath);
        var past = _state.RestoreLast(Model.Parameters, _optimizer);
        if (_gradient.Carries && _optimizer.Step > 0 && Array.TrueForAll(past, one => one.Length == 0)) throw new UsageException($"{ResumePath} is damaged: what windows go on from is missing");
        _gradient.Past = past;
        _secondsBefore = _state.Seconds;
        return true;
    }

    /// <summary>Trains to the end of the plan, to early stopping, or until asked to stop; then the model holds the best weights.</summary>
    /// <exception cref="TrainingException">The loss keeps leaving the finite numbers.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop before the first step.</exception>
    public Checkpoint Run(CancellationToken cancellation = default)
    {
        Plan(cancellation);
        if (ResumePath is not null) _state.Fingerprint = Fingerprint();
        if (_optimizer.Step == 0) Snapshot();
        var report = new Progression(_optimizer.Step, Elapsed);
        while (IsValidationDue || _optimizer.Step < TotalSteps && !Exhausted)
        {
            var began = Elapsed;
            if (cancellation.IsCancellationRequested)
            {
                Interrupted = true;
                _state.Seconds = began;
                if (ResumePath is not null) _state.Write(ResumePath, Model.Parameters, _optimizer, _gradient.Past);
                break;
            }
            try
            {
                if (IsValidationDue)
                {
                    Validate(report, cancellation);
                    continue;
                }
                LookAgain();
                if (TakeStep(cancellation) && !IsValidationDue && Elapsed - report.LastReport >= 0.5) Progress?.Invoke(Describe(report));
                _pace?.Stepped(Elapsed - began);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // What was begun is done again when the run goes on.
            }
        }
        return Finish(cancellation);
    }

    // The roll-back point is the last validation, or the beginning.
    bool IsValidationDue => _optimizer.Step > _state.Step && (_optimizer.Step == TotalSteps || _optimizer.Step - _state.Step >= _state.Plan!.EveryAt(_optimizer.Step));

    bool Exhausted => _options.Patience > 0 && _state.Stale >= _options.Patience;

    double Loss(long step, long asked, CancellationToken cancellation)
    {
        _gradient.Progress = _state.Plan?.Share(step, 0) ?? 0;
        var loss = _gradient.Compute(step, cancellation);
        return Inspect is null ? loss : Inspect(asked, loss);
    }

    // False if the loss was not finite and the run went back.
    bool TakeStep(CancellationToken cancellation)
    {
        var step = _optimizer.Step;
        var rate = _options.RateAt(step, _state.Plan!, _rate) * _state.RateScale;
        var loss = Loss(step, step, cancellation);
        _norm = double.IsFinite(loss) ? _optimizer.Update(_gradient.Gradients, rate, _options.Threads) : double.NaN;
        if (!double.IsFinite(_norm))
        {
            RollBack();
            return false;
        }
        _state.Reached = Math.Max(_state.Reached, _optimizer.Step);
        var bits = loss / 0.693147180559945309;
        _state.TrainBits = double.IsNaN(_state.TrainBits) ? bits : _state.TrainBits + 0.02 * (bits - _state.TrainBits);
        return true;
    }

    TrainingMoment Describe(Progression report)
    {
        var (step, now) = (_optimizer.Step, Elapsed);
        report.LastReport = now;
        var (steps, seconds) = (Math.Max(1, step - report.FirstStep), now - report.FirstSeconds);
        var left = _pace?.Left(now) ?? (TotalSteps - step) * seconds / steps;
        return new TrainingMoment(step, TotalSteps, (double)step * Batch / _batches.Examples, _state.TrainBits, _options.RateAt(Math.Max(0, step - 1), _state.Plan!, _rate) * _state.RateScale,
            _norm, Batch * steps / (seconds - report.ValidationSeconds), now, Math.Max(0, left));
    }

    void Validate(Progression report, CancellationToken cancellation)
    {
        var moment = Describe(report);
        var (began, showing) = (moment.Seconds, 0.0);
        Model.Parameters.Use(_optimizer.Average);
        try
        {
            if (_validation.Count > 0) moment = moment with { ValidationNats = Mean(_scorer.Score(Validated, cancellation: cancellation), Validated) };
            var before = Elapsed;
            AtValidation?.Invoke(moment);
            showing = Elapsed - before;
        }
        finally
        {
            Model.Parameters.Use(null);
        }
        var best = moment.ValidationNats is not { } nats || nats < _state.BestNats;
        if (moment.ValidationNats < _state.EarlierNats && _optimizer.Step < Outcome.Late * TotalSteps) _state.EarlierNats = moment.ValidationNats.Value;
        if (best)
        {
            _state.CaptureBest(_optimizer);
            (_state.BestNats, _state.BestStep, _state.Stale) = (moment.ValidationNats ?? double.PositiveInfinity, _optimizer.Step, 0);
        }
        else if (_state.Plan!.Share(_optimizer.Step, _options.WarmUpOf(_state.Plan)) >= PatientShare) _state.Stale++;
        Snapshot();
        if (Exhausted) Message?.Invoke(string.Create(CultureInfo.InvariantCulture, $"stopped early: {_options.Patience} validations without improvement; the best was at step {_state.BestStep}"));
        Progress?.Invoke(moment with { IsBest = best && moment.ValidationNats is not null });
        var seconds = Elapsed - began;
        report.ValidationSeconds += seconds;
        _pace?.Validated(seconds - showing, showing);
    }

    void Snapshot()
    {
        _state.Capture(Model.Parameters, _optimizer, _gradient.Past);
        _state.Seconds = Elapsed;
        if (ResumePath is not null) _state.Write(ResumePath);
    }

    void RollBack()
    {
        if (++_state.RollBacks > MostRollBacks)
            throw new TrainingException($"the loss left the finite numbers {MostRollBacks + 1} times; try a lower learning rate, or look at the data");
        var at = _optimizer.Step;
        var (rollBacks, scale) = (_state.RollBacks, _state.RateScale / 2);
        _gradient.Past = _state.Restore(Model.Parameters, _optimizer);
        (_state.RollBacks, _state.RateScale) = (rollBacks, scale);
        Message?.Invoke(string.Create(CultureInfo.InvariantCulture, $"the loss was not finite at step {at}; went back to step {_optimizer.Step} with the learning rate times {scale}"));
    }

    Checkpoint Finish(CancellationToken cancellation)
    {
        if (_state.BestStep > 0) _state.RestoreBest(Model.Parameters);
        else
        {
            _state.CaptureBest(_optimizer);
            _state.RestoreBest(Model.Parameters);
        }
        var checkpoint = new Checkpoint(Model, Model.Classes > 0 ? _data.ClassNames : [], _data.Preprocessing) { Assets = ModelAssets.Of(_data), DataName = _data.Name, Plan = _state.Plan!.ToString(), TrainedOn = _trainedOn };
        var summary = checkpoint.Summary;
        summary["steps"] = _optimizer.Step;
        summary["batch"] = Batch;
        summary["seed"] = _options.Seed;
        if (double.IsFinite(_state.BestNats))
        {
            summary["validation_nats"] = _state.BestNats;
            summary["validation_bits_per_dim"] = Evaluation.BitsPerDimension(_state.BestNats, Model.Space);
        }
        if (double.IsFinite(_state.TrainBits)) summary["train_bits_per_dim"] = _state.TrainBits;
        if (!Interrupted) checkpoint.Calibration = Calibrate(checkpoint, cancellation);
        return checkpoint;
    }

    // Whoever cannot wait for it has the trained model without.
    string Calibrate(Checkpoint checkpoint, CancellationToken cancellation)
    {
        try
        {
            return CalibrationItems() is > 0 and var items
                ? Calibration.Measure(checkpoint, _heldOut?.All ?? _data.Validation, items, Model.Classes > 0 ? Calibration.Count(_data.Train, Model.Classes) : null, _options.Threads, cancellation)?.ToText() ?? "" : "";
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return "";
        }
    }

    // As many as take a fiftieth of what training took, whose steps are worth three passes, but so many that they say something. Windows of pictures are no items.
    int CalibrationItems()
    {
        var split = _heldOut?.All ?? _data.Validation;
        if (split.Count < Calibration.LeastItems || _data.Options.Patches is not null) return 0;
        var symbols = 0.0;
        for (var i = 0; i < split.Count; i++) symbols += split.SpaceOf(i).Dimensions;
        var each = symbols / split.Count * Math.Max(1, Model.Classes);
        var budget = CalibrationShare * 3 * _optimizer.Step * Batch * Model.Space.Dimensions;
        return (int)Math.Min(Calibration.MostItems, Math.Max(budget, Math.Min(FewCalibrationItems * each, LeastCalibrationSymbols)) / each);
    }

    // Where a sitting began, and what its validations took.
    sealed class Progression(long firstStep, double firstSeconds)
    {
        public long FirstStep => firstStep;
        public double FirstSeconds => firstSeconds;
        public double LastReport { get; set; } = double.NegativeInfinity;
        public double ValidationSeconds { get; set; }
    }
}
