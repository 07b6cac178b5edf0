using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    // Queries whose scores are in the cache together, and as many as go one by one.
    const int QueryBlock = 48, FewQueries = 8;

    /// <summary>
    /// Causal attention of several heads (Vaswani et al. 2017, eq. 1): queries, keys and values side by side [T, B, 3C] give [T, B, C], each position a mean of the values up to
    /// its own that a pattern lets it see, weighed by softmax(q k / sqrt(C / heads)). Queries and keys may be so many times as wide as values. With a past, the positions follow those it holds, and are
    /// added to it; the past is a constant.
    /// </summary>
    /// <exception cref="ArgumentException">The channels are not such a multiple of the heads, or the past is of others.</exception>
    internal static Tensor Attention(Tensor x, int heads, KeyValues? past = null, AttentionPattern? pattern = null, int keyWidth = 1)
    {
        pattern ??= AttentionPattern.Dense;
        var channels = x.Channels / (2 * keyWidth + 1);
        if (heads < 1 || x.Channels != (2 * keyWidth + 1) * channels || channels % heads != 0) throw new ArgumentException($"{heads} heads cannot share the queries, keys and values of {x.Shape}");
        if (past is not null && (past.Channels != keyWidth * channels || past.ValueChannels != channels || past.Counts.Length != x.Batch)) throw new ArgumentException($"a past of {past.Counts.Length} examples and {past.Channels} channels does not go on with {x.Shape}");
        var tape = x.Tape;
        var y = tape.New(x.Shape with { Channels = channels }, requiresGradient: true);
        var counts = past is null ? new int[x.Batch] : [.. past.Counts];
        past?.Append(x);
        var work = new AttentionWork(tape, x, heads, past, counts, pattern, keyWidth);
        if (past is not null && x.Positions < FewQueries) work.Few(y);
        else if (pattern.Second is null) work.Forward(y);
        else work.ForwardOfTwo(y);
        work.Dispose();
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (x, y) = (e.A!, e.Output!);
            var dx = tape.GradientOf(x, out var isNew);
            var (past, pattern, keyWidth) = ((KeyValues?, AttentionPattern, int))e.State!;
            var work = new AttentionWork(tape, x, (int)e.Number, past, e.Indices.AsSpan(0, x.Batch).ToArray(), pattern, keyWidth, isBackward: true);
            if (pattern.Second is null) work.Backward(y, dx, isNew);
            else work.BackwardOfTwo(y, dx, isNew);
            work.Dispose();
        });
        (entry.A, entry.Number, entry.State) = (x, (ulong)heads, (past, pattern, keyWidth));
        if (entry.Indices.Length < counts.Length) entry.Indices = new int[counts.Length];
        counts.CopyTo(entry.Indices, 0);
        return y;
    }

    // One pass over examples, heads and groups of queries, one after the other; what a group needs is packed side by side first.
    ref partial struct AttentionWork
    {
        readonly Tape _tape;
        readonly Tensor _x;
        readonly KeyValues? _past;
        readonly AttentionPattern _patterns;
        AttentionPattern _pattern; // of the head that is in hand
        readonly int[] _counts;
        readonly int _heads, _size, _padded, _keySize, _keyPadded, _channels, _width; // sizes of a head
        readonly float _scale;
        readonly FloatBlock _memory;
        readonly float* _queries, _keysTurned, _values, _scores, _result, _zeros, _keys, _valuesTurned, _dScores, _dResult, _dKeys, _dValues, _dKeyRows, _dValueRows, _sums, _largest, _totals, _means;

        public AttentionWork(Tape tape, Tensor x, int heads, KeyValues? past, int[] counts, AttentionPattern pattern, int keyWidth, bool isBackward = false)
        {
            (_tape, _x, _past, _counts, _patterns, _pattern, _heads, _channels) = (tape, x, past, counts, pattern, pattern, heads, x.Channels / (2 * keyWidth + 1));
            (_size, _scale) = (_channels / heads, (float)(1 / Math.Sqrt(_channels / heads)));
            _keySize = keyWidth * _size;
            (_padded, _keyPadded) = (Shape.RoundUp(_size), Shape.RoundUp(_keySize));
            _width = Shape.RoundUp(pattern.MostKeys(counts.Max() + x.Positions));
            long queries = (long)x.Positions * _keyPadded, rows = (long)x.Positions * _padded, keys = (long)_width * _keyPadded, values = (long)_width * _padded, block = (long)QueryBlock * _width;
            _memory = tape.RentScratch(queries + keys + values + block + (long)QueryBlock * _keyPadded
                + (isBackward ? keys + values + block + queries + 2 * rows + (pattern.IsDense ? 0 : keys + values) : 0) + (pattern.Second is null ? 0 : rows + 3L * Shape.RoundUp(x.Positions)));
            var at = _memory.Pointer;
            float* Take(long length)
            {
                var taken = at;
                at += length;
                return taken;
            }
            _queries = Take(queries);
            _keysTurned = Take(keys);
            _values = Take(values);
            _scores = Take(block);
            _result = Take(QueryBlock * _keyPadded);
            if (isBackward)
            {
                _keys = Take(keys);
                _valuesTurned = Take(values);
                _dScores = Take(block);
                _dResult = Take(rows);
                _dKeys = Take(queries);
                _dValues = Take(rows);
                // A key of several groups has a sum in each; where there is but one group, its sums are the gradients.
                _dKeyRows = pattern.IsDense ? _dKeys : Take(keys);
                _dValueRows = pattern.IsDense ? _dValues : Take(values);
            }
            if (pattern.Second is not null)
            {
                _sums = Take(rows);
                _largest = Take(Shape.RoundUp(x.Positions));
                _totals = Take(Shape.RoundUp(x.Positions));
                _means = Take(Shape.RoundUp(x.Positions));
            }
            _zeros = tape.Zeros(Math.Max(_width, _keyPadded));
        }

        public readonly void Dispose() => _tape.ReturnScratch(_memory);

        readonly nint RowStride => (nint)_x.Batch * _x.Stride;

        readonly float* Query(int example, int head) => _x.Data + (nint)example * _x.Stride + head * _keySize;

        readonly float* Key(int example, int head) => Query(example, head) + _heads * _keySize;

        readonly float* Value(int example, int head) => _x.Data + (nint)example * _x.Stride + 2 * _heads * _keySize + head * _size;

        // A walk's step: dense keys are where they lie.
        public void Few(Tensor y)
        {
            if (!_tape.Computes) return;
            for (var b = 0; b < _x.Batch; b++)
                for (var t = 0; t < _x.Positions; t++)
                    for (var h = 0; h < _heads; h++)
                    {
                        _pattern = _patterns.Of(h, _heads);
                        Kernels.Attention.Pack(Query(b, h) + t * RowStride, 0, 1, _keySize, _scale, _queries, _keyPadded);
                        new Span<float>(_result, _padded).Clear();
                        var inverse = _pattern.Second is null ? OneOfFew(b, h, _counts[b] + t) : OneOfFewOfTwo(b, h, _counts[b] + t);
                        Kernels.Attention.Put(_result, inverse, y.Data + ((nint)t * y.Batch + b) * y.Stride + h * _size, _size);
                    }
        }

        // The packed query of one position and head; returns 1 / sum of e.
        readonly float OneOfFew(int b, int h, int position)
        {
            var group = _pattern.Group(_pattern.GroupOf(position), position, position + 1);
            var (prefix, begin, end) = _pattern.Seen(group, position);
            var keys = KeysOfOne(b, h, group, end);
            Kernels.Attention.Scores(_queries, keys.Blocks, keys.BlockStride, Shape.RoundUp(end) / 16, _keySize, _scores);
            var inverse = Kernels.Attention.Exponentials(_scores, prefix, begin, end, Shape.RoundUp(end));
            Kernels.Attention.Mix(_scores, keys.Rows, keys.RowStride, end, _size, _result);
            return inverse;
        }

        // Where the keys and values of a group lie, dense ones in the past, others gathered.
        readonly PlacedKeys KeysOfOne(int example, int head, in AttentionGroup group, int count)
        {
            if (_pattern.IsDense)
            {
                var (keys, values) = (_past!.Keys, _past.Values);
                return new(keys.Data + (nint)example * keys.Stride + head * _keySize * 16, (nint)keys.Batch * keys.Stride, values.Data + (nint)example * values.Stride + head * _size, (nint)values.Batch * values.Stride);
            }
            GatherBlocks(example, head, group, count);
            return new(_keysTurned, 16 * _keySize, _values, _padded);
        }

        readonly ref struct PlacedKeys(float* blocks, nint blockStride, float* rows, nint rowStride)
        {
            public readonly float* Blocks = blocks, Rows = rows;
            public readonly nint BlockStride = blockStride, RowStride = rowStride;
        }

        public void Forward(Tensor y)
        {
            if (!_tape.Computes) return;
            var inverses = stackalloc float[QueryBlock];
            for (var b = 0; b < _x.Batch; b++)
                for (var h = 0; h < _heads; h++)
                {
                    _pattern = _patterns.Of(h, _heads);
                    for (var g = 0; g < _pattern.Groups(_counts[b] + _x.Positions); g++)
                    {
                        var group = _pattern.Group(g, _counts[b], _counts[b] + _x.Positions);
                        if (group.Count == 0) continue;
                        PackGroup(b, h, group);
                        for (var first = 0; first < group.Count; first += QueryBlock)
                        {
                            var rows = Math.Min(QueryBlock, group.Count - first);
                            var (keys, columns) = Scores(group, first, rows);
                            for (var r = 0; r < rows; r++) inverses[r] = Exponentials(group, first, r, columns);
                            Kernels.Convolution.Pointwise(_scores, _width, rows, keys, _values, _padded, _zeros, _result, _padded, _padded);
                            for (var r = 0; r < rows; r++)
                                Kernels.Attention.Put(_result + r * _padded, inverses[r], y.Data + ((nint)(group.First + (first + r) * group.Step - _counts[b]) * y.Batch + b) * y.Stride + h * _size, _size);
                        }
                    }
                }
        }

        public void Backward(Tensor y, float* dx, bool write)
        {
            if (!_tape.Computes) return;
            for (var b = 0; b < _x.Batch; b++)
                for (var h = 0; h < _heads; h++)
                {
                    _pattern = _patterns.Of(h, _heads);
                    var past = _counts[b];
                    new Span<float>(_dKeys, _x.Positions * (_keyPadded + _padded)).Clear();
                    float* dQuery = dx + (nint)b * _x.Stride + h * _keySize, dKey = dQuery + _heads * _keySize, dValue = dx + (nint)b * _x.Stride + 2 * _heads * _keySize + h * _size;
                    for (var g = 0; g < _pattern.Groups(past + _x.Positions); g++)
                    {
                        var group = _pattern.Group(g, past, past + _x.Positions);
                        if (group.Count == 0) continue;
                        PackGroup(b, h, group);
                        TurnGroup(y, b, h, group);
                        var all = group.Keys;
                        nint at = group.First - past, rowStep = group.Step * RowStride;
                        var old = _pattern.IsDense ? past : group.FirstFrom(past); // keys of the past are constants
                        if (!_pattern.IsDense)
                        {
                            new Span<float>(_dKeyRows, all * _keyPadded).Clear();
                            new Span<float>(_dValueRows, all * _padded).Clear();
                        }
                        for (var first = 0; first < group.Count; first += QueryBlock)
                        {
                            var rows = Math.Min(QueryBlock, group.Count - first);
                            var (keys, columns) = Scores(group, first, rows);
                            float* dResult = _dResult + (nint)first * _padded, queries = _queries + (nint)first * _keyPadded;
                            Kernels.Convolution.Pointwise(dResult, _padded, rows, _size, _valuesTurned, _width, _zeros, _dScores, _width, columns);
                            for (var r = 0; r < rows; r++)
                            {
                                float* e = _scores + (nint)r * _width, dp = _dScores + (nint)r * _width;
                                Kernels.Attention.ExponentialsBackward(e, Exponentials(group, first, r, columns), dp, columns);
                            }
                            if (keys > old)
                            {
                                Kernels.Convolution.PointwiseGradient(_scores + old, _width, dResult, _padded, rows, keys - old, _dValueRows, _padded, _padded);
                                Kernels.Convolution.PointwiseGradient(_dScores + old, _width, queries, _keyPadded, rows, keys - old, _dKeyRows, _keyPadded, _keyPadded);
                            }
                            Kernels.Convolution.Pointwise(_dScores, _width, rows, keys, _keys, _keyPadded, _zeros, _result, _keyPadded, _keyPadded);
                            Kernels.Attention.Unpack(_result, _keyPadded, rows, _keySize, _scale, dQuery + at * RowStride + first * rowStep, rowStep, write);
                        }
                        if (!_pattern.IsDense) AddRows(group, old, past);
                    }
                    Kernels.Attention.Unpack(_dKeys, _keyPadded, _x.Positions, _keySize, 1, dKey, RowStride, write);
                    Kernels.Attention.Unpack(_dValues, _padded, _x.Positions, _size, 1, dValue, RowStride, write);
                }
        }

        // What is read of a packed group on the way back: keys in rows, values turned, and the gradient of what its queries gave.
        readonly void TurnGroup(Tensor y, int b, int h, in AttentionGroup group)
        {
            Kernels.Attention.Turn(_values, _padded, group.Keys, _size, _valuesTurned, _width);
            Layout.Transpose(_keysTurned, _keySize, group.Keys, _width, _keys, _keyPadded);
            Kernels.Attention.Pack(y.Gradient + ((nint)(group.First - _counts[b]) * y.Batch + b) * y.Stride + h * _size, (nint)group.Step * y.Batch * y.Stride, group.Count, _size, 1, _dResult, _padded);
        }

        // A group's gradients of keys and values, from an old one on, to those of their positions.
        readonly void AddRows(in AttentionGroup group, int old, int past)
        {
            for (var k = old; k < group.Keys; k++)
            {
                nint row = group.At(k) - past;
                Elementwise.Add(_dKeyRows + (nint)(k - old) * _keyPadded, _dKeys + row * _keyPadded, _keyPadded);
                Elementwise.Add(_dValueRows + (nint)(k - old) * _padded, _dValues + row * _padded, _padded);
            }
        }

        // Scores of some queries of a group and all keys up to the last of them; how many keys that are, also as whole vectors.
        readonly (int Keys, int Columns) Scores(in AttentionGroup group, int first, int rows)
        {
            var keys = group.KeysUpTo(first + rows - 1);
            var columns = Shape.RoundUp(keys);
            Kernels.Convolution.Pointwise(_queries + (nint)first * _keyPadded, _keyPadded, rows, _keySize, _keysTurned, _width, _zeros, _scores, _width, columns);
            return (keys, columns);
        }

        readonly float Exponentials(in AttentionGroup group, int first, int row, int columns)
        {
            var seen = _pattern.Seen(group, group.First + (first + row) * group.Step);
            return Kernels.Attention.Exponentials(_scores + (nint)row * _width, seen.Prefix, seen.Begin, seen.End, columns);
        }

        readonly void PackGroup(int example, int head, in AttentionGroup group)
        {
            var all = group.Keys;
            Kernels.Attention.Pack(Query(example, head) + (group.First - _counts[example]) * RowStride, group.Step * RowStride, group.Count, _keySize, _scale, _queries, _keyPadded);
            if (_past is null)
            {
                // Stretches of keys that follow one another by one step.
                for (var key = 0; key < all;)
                {
                    var isPrefix = key < group.Prefix;
                    var (count, step) = isPrefix ? (group.Summary, 1) : (all - key, group.Step);
                    nint from = group.At(key) * RowStride, stride = step * RowStride;
                    Layout.Transpose(Key(example, head) + from, count, _keySize, stride, _keysTurned + key, _width);
                    Kernels.Attention.Pack(Value(example, head) + from, stride, count, _size, 1, _values + (nint)key * _padded, _padded);
                    key += count;
                }
                for (var c = 0; c < _keySize; c++)
                    for (var key = all; key < Shape.RoundUp(all); key++) _keysTurned[(nint)c * _width + key] = 0;
                return;
            }
            var (keys, values) = (_past.Keys, _past.Values);
            if (_pattern.IsDense)
            {
                Kernels.Attention.Join(keys.Data + (nint)example * keys.Stride + head * _keySize * 16, (nint)keys.Batch * keys.Stride, Shape.RoundUp(all) / 16, _keySize, _keysTurned, _width);
                Kernels.Attention.Pack(values.Data + (nint)example * values.Stride + head * _size, (nint)values.Batch * values.Stride, all, _size, 1, _values, _padded);
                return;
            }
            Gather(example, head, group, all, _width, 1);
        }

        // Keys of a step side by side, in blocks of sixteen as they are kept, and values.
        readonly void GatherBlocks(int example, int head, in AttentionGroup group, int count) => Gather(example, head, group, count, 16, 16 * _keySize);

        // Keys of the past to [.., channel, ..] with so many floats from channel to channel, and so many from one sixteen to the next, where 1 means that they follow; zeros behind them.
        readonly void Gather(int example, int head, in AttentionGroup group, int count, nint channelStride, int sixteenStride)
        {
            var (keys, values) = (_past!.Keys, _past.Values);
            float* blocks = keys.Data + (nint)example * keys.Stride + head * _keySize * 16, rows = values.Data + (nint)example * values.Stride + head * _size;
            nint blockStride = (nint)keys.Batch * keys.Stride, rowStride = (nint)values.Batch * values.Stride;
            for (var key = 0; key < Shape.RoundUp(count); key++)
            {
                var to = _keysTurned + (sixteenStride == 1 ? key : (nint)(key / 16) * sixteenStride + key % 16);
                if (key >= count)
                {
                    for (var c = 0; c < _keySize; c++) to[c * channelStride] = 0;
                    continue;
                }
                var at = group.At(key);
                var from = blocks + at / 16 * blockStride + at % 16;
                for (var c = 0; c < _keySize; c++) to[c * channelStride] = from[c * 16];
                Kernels.Attention.Pack(rows + at * rowStride, 0, 1, _size, 1, _values + (nint)key * _padded, _padded);
            }
        }
    }
}
