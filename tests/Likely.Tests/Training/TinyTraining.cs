using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;

namespace Likely.Tests.Training;

/// <summary>A training of a few milliseconds, on items of six by six bits, and a clock that runs when it is told to.</summary>
sealed class TinyTraining : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public TinyTraining(int items, ulong stream = 0)
    {
        var random = new Philox(7, RandomPurpose.Test, stream);
        var examples = new int[items][];
        for (var i = 0; i < items; i++)
        {
            examples[i] = new int[36];
            for (var d = 0; d < 36; d++) examples[i][d] = random.UniformDouble((ulong)i, (ulong)d) < (d % 6 < 3 ? 0.9 : 0.2) ? 1 : 0;
        }
        Data = Dataset.Open(IdxFiles.Write(_folder.Path, "tiny", Space.Image(6, 6, 1, 2), examples, []), DataOptions.Parse([new("binarize", "threshold")]));
    }

    public Dataset Data { get; }

    public string ResumePath => _folder["tiny.resume"];

    public Trainer Trainer(TrainingOptions options, Func<long, double, double>? inspect = null, FakeTime? time = null, Action<TrainingMoment>? atValidation = null,
        Action<TrainingMoment>? progress = null, List<string>? messages = null, bool keeps = false)
        => new(new MadeConfig { Hidden = 4 }, Data, options, time: time)
        {
            Inspect = inspect,
            AtValidation = atValidation,
            Progress = progress,
            Message = message => messages?.Add(message),
            ResumePath = keeps ? ResumePath : null,
        };

    public void Dispose()
    {
        Data.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A clock that stands still between calls.</summary>
sealed class FakeTime : TimeProvider
{
    long _ticks;

    public double Seconds => (double)_ticks / TimestampFrequency;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => _ticks;

    public void Advance(double seconds) => _ticks += (long)(seconds * TimestampFrequency);
}
