using Likely.Tensors;

namespace Likely;

/// <summary>
/// Multinomial logistic regression: the weights W and biases b that make mean over items of -log softmax(W x + b)[label] + strength * penalty(W) least, by accelerated proximal gradient steps (FISTA, Beck and Teboulle
/// 2009) that begin anew where they turn back (O'Donoghue and Candes 2015). Its bits are the same for any number of threads and on any machine.
/// </summary>
sealed class LogisticRegression
{
    const int MostSteps = 400, PowerSteps = 30;
    const double Tolerance = 1e-5, Margin = 1.1;

    readonly DesignMatrix _rows;
    readonly int[] _labels;
    readonly int _classes, _threads;
    readonly double _rate; // one over the largest curvature
    readonly double[] _scores;
    readonly double[][] _partial;

    /// <param name="rows">Features of the items.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="threads">Worker threads.</param>
    public LogisticRegression(DesignMatrix rows, int[] labels, int classes, int threads)
    {
        (_rows, _labels, _classes, _threads) = (rows, labels, classes, threads);
        (_scores, _partial) = (new double[rows.Rows * classes], rows.NewPartial(classes));
        (Weights, Biases) = (new double[classes * rows.Columns], new double[classes]);
        _rate = 1 / Curvature();
    }

    /// <summary>[classes, columns].</summary>
    public double[] Weights { get; private set; }

    public double[] Biases { get; private set; }

    /// <summary>Goes on from the weights as they are to those that are best with that strength of the penalty.</summary>
    public void Fit(double strength, Penalty penalty, CancellationToken cancellation = default)
    {
        var (weights, biases, momentum) = ((double[])Weights.Clone(), (double[])Biases.Clone(), 1.0);
        for (var step = 0; step < MostSteps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            Residuals(weights, biases);
            _rows.MultiplyTransposed(_scores, _classes, _partial, _threads);
            var (gradient, nextWeights, nextBiases) = (_partial[0], new double[weights.Length], new double[biases.Length]);
            for (var i = 0; i < weights.Length; i++)
            {
                var moved = weights[i] - _rate * gradient[i] / _rows.Rows;
                nextWeights[i] = penalty == Penalty.L2 ? moved / (1 + _rate * strength) : Math.Sign(moved) * Math.Max(0, Math.Abs(moved) - _rate * strength);
            }
            for (var k = 0; k < biases.Length; k++)
            {
                var sum = 0.0;
                for (var row = 0; row < _rows.Rows; row++) sum += _scores[row * _classes + k];
                nextBiases[k] = biases[k] - _rate * sum / _rows.Rows;
            }
            var (turn, change, largest) = (0.0, 0.0, 1.0);
            Look(weights, nextWeights, Weights);
            Look(biases, nextBiases, Biases);
            if (turn > 0) momentum = 1;
            var next = (1 + Math.Sqrt(1 + 4 * momentum * momentum)) / 2;
            var share = (momentum - 1) / next;
            for (var i = 0; i < weights.Length; i++) weights[i] = nextWeights[i] + share * (nextWeights[i] - Weights[i]);
            for (var k = 0; k < biases.Length; k++) biases[k] = nextBiases[k] + share * (nextBiases[k] - Biases[k]);
            (Weights, Biases, momentum) = (nextWeights, nextBiases, next);
            if (change <= Tolerance * largest) break;

            void Look(double[] from, double[] to, double[] before)
            {
                for (var i = 0; i < from.Length; i++)
                {
                    turn += (from[i] - to[i]) * (to[i] - before[i]);
                    (change, largest) = (Math.Max(change, Math.Abs(to[i] - before[i])), Math.Max(largest, Math.Abs(to[i])));
                }
            }
        }
    }

    /// <summary>The likeliest class of each item, the first of equal ones, and the mean nats of their labels.</summary>
    public (int[] Classes, double Nats) Predict(DesignMatrix rows, int[] labels)
    {
        var (scores, chosen, nats) = (new double[rows.Rows * _classes], new int[rows.Rows], 0.0);
        rows.Multiply(Weights, _classes, scores, _threads);
        for (var row = 0; row < chosen.Length; row++)
        {
            var own = scores.AsSpan(row * _classes, _classes);
            for (var k = 0; k < _classes; k++) own[k] += Biases[k];
            for (var k = 1; k < _classes; k++)
                if (own[k] > own[chosen[row]]) chosen[row] = k;
            nats += own[chosen[row]] - own[labels[row]] + ExactMath.Log(Exponentials(own));
        }
        return (chosen, nats / Math.Max(1, rows.Rows));
    }

    // softmax - one at the label, of all items.
    void Residuals(double[] weights, double[] biases)
    {
        _rows.Multiply(weights, _classes, _scores, _threads);
        ParallelShards.Run(_rows.Rows, _rows.Rows > 4096 ? _threads : 1, (row, _) =>
        {
            var own = _scores.AsSpan(row * _classes, _classes);
            for (var k = 0; k < _classes; k++) own[k] += biases[k];
            var sum = Exponentials(own);
            for (var k = 0; k < _classes; k++) own[k] /= sum;
            own[_labels[row]] -= 1;
        });
    }

    // Of the scores less the highest; returns their sum.
    static double Exponentials(Span<double> scores)
    {
        var (highest, sum) = (double.NegativeInfinity, 0.0);
        foreach (var score in scores) highest = Math.Max(highest, score);
        for (var k = 0; k < scores.Length; k++) sum += scores[k] = ExactMath.Exp(scores[k] - highest);
        return sum;
    }

    // The softmax's own curvature is at most a half; that of the rows, with a column of ones for the biases, by the power method.
    double Curvature()
    {
        var (vector, one, product, sums) = (new double[_rows.Columns], 1.0, new double[_rows.Rows], _rows.NewPartial(1));
        Array.Fill(vector, 1.0);
        for (var i = 1; i < vector.Length; i += 2) vector[i] = -0.5; // no direction that all are likely to be at right angles to
        var value = 1.0;
        for (var step = 0; step < PowerSteps; step++)
        {
            var norm = one * one;
            foreach (var number in vector) norm += number * number;
            norm = Math.Sqrt(norm);
            for (var i = 0; i < vector.Length; i++) vector[i] /= norm;
            one /= norm;
            _rows.Multiply(vector, 1, product, _threads);
            var total = 0.0;
            for (var row = 0; row < product.Length; row++) total += product[row] += one;
            _rows.MultiplyTransposed(product, 1, sums, _threads);
            value = total * one;
            for (var i = 0; i < vector.Length; i++) value += sums[0][i] * vector[i];
            (vector, one) = ([.. sums[0]], total);
        }
        return Margin * 0.5 * Math.Max(value / Math.Max(1, _rows.Rows), 1e-3);
    }
}
