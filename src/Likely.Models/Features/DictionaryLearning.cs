using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>The search for a dictionary: codes of rows, then atoms that are better for these, by turns.</summary>
sealed class DictionaryLearning(SparseCodingConfig config, RowBlocks rows, FitOptions options)
{
    const int Together = 16; // blocks whose codes are in memory at once

    readonly List<double> _objectives = [];
    readonly DictionarySums _sums = new(config.Atoms, rows, options, config.Unused == "replace");
    readonly float[] _missed = new float[rows.Rows];
    int _passes;
    double _objective, _numbers;
    bool _converged;

    /// <summary>The atoms, [K, D].</summary>
    public Matrix Atoms => _sums.Atoms;

    public IReadOnlyList<double> Objectives => _objectives;

    public IReadOnlyDictionary<string, double> Facts => new Dictionary<string, double>
    {
        ["objective"] = _objective,
        ["iterations"] = _passes,
        ["converged"] = _converged ? 1 : 0,
        ["replaced"] = _sums.Replaced,
        ["numbers_of_a_code"] = _numbers,
        ["largest_residual"] = _missed.Max(),
    };

    public void Run()
    {
        if (config.Learner == "batch") RunOverAll();
        else
        {
            RunInBatches();
            CodeAll(new SparseRows?[rows.Count], sums: false);
        }
    }

    void RunOverAll()
    {
        var kept = new SparseRows?[rows.Count];
        while (true)
        {
            _sums.Clear();
            var last = _passes == 0 ? double.PositiveInfinity : _objective;
            CodeAll(kept, sums: true);
            _objectives.Add(_objective);
            _passes++;
            _converged = last - _objective < config.Tolerance * last;
            Tell((double)_passes / config.Iterations, $"iteration {_passes}", _objective);
            if (_converged || _passes == config.Iterations || options.Trial is not null) return; // the atoms are those of the last codes
            _sums.Improve(sweeps: 10);
            _sums.Replace(0);
        }
    }

    // Codes of all rows from those before on, the objective, and, if asked for, the sums.
    void CodeAll(SparseRows?[] kept, bool sums)
    {
        var coder = new Lasso(Atoms, config.Coder(rows.Threads));
        var (objectives, numbers) = (new double[rows.Count], 0L);
        var together = options.Trial is null ? Together : Math.Min(Together, rows.Threads);
        using var trial = options.Trial?.Begin((double)rows.Count / together * (sums ? config.Iterations : 1), isInPasses: sums);
        for (var start = 0; start < rows.Count; start += together)
        {
            var (codes, first) = (new Matrix[Math.Min(together, rows.Count - start)], start);
            ParallelShards.Run(codes.Length, rows.Threads, (j, _) =>
            {
                var (block, x) = (first + j, rows[first + j]);
                codes[j] = new Matrix(x.Rows, config.Atoms);
                kept[block]?.Fill(codes[j]);
                coder.Encode(x, codes[j], _missed.AsSpan(block * RowBlocks.Length, x.Rows));
                objectives[block] = coder.Objective(x, codes[j]);
                kept[block] = new SparseRows(codes[j]);
            });
            for (var j = 0; j < codes.Length; j++)
            {
                numbers += kept[start + j]!.Count;
                if (sums) _sums.Add(codes[j], rows[start + j]);
            }
            rows.Cancellation.ThrowIfCancellationRequested();
            if (trial?.HasSeen() == true) break;
        }
        (_objective, _numbers) = (objectives.Sum() / rows.Rows, (double)numbers / rows.Rows);
    }

    void RunInBatches()
    {
        var (count, steps) = (Math.Min(config.Batch, rows.Rows), (rows.Rows + config.Batch - 1) / config.Batch);
        var (step, last) = (0, double.PositiveInfinity);
        using var trial = options.Trial?.Begin((double)steps * config.Iterations, isInPasses: true);
        for (; _passes < config.Iterations && !_converged && trial?.IsOver != true; _passes++)
        {
            var (order, sum) = (new Philox(options.Seed, RandomPurpose.Shuffle, Philox.Hash("sparse-coding")).Permutation(rows.Rows, (ulong)_passes), 0.0);
            for (var at = 0; at < rows.Rows; at += count)
            {
                rows.Cancellation.ThrowIfCancellationRequested();
                var own = Step(order.AsSpan(at, Math.Min(count, rows.Rows - at)), ++step);
                sum += own;
                _objectives.Add(own / Math.Min(count, rows.Rows - at));
                if (trial?.HasSeen() == true) break;
                if (step % 8 == 0) Tell((double)step / ((double)steps * config.Iterations), $"step {step}", _objectives[^1]);
            }
            _converged = last - sum < config.Tolerance * last;
            last = sum;
        }
    }

    double Step(ReadOnlySpan<int> chosen, int step)
    {
        const int Piece = 32; // rows that a thread takes at once
        var (coder, count) = (new Lasso(Atoms, config.Coder(rows.Threads)), (chosen.Length + Piece - 1) / Piece);
        Matrix x = new(chosen.Length, rows.Width), z = new(chosen.Length, config.Atoms);
        for (var i = 0; i < chosen.Length; i++) rows.Row(chosen[i]).CopyTo(x[i]);
        var objectives = new double[count];
        ParallelShards.Run(count, rows.Threads, (piece, _) =>
        {
            var (first, some) = (piece * Piece, Math.Min(Piece, x.Rows - piece * Piece));
            Matrix own = new(some, x.Columns), codes = new(some, config.Atoms);
            for (var i = 0; i < some; i++) x[first + i].CopyTo(own[i]);
            coder.Encode(own, codes, new float[some]);
            objectives[piece] = coder.Objective(own, codes);
            for (var i = 0; i < some; i++) codes[i].CopyTo(z[first + i]);
        });
        _sums.Step(z, x, step, config.Forgetting);
        return objectives.Sum();
    }

    void Tell(double done, string words, double objective)
        => options.Progress?.Invoke(new FitMoment(Math.Min(1, done), string.Create(CultureInfo.InvariantCulture, $"{words}: objective {objective:G6}, {_sums.Replaced} atoms replaced")));
}
