using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>
    /// Adds to each position of x [T, B, C] its row of a table [1, N, C], from row 0 on, or of each example from its own. Takes over the buffer of x, which nothing else may read.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or the table has too few rows.</exception>
    internal static Tensor AddPositions(Tensor x, Parameter table, int[]? before)
    {
        if (table.Outputs != x.Channels || x.Stride != table.Stride) throw new ArgumentException($"a table {table.Shape} has no rows for {x.Shape}");
        RequirePositions(x, before, table.Inputs);
        var tape = x.Tape;
        var y = tape.TakeOver(x, requiresGradient: true);
        for (var t = 0; t < y.Positions && tape.Computes; t++)
            for (var b = 0; b < y.Batch; b++) Elementwise.Add(table.Data + (nint)(At(before, b) + t) * table.Stride, y.Data + ((nint)t * y.Batch + b) * y.Stride, y.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (y, table, before) = (e.Output!, e.Weight!, (int[]?)e.State);
            var gradient = table.GradientIn(tape);
            for (var t = 0; t < y.Positions && tape.Computes; t++)
                for (var b = 0; b < y.Batch; b++) Elementwise.Add(y.Gradient + ((nint)t * y.Batch + b) * y.Stride, gradient + (nint)(At(before, b) + t) * table.Stride, y.Stride);
            tape.PassGradient(y, e.A!);
        });
        (entry.A, entry.Weight, entry.State) = (x, table, before is null ? null : (int[])before.Clone());
        return y;
    }

    /// <summary>
    /// Turns queries and keys of x [T, B, 3C], whose heads have channels c and c + d / 2 as pairs, by the angles of their positions, as in <see cref="AddPositions"/>. Takes over the
    /// buffer of x, which nothing else may read.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are no angles for so many positions.</exception>
    internal static Tensor Rotate(Tensor x, int heads, Rotation rotation, int[]? before)
    {
        if (x.Channels / 3 / heads / 2 != rotation.Pairs) throw new ArgumentException($"angles of {rotation.Pairs} pairs do not fit {heads} heads of {x.Shape}");
        RequirePositions(x, before, rotation.Positions);
        var tape = x.Tape;
        var y = tape.TakeOver(x, requiresGradient: true);
        if (tape.Computes) Rotate(y, y.Data, heads, rotation, before, 1);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (rotation, before) = ((Rotation, int[]?))e.State!;
            if (tape.Computes) Rotate(e.Output!, e.Output!.Gradient, (int)e.Number, rotation, before, -1);
            tape.PassGradient(e.Output!, e.A!);
        });
        (entry.A, entry.Number, entry.State) = (x, (ulong)heads, (rotation, before is null ? null : (int[])before.Clone()));
        return y;
    }

    static void Rotate(Tensor shape, float* values, int heads, Rotation rotation, int[]? before, float direction)
    {
        var (pairs, size) = (rotation.Pairs, shape.Channels / 3 / heads);
        fixed (float* cosines = rotation.Cosines, sines = rotation.Sines)
            for (var t = 0; t < shape.Positions; t++)
                for (var b = 0; b < shape.Batch; b++)
                {
                    float* row = values + ((nint)t * shape.Batch + b) * shape.Stride, cosine = cosines + (At(before, b) + t) * pairs, sine = sines + (At(before, b) + t) * pairs;
                    for (var head = 0; head < 2 * heads; head++, row += size)
                        for (var i = 0; i < pairs; i++)
                        {
                            var (first, second, turn) = (row[i], row[i + pairs], direction * sine[i]);
                            row[i] = first * cosine[i] - second * turn;
                            row[i + pairs] = second * cosine[i] + first * turn;
                        }
                }
    }

    /// <summary>
    /// What each position asks of contents, and of distances: x [T, B, 4C] of queries q, queries of distances a, keys k and values v gives [T, B, 5C] of [q, a turned by i] and [k, one turned by j], head by head,
    /// and v. The product of the second halves is sum over pairs of a cos((i - j) w) + b sin((i - j) w), w the pair's speed: a sinusoid of the distance alone (Dai et al. 2019, eq. 4).
    /// </summary>
    /// <exception cref="ArgumentException">The angles are of other heads, or there are none for so many positions.</exception>
    internal static Tensor RelativeKeys(Tensor x, int heads, Rotation rotation, int[]? before)
    {
        var channels = x.Channels / 4;
        if (heads < 1 || channels % heads != 0 || x.Channels != 4 * channels || channels / heads / 2 != rotation.Pairs) throw new ArgumentException($"angles of {rotation.Pairs} pairs do not fit {heads} heads of {x.Shape}");
        RequirePositions(x, before, rotation.Positions);
        var tape = x.Tape;
        var y = tape.New(x.Shape with { Channels = 5 * channels }, x.RequiresGradient);
        for (var t = 0; t < x.Positions && tape.Computes; t++)
            for (var b = 0; b < x.Batch; b++) RelativeKeys(x.Row(t, b), y.Row(t, b), heads, rotation, At(before, b) + t);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var (rotation, before) = ((Rotation, int[]?))e.State!;
            if (!x.RequiresGradient) return;
            var dx = tape.GradientOf(x, out var isNew);
            for (var t = 0; t < x.Positions && tape.Computes; t++)
                for (var b = 0; b < x.Batch; b++)
                {
                    nint row = (nint)t * x.Batch + b;
                    RelativeKeysBackward(new(y.Gradient + row * y.Stride, y.Channels), new(dx + row * x.Stride, x.Channels), (int)e.Number, rotation, At(before, b) + t, isNew);
                }
        });
        (entry.A, entry.Number, entry.State) = (x, (ulong)heads, (rotation, before is null ? null : (int[])before.Clone()));
        return y;
    }

    static void RelativeKeys(ReadOnlySpan<float> x, Span<float> y, int heads, Rotation rotation, int position)
    {
        var (channels, size, pairs) = (x.Length / 4, x.Length / 4 / heads, rotation.Pairs);
        ReadOnlySpan<float> cosine = rotation.Cosines.AsSpan(position * pairs, pairs), sine = rotation.Sines.AsSpan(position * pairs, pairs);
        for (var head = 0; head < heads; head++)
        {
            Span<float> query = y.Slice(2 * head * size, 2 * size), key = y.Slice(2 * channels + 2 * head * size, 2 * size);
            var distance = x.Slice(channels + head * size, size);
            x.Slice(head * size, size).CopyTo(query);
            x.Slice(2 * channels + head * size, size).CopyTo(key);
            if (size % 2 == 1) query[^1] = key[^1] = 0;
            for (var i = 0; i < pairs; i++)
            {
                var (first, second) = (distance[i], distance[i + pairs]);
                query[size + i] = first * cosine[i] - second * sine[i];
                query[size + pairs + i] = second * cosine[i] + first * sine[i];
                (key[size + i], key[size + pairs + i]) = (cosine[i], sine[i]);
            }
        }
        x[(3 * channels)..].CopyTo(y[(4 * channels)..]);
    }

    static void RelativeKeysBackward(ReadOnlySpan<float> dy, Span<float> dx, int heads, Rotation rotation, int position, bool write)
    {
        var (channels, size, pairs) = (dx.Length / 4, dx.Length / 4 / heads, rotation.Pairs);
        ReadOnlySpan<float> cosine = rotation.Cosines.AsSpan(position * pairs, pairs), sine = rotation.Sines.AsSpan(position * pairs, pairs);
        if (write) dx.Clear();
        for (var head = 0; head < heads; head++)
        {
            ReadOnlySpan<float> query = dy.Slice(2 * head * size, 2 * size), key = dy.Slice(2 * channels + 2 * head * size, size);
            Span<float> dQuery = dx.Slice(head * size, size), distance = dx.Slice(channels + head * size, size), dKey = dx.Slice(2 * channels + head * size, size);
            for (var c = 0; c < size; c++) (dQuery[c], dKey[c]) = (dQuery[c] + query[c], dKey[c] + key[c]);
            for (var i = 0; i < pairs; i++)
            {
                var (first, second) = (query[size + i], query[size + pairs + i]);
                distance[i] += first * cosine[i] + second * sine[i];
                distance[i + pairs] += second * cosine[i] - first * sine[i];
            }
        }
        for (var c = 0; c < channels; c++) dx[3 * channels + c] += dy[4 * channels + c];
    }

    /// <summary>
    /// y [T, B, C] whose first C / 2 channels are those of x one position before, and the others those of x. What was before the first position is the past's, to which the last is added, or zeros.
    /// </summary>
    /// <exception cref="ArgumentException">The past is of others.</exception>
    internal static Tensor ShiftHalf(Tensor x, PastInputs? past)
    {
        if (past is not null && past.Shape != x.Shape with { Positions = 1 }) throw new ArgumentException($"a past {past.Shape} does not go on with {x.Shape}, of which one position back is read");
        var tape = x.Tape;
        var y = tape.New(x.Shape, x.RequiresGradient);
        if (tape.Computes)
        {
            nint row = (nint)x.Batch * x.Stride, half = x.Channels / 2;
            Layout.Copy(x.Data, y.Data, x.Positions * row);
            for (nint t = 0; t < x.Positions; t++)
                for (nint at = t * row; at < (t + 1) * row; at += x.Stride)
                {
                    var to = new Span<float>(y.Data + at, (int)half);
                    var from = t > 0 ? x.Data + at - row : past is null ? null : past.Data + at;
                    if (from == null) to.Clear();
                    else new Span<float>(from, (int)half).CopyTo(to);
                }
        }
        past?.Append(x);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            if (!x.RequiresGradient) return;
            var dx = tape.GradientOf(x, out var isNew);
            if (!tape.Computes) return;
            nint row = (nint)x.Batch * x.Stride, half = x.Channels / 2;
            if (isNew) new Span<float>(dx, checked((int)(x.Positions * row))).Clear();
            for (nint at = 0; at < x.Positions * row; at += x.Stride)
            {
                if (at >= row)
                    for (nint c = 0; c < half; c++) dx[at - row + c] += y.Gradient[at + c];
                for (var c = half; c < x.Channels; c++) dx[at + c] += y.Gradient[at + c];
            }
        });
        entry.A = x;
        return y;
    }

    /// <summary>Some of the positions of x. Not differentiable: the face of a walk.</summary>
    /// <exception cref="ArgumentException">There are no such positions.</exception>
    internal static Tensor Stretch(Tensor x, int first, int count)
    {
        if (first < 0 || count < 1 || first + count > x.Positions) throw new ArgumentException($"{x.Shape} has no {count} positions from {first} on");
        var row = (nint)x.Batch * x.Stride;
        var y = x.Tape.New(x.Shape with { Positions = count }, compact: x.Stride == x.Channels);
        if (x.Tape.Computes) Layout.Copy(x.Data + first * row, y.Data, count * row);
        return y;
    }

    static int At(int[]? before, int example) => before is null ? 0 : before[example];

    static void RequirePositions(Tensor x, int[]? before, int positions)
    {
        var last = x.Positions + (before is null ? 0 : before.Max());
        if (last > positions) throw new ArgumentException($"there are {positions} positions, not {last}");
    }
}
