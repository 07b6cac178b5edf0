using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    // Attention to two sets of keys that lie in rows of their own: one softmax over both, s1 and s2: e = exp(s - max of both), sum = sum of e1 + sum of e2, y = (sum e1 v1, continued by sum e2 v2) / sum.
    // Scores are computed anew in every pass instead of being kept.
    ref partial struct AttentionWork
    {
        readonly float OneOfFewOfTwo(int b, int h, int position)
        {
            var (first, second) = (OnePart(_pattern, position), OnePart(_pattern.Second!, position));
            float* scores = _scores, others = _scores + _width;
            OneScores(b, h, first, scores);
            OneScores(b, h, second, others);
            var largest = Math.Max(Kernels.Attention.Largest(scores, first.Prefix, first.Begin, first.End), Kernels.Attention.Largest(others, second.Prefix, second.Begin, second.End));
            var total = 0f;
            foreach (var isSecond in (ReadOnlySpan<bool>)[false, true])
            {
                var part = isSecond ? second : first;
                var e = isSecond ? others : scores;
                total += Kernels.Attention.Exponentials(e, largest, part.Prefix, part.Begin, part.End, Shape.RoundUp(part.End));
                GatherBlocks(b, h, part.Group, part.End);
                Kernels.Attention.Mix(e, _values, _padded, part.End, _size, _result);
            }
            return 1 / total;
        }

        static (AttentionGroup Group, int Prefix, int Begin, int End) OnePart(AttentionPattern pattern, int position)
        {
            var group = pattern.Group(pattern.GroupOf(position), position, position + 1);
            var (prefix, begin, end) = pattern.Seen(group, position);
            return (group, prefix, begin, end);
        }

        readonly void OneScores(int b, int h, in (AttentionGroup Group, int Prefix, int Begin, int End) part, float* scores)
        {
            GatherBlocks(b, h, part.Group, part.End);
            Kernels.Attention.Scores(_queries, _keysTurned, 16 * _keySize, Shape.RoundUp(part.End) / 16, _keySize, scores);
        }

        public readonly void ForwardOfTwo(Tensor y)
        {
            if (!_tape.Computes) return;
            for (var b = 0; b < _x.Batch; b++)
                for (var h = 0; h < _heads; h++)
                {
                    Totals(b, h, mixes: true);
                    for (var t = 0; t < _x.Positions; t++)
                        Kernels.Attention.Put(_sums + (nint)t * _padded, 1 / _totals[t], y.Data + ((nint)t * y.Batch + b) * y.Stride + h * _size, _size);
                }
        }

        public readonly void BackwardOfTwo(Tensor y, float* dx, bool write)
        {
            if (!_tape.Computes) return;
            for (var b = 0; b < _x.Batch; b++)
                for (var h = 0; h < _heads; h++)
                {
                    var past = _counts[b];
                    float* dQuery = dx + (nint)b * _x.Stride + h * _keySize, dKey = dQuery + _heads * _keySize, dValue = dx + (nint)b * _x.Stride + 2 * _heads * _keySize + h * _size;
                    Totals(b, h, mixes: false);
                    new Span<float>(_dKeys, _x.Positions * (_keyPadded + _padded)).Clear();
                    new Span<float>(_means, _x.Positions).Clear();
                    foreach (var pattern in (ReadOnlySpan<AttentionPattern>)[_pattern, _pattern.Second!])
                        for (var g = 0; g < pattern.Groups(past + _x.Positions); g++)
                        {
                            if (!BeginGroup(pattern, g, b, h, out var group)) continue;
                            TurnGroup(y, b, h, group);
                            for (var first = 0; first < group.Count; first += QueryBlock)
                            {
                                var (rows, _, columns) = Changes(group, first);
                                for (var r = 0; r < rows; r++) _means[Place(group, first + r, past)] += Products(pattern, group, first, r, columns, past);
                            }
                        }
                    foreach (var pattern in (ReadOnlySpan<AttentionPattern>)[_pattern, _pattern.Second!])
                        for (var g = 0; g < pattern.Groups(past + _x.Positions); g++)
                        {
                            if (!BeginGroup(pattern, g, b, h, out var group)) continue;
                            TurnGroup(y, b, h, group);
                            var (all, old) = (group.Keys, group.FirstFrom(past)); // keys of the past are constants
                            new Span<float>(_dKeyRows, all * _keyPadded).Clear();
                            new Span<float>(_dValueRows, all * _padded).Clear();
                            nint at = group.First - past, rowStep = group.Step * RowStride;
                            for (var first = 0; first < group.Count; first += QueryBlock)
                            {
                                var (rows, keys, columns) = Changes(group, first);
                                float* dResult = _dResult + (nint)first * _padded, queries = _queries + (nint)first * _keyPadded;
                                for (var r = 0; r < rows; r++)
                                {
                                    Products(pattern, group, first, r, columns, past);
                                    Kernels.Attention.Differences(_scores + (nint)r * _width, _means[Place(group, first + r, past)], _dScores + (nint)r * _width, columns);
                                }
                                if (keys > old)
                                {
                                    Kernels.Convolution.PointwiseGradient(_scores + old, _width, dResult, _padded, rows, keys - old, _dValueRows, _padded, _padded);
                                    Kernels.Convolution.PointwiseGradient(_dScores + old, _width, queries, _keyPadded, rows, keys - old, _dKeyRows, _keyPadded, _keyPadded);
                                }
                                Kernels.Convolution.Pointwise(_dScores, _width, rows, keys, _keys, _keyPadded, _zeros, _result, _keyPadded, _keyPadded);
                                Kernels.Attention.Unpack(_result, _keyPadded, rows, _keySize, _scale, dQuery + at * RowStride + first * rowStep, rowStep, write && pattern == _pattern);
                            }
                            AddRows(group, old, past);
                        }
                    Kernels.Attention.Unpack(_dKeys, _keyPadded, _x.Positions, _keySize, 1, dKey, RowStride, write);
                    Kernels.Attention.Unpack(_dValues, _padded, _x.Positions, _size, 1, dValue, RowStride, write);
                }
        }

        // Of every query of a head the largest score and the sum of e, and if asked for that of the values weighed by e.
        readonly void Totals(int b, int h, bool mixes)
        {
            var past = _counts[b];
            new Span<float>(_largest, _x.Positions).Fill(float.NegativeInfinity);
            new Span<float>(_totals, _x.Positions).Clear();
            if (mixes) new Span<float>(_sums, _x.Positions * _padded).Clear();
            foreach (var isLast in (ReadOnlySpan<bool>)[false, true])
                foreach (var pattern in (ReadOnlySpan<AttentionPattern>)[_pattern, _pattern.Second!])
                    for (var g = 0; g < pattern.Groups(past + _x.Positions); g++)
                    {
                        if (!BeginGroup(pattern, g, b, h, out var group)) continue;
                        for (var first = 0; first < group.Count; first += QueryBlock)
                        {
                            var rows = Math.Min(QueryBlock, group.Count - first);
                            var (keys, columns) = Scores(group, first, rows);
                            for (var r = 0; r < rows; r++)
                            {
                                var place = Place(group, first + r, past);
                                var row = _scores + (nint)r * _width;
                                var (prefix, begin, end) = pattern.Seen(group, past + place);
                                if (isLast) _totals[place] += Kernels.Attention.Exponentials(row, _largest[place], prefix, begin, end, columns);
                                else _largest[place] = Math.Max(_largest[place], Kernels.Attention.Largest(row, prefix, begin, end));
                                if (isLast && mixes) Layout.Copy(_sums + (nint)place * _padded, _result + r * _padded, _padded);
                            }
                            if (!isLast || !mixes) continue;
                            Kernels.Convolution.Pointwise(_scores, _width, rows, keys, _values, _padded, null, _result, _padded, _padded);
                            for (var r = 0; r < rows; r++) Layout.Copy(_result + r * _padded, _sums + (nint)Place(group, first + r, past) * _padded, _padded);
                        }
                    }
        }

        static int Place(in AttentionGroup group, int query, int past) => group.First + query * group.Step - past;

        readonly bool BeginGroup(AttentionPattern pattern, int index, int b, int h, out AttentionGroup group)
        {
            group = pattern.Group(index, _counts[b], _counts[b] + _x.Positions);
            if (group.Count > 0) PackGroup(b, h, group);
            return group.Count > 0;
        }

        // Scores of some queries, and what the gradient of y makes of the weights they become.
        readonly (int Rows, int Keys, int Columns) Changes(in AttentionGroup group, int first)
        {
            var rows = Math.Min(QueryBlock, group.Count - first);
            var (keys, columns) = Scores(group, first, rows);
            Kernels.Convolution.Pointwise(_dResult + (nint)first * _padded, _padded, rows, _size, _valuesTurned, _width, _zeros, _dScores, _width, columns);
            return (rows, keys, columns);
        }

        // Scores of one query become p; returns sum p dp.
        readonly float Products(AttentionPattern pattern, in AttentionGroup group, int first, int row, int columns, int past)
        {
            var place = Place(group, first + row, past);
            var (prefix, begin, end) = pattern.Seen(group, past + place);
            Kernels.Attention.Exponentials(_scores + (nint)row * _width, _largest[place], prefix, begin, end, columns);
            return Kernels.Attention.Products(_scores + (nint)row * _width, 1 / _totals[place], _dScores + (nint)row * _width, columns);
        }
    }
}
