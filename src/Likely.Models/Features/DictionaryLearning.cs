using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>The search for a dictionary: codes of rows, sums A of z z' and B of z x' over them, and atoms that are best for these.</summary>
sealed class DictionaryLearning(SparseCodingConfig config, RowBlocks rows, FitOptions options)
{
    const int Together = 16; // blocks whose codes are in memory at once
    const double Rarely = 1e-3; // an atom whose sum of squares is below this share of the mean one is not used

    readonly List<double> _objectives = [];
    readonly int[] _order = new Philox(options.Seed, RandomPurpose.Sampling, Philox.Hash("sparse-coding")).Permutation(rows.Rows, 0);
    readonly float[] _missed = new float[rows.Rows];
    double[,] _squares = new double[config.Atoms, config.Atoms], _products = new double[config.Atoms, rows.Width];
    int _passes, _replaced, _drawn;
    double _objective, _numbers;
    bool _converged;

    /// <summary>The atoms, [K, D].</summary>
    public Matrix Atoms { get; private set; } = new(config.Atoms, rows.Width);

    public IReadOnlyList<double> Objectives => _objectives;

    public IReadOnlyDictionary<string, double> Facts => new Dictionary<string, double>
    {
        ["objective"] = _objective,
        ["iterations"] = _passes,
        ["converged"] = _converged ? 1 : 0,
        ["replaced"] = _replaced,
        ["numbers_of_a_code"] = _numbers,
        ["largest_residual"] = _missed.Max(),
    };

    public void Run()
    {
        for (var k = 0; k < config.Atoms; k++) Draw(k);
        if (config.Learner == "batch") RunOverAll();
        else RunInBatches();
    }

    void RunOverAll()
    {
        var kept = new SparseRows?[rows.Count];
        while (true)
        {
            (_squares, _products) = (new double[config.Atoms, config.Atoms], new double[config.Atoms, rows.Width]);
            var last = _passes == 0 ? double.PositiveInfinity : _objective;
            CodeAll(kept, sums: true);
            _objectives.Add(_objective);
            _passes++;
            _converged = last - _objective < config.Tolerance * last;
            Tell((double)_passes / config.Iterations, $"iteration {_passes}", _objective);
            if (_converged || _passes == config.Iterations) return; // the atoms are those of the last codes
            Improve(sweeps: 10);
            Replace(0);
        }
    }

    // Codes of all rows from those before on, the objective, and, if asked for, the sums.
    void CodeAll(SparseRows?[] kept, bool sums)
    {
        var coder = new Lasso(Atoms, config.Coder(rows.Threads));
        var (objectives, numbers) = (new double[rows.Count], 0L);
        for (var start = 0; start < rows.Count; start += Together)
        {
            var (codes, first) = (new Matrix[Math.Min(Together, rows.Count - start)], start);
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
                if (!sums) continue;
                codes[j].AddProducts(codes[j].Rows, codes[j], _squares, rows.Threads);
                codes[j].AddProducts(codes[j].Rows, rows[start + j], _products, rows.Threads);
            }
            rows.Cancellation.ThrowIfCancellationRequested();
        }
        (_objective, _numbers) = (objectives.Sum() / rows.Rows, (double)numbers / rows.Rows);
    }

    // What was seen before step t counts (1 - 1/t)^forgetting times as much (Mairal et al. 2010, sec. 3.4.2).
    void RunInBatches()
    {
        var (count, steps) = (Math.Min(config.Batch, rows.Rows), (rows.Rows + config.Batch - 1) / config.Batch);
        var (step, last) = (0, double.PositiveInfinity);
        for (; _passes < config.Iterations && !_converged; _passes++)
        {
            var (order, sum) = (new Philox(options.Seed, RandomPurpose.Shuffle, Philox.Hash("sparse-coding")).Permutation(rows.Rows, (ulong)_passes), 0.0);
            for (var at = 0; at < rows.Rows; at += count)
            {
                rows.Cancellation.ThrowIfCancellationRequested();
                var own = Step(order.AsSpan(at, Math.Min(count, rows.Rows - at)), ++step);
                sum += own;
                _objectives.Add(own / Math.Min(count, rows.Rows - at));
                if (step % 8 == 0) Tell((double)step / ((double)steps * config.Iterations), $"step {step}", _objectives[^1]);
            }
            _converged = last - sum < config.Tolerance * last;
            last = sum;
        }
        CodeAll(new SparseRows?[rows.Count], sums: false);
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
        var share = ExactMath.Pow(1 - 1.0 / step, config.Forgetting);
        foreach (var sums in (double[][,])[_squares, _products])
            foreach (ref var value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref sums[0, 0], sums.Length)) value *= share;
        z.AddProducts(z.Rows, z, _squares, rows.Threads);
        z.AddProducts(z.Rows, x, _products, rows.Threads);
        Improve(sweeps: 1);
        if (step % 32 == 0) Replace(Rarely);
        return objectives.Sum();
    }

    // Each atom in turn becomes the one that is best for the sums, all others staying: d = d + (b - D a) / A_kk, no longer than 1. More sweeps end where nothing moves.
    void Improve(int sweeps)
    {
        Matrix squares = ToMatrix(_squares), products = ToMatrix(_products), own = new(1, rows.Width);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            var most = 0.0;
            for (var k = 0; k < config.Atoms; k++)
            {
                if (_squares[k, k] <= 0) continue;
                squares.Multiply(k, Atoms, own);
                Span<float> atom = Atoms[k], explained = own[0], wanted = products[k];
                double square = 0, moved = 0;
                for (var d = 0; d < atom.Length; d++)
                {
                    explained[d] = (float)(atom[d] + (wanted[d] - explained[d]) / _squares[k, k]);
                    square += (double)explained[d] * explained[d];
                }
                var length = (float)Math.Max(1, Math.Sqrt(square));
                for (var d = 0; d < atom.Length; d++)
                {
                    var next = explained[d] / length;
                    moved += ((double)next - atom[d]) * ((double)next - atom[d]);
                    atom[d] = next;
                }
                most = Math.Max(most, moved);
            }
            if (most < 1e-8) return;
        }
    }

    // Rows in place of atoms that are not used, or hardly: what such an atom was part of is taken out of the sums with it.
    void Replace(double share)
    {
        if (config.Unused == "keep") return;
        var mean = 0.0;
        for (var k = 0; k < config.Atoms; k++) mean += _squares[k, k] / config.Atoms;
        for (var k = 0; k < config.Atoms; k++)
        {
            if (_squares[k, k] > share * mean) continue;
            Draw(k);
            _replaced++;
            for (var j = 0; j < config.Atoms; j++) _squares[k, j] = _squares[j, k] = 0;
            for (var d = 0; d < rows.Width; d++) _products[k, d] = 0;
        }
    }

    // An atom becomes the next row of a random order, made 1 long; rows of zeros are passed over.
    void Draw(int atom)
    {
        for (var tries = 0; tries < rows.Rows; tries++)
        {
            var row = rows.Row(_order[(int)((uint)_drawn++ % rows.Rows)]);
            var square = 0.0;
            foreach (var value in row) square += (double)value * value;
            if (square <= 0) continue;
            var length = Math.Sqrt(square);
            for (var d = 0; d < row.Length; d++) Atoms[atom][d] = (float)(row[d] / length);
            return;
        }
        throw new ModelException("all rows are zeros as the model sees them, and no atom can be made of them");
    }

    void Tell(double done, string words, double objective)
        => options.Progress?.Invoke(new FitMoment(Math.Min(1, done), string.Create(CultureInfo.InvariantCulture, $"{words}: objective {objective:G6}, {_replaced} atoms replaced")));

    static Matrix ToMatrix(double[,] values)
    {
        var matrix = new Matrix(values.GetLength(0), values.GetLength(1));
        for (var i = 0; i < matrix.Rows; i++)
        {
            var row = matrix[i];
            for (var j = 0; j < row.Length; j++) row[j] = (float)values[i, j];
        }
        return matrix;
    }
}
