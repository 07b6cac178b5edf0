using System.Diagnostics;
using System.Globalization;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Training;

/// <summary>A moment of a training, for whoever watches.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="TotalSteps">Steps planned.</param>
/// <param name="Epoch">Passes over the training split.</param>
/// <param name="TrainBits">Recent training loss in bits per dimension.</param>
/// <param name="LearningRate">The current rate.</param>
/// <param name="GradientNorm">Global norm of the last gradient, before clipping.</param>
/// <param name="ExamplesPerSecond">Recent speed, validation not counted.</param>
/// <param name="Seconds">Time since the start.</param>
/// <param name="RemainingSeconds">Forecast.</param>
/// <param name="ValidationNats">Nats per example, if this moment is a validation.</param>
/// <param name="IsBest">True if it is the best validation so far.</param>
public sealed record TrainingMoment(long Step, long TotalSteps, double Epoch, double TrainBits, double LearningRate, double GradientNorm,
    double ExamplesPerSecond, double Seconds, double RemainingSeconds, double? ValidationNats = null, bool IsBest = false);

/// <summary>A training that cannot go on, in one plain sentence.</summary>
public sealed class TrainingException(string message) : Exception(message);

/// <summary>
/// Trains a model with a hold-out: Adam with warm-up, a falling rate and clipping, averaged weights, validation and snapshots
/// scheduled in steps, early stopping, roll-back on a loss that is not finite. Given the options, the result is the same bits for
/// any number of threads, and for a run that was killed and resumed.
/// </summary>
public sealed unsafe class Trainer
{
    const int MostRollBacks = 5;

    readonly Dataset _data;
    readonly Dataset? _heldOut;
    readonly Split _validation;
    readonly TrainingOptions _options;
    readonly GradientStep _gradient;
    readonly AdamOptimizer _optimizer;
    readonly Scorer _scorer;
    readonly double _rate;
    readonly Stopwatch _clock = new();
    TrainingState _state;

    /// <param name="config">The model to train.</param>
    /// <param name="data">Its data; must stay open.</param>
    /// <param name="options">The plan.</param>
    /// <param name="from">A trained model to go on from, of the same config and geometry.</param>
    /// <param name="heldOut">Other data to validate on, all of it; null: the data's own validation split.</param>
    /// <exception cref="UsageException">The data has no training examples, or <paramref name="from"/> or <paramref name="heldOut"/> does not fit.</exception>
    /// <exception cref="ModelException">The model cannot describe the data.</exception>
    public Trainer(ModelConfig config, Dataset data, TrainingOptions options, Checkpoint? from = null, Dataset? heldOut = null)
    {
        if (data.Train.Count == 0) throw new UsageException($"{data.Name} has no training examples");
        if (options.Batch < 1) throw new UsageException($"batch={options.Batch} must be at least 1");
        (_data, _heldOut, _validation, _options) = (data, heldOut, (heldOut?.All ?? data.Validation).Sample(options.ValidationLimit), options);
        if (heldOut is not null && heldOut.Geometry != data.Geometry)
            throw new UsageException($"{heldOut.Name} is {heldOut.Geometry} and {data.Name} is {data.Geometry}; both must be of one shape");
        if (config.UsesLabels && heldOut is not null) RequireLabels(heldOut.Name, heldOut.ClassNames);
        if (config.UsesLabels && from is not null) RequireLabels("the model to go on from", from.ClassNames);
        var geometry = new Geometry(data.Geometry.Height, data.Geometry.Width, data.Geometry.Channels, data.Geometry.Levels);
        Model = config.Build(geometry, data.ClassNames.Count, options.Seed);
        if (from is not null) CopyWeights(from.Model);
        _rate = options.LearningRate ?? config.LearningRate;
        _gradient = new GradientStep(Model, data.Train, options);
        _scorer = new Scorer(Model, options.Threads);
        _optimizer = new AdamOptimizer(Model.Parameters) { ClipNorm = options.Clip, WeightDecay = options.WeightDecay, Ridge = options.Ridge / Model.Geometry.Dimensions, Epsilon = options.Epsilon, AverageDecay = options.Average };
        _state = new TrainingState(Model.Parameters.Length) { Fingerprint = Fingerprint(from) };
    }

    /// <summary>The model in training; afterwards it holds the best weights.</summary>
    public DensityModel Model { get; }

    /// <summary>Called after steps from time to time, at every validation, and with plain messages.</summary>
    public Action<TrainingMoment>? Progress { get; init; }

    /// <summary>Called at every validation while the averaged weights are the model's, so that samples can be drawn.</summary>
    public Action<TrainingMoment>? AtValidation { get; init; }

    /// <summary>Called with one sentence when something is worth saying.</summary>
    public Action<string>? Message { get; init; }

    /// <summary>Where snapshots are written; null: nowhere.</summary>
    public string? ResumePath { get; init; }

    /// <summary>Steps planned; known once training or <see cref="Forecast"/> began.</summary>
    public long TotalSteps => _state.TotalSteps;

    /// <summary>Steps taken.</summary>
    public long Step => _optimizer.Step;

    /// <summary>Steps between validations; known with <see cref="TotalSteps"/>.</summary>
    public long ValidateEvery => _state.ValidateEvery;

    /// <summary>True if there was a validation, so that there are best weights.</summary>
    public bool HasBest => _state.BestStep > 0;

    /// <summary>True if the last run ended because it was asked to.</summary>
    public bool Interrupted { get; private set; }

    /// <summary>Seconds a step takes and a validation takes, measured by a warm-up that changes nothing.</summary>
    public (double StepSeconds, double ValidationSeconds) Forecast()
    {
        for (var i = 0; i < 3; i++) _gradient.Compute(i);
        var clock = Stopwatch.StartNew();
        var steps = 0;
        do _gradient.Compute(steps++); while (steps < 3 || clock.Elapsed.TotalSeconds < 4 && steps < 400);
        var perStep = clock.Elapsed.TotalSeconds / steps;
        var validation = 0.0;
        if (_validation.Count > 0)
        {
            var some = Math.Min(_validation.Count, 64 * _options.Threads);
            _scorer.Score(_validation, some);
            clock.Restart();
            _scorer.Score(_validation, some);
            validation = clock.Elapsed.TotalSeconds * Math.Min(_validation.Count, _options.ValidationLimit) / some;
        }
        return (perStep, validation);
    }

    /// <summary>Decides the number of steps and of validations; the only place where time decides anything.</summary>
    public void Plan()
    {
        if (_state.TotalSteps > 0) return;
        var epoch = Math.Max(1, (long)Math.Ceiling((double)_data.Train.Count / _options.Batch));
        var total = _options.Steps ?? (_options.Epochs is { } epochs ? (long)Math.Ceiling(epochs * _data.Train.Count / _options.Batch) : 0);
        if (total == 0)
        {
            var (step, validation) = Forecast();
            var seconds = (_options.Minutes ?? 10) * 60;
            // One validation an epoch, but no fewer than twenty in all and no more time on them than on a tenth of the steps.
            var guess = Math.Max(1, (long)(seconds / step));
            var every = _options.ValidateEvery ?? Math.Max(Math.Min(epoch, Math.Max(1, guess / 20)), (long)(10 * validation / step));
            total = Math.Max(1, (long)((seconds - validation) / (step + validation / every)));
            _state.ValidateEvery = every;
        }
        if (_state.ValidateEvery == 0) _state.ValidateEvery = _options.ValidateEvery ?? Math.Clamp(Math.Max(total / 20, DearValidation()), 1, epoch);
        _state.TotalSteps = Math.Max(1, total);
    }

    // Steps that cost twice as much as a validation, if a forward pass is a third of a step: no short plan spends its time on validating.
    long DearValidation() => 2L * Math.Min(_validation.Count, _options.ValidationLimit) / (3 * _options.Batch);

    /// <summary>Continues from <see cref="ResumePath"/>; false if there is nothing to continue from.</summary>
    /// <exception cref="UsageException">The file is damaged or belongs to another run.</exception>
    public bool Resume()
    {
        if (ResumePath is null || !File.Exists(ResumePath)) return false;
        _state = TrainingState.Read(ResumePath, Model.Parameters.Length, _state.Fingerprint);
        _state.RequireMasked(Model.Parameters, ResumePath);
        _state.Restore(Model.Parameters, _optimizer);
        return true;
    }

    /// <summary>Trains to the end of the plan, to early stopping, or until asked to stop; then the model holds the best weights.</summary>
    /// <exception cref="TrainingException">The loss keeps leaving the finite numbers.</exception>
    public Checkpoint Run(CancellationToken cancellation = default)
    {
        _clock.Start();
        Plan();
        if (_optimizer.Step == 0) Snapshot();
        var (startStep, startSeconds) = (_optimizer.Step, _clock.Elapsed.TotalSeconds);
        var validationSeconds = 0.0;
        var recent = double.NaN;
        var lastReport = -1.0;
        while (_optimizer.Step < _state.TotalSteps && !Exhausted)
        {
            if (cancellation.IsCancellationRequested)
            {
                Interrupted = true;
                Snapshot();
                break;
            }
            var rate = _options.RateAt(_optimizer.Step, _state.TotalSteps, _rate) * _state.RateScale;
            var loss = _gradient.Compute(_optimizer.Step);
            var norm = double.IsFinite(loss) ? _optimizer.Update(_gradient.Gradients, rate, _options.Threads) : double.NaN;
            if (!double.IsFinite(norm))
            {
                RollBack();
                continue;
            }
            var bits = loss / 0.693147180559945309;
            recent = double.IsNaN(recent) ? bits : recent + 0.02 * (bits - recent);
            var validate = _optimizer.Step % _state.ValidateEvery == 0 || _optimizer.Step == _state.TotalSteps;
            var now = _clock.Elapsed.TotalSeconds;
            if (!validate && now - lastReport < 0.5) continue;
            lastReport = now;
            var perStep = (now - startSeconds - validationSeconds) / Math.Max(1, _optimizer.Step - startStep);
            var left = _state.TotalSteps - _optimizer.Step;
            var moment = new TrainingMoment(_optimizer.Step, _state.TotalSteps, (double)_optimizer.Step * _options.Batch / _data.Train.Count, recent, rate, norm,
                _options.Batch / perStep, now, left * (now - startSeconds) / Math.Max(1, _optimizer.Step - startStep));
            if (validate)
            {
                moment = Validate(moment);
                validationSeconds += _clock.Elapsed.TotalSeconds - now;
            }
            Progress?.Invoke(moment);
        }
        return Finish(recent);
    }

    bool Exhausted => _options.Patience > 0 && _state.Stale >= _options.Patience;

    TrainingMoment Validate(TrainingMoment moment)
    {
        if (_validation.Count == 0)
        {
            _state.CaptureBest(_optimizer);
            (_state.BestStep, _state.BestNats) = (_optimizer.Step, double.PositiveInfinity);
            Model.Parameters.Use(_optimizer.Average);
            AtValidation?.Invoke(moment);
            Model.Parameters.Use(null);
            Snapshot();
            return moment;
        }
        Model.Parameters.Use(_optimizer.Average);
        var nats = Evaluation.Mean(_scorer.Score(_validation, _options.ValidationLimit));
        AtValidation?.Invoke(moment with { ValidationNats = nats });
        Model.Parameters.Use(null);
        var best = nats < _state.BestNats;
        if (best)
        {
            _state.CaptureBest(_optimizer);
            (_state.BestNats, _state.BestStep, _state.Stale) = (nats, _optimizer.Step, 0);
        }
        else _state.Stale++;
        Snapshot();
        if (Exhausted) Message?.Invoke(string.Create(CultureInfo.InvariantCulture, $"stopped early: {_options.Patience} validations without improvement; the best was at step {_state.BestStep}"));
        return moment with { ValidationNats = nats, IsBest = best };
    }

    void Snapshot()
    {
        _state.Capture(Model.Parameters, _optimizer);
        if (ResumePath is not null) _state.Write(ResumePath);
    }

    void RollBack()
    {
        if (++_state.RollBacks > MostRollBacks)
            throw new TrainingException($"the loss left the finite numbers {MostRollBacks + 1} times; try a lower --lr, or look at the data");
        var at = _optimizer.Step;
        var (rollBacks, scale) = (_state.RollBacks, _state.RateScale / 2);
        _state.Restore(Model.Parameters, _optimizer);
        (_state.RollBacks, _state.RateScale) = (rollBacks, scale);
        Message?.Invoke(string.Create(CultureInfo.InvariantCulture, $"the loss was not finite at step {at}; went back to step {_optimizer.Step} with the learning rate times {scale}"));
    }

    Checkpoint Finish(double recent)
    {
        if (_state.BestStep > 0) _state.RestoreBest(Model.Parameters);
        else
        {
            _state.CaptureBest(_optimizer);
            _state.RestoreBest(Model.Parameters);
        }
        var checkpoint = new Checkpoint(Model, Model.Classes > 0 ? _data.ClassNames : [], _data.Preprocessing) { DataName = _data.Name };
        var summary = checkpoint.Summary;
        summary["steps"] = _optimizer.Step;
        summary["batch"] = _options.Batch;
        summary["seed"] = _options.Seed;
        if (double.IsFinite(_state.BestNats))
        {
            summary["validation_nats"] = _state.BestNats;
            summary["validation_bits_per_dim"] = Evaluation.BitsPerDimension(_state.BestNats, Model.Geometry);
        }
        if (double.IsFinite(recent)) summary["train_bits_per_dim"] = recent;
        return checkpoint;
    }

    // One fact a line: everything that decides bits, and nothing that does not.
    string Fingerprint(Checkpoint? from)
    {
        FormattableString text = $"""
            order version {Checkpoint.OrderVersion}
            model {ModelRegistry.ToJson(Model.Config)}
            geometry {Model.Geometry}
            data {_data.Name}, {_data.Train.Count} + {_validation.Count} examples{(_heldOut is null ? "" : $" of {_heldOut.Name}")}, {_data.Preprocessing}
            start {from?.Identity() ?? "random"}
            plan steps={_options.Steps} epochs={_options.Epochs} minutes={_options.Minutes} batch={_options.Batch} lr={_rate} schedule={_options.Schedule} final={_options.FinalRate} warm_up={_options.WarmUp} clip={_options.Clip} decay={_options.WeightDecay} ridge={_options.Ridge} epsilon={_options.Epsilon} average={_options.Average} every={_options.ValidateEvery} patience={_options.Patience} limit={_options.ValidationLimit} seed={_options.Seed}
            """;
        return text.ToString(CultureInfo.InvariantCulture);
    }

    void RequireLabels(string name, IReadOnlyList<string> labels)
    {
        if (!labels.SequenceEqual(_data.ClassNames))
            throw new UsageException($"the labels of {name} ({Some(labels)}) are not those of {_data.Name} ({Some(_data.ClassNames)}), and the model learns p(x | label)");

        static string Some(IReadOnlyList<string> labels) => labels.Count == 0 ? "none" : string.Join(", ", labels.Take(10)) + (labels.Count > 10 ? ", ..." : "");
    }

    void CopyWeights(DensityModel from)
    {
        if (from.Geometry != Model.Geometry && !from.AnySize || (from.Geometry.SubPositions, from.Geometry.Levels, from.Classes) != (Model.Geometry.SubPositions, Model.Geometry.Levels, Model.Classes))
            throw new UsageException($"--from is a model of {from.Geometry}, {from.Classes} classes, and the data are {Model.Geometry}, {Model.Classes} classes");
        if (ModelRegistry.ToJson(from.Config) != ModelRegistry.ToJson(Model.Config) || from.Parameters.Length != Model.Parameters.Length)
            throw new UsageException($"--from is a {from.Config.Name} of other keys ({ModelRegistry.ToJson(from.Config)}); give the same --model and --set");
        for (var i = 0; i < Model.Parameters.Parameters.Count; i++)
            Model.Parameters.Parameters[i].Assign(from.Parameters.Parameters[i].ToArray());
    }
}
