using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// Coordinate descent for codes on a set of coordinates, whose own part of G lies together; one thread's. Where sweeps converge slowly, as with atoms that are much alike, the coordinates in use go together towards the best that
/// they can be while no sign changes, as far as the first that does (Lee et al. 2007, feature-sign search): nothing rises by it.
/// </summary>
sealed unsafe class LassoDescent(Matrix gram, LassoOptions options)
{
    const int Least = 16; // coordinates that join at once, at least
    const int Rounds = 500;
    const double Dependent = 1e-6; // what is left of an atom beside others, as a share
    const int Patience = 8; // sweeps before coordinates go together for the first time, then twice as many

    readonly int _atoms = gram.Rows;
    readonly float _penalty = (float)options.Penalty;
    readonly Matrix _all = new(1, gram.Rows);
    readonly int[] _set = new int[gram.Rows];
    readonly bool[] _within = new bool[gram.Rows];
    readonly int[] _used = new int[gram.Rows];
    readonly ulong[] _missed = new ulong[gram.Rows];
    readonly double[] _toward = new double[gram.Rows];
    Matrix _part = new(0, 0), _codes = new(1, 0), _correlations = new(1, 0), _start = new(1, 0);
    double[] _factor = [];

    /// <summary>Codes from D'x, from what they are on.</summary>
    public void Solve(Matrix start, Matrix codes, Span<float> residuals)
    {
        for (var i = 0; i < start.Rows; i++) residuals[i] = Solve(start.Row(i), codes[i]);
        GC.KeepAlive(start);
        GC.KeepAlive(this);
    }

    float Solve(float* start, Span<float> codes)
    {
        var scale = 0f;
        for (var k = 0; k < _atoms; k++) scale = MathF.Max(scale, MathF.Abs(start[k]));
        if (scale <= _penalty)
        {
            codes.Clear(); // nothing is worth its price
            return 0;
        }
        var (allowed, finer, residual, sweeps) = ((float)options.Residual * scale, 1f, 0f, 0);
        for (var round = 0; ; round++)
        {
            var count = Choose(start, codes, allowed, out var most, out var inside);
            residual = most / scale;
            if (most <= allowed || round == Rounds || sweeps >= options.Steps) return residual;
            if (inside > allowed) finer /= 4; // what is in the set already was not solved well enough
            Gather(start, codes, count);
            var least = 0.25f * finer * allowed;
            float* own = _codes.Data, q = _correlations.Data;
            var wait = Patience;
            for (var change = float.PositiveInfinity; change > least && sweeps < options.Steps; sweeps++)
            {
                change = SparseCodes.Sweep(_part.Data, Shape.RoundUp(count), own, q, count, _penalty, options.Positive);
                if (--wait > 0 || change <= least) continue;
                Together(count);
                wait = Patience;
            }
            for (var j = 0; j < count; j++) codes[_set[j]] = own[j];
        }
    }

    // Correlations from scratch, what they miss, and the set for the next round: coordinates in use, and of the others those that miss most, as many as there are in use.
    int Choose(float* start, Span<float> codes, float allowed, out float most, out float inside)
    {
        var q = _all.Data;
        new ReadOnlySpan<float>(start, _atoms).CopyTo(new Span<float>(q, _atoms));
        var (used, missed) = (0, 0);
        for (var k = 0; k < _atoms; k++)
            if (_within[k] = codes[k] != 0)
            {
                SparseCodes.AddScaled(gram.Row(k), -codes[k], q, gram.Stride);
                used++;
            }
        (most, inside) = (0, 0);
        for (var k = 0; k < _atoms; k++)
        {
            if (_within[k])
            {
                inside = MathF.Max(inside, MathF.Abs(codes[k] > 0 ? q[k] - _penalty : q[k] + _penalty));
                continue;
            }
            var miss = (options.Positive ? q[k] : MathF.Abs(q[k])) - _penalty;
            if (miss <= allowed) continue;
            most = MathF.Max(most, miss);
            _missed[missed++] = (ulong)BitConverter.SingleToUInt32Bits(miss) << 32 | ~(uint)k; // no two alike
        }
        most = MathF.Max(most, inside);
        var joining = Math.Min(missed, Math.Max(Least, used));
        if (joining < missed) Array.Sort(_missed, 0, missed);
        for (var j = missed - joining; j < missed; j++) _within[(int)~(uint)_missed[j]] = true;
        var count = 0;
        for (var k = 0; k < _atoms; k++)
            if (_within[k]) _set[count++] = k;
        return count;
    }

    void Gather(float* start, Span<float> codes, int count)
    {
        if (_codes.Columns < count)
        {
            var room = Math.Min(_atoms, count + count / 2 + Least);
            (_part, _codes, _correlations, _start, _factor) = (new Matrix(room, room), new Matrix(1, room), new Matrix(1, room), new Matrix(1, room), new double[room * room]);
        }
        var stride = Shape.RoundUp(count);
        for (var i = 0; i < count; i++)
        {
            float* from = gram.Row(_set[i]), to = _part.Data + (nint)i * stride;
            for (var j = 0; j < count; j++) to[j] = from[_set[j]];
            for (var j = count; j < stride; j++) to[j] = 0;
            (_codes.Data[i], _correlations.Data[i], _start.Data[i]) = (codes[_set[i]], _all.Data[_set[i]], start[_set[i]]);
        }
    }

    // Solves G u = b - penalty sign(z) for the coordinates in use by Cholesky's factors, in double, and goes from z towards u until one is zero. Where an atom is a sum of others, what it adds goes over
    // to them or theirs to it, whichever costs less, until one is zero: the row that is made stays the same.
    void Together(int count)
    {
        var (used, stride) = (0, Shape.RoundUp(count));
        float* z = _codes.Data, q = _correlations.Data;
        for (var j = 0; j < count; j++)
            if (z[j] != 0) _used[used++] = j;
        var solved = Factor(used, stride);
        Span<double> factor = _factor, toward = _toward.AsSpan(0, used);
        if (solved < used) factor.Slice(solved * used, solved).CopyTo(toward);
        for (var i = solved - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < solved; k++) toward[i] -= factor[k * used + i] * toward[k];
            toward[i] /= factor[i * used + i];
        }
        var cost = 0.0;
        if (solved < used)
        {
            toward[solved] = -1;
            toward[(solved + 1)..].Clear();
            for (var i = 0; i <= solved; i++) cost += z[_used[i]] > 0 ? toward[i] : -toward[i];
            if (cost > 0)
                foreach (ref var value in toward) value = -value;
        }
        else
            for (var i = 0; i < used; i++) toward[i] -= z[_used[i]];
        var (share, first) = (solved < used ? double.PositiveInfinity : 1, -1);
        for (var i = 0; i < used; i++)
            if (z[_used[i]] > 0 != toward[i] > 0 && toward[i] != 0 && -z[_used[i]] / toward[i] is var until && until < share) (share, first) = (until, i);
        if (double.IsInfinity(share)) return;
        for (var i = 0; i < used; i++) z[_used[i]] = i == first ? 0 : (float)(z[_used[i]] + share * toward[i]);
        _start[0].CopyTo(_correlations[0]);
        for (var i = 0; i < used; i++) SparseCodes.AddScaled(_part.Data + (nint)_used[i] * stride, -z[_used[i]], q, stride);
    }

    // L with L L' = G of the coordinates in use, row by row, and L^-1 (b - penalty sign(z)); returns how many rows come before the first atom that is a sum of those before it, whose own row then is L^-1 of its products with them.
    int Factor(int used, int stride)
    {
        Span<double> factor = _factor, rest = _toward;
        for (var i = 0; i < used; i++)
        {
            var row = factor.Slice(i * used, used);
            var (given, own) = ((nint)_used[i] * stride, _used[i]);
            rest[i] = _start.Data[own] - (_codes.Data[own] > 0 ? (double)_penalty : -_penalty);
            for (var j = 0; j <= i; j++)
            {
                var other = factor.Slice(j * used, used);
                double sum = _part.Data[given + _used[j]];
                for (var k = 0; k < j; k++) sum -= row[k] * other[k];
                if (j == i && sum <= Dependent * _part.Data[given + own]) return i;
                row[j] = j < i ? sum / other[j] : Math.Sqrt(sum);
                rest[i] = j < i ? rest[i] - row[j] * rest[j] : rest[i] / row[i];
            }
        }
        return used;
    }
}
