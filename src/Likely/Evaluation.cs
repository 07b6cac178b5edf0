using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Scores examples: log-likelihoods in nats, summed in double in position order, in parallel over groups of examples.</summary>
public static unsafe class Evaluation
{
    /// <summary>Surprise of one example: -log p(x) in nats.</summary>
    public delegate void PerExample(int index, double nats, ReadOnlySpan<float> symbolNats);

    /// <summary>-log p(x) in nats of every example of a split, in order.</summary>
    /// <param name="model">The model; an ensemble averages its members' probabilities of whole examples.</param>
    /// <param name="split">Examples of the model's geometry.</param>
    /// <param name="threads">Worker threads; no result depends on it.</param>
    /// <param name="limit">Only so many first examples.</param>
    /// <param name="each">Called for every example, from worker threads, with its index in the split and the surprise of each symbol.</param>
    /// <param name="items">Only these examples of the split, which must have the model's geometry; null: all.</param>
    public static double[] Score(DensityModel model, Split split, int threads, int limit = int.MaxValue, PerExample? each = null, int[]? items = null)
    {
        var count = Math.Min(limit, items?.Length ?? split.Count);
        return Score(model, count, (place, item) =>
        {
            var index = items is null ? place : items[place];
            split.Read(index, item);
            return model.Classes > 0 ? split.Label(index) : -1;
        }, threads, each is null ? null : (place, nats, symbols) => each(items is null ? place : items[place], nats, symbols));
    }

    /// <summary>-log p(x) in nats of examples in memory, given their labels if the model has classes.</summary>
    public static double[] Score(DensityModel model, IReadOnlyList<byte[]> items, int[] labels, int threads, PerExample? each = null)
        => Score(model, items.Count, (place, item) =>
        {
            items[place].CopyTo(item);
            return model.Classes > 0 ? labels[place] : -1;
        }, threads, each);

    static double[] Score(DensityModel model, int count, Reader read, int threads, PerExample? each)
    {
        var group = Math.Clamp((1 << 16) / model.Geometry.Dimensions, 1, 64);
        var nats = new double[count];
        var workers = new Worker[Math.Max(1, threads)];
        ParallelShards.Run((count + group - 1) / group, threads, (piece, worker) =>
        {
            var first = piece * group;
            (workers[worker] ??= new Worker(model, group)).Score(read, first, Math.Min(group, count - first), nats, each);
        });
        return nats;
    }

    /// <summary>Mean of the scores, in nats per example, added in order.</summary>
    public static double Mean(ReadOnlySpan<double> nats)
    {
        var total = 0.0;
        foreach (var value in nats) total += value;
        return nats.Length == 0 ? double.NaN : total / nats.Length;
    }

    /// <summary>Nats per example as bits per dimension.</summary>
    public static double BitsPerDimension(double nats, Geometry geometry) => nats / (geometry.Dimensions * 0.693147180559945309);

    // Fills in one example and returns its label, -1 if there is none.
    delegate int Reader(int place, Span<byte> item);

    sealed class Worker(DensityModel model, int capacity)
    {
        readonly Tape _tape = new();
        readonly SymbolBatch _batch = new(model.Geometry, capacity);
        readonly byte[] _item = new byte[model.Geometry.Dimensions];
        readonly float[] _symbols = new float[model.Geometry.Dimensions];
        readonly double[,] _members = new double[capacity, model.Members];

        public void Score(Reader read, int first, int count, double[] nats, PerExample? each)
        {
            _batch.Begin(count);
            for (var i = 0; i < count; i++)
            {
                var label = read(first + i, _item);
                _batch.Set(i, _item, label);
            }
            for (var member = 0; member < model.Members; member++)
            {
                _tape.Reset();
                var logs = model.LogProbabilities(_tape, _batch, member: member);
                for (var i = 0; i < count; i++)
                {
                    _members[i, member] = Collect(logs, i);
                    if (model.Members == 1) each?.Invoke(first + i, -_members[i, 0], _symbols);
                }
            }
            for (var i = 0; i < count; i++) nats[first + i] = -LogMean(i);
            if (model.Members > 1 && each is not null)
                for (var i = 0; i < count; i++) each(first + i, nats[first + i], []);
        }

        // Log-probabilities lie [T, B, S]; the sum runs in the order of positions, then symbols.
        double Collect(Tensor logs, int example)
        {
            var total = 0.0;
            for (var p = 0; p < logs.Positions; p++)
                for (var c = 0; c < logs.Channels; c++)
                {
                    var log = logs.Data[((long)p * logs.Batch + example) * logs.Stride + c];
                    _symbols[p * logs.Channels + c] = -log;
                    total += log;
                }
            return total;
        }

        double LogMean(int example)
        {
            var maximum = double.NegativeInfinity;
            for (var m = 0; m < model.Members; m++) maximum = Math.Max(maximum, _members[example, m]);
            if (model.Members == 1) return maximum;
            var sum = 0.0;
            for (var m = 0; m < model.Members; m++) sum += ExactMath.Exp(_members[example, m] - maximum);
            return maximum + ExactMath.Log(sum / model.Members);
        }
    }
}
