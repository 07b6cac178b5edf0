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

    static int At(int[]? before, int example) => before is null ? 0 : before[example];

    static void RequirePositions(Tensor x, int[]? before, int positions)
    {
        var last = x.Positions + (before is null ? 0 : before.Max());
        if (last > positions) throw new ArgumentException($"there are {positions} positions, not {last}");
    }
}
