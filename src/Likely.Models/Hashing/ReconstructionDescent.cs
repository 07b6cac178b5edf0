using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Coordinate descent on J(W) = sum over pairs of (d_ij - h_ij / bits)^2 (Kulis and Darrell 2009, section 3.2). Along one weight every row's bit flips once, where sum_q W_pq k_iq passes zero; between flips J
/// does not change, so that going over the sorted flips finds the best interval of all, and the weight becomes its middle. A pair costs c_ij = 1/bits^2 - 2 r_ij/bits where bit p differs, r_ij being what the
/// other bits leave of d_ij. A last column of ones is the threshold.
/// </summary>
sealed class ReconstructionDescent
{
    const double Farthest = 1e6; // a weight that must grow so much reaches rows that are nearly out of its reach

    readonly double[,] _kernel; // [rows, anchors]
    readonly (int First, int Second, double Distance)[] _pairs;
    readonly (int Pair, int Other)[][] _of; // the pairs of a row
    readonly int[] _differing; // bits that a pair differs in
    readonly double[,] _sums; // [bits, rows]
    readonly int _rows, _anchors, _bits;

    public ReconstructionDescent(double[,] kernel, (int[] Others, double[] Distances)[] pairs, int bits, ulong seed)
    {
        (_kernel, _rows, _anchors, _bits) = (kernel, kernel.GetLength(0), kernel.GetLength(1), bits);
        var all = new List<(int, int, double)>();
        var of = new List<(int, int)>[_rows];
        for (var i = 0; i < _rows; i++) of[i] = [];
        for (var i = 0; i < _rows; i++)
            for (var n = 0; n < pairs[i].Others.Length; n++)
            {
                var j = pairs[i].Others[n];
                of[i].Add((all.Count, j));
                of[j].Add((all.Count, i));
                all.Add((i, j, pairs[i].Distances[n]));
            }
        (_pairs, _of, _differing) = ([.. all], Array.ConvertAll(of, list => list.ToArray()), new int[all.Count]);
        (Weights, Thresholds, _sums) = (new double[bits, _anchors], new double[bits], new double[bits, _rows]);
        var random = new Philox(seed, RandomPurpose.Initialization, Philox.Hash("bre.weights"));
        for (var p = 0; p < bits; p++)
        {
            for (var q = 0; q < _anchors; q++) Weights[p, q] = random.Normal((ulong)p, (ulong)q);
            // Begins with as many rows on one side as on the other.
            var sums = new double[_rows];
            for (var i = 0; i < _rows; i++)
                for (var q = 0; q < _anchors; q++) sums[i] += Weights[p, q] * kernel[i, q];
            double[] sorted = [.. sums.Order()];
            Thresholds[p] = -(sorted[(_rows - 1) / 2] + sorted[_rows / 2]) / 2;
            for (var i = 0; i < _rows; i++) _sums[p, i] = sums[i] + Thresholds[p];
        }
        for (var pair = 0; pair < _pairs.Length; pair++)
            for (var p = 0; p < bits; p++)
                if (Bit(p, _pairs[pair].First) != Bit(p, _pairs[pair].Second)) _differing[pair]++;
    }

    /// <summary>W, [bits, anchors].</summary>
    public double[,] Weights { get; }

    public double[] Thresholds { get; }

    /// <summary>The mean of a pair's squared error.</summary>
    public double Objective
    {
        get
        {
            var sum = 0.0;
            for (var pair = 0; pair < _pairs.Length; pair++) sum += Square(_pairs[pair].Distance - (double)_differing[pair] / _bits);
            return sum / _pairs.Length;
        }
    }

    /// <summary>Goes over all weights once; false if none changed.</summary>
    public bool Sweep(Action<double> progress, CancellationToken cancellation)
    {
        var (costs, at, order, bits, changed) = (new double[_pairs.Length], new double[_rows], new int[_rows], new bool[_rows], false);
        for (var p = 0; p < _bits; p++)
        {
            cancellation.ThrowIfCancellationRequested();
            var current = 0.0;
            for (var pair = 0; pair < costs.Length; pair++)
            {
                var (first, second, distance) = _pairs[pair];
                var differs = Bit(p, first) != Bit(p, second);
                if (differs) _differing[pair]--;
                costs[pair] = (1.0 / _bits - 2 * (distance - (double)_differing[pair] / _bits)) / _bits;
                if (differs) current += costs[pair];
            }
            for (var q = 0; q <= _anchors; q++) changed |= Move(p, q, costs, ref current, at, order, bits);
            for (var pair = 0; pair < costs.Length; pair++)
                if (Bit(p, _pairs[pair].First) != Bit(p, _pairs[pair].Second)) _differing[pair]++;
            progress((p + 1.0) / _bits);
        }
        return changed;
    }

    // One weight of bit p, of whose pairs the costs do not depend on it. at, order and bits are room.
    bool Move(int p, int q, double[] costs, ref double current, double[] at, int[] order, bool[] bits)
    {
        var (count, cost) = (0, 0.0);
        for (var i = 0; i < _rows; i++)
        {
            var k = q < _anchors ? _kernel[i, q] : 1;
            bits[i] = k == 0 && Bit(p, i); // as far to the left of all flips; a row that the weight does not reach stays
            if (k > 0) (at[count], order[count++]) = (-_sums[p, i] / k, i);
        }
        for (var pair = 0; count < _rows && pair < costs.Length; pair++)
            if (bits[_pairs[pair].First] != bits[_pairs[pair].Second]) cost += costs[pair];
        Array.Sort(at, order, 0, count);
        var (best, step) = (current - 1e-9 * Math.Max(1, Math.Abs(current)), 0.0);
        for (var n = 0; n < count; n++)
        {
            var row = order[n];
            foreach (var (pair, other) in _of[row]) cost += bits[other] ? -costs[pair] : costs[pair];
            bits[row] = true;
            var next = n + 1 < count ? at[n + 1] : at[n] + 2;
            var middle = at[n] + (next - at[n]) / 2;
            if (cost < best && middle > at[n] && middle < next && Math.Abs(middle) < Farthest) (best, step) = (cost, middle);
        }
        if (step == 0) return false;
        current = best;
        if (q < _anchors) Weights[p, q] += step;
        else Thresholds[p] += step;
        for (var i = 0; i < _rows; i++) _sums[p, i] += step * (q < _anchors ? _kernel[i, q] : 1);
        return true;
    }

    bool Bit(int p, int row) => _sums[p, row] >= 0;

    static double Square(double x) => x * x;
}
