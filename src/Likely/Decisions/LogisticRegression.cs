using Likely.Tensors;

namespace Likely;

/// <summary>
/// Multinomial logistic regression: the weights W and biases b that make mean over items of -log softmax(W x + b)[label] + strength * penalty(W) least, by L-BFGS (Liu and Nocedal 1989; steps halved by Armijo's rule), which of
/// the penalty of sizes keeps to the orthant that its steps begin in (OWL-QN, Andrew and Gao 2007). Pairs of steps and changes of the items' own gradient serve for every strength, so that those from the last one are a
/// beginning for the next. Its bits are the same for any number of threads and on any machine.
/// </summary>
sealed class LogisticRegression
{
    const int MostSteps = 400, Memory = 10, Look = 10;
    const double Tolerance = 1e-6; // ends when so many steps made the loss less by less than this share of it
    const double Sufficient = 1e-4, Noise = 1e-8, Shortest = 1e-3; // of the decrease that the slope promises; of the loss, as scores are in single precision; of a step

    readonly DesignMatrix _rows;
    readonly int[] _labels;
    readonly int _classes, _threads;
    readonly double[][] _sums;
    readonly double[] _nats = new double[DesignMatrix.Shards];
    readonly List<(double[] Step, double[] Change)> _pairs = [];
    double[] _values, _next, _gradient, _nextGradient;
    double _loss;
    bool _isBegun;

    /// <param name="rows">Features of the items.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="threads">Worker threads.</param>
    public LogisticRegression(DesignMatrix rows, int[] labels, int classes, int threads)
    {
        (_rows, _labels, _classes, _threads, _sums) = (rows, labels, classes, threads, rows.NewSums(classes));
        _values = new double[_sums[0].Length];
        (_next, _gradient, _nextGradient) = (new double[_values.Length], new double[_values.Length], new double[_values.Length]);
    }

    /// <summary>[columns + 1, classes], the last row the biases.</summary>
    public double[] Values => _values;

    /// <summary>What the last fit made least: mean nats and the penalty.</summary>
    public double Objective { get; private set; }

    /// <summary>Whether a column has any weight.</summary>
    public bool Uses(int column) => _values.AsSpan(column * _classes, _classes).ContainsAnyExcept(0.0);

    /// <summary>Goes on from the weights as they are to those that are best with that strength of the penalty.</summary>
    public void Fit(double strength, Penalty penalty, CancellationToken cancellation = default)
    {
        var (weights, isSparse) = (_rows.Columns * _classes, penalty == Penalty.L1);
        double[] slope = new double[_values.Length], direction = new double[_values.Length];
        var recent = new double[Look];
        if (!_isBegun) (_isBegun, _loss) = (true, Loss(_values, _gradient));
        Objective = _loss + Cost(_values);
        for (var step = 0; step < MostSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Slope();
            var largest = 0.0;
            foreach (var value in slope) largest = Math.Max(largest, Math.Abs(value));
            if (largest == 0) return;
            if (!Advance() && (_pairs.Count == 0 || !Forget() || !Advance())) return;
            if (step >= Look && recent[step % Look] - Objective <= Tolerance * Objective) return;
            recent[step % Look] = Objective;
        }

        // Of sizes, the slope in the direction in which there is one; 0 where zero is best.
        void Slope()
        {
            for (var i = 0; i < slope.Length; i++)
                slope[i] = i >= weights ? _gradient[i] : !isSparse ? _gradient[i] + strength * _values[i]
                    : _values[i] != 0 ? _gradient[i] + Math.Sign(_values[i]) * strength : Math.Sign(_gradient[i]) * Math.Max(0, Math.Abs(_gradient[i]) - strength);
        }

        bool Forget()
        {
            _pairs.Clear();
            return true;
        }

        // A step that makes the objective less; false if there is none.
        bool Advance()
        {
            Direct(slope, direction, isSparse ? 0 : strength, weights);
            for (var i = 0; i < weights && isSparse; i++)
                if (direction[i] * slope[i] >= 0) direction[i] = 0;
            for (var length = 1.0; length >= Shortest; length /= 2)
            {
                var promised = 0.0;
                for (var i = 0; i < _next.Length; i++)
                {
                    _next[i] = _values[i] + length * direction[i];
                    if (isSparse && i < weights && _next[i] * (_values[i] != 0 ? _values[i] : -slope[i]) <= 0) _next[i] = 0;
                    promised += slope[i] * (_next[i] - _values[i]);
                }
                if (!(-promised > 10 * Noise * length * Objective)) return false;
                var loss = Loss(_next, _nextGradient);
                var next = loss + Cost(_next);
                if (!(next <= Objective + Sufficient * promised + Noise * Objective)) continue;
                Remember();
                (_values, _next, _gradient, _nextGradient, _loss, Objective) = (_next, _values, _nextGradient, _gradient, loss, next);
                return true;
            }
            return false;
        }

        double Cost(double[] values)
        {
            var sum = 0.0;
            for (var i = 0; i < weights; i++) sum += isSparse ? Math.Abs(values[i]) : values[i] * values[i] / 2;
            return strength * sum;
        }
    }

    // -slope times what the pairs say of the inverse curvature, with that of the penalty.
    void Direct(double[] slope, double[] direction, double curvature, int weights)
    {
        for (var i = 0; i < slope.Length; i++) direction[i] = -slope[i];
        Span<double> shares = stackalloc double[Memory], products = stackalloc double[Memory];
        var scale = 0.0;
        for (var pair = _pairs.Count - 1; pair >= 0; pair--)
        {
            var (step, change) = _pairs[pair];
            var along = Dot(step, step, weights);
            products[pair] = Dot(step, change, step.Length) + curvature * along;
            if (pair == _pairs.Count - 1) scale = products[pair] / (Dot(change, change, change.Length) + curvature * (2 * Dot(step, change, weights) + curvature * along));
            shares[pair] = Dot(step, direction, step.Length) / products[pair];
            for (var i = 0; i < direction.Length; i++) direction[i] -= shares[pair] * (i < weights ? change[i] + curvature * step[i] : change[i]);
        }
        if (_pairs.Count == 0) scale = 1 / Math.Sqrt(Dot(slope, slope, slope.Length));
        for (var i = 0; i < direction.Length; i++) direction[i] *= scale;
        for (var pair = 0; pair < _pairs.Count; pair++)
        {
            var (step, change) = _pairs[pair];
            var back = shares[pair] - (Dot(change, direction, change.Length) + curvature * Dot(step, direction, weights)) / products[pair];
            for (var i = 0; i < direction.Length; i++) direction[i] += back * step[i];
        }
    }

    void Remember()
    {
        var (step, change) = _pairs.Count == Memory ? _pairs[0] : (new double[_values.Length], new double[_values.Length]);
        if (_pairs.Count == Memory) _pairs.RemoveAt(0);
        for (var i = 0; i < step.Length; i++) (step[i], change[i]) = (_next[i] - _values[i], _nextGradient[i] - _gradient[i]);
        var (product, length) = (Dot(step, change, step.Length), Dot(step, step, step.Length));
        if (product > 1e-10 * length) _pairs.Add((step, change)); // else rounding alone
    }

    // Four chains, whatever the machine has.
    static double Dot(double[] x, double[] y, int count)
    {
        double a = 0, b = 0, c = 0, d = 0;
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            a += x[i] * y[i];
            b += x[i + 1] * y[i + 1];
            c += x[i + 2] * y[i + 2];
            d += x[i + 3] * y[i + 3];
        }
        for (; i < count; i++) a += x[i] * y[i];
        return a + b + (c + d);
    }

    /// <summary>The likeliest class of each item, the first of equal ones, and the mean nats of their labels.</summary>
    public (int[] Classes, double Nats) Predict(DesignMatrix rows, int[] labels)
    {
        var (chosen, nats) = (new int[rows.Rows], new double[DesignMatrix.Shards]);
        rows.Read(_values, _classes, _threads, (shard, first, count, scores) =>
        {
            for (var i = 0; i < count; i++)
            {
                var own = scores[i];
                for (var k = 1; k < own.Length; k++)
                    if (own[k] > own[chosen[first + i]]) chosen[first + i] = k;
                nats[shard] += scores.Residual(i, labels[first + i]);
            }
        });
        return (chosen, nats.Sum() / Math.Max(1, rows.Rows));
    }

    // Mean nats of the labels, and their gradient.
    double Loss(double[] values, double[] gradient)
    {
        Array.Clear(_nats);
        _rows.Read(values, _classes, _threads, (shard, first, count, scores) =>
        {
            for (var i = 0; i < count; i++) _nats[shard] += scores.Residual(i, _labels[first + i]);
        }, _sums);
        for (var i = 0; i < gradient.Length; i++) gradient[i] = _sums[0][i] / _rows.Rows;
        return _nats.Sum() / _rows.Rows;
    }
}
