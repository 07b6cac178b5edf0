using Likely.Coding;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Blocks of plain bytes whose code is a model of sequences. Each is a stream of its own that begins without a past, so several go through the model side by side: encoded
/// window by window in parallel passes, decoded symbol by symbol, each from its own stream. The first bit says whether the model codes the bytes, as their tokens; where that is no
/// shorter, a <see cref="ByteBlock"/> follows. No byte depends on which blocks go together, nor on windows or threads.
/// </summary>
static class SequenceBlocks
{
    /// <summary>Bytes of a full block: long enough that beginning without a past costs little, short enough that a file has several.</summary>
    public const int Length = 1 << 18;

    /// <summary>Most blocks that go side by side.</summary>
    public const int MostLanes = 16;

    const int PassRows = 1 << 12, PassNumbers = 1 << 23, Told = 1 << 12; // a row has a number for each symbol of the alphabet

    /// <summary>The streams of some blocks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">What its symbols are.</param>
    /// <param name="blocks">Bytes of each, at least one.</param>
    /// <param name="ends">Of each block, ascending lengths of beginnings; on return, how long their streams are, to a few bytes.</param>
    /// <param name="done">Told how many more bytes are encoded, about.</param>
    /// <param name="cancellation">Ends it between two windows.</param>
    public static byte[][] Encode(AutoregressiveModel model, Tokens tokens, ReadOnlyMemory<byte>[] blocks, int[][] ends, Action<double>? done, CancellationToken cancellation)
    {
        // The longest first, so that lanes end from the last on.
        var symbols = Array.ConvertAll(blocks, block => tokens.Encode(block.Span));
        int[] order = [.. Enumerable.Range(0, blocks.Length).OrderByDescending(i => symbols[i].Length).ThenBy(i => i)];
        var lanes = Array.ConvertAll(order, i => new Lane(tokens, symbols[i], ends[i]));
        var window = Math.Clamp(Math.Min(PassRows, PassNumbers / model.Space.Levels) / lanes.Length, 1, lanes[0].Symbols.Length);
        var (tape, batch) = (new Tape(), new SymbolBatch(model.Space with { Width = window }, lanes.Length));
        var run = new Run(lanes.Length);
        for (int first = 0, active = lanes.Length; first < lanes[0].Symbols.Length; first += window)
        {
            cancellation.ThrowIfCancellationRequested();
            while (lanes[active - 1].Symbols.Length <= first) active--;
            batch.BeginWindows(active, Math.Min(window, lanes[0].Symbols.Length - first));
            for (var i = 0; i < active; i++)
                batch.Set(i, lanes[i].Symbols.AsSpan(first, Math.Min(window, lanes[i].Symbols.Length - first)), -1, first == 0 ? -1 : lanes[i].Symbols[first - 1]);
            if (run.Batch > active) run = run.Fork([.. Enumerable.Range(0, active)]);
            tape.ResetAndTrim();
            model.Distributions(tape, batch, (position, distributions) =>
            {
                for (var i = 0; i < active && first + position < lanes[i].Symbols.Length; i++) lanes[i].Encode(distributions, i, first + position);
            }, run: run);
            var share = 0.0;
            for (var i = 0; i < active; i++) share += (double)blocks[order[i]].Length * Math.Min(window, lanes[i].Symbols.Length - first) / lanes[i].Symbols.Length;
            done?.Invoke(share);
        }
        var streams = new byte[blocks.Length][];
        for (var i = 0; i < lanes.Length; i++) streams[order[i]] = lanes[i].Finish(blocks[order[i]].Span, ends[order[i]]);
        return streams;
    }

    /// <summary>The bytes of some blocks.</summary>
    /// <param name="model">The model; null where it codes none of them.</param>
    /// <param name="tokens">What its symbols are; likewise.</param>
    /// <param name="streams">Of each block, without check sums.</param>
    /// <param name="counts">Bytes of each.</param>
    /// <param name="done">Told how many more bytes are decoded.</param>
    /// <param name="cancellation">Ends it between two symbols.</param>
    /// <exception cref="ArchiveException">A stream stands for other bytes than so many.</exception>
    public static byte[][] Decode(AutoregressiveModel? model, Tokens? tokens, byte[][] streams, int[] counts, Action<double>? done, CancellationToken cancellation)
    {
        var blocks = new byte[streams.Length][];
        var lanes = new List<(RangeDecoder Decoder, byte[] Bytes)>();
        for (var i = 0; i < streams.Length; i++)
        {
            var decoder = new RangeDecoder(streams[i]);
            if (decoder.DecodeBit(BlockLayout.Unmodelled)) blocks[i] = ByteBlock.Decode(decoder, counts[i]);
            else lanes.Add((decoder, blocks[i] = new byte[counts[i]]));
        }
        if (lanes.Count == 0) return blocks;
        if (model is null || tokens is null) throw new ArchiveException("a block of it is coded by a model, and there is none.");
        var filled = new int[lanes.Count];
        var (predictor, lane) = (model.Predict(lanes.Count, extent: Extent.Open), Enumerable.Range(0, lanes.Count).ToArray());
        var (cumulatives, symbols, bytes) = (new Cumulative?[lanes.Count], new int[lanes.Count], new byte[tokens.LongestSymbol]);
        var told = 0;
        for (var step = 0; lane.Length > 0; step++)
        {
            if (step % 256 == 0) cancellation.ThrowIfCancellationRequested();
            var distributions = predictor.Next();
            var isOver = false;
            for (var i = 0; i < lane.Length; i++)
            {
                var cumulative = distributions.Begin(i, ref cumulatives[i]);
                symbols[i] = Coder.Decode(lanes[lane[i]].Decoder, cumulative);
                var (target, at) = (lanes[lane[i]].Bytes, filled[lane[i]]);
                var count = tokens.Decode(symbols[i], bytes);
                if (count > target.Length - at) throw new ArchiveException("a block of it stands for more bytes than it should.");
                bytes.AsSpan(0, count).CopyTo(target.AsSpan(at));
                isOver |= (filled[lane[i]] = at + count) == target.Length;
                told += count;
            }
            if (told >= Told || isOver)
            {
                done?.Invoke(told);
                told = 0;
            }
            predictor.Observe(symbols.AsSpan(0, lane.Length));
            if (!isOver) continue;
            int[] left = [.. Enumerable.Range(0, lane.Length).Where(i => filled[lane[i]] < lanes[lane[i]].Bytes.Length)];
            if (left.Length > 0) predictor = predictor.Fork(left);
            lane = Array.ConvertAll(left, i => lane[i]);
        }
        return blocks;
    }

    /// <summary>The symbols of a block on their way into its stream.</summary>
    sealed class Lane
    {
        readonly RangeEncoder _encoder = new();
        readonly Tokens _tokens;
        readonly int[] _ends, _coded;
        readonly byte[] _bytes;
        Cumulative? _cumulative;
        int _written, _next;

        public Lane(Tokens tokens, int[] symbols, int[] ends)
        {
            (_tokens, Symbols, _ends, _coded, _bytes) = (tokens, symbols, ends, new int[ends.Length], new byte[tokens.LongestSymbol]);
            _encoder.EncodeBit(false, BlockLayout.Unmodelled);
        }

        public int[] Symbols { get; }

        public void Encode(SymbolDistributions distributions, int example, int position)
        {
            Coder.Encode(_encoder, distributions.Begin(example, ref _cumulative), Symbols[position]);
            _written += _tokens.Decode(Symbols[position], _bytes);
            for (; _next < _ends.Length && _ends[_next] <= _written; _next++) _coded[_next] = _encoder.Length;
        }

        public byte[] Finish(ReadOnlySpan<byte> bytes, Span<int> ends)
        {
            var stream = _encoder.Finish();
            int[] plainEnds = [.. _ends];
            var plain = ByteBlock.EncodeUnmodelled(bytes, plainEnds);
            if (plain.Length < stream.Length)
            {
                plainEnds.CopyTo(ends);
                return plain;
            }
            for (var i = 0; i < ends.Length; i++) ends[i] = Math.Min(_coded[i], stream.Length); // zeros at the end are not written
            return stream;
        }
    }
}
