using System.Diagnostics;
using Likely.Logging;
using Likely.Models;
using Likely.Training;

namespace Likely.Cli;

/// <summary>Writes down a training: progress for people, metrics.jsonl, TensorBoard events, and a sheet of samples when an epoch began.</summary>
sealed class TrainingLog : IDisposable
{
    /// <summary>Samples on a sheet, or a few less or more if there are classes.</summary>
    public const int SheetItems = 64;

    /// <summary>The share of the time that sheets may take.</summary>
    public const double SheetShare = 0.05;

    readonly Session _session;
    readonly ProgressDisplay _display;
    readonly RunFiles _files;
    readonly DensityModel _model;
    readonly MetricsWriter _metrics;
    readonly TensorBoardWriter _board;
    double _lastRow = double.NegativeInfinity, _sheetSeconds, _sheetAt;
    double _lastEpoch = -1;
    bool _forecastSaid;

    public TrainingLog(Session session, ProgressDisplay display, RunFiles files, DensityModel model, long firstStep)
    {
        (_session, _display, _files, _model) = (session, display, files, model);
        _metrics = new MetricsWriter(files.Metrics);
        _metrics.TruncateAfterStep(firstStep);
        _board = new TensorBoardWriter(files.Folder, firstStep > 0 ? firstStep : null);
    }

    /// <summary>The last moment heard of.</summary>
    public TrainingMoment? Last { get; private set; }

    public void Progress(TrainingMoment moment)
    {
        Last = moment;
        var share = (double)moment.Step / moment.TotalSteps;
        if (!_forecastSaid && moment.Seconds > 5 && moment.RemainingSeconds > 20)
        {
            _forecastSaid = true;
            _display.Line($"forecast    {ProgressDisplay.Duration(moment.RemainingSeconds)} more, until {DateTime.Now.AddSeconds(moment.RemainingSeconds):HH:mm}");
        }
        // What matters most comes first: with the bar, 80 columns have room for 60 letters.
        var text = $"step {moment.Step}/{moment.TotalSteps}  {moment.TrainBits:0.0000} bits/dim";
        if (moment.ValidationNats is { } nats) text += $"  validation {Evaluation.BitsPerDimension(nats, _model.Geometry):0.0000}{(moment.IsBest ? ", best" : "")}";
        text += $"  {ProgressDisplay.Duration(moment.RemainingSeconds)} left";
        if (moment.ValidationNats is null) text += $"  {moment.ExamplesPerSecond:0} examples/s";
        _display.Update(share, text, matters: moment.ValidationNats is not null);

        // Rows grow rarer with time, so that a long run's file stays small.
        if (moment.ValidationNats is null && moment.Seconds - _lastRow < Math.Max(1, moment.Seconds / 200)) return;
        _lastRow = moment.Seconds;
        Record(moment);
    }

    /// <summary>Draws a sheet while the averaged weights are the model's; not if that takes more than its share of the time.</summary>
    public void AtValidation(TrainingMoment moment)
    {
        var begins = Math.Floor(moment.Epoch) > _lastEpoch || moment.Step == moment.TotalSteps;
        if (!begins || _sheetSeconds > SheetShare * (moment.Seconds - _sheetAt)) return;
        _lastEpoch = Math.Floor(moment.Epoch);
        var clock = Stopwatch.StartNew();
        var columns = _model.Classes is > 1 and <= 16 ? _model.Classes : 8;
        var count = columns == 8 ? SheetItems : columns * Math.Max(2, SheetItems / columns);
        var sheet = Pictures.Sheet(Walk.Sample(_model, count, _session.Seed, threads: _session.Threads), _model.Geometry, columns);
        var file = Pictures.Encode(sheet);
        AtomicFile.Write(_files.Samples(moment.Step), overwrite: true, stream => stream.Write(file));
        _board.Image("samples", file, sheet.Height, sheet.Width, sheet.Channels, moment.Step);
        (_sheetSeconds, _sheetAt) = (clock.Elapsed.TotalSeconds, moment.Seconds);
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
            row.Insert(2, ("validation_bits_per_dim", Evaluation.BitsPerDimension(nats, _model.Geometry)));
            row.Insert(3, ("validation_nats", nats));
        }
        _metrics.Write(moment.Step, [.. row]);
        foreach (var (key, value) in row)
            if (double.IsFinite(value)) _board.Scalar(key, (float)value, moment.Step);
    }
}
