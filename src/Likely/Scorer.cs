using System.Buffers;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Scores examples: log-likelihoods in nats, summed in double in position order, in parallel over groups of examples. Keeps its
/// memory from call to call; groups are small, because a pass over one keeps all its layers' values.
/// </summary>
/// <param name="model">The model; an ensemble averages its members' probabilities of whole examples.</param>
/// <param name="threads">Worker threads, 0: all processors; fewer if there is not the memory for so many large examples; no result depends on it.</param>
/// <param name="space">What the examples are; null: those of the model's own space.</param>
/// <exception cref="InsufficientMemoryException">There is not enough memory for an example.</exception>
/// <exception cref="ArgumentException">The model takes no examples of that space.</exception>
public sealed unsafe class Scorer(DensityModel model, int threads, Space? space = null)
{
    const int GroupSymbols = 1 << 14, MostGroup = 64;

    readonly Space _space = Required(model, space);
    readonly int _threads = ScoringMemory.Threads(model, space ?? model.Space, ParallelShards.Workers(threads));
    SequenceScorer? _sequences;
    readonly Worker?[] _workers = new Worker?[ParallelShards.Workers(threads)];
    readonly int _group = Group((space ?? model.Space).Dimensions);

    static Space Required(DensityModel model, Space? space)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (space is { } own && !model.Takes(own)) throw new ArgumentException($"the model is one of {model.Space}, and the examples are of {own}", nameof(space));
        return space ?? model.Space;
    }

    // Fills in one example and returns its label, -1 if there is none.
    delegate int Reader(int place, Span<int> item);

    /// <summary>Examples of so many symbols that one pass takes: few enough for its memory, many enough for wide products.</summary>
    internal static int Group(int dimensions) => Math.Clamp(GroupSymbols / dimensions, 1, MostGroup);

    /// <summary>-log p(x) in nats of every example of a split, in order.</summary>
    /// <param name="split">Examples of the model's space, or sequences of any lengths.</param>
    /// <param name="limit">Only so many first examples.</param>
    /// <param name="each">Called for every example, from worker threads, with its index in the split and the surprise of each symbol; of a sequence of more than <see cref="SequenceScorer.LongestKept"/> symbols without.</param>
    /// <param name="items">Only these examples of the split; null: all.</param>
    /// <param name="coded">Receives what an archive takes for each example, in nats: the same, or for an ensemble of K -log p of the likeliest member and log K.</param>
    /// <param name="withSymbols">Whether the surprise of each symbol is asked for; if not, large examples are told without.</param>
    /// <param name="progress">Told how many more symbols are scored, from worker threads.</param>
    /// <param name="cancellation">Ends the scoring between two groups.</param>
    /// <param name="squares">Receives for each example the sum of its symbols' squared surprises, added in their order; not a number for an ensemble.</param>
    /// <param name="seen">Called for examples that are read at once, from worker threads, with their index in the split and their symbols; for one of a last group more than once. Long ones are not.</param>
    /// <exception cref="ArgumentException">An item is of another space, has no label where the model needs one, or there is none of its number.</exception>
    /// <exception cref="DataException">An item cannot be read.</exception>
    public double[] Score(Split split, int limit = int.MaxValue, Evaluation.PerExample? each = null, int[]? items = null, double[]? coded = null, bool withSymbols = true, Action<long>? progress = null, CancellationToken cancellation = default, ReadOnlySpanAction<int, int>? seen = null, double[]? squares = null)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var count = Math.Min(limit, items?.Length ?? split.Count);
        int At(int place) => items is null ? place : items[place];
        for (var place = 0; place < count; place++) Require(split, At(place));
        Evaluation.PerExample? named = each is null ? null : (place, nats, symbols) => each(At(place), nats, symbols);
        if (_space.IsSequence && model.Carries)
        {
            var lengths = new int[count];
            for (var place = 0; place < count; place++) lengths[place] = split.SpaceOf(At(place)).Width;
            var scores = (_sequences ??= new SequenceScorer(model, _threads)).Score(lengths, (place, first, symbols) =>
            {
                split.Read(At(place), first, symbols, cancellation: cancellation);
                return split.Label(At(place));
            }, named, progress, cancellation, _space.Source == 0 ? null : place => split.Source(At(place)), squares);
            if (coded is not null) scores.CopyTo(coded, 0);
            return scores;
        }
        if (RowScorer.Takes(model, _space) is { } grid && _space.Levels <= 256) return ByRows(grid, count, () => new byte[_space.Dimensions], (place, item) => split.Read(At(place), item), (item, _, first, symbols) =>
        {
            for (var i = 0; i < symbols.Length; i++) symbols[i] = item[first + i];
        }, place => split.Label(At(place)), named, withSymbols, coded, squares, progress, cancellation);
        return Score(count, (place, item) =>
        {
            split.Read(At(place), item);
            seen?.Invoke(item, At(place));
            return model.Classes > 0 ? split.Label(At(place)) : -1;
        }, named, coded, squares, progress, cancellation);
    }

    /// <summary>
    /// -log p(line | what stands before it in its file) in nats of lines of text, in order: at least 2^10 symbols of the lines before, and at the beginning of a file as behind
    /// the end of a line. A line of more than 2^22 symbols has no past.
    /// </summary>
    /// <exception cref="ArgumentException">The items are no lines, or the model is none of sequences, or of others.</exception>
    /// <exception cref="DataException">An item cannot be read.</exception>
    public double[] ScoreLines(Split split, Evaluation.PerExample? each = null, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        for (var index = 0; index < split.Count; index++) Require(split, index);
        if (!model.Carries || split.Running() is not { } text) throw new ArgumentException("the items are no lines of a text", nameof(split));
        var nats = new double[split.Count];
        var lengths = new int[text.Count];
        for (var piece = 0; piece < lengths.Length; piece++) lengths[piece] = text.LengthOfPiece(piece);
        (_sequences ??= new SequenceScorer(model, _threads)).Score(lengths, (piece, first, symbols) =>
        {
            text.Read(piece, first, symbols);
            return text.LabelOf(piece);
        }, (piece, whole, surprise) =>
        {
            foreach (var (index, symbols) in text.LinesOf(piece))
            {
                var own = surprise.IsEmpty ? surprise : surprise[symbols];
                var total = surprise.IsEmpty ? whole : 0.0;
                foreach (var symbol in own) total += symbol;
                nats[index] = total;
                each?.Invoke(index, total, own);
            }
        }, progress, cancellation);
        return nats;
    }

    void Require(Split split, int index)
    {
        var own = split.SpaceOf(index);
        if (own != _space && !(own.IsSequence && model.Carries && model.Takes(own))) throw new ArgumentException($"the model scores examples of {_space}, and item {index} is of {own}", nameof(split));
        if (model.Classes > 0 && (uint)split.Label(index) >= (uint)model.Classes) throw new ArgumentException($"the model tells p(x | label) of {model.Classes} classes, and item {index} has {(split.Label(index) < 0 ? "no label" : $"label {split.Label(index)}")}", nameof(split));
    }

    delegate void RowReader(byte[] held, int place, long first, Span<int> symbols);

    // Large examples one by one on each thread, held as bytes if they must be held.
    double[] ByRows(GridModel grid, int count, Func<byte[]> hold, Action<int, byte[]> begin, RowReader read, Func<int, int> label, Evaluation.PerExample? each, bool withSymbols, double[]? coded, double[]? squares, Action<long>? progress, CancellationToken cancellation)
    {
        var nats = new double[count];
        var held = new byte[_workers.Length][];
        ParallelShards.Run(count, _threads, (place, worker) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var item = held[worker] ??= hold();
            begin(place, item);
            var total = new RowScorer(grid, _space, (first, symbols) => read(item, place, first, symbols)).Score(grid.Classes > 0 ? label(place) : -1, withSymbols && each is not null, out var surprise, out var square, cancellation);
            nats[place] = -total;
            if (coded is not null) coded[place] = ExactMath.Log(1) - total;
            if (squares is not null) squares[place] = square;
            each?.Invoke(place, -total, surprise);
            progress?.Invoke(_space.Dimensions);
        });
        return nats;
    }

    /// <summary>-log p(x) in nats of examples in memory, given their labels if the model has classes.</summary>
    /// <exception cref="ArgumentException">An item has more or fewer symbols than the model's (unless it is a sequence), a symbol or a label that the model has not, or there are fewer labels or sources than items.</exception>
    public double[] Score(IReadOnlyList<int[]> items, int[] labels, Evaluation.PerExample? each = null, double[]? coded = null, CancellationToken cancellation = default, IReadOnlyList<int[]>? sources = null, double[]? squares = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(labels);
        if (model.Classes > 0 && labels.Length < items.Count) throw new ArgumentException($"{items.Count} items need one label each, not {labels.Length}", nameof(labels));
        if (sources is not null && sources.Count < items.Count) throw new ArgumentException($"{items.Count} items need one source each, not {sources.Count}", nameof(sources));
        if (_space.IsSequence && model.Carries)
        {
            var scores = (_sequences ??= new SequenceScorer(model, _threads)).Score([.. items.Select(item => item.Length)], (place, first, symbols) =>
            {
                items[place].AsSpan(first, symbols.Length).CopyTo(symbols);
                return model.Classes > 0 ? labels[place] : -1;
            }, each, null, cancellation, sources is null ? null : place => sources[place], squares);
            if (coded is not null) scores.CopyTo(coded, 0);
            return scores;
        }
        foreach (var item in items)
            if (item.Length != _space.Dimensions) throw new ArgumentException($"an example of {_space} has {_space.Dimensions} symbols, not {item.Length}", nameof(items));
        if (RowScorer.Takes(model, _space) is { } grid) return ByRows(grid, items.Count, () => [], (_, _) => { }, (_, place, first, symbols) => items[place].AsSpan((int)first, symbols.Length).CopyTo(symbols),
            place => labels[place], each, true, coded, squares, null, cancellation);
        return Score(items.Count, (place, item) =>
        {
            items[place].CopyTo(item);
            return model.Classes > 0 ? labels[place] : -1;
        }, each, coded, squares, null, cancellation);
    }

    double[] Score(int count, Reader read, Evaluation.PerExample? each, double[]? coded, double[]? squares, Action<long>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (coded is not null && coded.Length < count) throw new ArgumentException($"{count} examples need room for as many numbers, not {coded.Length}", nameof(coded));
        var nats = new double[count];
        ParallelShards.Run((count + _group - 1) / _group, _threads, (piece, worker) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var first = piece * _group;
            (_workers[worker] ??= new Worker(model, _space, _group)).Score(read, first, Math.Min(_group, count - first), count < _group, nats, coded, squares, each);
            progress?.Invoke((long)Math.Min(_group, count - first) * _space.Dimensions);
        });
        return nats;
    }

    sealed class Worker(DensityModel model, Space space, int capacity)
    {
        readonly Tape _tape = new();
        readonly SymbolBatch _batch = new(space, capacity);
        readonly int[] _item = new int[space.Dimensions];
        readonly float[] _symbols = new float[space.Dimensions];
        readonly double[,] _members = new double[capacity, model.Members];

        public void Score(Reader read, int first, int count, bool small, double[] nats, double[]? coded, double[]? squares, Evaluation.PerExample? each)
        {
            // The last group is filled up with copies: a group of another size would need other buffers.
            _batch.Begin(small ? count : capacity);
            for (var i = 0; i < _batch.Count; i++)
            {
                var label = read(first + Math.Min(i, count - 1), _item);
                _batch.Set(i, _item, label);
            }
            for (var member = 0; member < model.Members; member++)
            {
                _tape.Reset();
                var logs = model.LogProbabilities(_tape, _batch, member: member);
                for (var i = 0; i < count; i++)
                {
                    _members[i, member] = Collect(logs, i, out var square);
                    if (squares is not null) squares[first + i] = model.Members == 1 ? square : double.NaN;
                    if (model.Members == 1) each?.Invoke(first + i, -_members[i, 0], _symbols);
                }
            }
            for (var i = 0; i < count; i++)
            {
                nats[first + i] = -LogMean(i);
                if (coded is not null) coded[first + i] = ExactMath.Log(model.Members) - Likeliest(i);
            }
            if (model.Members > 1 && each is not null)
                for (var i = 0; i < count; i++) each(first + i, nats[first + i], []);
        }

        // Log-probabilities lie [T, B, S]; the sum runs in the order of positions, then symbols.
        double Collect(Tensor logs, int example, out double square)
        {
            var total = 0.0;
            square = 0;
            for (var p = 0; p < logs.Positions; p++)
                for (var c = 0; c < logs.Channels; c++)
                {
                    var log = logs.Data[((long)p * logs.Batch + example) * logs.Stride + c];
                    _symbols[p * logs.Channels + c] = -log;
                    total += log;
                    square += (double)log * log;
                }
            return total;
        }

        double Likeliest(int example)
        {
            var maximum = double.NegativeInfinity;
            for (var m = 0; m < model.Members; m++) maximum = Math.Max(maximum, _members[example, m]);
            return maximum;
        }

        double LogMean(int example)
        {
            var maximum = Likeliest(example);
            if (model.Members == 1) return maximum;
            var sum = 0.0;
            for (var m = 0; m < model.Members; m++) sum += ExactMath.Exp(_members[example, m] - maximum);
            return maximum + ExactMath.Log(sum / model.Members);
        }
    }
}
