using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Sends sequences of any lengths through a model window by window through a run, with bounded memory: those of about one length go together, and the batch shrinks as they
/// end. What comes of an example does not depend on the others, nor on threads or windows.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="threads">Worker threads.</param>
/// <param name="past">What stands before every sequence; null: nothing does.</param>
sealed class SequenceWindows(DensityModel model, int threads, SequencePast? past = null)
{
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

    /// <summary>Symbols of a window of so many examples.</summary>
    public static int WindowOf(DensityModel model, int examples) => Math.Max(1, Math.Min(PassRows, PassNumbers / model.Space.Levels) / examples);

    /// <summary>What a window is to the model.</summary>
    public static Space SpaceOf(DensityModel model, int window) => model.Space with { Extent = new Extent(1, 1, window) };

    /// <summary>Sends them all.</summary>
    /// <param name="lengths">Symbols of each.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="mostKept">Symbols of a group together, unless it is one sequence.</param>
    /// <param name="begin">What takes what comes of a group, given the places of its sequences, the longest first; called on the thread that sends them.</param>
    /// <param name="progress">Told how many more symbols are done.</param>
    /// <param name="cancellation">Ends it between two windows.</param>
    /// <param name="sourceOf">What each is given; null: nothing.</param>
    public void Send(int[] lengths, Reader read, long mostKept, Func<int[], SequenceGroup> begin, Action<long>? progress, CancellationToken cancellation, Func<int, int[]>? sourceOf = null)
    {
        var order = new int[lengths.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => lengths[a] != lengths[b] ? lengths[b].CompareTo(lengths[a]) : a.CompareTo(b));
        var groups = Groups(order, lengths, mostKept);
        ParallelShards.Run(groups.Count, threads, (group, worker) =>
        {
            var places = order[groups[group]];
            Send(places, lengths, read, begin(places), _tapes[worker] ??= new Tape(), progress, cancellation, sourceOf);
        });
    }

    // The longest first. What is kept of a group's symbols fits into memory.
    List<Range> Groups(int[] order, int[] lengths, long mostKept)
    {
        var groups = new List<Range>();
        var most = Math.Clamp((order.Length + threads - 1) / Math.Max(1, threads), 1, MostGroup);
        for (var first = 0; first < order.Length;)
        {
            var (count, kept) = (0, 0L);
            while (count < most && first + count < order.Length && (count == 0 || kept + lengths[order[first + count]] <= mostKept)) kept += lengths[order[first + count++]];
            groups.Add(first..(first + count));
            first += count;
        }
        return groups;
    }

    void Send(int[] places, int[] lengths, Reader read, SequenceGroup group, Tape tape, Action<long>? progress, CancellationToken cancellation, Func<int, int[]>? sourceOf)
    {
        var window = Math.Min(WindowOf(model, places.Length), Math.Max(1, lengths[places[0]]));
        var (symbols, last) = (new int[window], new int[places.Length]); // the symbol before the window
        int[][] sources = sourceOf is null ? [] : Array.ConvertAll(places, place => sourceOf(place));
        var batch = new SymbolBatch(SpaceOf(model, window), places.Length);
        Run? run = null;
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
                batch.Set(i, own, labels[i], first == 0 ? past?.Last ?? -1 : last[i]);
                if (sources.Length > 0) batch.SetSource(i, sources[i]);
                last[i] = own[^1];
            }
            run ??= past?.Fork(labels) ?? new Run(active, model.Classes > 0 ? labels : []);
            run.Observer = group.Observer;
            if (run.Batch > active) run = run.Fork([.. Enumerable.Range(0, active)]);
            group.Begin(active, first);
            tape.ResetAndTrim();
            if (group.Observer is null) group.Take(model.LogProbabilities(tape, batch, run: run));
            else ((SequenceModel)model).Show(tape, batch, run);
            progress?.Invoke(batch.Total);
            first += count;
        }
        group.End();
    }
}
