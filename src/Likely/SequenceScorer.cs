using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Scores sequences of any lengths window by window through a run, with bounded memory: those of about one length go together, and the batch shrinks as they end.
/// An example's score does not depend on the others, nor on threads or windows.
/// </summary>
sealed class SequenceScorer(DensityModel model, int threads)
{
    /// <summary>The longest sequence whose symbols' surprises are kept for whoever asks for them.</summary>
    public const int LongestKept = 1 << 24;

    const int MostGroup = 64, PassRows = 1 << 11, PassNumbers = 1 << 23; // a row has a number for each symbol of the alphabet

    readonly Tape?[] _tapes = new Tape?[threads]; // one a thread, kept from call to call

    /// <summary>Fills in a window of one example and returns the label, -1 if there is none.</summary>
    public delegate int Reader(int place, int first, Span<int> symbols);

    /// <summary>Bytes that one thread takes besides what it reads from and what is kept of symbols.</summary>
    public static long Bytes(DensityModel model, out long largestBuffer)
    {
        var meter = new MemoryMeter();
        var outline = SymbolBatch.Outline(SpaceOf(model, WindowOf(model, MostGroup)), MostGroup);
        model.LogProbabilities(new Tape(false, meter), outline, run: new Run(MostGroup, Extent.Open, meter) { Labels = new int[model.Classes > 0 ? MostGroup : 0] });
        largestBuffer = meter.LargestBuffer;
        return meter.Bytes + 4L * sizeof(int) * outline.Space.Dimensions * MostGroup;
    }

    static int WindowOf(DensityModel model, int examples) => Math.Max(1, Math.Min(PassRows, PassNumbers / model.Space.Levels) / examples);

    static Space SpaceOf(DensityModel model, int window) => model.Space.IsSequence ? model.Space with { Width = window } : Space.Sequence(window, model.Space.Levels);

    /// <summary>-log p(x) of each in nats.</summary>
    /// <param name="lengths">Symbols of each.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="each">Told what each scores, and its symbols.</param>
    /// <param name="progress">Told how many more symbols are scored.</param>
    /// <param name="cancellation">Ends it between two windows.</param>
    public double[] Score(int[] lengths, Reader read, Evaluation.PerExample? each, Action<long>? progress, CancellationToken cancellation)
    {
        var nats = new double[lengths.Length];
        var order = new int[lengths.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => lengths[a] != lengths[b] ? lengths[b].CompareTo(lengths[a]) : a.CompareTo(b));
        var groups = Groups(order, lengths, keeps: each is not null);
        ParallelShards.Run(groups.Count, threads, (group, worker) => new Group(model, order[groups[group]], lengths, read, each, progress, cancellation).Score(nats, _tapes[worker] ??= new Tape()));
        return nats;
    }

    // The longest first. What is kept of a group's symbols fits into memory.
    List<Range> Groups(int[] order, int[] lengths, bool keeps)
    {
        var groups = new List<Range>();
        var most = Math.Clamp((order.Length + threads - 1) / Math.Max(1, threads), 1, MostGroup);
        for (var first = 0; first < order.Length;)
        {
            var (count, kept) = (0, 0L);
            while (count < most && first + count < order.Length && (count == 0 || !keeps || kept + lengths[order[first + count]] <= LongestKept)) kept += lengths[order[first + count++]];
            groups.Add(first..(first + count));
            first += count;
        }
        return groups;
    }

    sealed class Group(DensityModel model, int[] places, int[] lengths, Reader read, Evaluation.PerExample? each, Action<long>? progress, CancellationToken cancellation)
    {
        readonly int[] _last = new int[places.Length]; // the symbol before the window
        readonly float[]?[] _surprise = new float[places.Length][];
        readonly double[] _totals = new double[places.Length];

        public void Score(double[] nats, Tape tape)
        {
            var window = Math.Min(WindowOf(model, places.Length), Math.Max(1, lengths[places[0]]));
            var symbols = new int[window];
            var batch = new SymbolBatch(SpaceOf(model, window), places.Length);
            Run? run = null;
            for (var i = 0; i < places.Length; i++)
                if (each is not null && lengths[places[i]] <= LongestKept) _surprise[i] = new float[lengths[places[i]]];
            var (active, first, longest) = (places.Length, 0, lengths[places[0]]);
            while (first < longest)
            {
                cancellation.ThrowIfCancellationRequested();
                while (lengths[places[active - 1]] <= first) active--;
                var count = Math.Min(window, longest - first);
                batch.BeginWindows(active, count);
                var labels = new int[active];
                for (var i = 0; i < active; i++)
                {
                    var own = symbols.AsSpan(0, Math.Min(count, lengths[places[i]] - first));
                    labels[i] = read(places[i], first, own);
                    batch.Set(i, own, labels[i], first == 0 ? -1 : _last[i]);
                    _last[i] = own[^1];
                }
                run ??= new Run(active, model.Classes > 0 ? labels : []);
                if (run.Batch > active) run = run.Fork([.. Enumerable.Range(0, active)]);
                tape.ResetAndTrim();
                Collect(model.LogProbabilities(tape, batch, run: run), active, first);
                progress?.Invoke(batch.Total);
                first += count;
            }
            for (var i = 0; i < places.Length; i++)
            {
                nats[places[i]] = _totals[i];
                each?.Invoke(places[i], nats[places[i]], _surprise[i]);
                _surprise[i] = null;
            }
        }

        void Collect(Tensor logs, int active, int first)
        {
            for (var i = 0; i < active; i++)
            {
                var count = Math.Min(logs.Positions, lengths[places[i]] - first);
                for (var p = 0; p < count; p++)
                {
                    var log = logs.Row(p, i)[0];
                    _totals[i] -= log;
                    if (_surprise[i] is { } surprise) surprise[first + p] = -log;
                }
            }
        }
    }
}
