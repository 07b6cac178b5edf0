using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    // Queries whose scores are in the cache together, and as many as go one by one.
    const int QueryBlock = 48, FewQueries = 8;

    /// <summary>
    /// Causal attention of several heads (Vaswani et al. 2017, eq. 1): queries, keys and values side by side [T, B, 3C] give [T, B, C], each position a mean of the values up to
    /// its own, weighed by softmax(q k / sqrt(C / heads)). With a past, the positions follow those it holds, and are added to it; the past is a constant.
    /// </summary>
    /// <exception cref="ArgumentException">The channels are not three times a multiple of the heads, or the past is of others.</exception>
    internal static Tensor Attention(Tensor x, int heads, KeyValues? past = null)
    {
        var channels = x.Channels / 3;
        if (heads < 1 || x.Channels != 3 * channels || channels % heads != 0) throw new ArgumentException($"{heads} heads cannot share the queries, keys and values of {x.Shape}");
        if (past is not null && (past.Channels != channels || past.Counts.Length != x.Batch)) throw new ArgumentException($"a past of {past.Counts.Length} examples and {past.Channels} channels does not go on with {x.Shape}");
        var tape = x.Tape;
        var y = tape.New(x.Shape with { Channels = channels }, requiresGradient: true);
        var counts = past is null ? new int[x.Batch] : [.. past.Counts];
        past?.Append(x);
        var work = new AttentionWork(tape, x, heads, past, counts);
        if (past is not null && x.Positions < FewQueries) work.Few(y);
        else work.Forward(y);
        work.Dispose();
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (x, y) = (e.A!, e.Output!);
            var dx = tape.GradientOf(x, out var isNew);
            var work = new AttentionWork(tape, x, (int)e.Number, (KeyValues?)e.State, e.Indices.AsSpan(0, x.Batch).ToArray(), isBackward: true);
            work.Backward(y, dx, isNew);
            work.Dispose();
        });
        (entry.A, entry.Number, entry.State) = (x, (ulong)heads, past);
        if (entry.Indices.Length < counts.Length) entry.Indices = new int[counts.Length];
        counts.CopyTo(entry.Indices, 0);
        return y;
    }

    // One pass over examples and heads, one after the other; what a head needs is packed side by side first.
    ref struct AttentionWork
    {
        readonly Tape _tape;
        readonly Tensor _x;
        readonly KeyValues? _past;
        readonly int[] _counts;
        readonly int _heads, _size, _padded, _channels, _longest, _width;
        readonly float _scale;
        readonly FloatBlock _memory;
        readonly float* _queries, _keysTurned, _values, _scores, _result, _zeros, _keys, _valuesTurned, _dScores, _dResult, _dKeys, _dValues;

        public AttentionWork(Tape tape, Tensor x, int heads, KeyValues? past, int[] counts, bool isBackward = false)
        {
            (_tape, _x, _past, _counts, _heads, _channels) = (tape, x, past, counts, heads, x.Channels / 3);
            (_size, _scale) = (_channels / heads, (float)(1 / Math.Sqrt(_channels / heads)));
            (_padded, _longest) = (Shape.RoundUp(_size), counts.Max() + x.Positions);
            _width = Shape.RoundUp(_longest);
            long rows = (long)x.Positions * _padded, all = (long)_width * _padded, block = (long)QueryBlock * _width;
            _memory = tape.RentScratch(rows + 2 * all + block + (long)QueryBlock * _padded + (isBackward ? 2 * all + block + 3 * rows : 0));
            var at = _memory.Pointer;
            float* Take(long length)
            {
                var taken = at;
                at += length;
                return taken;
            }
            _queries = Take(rows);
            _keysTurned = Take(all);
            _values = Take(all);
            _scores = Take(block);
            _result = Take(QueryBlock * _padded);
            if (isBackward)
            {
                _keys = Take(all);
                _valuesTurned = Take(all);
                _dScores = Take(block);
                _dResult = Take(rows);
                _dKeys = Take(rows);
                _dValues = Take(rows);
            }
            _zeros = tape.Zeros(Math.Max(_width, _padded));
        }

        public readonly void Dispose() => _tape.ReturnScratch(_memory);

        readonly nint RowStride => (nint)_x.Batch * _x.Stride;

        readonly float* Row(int example, int part, int head) => _x.Data + (nint)example * _x.Stride + part * _channels + head * _size;

        // A walk's step: the keys are where they lie.
        public readonly void Few(Tensor y)
        {
            if (!_tape.Computes) return;
            var (keys, values) = (_past!.Keys, _past.Values);
            for (var b = 0; b < _x.Batch; b++)
                for (var t = 0; t < _x.Positions; t++)
                    for (var h = 0; h < _heads; h++)
                    {
                        var count = _counts[b] + t + 1;
                        var padded = Shape.RoundUp(count);
                        Kernels.Attention.Pack(Row(b, 0, h) + t * RowStride, 0, 1, _size, _scale, _queries, _padded);
                        Kernels.Attention.Scores(_queries, keys.Data + (nint)b * keys.Stride + h * _size * 16, (nint)keys.Batch * keys.Stride, padded / 16, _size, _scores);
                        var inverse = Kernels.Attention.Exponentials(_scores, count, padded);
                        Kernels.Attention.Mix(_scores, values.Data + (nint)b * values.Stride + h * _size, (nint)values.Batch * values.Stride, count, _size, _result);
                        Kernels.Attention.Put(_result, inverse, y.Data + ((nint)t * y.Batch + b) * y.Stride + h * _size, _size);
                    }
        }

        public readonly void Forward(Tensor y)
        {
            if (!_tape.Computes) return;
            var inverses = stackalloc float[QueryBlock];
            for (var b = 0; b < _x.Batch; b++)
                for (var h = 0; h < _heads; h++)
                {
                    PackHead(b, h);
                    for (var first = 0; first < _x.Positions; first += QueryBlock)
                    {
                        var rows = Math.Min(QueryBlock, _x.Positions - first);
                        var (keys, columns) = Scores(b, first, rows);
                        for (var r = 0; r < rows; r++) inverses[r] = Kernels.Attention.Exponentials(_scores + (nint)r * _width, keys - rows + r + 1, columns);
                        Kernels.Convolution.Pointwise(_scores, _width, rows, keys, _values, _padded, _zeros, _result, _padded, _padded);
                        for (var r = 0; r < rows; r++) Kernels.Attention.Put(_result + r * _padded, inverses[r], y.Data + ((nint)(first + r) * y.Batch + b) * y.Stride + h * _size, _size);
                    }
                }
        }

        public readonly void Backward(Tensor y, float* dx, bool write)
        {
            if (!_tape.Computes) return;
            for (var b = 0; b < _x.Batch; b++)
                for (var h = 0; h < _heads; h++)
                {
                    PackHead(b, h);
                    var past = _counts[b];
                    Kernels.Attention.Turn(_values, _padded, past + _x.Positions, _size, _valuesTurned, _width);
                    Layout.Transpose(_keysTurned, _size, past + _x.Positions, _width, _keys, _padded);
                    Kernels.Attention.Pack(y.Gradient + (nint)b * y.Stride + h * _size, (nint)y.Batch * y.Stride, _x.Positions, _size, 1, _dResult, _padded);
                    new Span<float>(_dKeys, 2 * _x.Positions * _padded).Clear();
                    var dRow = dx + (nint)b * _x.Stride + h * _size;
                    for (var first = 0; first < _x.Positions; first += QueryBlock)
                    {
                        var rows = Math.Min(QueryBlock, _x.Positions - first);
                        var (keys, columns) = Scores(b, first, rows);
                        float* dResult = _dResult + (nint)first * _padded, queries = _queries + (nint)first * _padded;
                        Kernels.Convolution.Pointwise(dResult, _padded, rows, _size, _valuesTurned, _width, _zeros, _dScores, _width, columns);
                        for (var r = 0; r < rows; r++)
                        {
                            float* e = _scores + (nint)r * _width, dp = _dScores + (nint)r * _width;
                            Kernels.Attention.ExponentialsBackward(e, Kernels.Attention.Exponentials(e, keys - rows + r + 1, columns), dp, columns);
                        }
                        Kernels.Convolution.PointwiseGradient(_scores + past, _width, dResult, _padded, rows, keys - past, _dValues, _padded, _padded);
                        Kernels.Convolution.PointwiseGradient(_dScores + past, _width, queries, _padded, rows, keys - past, _dKeys, _padded, _padded);
                        Kernels.Convolution.Pointwise(_dScores, _width, rows, keys, _keys, _padded, _zeros, _result, _padded, _padded);
                        Kernels.Attention.Unpack(_result, _padded, rows, _size, _scale, dRow + first * RowStride, RowStride, write);
                    }
                    Kernels.Attention.Unpack(_dKeys, _padded, _x.Positions, _size, 1, dRow + _channels, RowStride, write);
                    Kernels.Attention.Unpack(_dValues, _padded, _x.Positions, _size, 1, dRow + 2 * _channels, RowStride, write);
                }
        }

        // Scores of some queries and all keys up to the last of them; how many keys that are, also as whole vectors.
        readonly (int Keys, int Columns) Scores(int example, int first, int rows)
        {
            var keys = _counts[example] + first + rows;
            var columns = Shape.RoundUp(keys);
            Kernels.Convolution.Pointwise(_queries + (nint)first * _padded, _padded, rows, _size, _keysTurned, _width, _zeros, _scores, _width, columns);
            return (keys, columns);
        }

        readonly void PackHead(int example, int head)
        {
            var count = _x.Positions;
            Kernels.Attention.Pack(Row(example, 0, head), RowStride, count, _size, _scale, _queries, _padded);
            if (_past is null)
            {
                Kernels.Attention.Turn(Row(example, 1, head), RowStride, count, _size, _keysTurned, _width);
                Kernels.Attention.Pack(Row(example, 2, head), RowStride, count, _size, 1, _values, _padded);
                return;
            }
            var (keys, values) = (_past.Keys, _past.Values);
            var all = _counts[example] + count;
            Kernels.Attention.Join(keys.Data + (nint)example * keys.Stride + head * _size * 16, (nint)keys.Batch * keys.Stride, Shape.RoundUp(all) / 16, _size, _keysTurned, _width);
            Kernels.Attention.Pack(values.Data + (nint)example * values.Stride + head * _size, (nint)values.Batch * values.Stride, all, _size, 1, _values, _padded);
        }
    }
}
