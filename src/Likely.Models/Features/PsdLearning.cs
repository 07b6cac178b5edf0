using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>The search for atoms and for what predicts their codes.</summary>
sealed class PsdLearning
{
    const int Piece = 32; // rows that a thread takes at once

    readonly PsdConfig _config;
    readonly RowBlocks _rows;
    readonly FitOptions _options;
    readonly LassoOptions _coder;
    readonly DictionarySums _sums;

    public PsdLearning(PsdConfig config, RowBlocks rows, FitOptions options)
    {
        (_config, _rows, _options) = (config, rows, options);
        _coder = new LassoOptions { Penalty = config.Penalty, Residual = config.Residual, Threads = rows.Threads };
        _sums = new DictionarySums(config.Atoms, rows, options, config.Unused == "replace");
        Predictor = Begin();
    }

    public Matrix Atoms => _sums.Atoms;

    public SparsePredictor Predictor { get; }

    public IReadOnlyDictionary<string, double> Facts { get; private set; } = new Dictionary<string, double>();

    public void Run()
    {
        GoOver();
        Tell();
    }

    void GoOver()
    {
        var (step, count) = (0, Math.Min(_config.Batch, _rows.Rows));
        var steps = (double)((_rows.Rows + count - 1) / count) * _config.Iterations;
        using var trial = _options.Trial?.Begin(steps, isInPasses: true);
        for (var pass = 0; pass < _config.Iterations && trial?.IsOver != true; pass++)
        {
            var order = new Philox(_options.Seed, RandomPurpose.Shuffle, Philox.Hash("psd")).Permutation(_rows.Rows, (ulong)pass);
            for (var at = 0; at < _rows.Rows; at += count)
            {
                _rows.Cancellation.ThrowIfCancellationRequested();
                Step(order.AsSpan(at, Math.Min(count, _rows.Rows - at)), ++step, _config.Rate * (1 - (step - 1) / steps));
                if (step % 8 == 0) _options.Progress?.Invoke(new FitMoment(step / steps, string.Create(CultureInfo.InvariantCulture, $"step {step}, {_sums.Replaced} atoms replaced")));
                if (trial?.HasSeen() == true) break;
            }
        }
    }

    void Step(ReadOnlySpan<int> chosen, int step, double rate)
    {
        var coder = new Lasso(Atoms, _coder, _config.Prediction);
        Matrix x = new(chosen.Length, _rows.Width), z = new(chosen.Length, _config.Atoms);
        for (var i = 0; i < chosen.Length; i++) _rows.Row(chosen[i]).CopyTo(x[i]);
        ParallelShards.Run((chosen.Length + Piece - 1) / Piece, _rows.Threads, (piece, _) =>
        {
            var (first, some) = (piece * Piece, Math.Min(Piece, x.Rows - piece * Piece));
            Matrix own = new(some, x.Columns), codes = new(some, z.Columns), predicted = new(some, z.Columns);
            for (var i = 0; i < some; i++) x[first + i].CopyTo(own[i]);
            Predictor.Predict(own, predicted);
            coder.Encode(own, codes, new float[some], predicted);
            for (var i = 0; i < some; i++) codes[i].CopyTo(z[first + i]);
        });
        _sums.Step(z, x, step, _config.Forgetting);
        Predictor.Step(x, z, rate, _rows.Threads);
    }

    // W begins as the atoms, so scaled that their products with rows reach where tanh bends; of thresholds it begins as the first step of a Lasso's solver.
    SparsePredictor Begin()
    {
        var columns = Atoms.Transposed();
        var (x, products, square) = (_rows[0], new Matrix(_rows.RowsOf(0), _config.Atoms), 0.0);
        x.Multiply(x.Rows, columns, null, products);
        for (var i = 0; i < x.Rows; i++) square += (double)products.Dot(i, products, i) / x.Rows / _config.Atoms;
        var isShrink = _config.Encoder == "shrink";
        var deviation = square > 0 ? (float)Math.Sqrt(square) : 1;
        var scale = isShrink ? 0.5f : 0.5f / deviation;
        Matrix weights = new(columns.Rows, columns.Columns), gains = new(1, columns.Columns);
        for (var d = 0; d < weights.Rows; d++)
            for (var k = 0; k < weights.Columns; k++) weights[d][k] = scale * columns[d][k];
        gains[0].Fill(isShrink ? scale * (float)_config.Penalty : deviation / 2);
        return new SparsePredictor(weights, new Matrix(1, columns.Columns), gains, isShrink);
    }

    // What the predicted codes cost, and the best ones by the same atoms.
    void Tell()
    {
        var coder = new Lasso(Atoms, _coder);
        double[] predicted = new double[_rows.Count], best = new double[_rows.Count], apart = new double[_rows.Count];
        var count = _options.Trial is null ? _rows.Count : Math.Min(_rows.Count, _rows.Threads);
        using var trial = _options.Trial?.Begin((double)_rows.Count / count, isInPasses: false);
        do _rows.EachOf(count, (block, _) =>
        {
            Matrix x = _rows[block], codes = new(x.Rows, _config.Atoms), exact = new(x.Rows, _config.Atoms);
            Predictor.Predict(x, codes);
            predicted[block] = coder.Objective(x, codes);
            coder.Encode(x, exact, new float[x.Rows]);
            best[block] = coder.Objective(x, exact);
            for (var i = 0; i < x.Rows; i++) apart[block] += codes.SquaredDistance(i, exact, i);
        });
        while (trial?.HasSeen() == false);
        Facts = new Dictionary<string, double>
        {
            ["objective"] = predicted.Sum() / _rows.Rows,
            ["lasso_objective"] = best.Sum() / _rows.Rows,
            ["squared_distance_of_codes"] = apart.Sum() / _rows.Rows,
            ["iterations"] = _config.Iterations,
            ["replaced"] = _sums.Replaced,
        };
    }
}
