using System.Diagnostics;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Writes down a training: progress for people, metrics.jsonl, TensorBoard events, and a sheet of samples when an epoch began.</summary>
sealed class TrainingLog : IDisposable
{
    // Symbols of a sheet.
    const int LargestSheet = 1 << 26;

    /// <summary>The share of the time that sheets may take.</summary>
    public const double SheetShare = 0.05;

    // Of a given time, a sheet may take this share; it has fewer samples if they would take more, and is given up if they do.
    const double MostOfTime = 0.03, MostOfTimeAtEnd = 0.05;

    // A sample is a forward pass, a third of a step, in products so small that they run several times slower.
    const double StepsOfSample = 8.0 / 3;

    readonly Session _session;
    readonly ProgressDisplay _display;
    readonly RunFiles _files;
    readonly AutoregressiveModel _model;
    readonly MetricsWriter _metrics;
    readonly TensorBoardWriter _board;
    readonly double? _budget;
    readonly Modality _modality;
    readonly Tokens? _tokens;
    readonly Split _given; // what samples are given, of data that are
    readonly (int Count, Space Item) _sheet;
    double _lastRow = double.NegativeInfinity, _sheetSeconds, _sheetAt, _sampleSeconds;
    double _lastEpoch = -1;
    bool _forecastSaid;

    /// <param name="session">Where text goes.</param>
    /// <param name="display">Shows progress.</param>
    /// <param name="files">Where the run writes.</param>
    /// <param name="model">The model in training.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="firstStep">The step that the run goes on from.</param>
    /// <param name="budget">Seconds that the training is given; null: as long as it takes.</param>
    public TrainingLog(Session session, ProgressDisplay display, RunFiles files, AutoregressiveModel model, Dataset data, long firstStep, double? budget)
    {
        (_session, _display, _files, _model, _budget, _given) = (session, display, files, model, budget, data.Validation.Count > 0 ? data.Validation : data.Train);
        (_modality, _tokens, _sheet) = (data.Modality, data.Tokens, data.Modality.SheetOf(model.Space));
        _metrics = new MetricsWriter(files.Metrics);
        _metrics.TruncateAfterStep(firstStep);
        _board = new TensorBoardWriter(files.Folder, firstStep > 0 ? firstStep : null);
    }

    /// <summary>The last moment heard of.</summary>
    public TrainingMoment? Last { get; private set; }

    public void Progress(TrainingMoment moment)
    {
        Last = moment;
        // Of a given time the steps may yet become more or fewer, but the time only passes.
        var share = _budget is { } budget && moment.Step < moment.TotalSteps ? Math.Min(1, moment.Seconds / budget) : (double)moment.Step / moment.TotalSteps;
        if (!_forecastSaid && moment.Seconds > 5 && moment.RemainingSeconds > 20)
        {
            _forecastSaid = true;
            _display.Line($"forecast    {ProgressDisplay.Duration(moment.RemainingSeconds)} more, until {DateTime.Now.AddSeconds(moment.RemainingSeconds):HH:mm}");
        }
        // What matters most comes first: with the bar, 80 columns have room for 60 letters.
        var text = $"step {moment.Step}/{moment.TotalSteps}  {moment.TrainBits:0.0000} {_modality.BitsUnit(_tokens)}";
        if (moment.ValidationNats is { } nats) text += $"  validation {Evaluation.BitsPerDimension(nats, _model.Space):0.0000}{(moment.IsBest ? ", best" : "")}";
        text += $"  {ProgressDisplay.Duration(moment.RemainingSeconds)} left";
        if (moment.ValidationNats is null) text += $"  {moment.ExamplesPerSecond:0} examples/s";
        _display.Update(share, text, matters: moment.ValidationNats is not null);

        // Rows grow rarer with time, so that a long run's file stays small.
        if (moment.ValidationNats is null && moment.Seconds - _lastRow < Math.Max(1, moment.Seconds / 200)) return;
        _lastRow = moment.Seconds;
        Record(moment);
    }

    /// <summary>Draws a sheet while the averaged weights are the model's: at the end, and when an epoch began unless sheets take more than their share of the time.</summary>
    public void AtValidation(TrainingMoment moment)
    {
        var ends = moment.Step == moment.TotalSteps;
        if (!ends && (Math.Floor(moment.Epoch) <= _lastEpoch || _sheetSeconds > SheetShare * (moment.Seconds - _sheetAt))) return;
        var most = (ends ? MostOfTimeAtEnd : MostOfTime) * (_budget ?? double.PositiveInfinity);
        if (_sampleSeconds == 0) _sampleSeconds = StepsOfSample / moment.ExamplesPerSecond * _sheet.Item.Dimensions / _model.Space.Dimensions;
        var items = (int)Math.Clamp(LargestSheet / _sheet.Item.Dimensions, 1, _sheet.Count);
        while (items > 0 && items * _sampleSeconds > most) items /= 4;
        if (ends) items = Math.Max(1, items);
        if (items == 0) return;
        var clock = Stopwatch.StartNew();
        var drawn = Draw(moment, items, most);
        _lastEpoch = Math.Floor(moment.Epoch);
        (_sheetSeconds, _sheetAt) = (clock.Elapsed.TotalSeconds, moment.Seconds);
        _sampleSeconds = (drawn ? 1 : 4) * Math.Max(_sheetSeconds, 1e-6) / items;
    }

    // False if it took too long.
    bool Draw(TrainingMoment moment, int items, double mostSeconds)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_session.Cancellation);
        if (mostSeconds < 1e6) stop.CancelAfter(TimeSpan.FromSeconds(mostSeconds));
        var byClass = _model.Classes is > 1 and <= 16;
        var columns = Math.Min(items, byClass ? _model.Classes : 8);
        var count = byClass ? columns * Math.Max(items < _sheet.Count ? 1 : 2, items / columns) : items;
        try
        {
            int[][]? sources = _model.Space.Source == 0 ? null : [.. Enumerable.Range(0, count).Select(i => _given.Source(i % _given.Count))];
            int[]? labels = sources is null || _model.Classes == 0 ? null : [.. Enumerable.Range(0, count).Select(i => _given.Label(i % _given.Count))];
            var drawn = Walk.Sample(_model, count, _session.Seed, labels, threads: _session.Threads, space: _sheet.Item, cancellation: stop.Token, sources: sources);
            var sheet = sources is null ? _modality.Sheet(drawn, _sheet.Item, _tokens, columns) : _modality.Answers(sources, drawn, _sheet.Item, _tokens);
            AtomicFile.Write(_files.Samples(moment.Step, sheet.Extension), overwrite: true, sheet.Write);
            if (sheet.Picture is var (height, width, channels)) _board.Image("samples", sheet.Content, height, width, channels, moment.Step);
            return true;
        }
        catch (OperationCanceledException) when (!_session.Cancellation.IsCancellationRequested)
        {
            _display.Line($"note        {(items == 1 ? "a sample takes" : $"{items} samples take")} too much of the time, so there is no sheet at step {moment.Step}");
            return false;
        }
        catch (ModelException fault)
        {
            _display.Line($"note        there is no sheet at step {moment.Step}: {fault.Message}"); // the training itself says whether it goes on
            return false;
        }
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _board.Dispose();
    }

    void Record(TrainingMoment moment)
    {
        List<(string Key, double Value)> row =
        [
            ("epoch", moment.Epoch), ("train_bits_per_dim", moment.TrainBits), ("learning_rate", moment.LearningRate), ("gradient_norm", moment.GradientNorm),
            ("examples_per_second", moment.ExamplesPerSecond), ("seconds", moment.Seconds),
        ];
        if (moment.ValidationNats is { } nats)
        {
            row.Insert(2, ("validation_bits_per_dim", Evaluation.BitsPerDimension(nats, _model.Space)));
            row.Insert(3, ("validation_nats", nats));
        }
        _metrics.Write(moment.Step, [.. row]);
        foreach (var (key, value) in row)
            if (double.IsFinite(value)) _board.Scalar(key, (float)value, moment.Step);
    }
}
