using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Encodes items by an inner state of an autoregressive model, as the model computes it when it scores. Of a sequence the state behind its last symbol, or the mean of those
/// behind each; of a picture the state at its last pixel, which sees all before it, or the mean over all; of models of binary variables, whose units read an item at once, the one state that there is. A code depends on its item alone: not on threads, nor on what is encoded with it, and
/// long items go through in windows. To a model of running text an item begins as after the end of a line; where items are lines, their ends are left out, behind which a model may forget them.
/// </summary>
public sealed class StateEncoder : Encoder
{
    readonly AutoregressiveModel _model;
    readonly int _state, _threads;
    readonly int[] _beginning;
    readonly Tokens? _tokens;

    /// <param name="checkpoint">The model.</param>
    /// <param name="state">Which of its <see cref="AutoregressiveModel.States"/>; null: the last, which its head reads.</param>
    /// <param name="pooling">How the states of an item become one code; null: of sequences the last, of pictures the mean.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <exception cref="UsageException">The model shows no inner states, or is one of pairs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It has no such state.</exception>
    public StateEncoder(Checkpoint checkpoint, int? state = null, StatePooling? pooling = null, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        _model = checkpoint.Density;
        if (_model.Space.Source > 0) throw new UsageException($"{_model.Config.Name} is a model of {(_model.Space.IsInTime ? "sounds and what lies beside them" : "pairs")} here, whose states are of {(_model.Space.IsInTime ? "both" : "a target behind its source")}; models of {(_model.Space.IsInTime ? "sounds alone" : "single texts")} encode");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)(state ?? 0), (uint)_model.States.Count, nameof(state));
        (_state, _threads) = (state ?? _model.States.Count - 1, ParallelShards.Workers(threads));
        if (pooling == StatePooling.Maximum) throw new UsageException("states are pooled by last or mean; max is for windows of pictures and models of features of them");
        Pooling = _model is BinaryModel ? StatePooling.Last : pooling ?? (_model.Space.IsSequence ? StatePooling.Last : StatePooling.Mean);
        _tokens = Continuation.TokensOf(checkpoint);
        _beginning = _tokens is null ? [] : Continuation.BeginningOf(checkpoint, _tokens);
    }

    public override int Width => State.Width;

    public override string Name => State.Name;

    /// <summary>The inner state that codes are of.</summary>
    public InnerState State => _model.States[_state];

    /// <summary>How the states of an item become one code.</summary>
    public StatePooling Pooling { get; }

    public override void Encode(Split split, int first, float[] codes, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(codes);
        var count = codes.Length / Width;
        for (var i = 0; i < count; i++)
        {
            if (!_model.Takes(split.SpaceOf(first + i))) throw new ArgumentException($"the model takes items of {_model.Space}, and item {first + i} is of {split.SpaceOf(first + i)}", nameof(split));
            if (_model.Classes > 0 && (uint)split.Label(first + i) >= (uint)_model.Classes) throw new ArgumentException($"the model is told one of {_model.Classes} labels, and item {first + i} has none", nameof(split));
        }
        if (_model is GridModel or BinaryModel) Items(split, first, count, codes, progress, cancellation);
        else Sequences(split, first, count, codes, progress, cancellation);
    }

    // A symbol more than the item has makes the model compute the state behind the last: what that symbol is nobody asks.
    void Sequences(Split split, int first, int count, float[] codes, Action<long>? progress, CancellationToken cancellation)
    {
        var lengths = new int[count];
        for (var i = 0; i < count; i++) lengths[i] = checked(_beginning.Length + LengthOf(split, first + i) + 1);
        var threads = ScoringMemory.Threads(_model, _model.Space, _threads);
        new SequenceWindows(_model, threads).Send(lengths, (place, at, symbols) =>
        {
            var before = Math.Clamp(_beginning.Length - at, 0, symbols.Length);
            _beginning.AsSpan(Math.Min(at, _beginning.Length), before).CopyTo(symbols);
            var behind = at + symbols.Length == lengths[place] ? 1 : 0;
            if (behind > 0) symbols[^1] = 0;
            var own = symbols[before..^behind];
            if (own.Length > 0) split.Read(first + place, at + before - _beginning.Length, own);
            return _model.Classes > 0 ? split.Label(first + place) : -1;
        }, long.MaxValue, places => new Group(this, places, lengths, codes), progress, cancellation);
    }

    // Without the end of a line, but where there is nothing else.
    int LengthOf(Split split, int item)
    {
        var length = split.SpaceOf(item).Dimensions;
        if (_tokens is null || !split.AreLines || length < 2) return length;
        Span<int> last = stackalloc int[1];
        split.Read(item, length - 1, last);
        Span<byte> bytes = stackalloc byte[_tokens.LongestSymbol];
        return _tokens.Decode(last[0], bytes) == 1 && bytes[0] == '\n' ? length - 1 : length;
    }

    void Items(Split split, int first, int count, float[] codes, Action<long>? progress, CancellationToken cancellation)
    {
        var groups = new List<(int Start, int Count)>();
        for (int start = 0, end; start < count; start = end)
        {
            var space = split.SpaceOf(first + start);
            for (end = start + 1; end < count && end - start < Scorer.Group(space.Dimensions) && split.SpaceOf(first + end) == space;) end++;
            groups.Add((start, end - start));
        }
        var threads = groups.Count == 0 ? 1 : ScoringMemory.Threads(_model, split.SpaceOf(first), _threads);
        ParallelShards.Run(groups.Count, threads, (group, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (start, examples) = groups[group];
            var space = split.SpaceOf(first + start);
            var (batch, item, positions) = (new SymbolBatch(space, examples), new int[space.Dimensions], _model is BinaryModel ? 1 : space.Positions);
            batch.Begin(examples);
            for (var i = 0; i < examples; i++)
            {
                split.Read(first + start + i, item);
                batch.Set(i, item, _model.Classes > 0 ? split.Label(first + start + i) : -1);
            }
            var sums = new double[Pooling == StatePooling.Mean ? examples * Width : 0];
            var observer = new StateObserver(_state, (from, values) =>
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < examples; i++)
                    if (Pooling == StatePooling.Mean)
                        for (var p = 0; p < values.Positions; p++) Add(values.Row(p, i), sums.AsSpan(i * Width, Width));
                    else if (from + values.Positions == positions) values.Row(values.Positions - 1, i).CopyTo(codes.AsSpan((start + i) * Width, Width));
            });
            if (_model is GridModel grid) grid.Show(batch, observer);
            else ((BinaryModel)_model).Show(batch, observer);
            for (var i = 0; i < examples && Pooling == StatePooling.Mean; i++) Mean(sums.AsSpan(i * Width, Width), positions, codes.AsSpan((start + i) * Width, Width));
            progress?.Invoke((long)examples * space.Dimensions);
        });
    }

    // In the order of positions, in double.
    static void Add(ReadOnlySpan<float> row, Span<double> sums)
    {
        for (var c = 0; c < row.Length; c++) sums[c] += row[c];
    }

    static void Mean(ReadOnlySpan<double> sums, int count, Span<float> code)
    {
        for (var c = 0; c < code.Length; c++) code[c] = count == 0 ? 0 : (float)(sums[c] / count);
    }

    sealed class Group : SequenceGroup
    {
        readonly StateEncoder _encoder;
        readonly int[] _places, _lengths;
        readonly float[] _codes;
        readonly double[] _sums;

        public Group(StateEncoder encoder, int[] places, int[] lengths, float[] codes)
        {
            (_encoder, _places, _lengths, _codes) = (encoder, places, lengths, codes);
            _sums = new double[encoder.Pooling == StatePooling.Mean ? places.Length * encoder.Width : 0];
            Observer = new StateObserver(encoder._state, Read);
        }

        public override StateObserver Observer { get; }

        // At position t the model has read t symbols.
        void Read(int from, Tensor values)
        {
            var width = _encoder.Width;
            for (var i = 0; i < Active; i++)
                for (var p = 0; p < values.Positions; p++)
                {
                    var read = First + from + p;
                    if (read >= _lengths[_places[i]]) break;
                    if (_sums.Length == 0 ? read < _lengths[_places[i]] - 1 : read <= _encoder._beginning.Length) continue;
                    if (_sums.Length == 0) values.Row(p, i).CopyTo(_codes.AsSpan(_places[i] * width, width));
                    else Add(values.Row(p, i), _sums.AsSpan(i * width, width));
                }
        }

        public override void End()
        {
            var width = _encoder.Width;
            for (var i = 0; i < _places.Length && _sums.Length > 0; i++)
                Mean(_sums.AsSpan(i * width, width), _lengths[_places[i]] - 1 - _encoder._beginning.Length, _codes.AsSpan(_places[i] * width, width));
        }
    }
}
