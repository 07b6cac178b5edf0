using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// log p(item | context) = log p(context item) - log p(context) of texts or other bytes that go on from one context, which is read once, in wide products and with bounded memory. Where the end of
/// the context and the beginning of an item make one symbol together, the joined text is scored as it is encoded when it is one text, and the context as when it is alone.
/// </summary>
public sealed class ContinuationScorer
{
    const int LongestJoined = 1 << 24, MostJoined = 1 << 24; // symbols

    readonly DensityModel _model;
    readonly int _threads;
    readonly Tokens _tokens;
    readonly SequencePast _past;
    readonly SequenceScorer _scorer;
    readonly byte[] _held; // the last bytes of the context, which what comes after them decides the symbols of
    readonly int[] _tail; // those symbols if nothing comes
    readonly double[] _tailNats; // of each class

    /// <summary>Reads the context.</summary>
    /// <param name="checkpoint">A model of text or bytes.</param>
    /// <param name="context">What stands before every item: a stream that is read to its end.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="progress">Told how many bytes of it have been read.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UsageException">The model is none of sequences.</exception>
    /// <exception cref="DataException">Its tokens are damaged.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public ContinuationScorer(Checkpoint checkpoint, Stream context, int threads = 0, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(context);
        _model = checkpoint.Density;
        _tokens = Continuation.TokensOf(checkpoint) ?? throw new UsageException($"{_model.Config.Name} is a model of {_model.Space}, and no sequence that goes on");
        _threads = ScoringMemory.Threads(_model, _model.Space, ParallelShards.Workers(threads));
        _past = new SequencePast((SequenceModel)_model);
        _held = _tokens.Encode(context, isEnd: false, _past.Read, progress, cancellation);
        _tail = _tokens.Encode(_held);
        _scorer = new SequenceScorer(_model, _threads, _past);
        var classes = Math.Max(1, _model.Classes);
        _tailNats = _tail.Length == 0 ? new double[classes]
            : _scorer.Score([.. Enumerable.Repeat(_tail.Length, classes)], (label, first, symbols) => Copy(_tail, first, symbols, label), null, null, cancellation);
        GivenSymbols = _past.Count + _tail.Length;
    }

    /// <summary>Symbols of the context alone.</summary>
    public long GivenSymbols { get; }

    /// <summary>-log p(item | context) in nats of every item, in order.</summary>
    /// <param name="split">Items of text or bytes, of the model's tokens.</param>
    /// <param name="each">Called for every item, from worker threads, with its index in the split and the surprise of each symbol; of one of very many symbols, and of one whose first symbol is the context's last as well, without.</param>
    /// <param name="progress">Told how many more symbols are scored.</param>
    /// <param name="cancellation">Ends it between two windows.</param>
    /// <exception cref="ArgumentException">An item is of another space, or has no label where the model needs one.</exception>
    /// <exception cref="UsageException">An item is too long to be joined to the context.</exception>
    /// <exception cref="DataException">An item cannot be read.</exception>
    public double[] Score(Split split, Evaluation.PerExample? each = null, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var lengths = new int[split.Count];
        for (var i = 0; i < lengths.Length; i++)
        {
            var own = split.SpaceOf(i);
            if (!own.IsSequence || !_model.Takes(own)) throw new ArgumentException($"the model scores examples of {_model.Space}, and item {i} is of {own}", nameof(split));
            if (_model.Classes > 0 && (uint)split.Label(i) >= (uint)_model.Classes) throw new ArgumentException($"the model tells p(x | label), and item {i} has no label of its {_model.Classes}", nameof(split));
            lengths[i] = own.Width;
        }
        return _held.Length > 0 ? Joined(split, lengths, each, progress, cancellation) : _scorer.Score(lengths, (place, first, symbols) =>
        {
            split.Read(place, first, symbols);
            return split.Label(place);
        }, each, progress, cancellation);
    }

    // Items are encoded anew behind the bytes that wait for them, some at a time.
    double[] Joined(Split split, int[] lengths, Evaluation.PerExample? each, Action<long>? progress, CancellationToken cancellation)
    {
        var nats = new double[lengths.Length];
        for (var (first, end) = (0, 0); first < lengths.Length; first = end)
        {
            var (joined, total) = (new List<int[]>(), 0L);
            for (end = first; end < lengths.Length && (end == first || total + lengths[end] <= MostJoined); total += lengths[end++])
            {
                cancellation.ThrowIfCancellationRequested();
                if (lengths[end] > LongestJoined) throw new UsageException($"{split.ItemName(end)} has {lengths[end]} symbols, more than the {LongestJoined} that can be joined to a context whose last symbol is not decided; end what is given where a word ends");
                var own = new int[lengths[end]];
                split.Read(end, own);
                joined.Add(_tokens.Encode([.. _held, .. _tokens.Decode(own)]));
            }
            // Where the context's own symbols stay, an item's are what comes behind them.
            var apart = joined.Select((symbols, i) => symbols.AsSpan().StartsWith(_tail) && symbols.Length - _tail.Length == lengths[first + i]).ToArray();
            _scorer.Score([.. joined.Select(symbols => symbols.Length)], (place, at, symbols) => Copy(joined[place], at, symbols, split.Label(first + place)), (place, whole, surprise) =>
            {
                var index = first + place;
                if (surprise.IsEmpty || !apart[place])
                {
                    nats[index] = whole - _tailNats[_model.Classes > 0 ? split.Label(index) : 0];
                    each?.Invoke(index, nats[index], []);
                    return;
                }
                foreach (var symbol in surprise[_tail.Length..]) nats[index] += symbol;
                each?.Invoke(index, nats[index], surprise[_tail.Length..]);
            }, progress, cancellation);
        }
        return nats;
    }

    static int Copy(int[] from, int first, Span<int> symbols, int label)
    {
        from.AsSpan(first, symbols.Length).CopyTo(symbols);
        return label;
    }
}
