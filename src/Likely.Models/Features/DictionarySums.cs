using System.Runtime.InteropServices;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>Atoms, which begin as rows, and the sums over rows that they are improved by: A of z z' and B of z x'.</summary>
sealed class DictionarySums
{
    const double Rarely = 1e-3; // an atom whose sum of squares is below this share of the mean one is hardly used
    const int Between = 32; // steps from one look for such atoms to the next

    readonly RowBlocks _rows;
    readonly bool _replaces;
    readonly int[] _order;
    double[,] _squares, _products;
    int _drawn;

    /// <exception cref="ModelException">All rows are zeros.</exception>
    public DictionarySums(int atoms, RowBlocks rows, FitOptions options, bool replaces)
    {
        (_rows, _replaces, Atoms) = (rows, replaces, new Matrix(atoms, rows.Width));
        (_squares, _products) = (new double[atoms, atoms], new double[atoms, rows.Width]);
        _order = new Philox(options.Seed, RandomPurpose.Sampling, Philox.Hash("sparse-coding")).Permutation(rows.Rows, 0);
        for (var k = 0; k < atoms; k++) Draw(k);
    }

    /// <summary>The atoms, [K, D].</summary>
    public Matrix Atoms { get; }

    /// <summary>Atoms that rows have taken the place of.</summary>
    public int Replaced { get; private set; }

    /// <summary>Forgets all rows.</summary>
    public void Clear() => (_squares, _products) = (new double[Atoms.Rows, Atoms.Rows], new double[Atoms.Rows, Atoms.Columns]);

    /// <summary>Adds some rows and their codes.</summary>
    public void Add(Matrix codes, Matrix x)
    {
        codes.AddProducts(codes.Rows, codes, _squares, _rows.Threads);
        codes.AddProducts(codes.Rows, x, _products, _rows.Threads);
    }

    /// <summary>Step t of online learning: what was seen before counts (1 - 1/t)^forgetting times as much (Mairal et al. 2010, sec. 3.4.2), and atoms are improved once.</summary>
    public void Step(Matrix codes, Matrix x, int step, double forgetting)
    {
        var share = ExactMath.Pow(1 - 1.0 / step, forgetting);
        foreach (var sums in (double[][,])[_squares, _products])
            foreach (ref var value in MemoryMarshal.CreateSpan(ref sums[0, 0], sums.Length)) value *= share;
        Add(codes, x);
        Improve(sweeps: 1);
        if (step % Between == 0) Replace(Rarely);
    }

    /// <summary>Each atom in turn becomes the one that is best for the sums, all others staying: d = d + (b - D a) / A_kk, no longer than 1. More sweeps end where nothing moves.</summary>
    public void Improve(int sweeps)
    {
        Matrix squares = ToMatrix(_squares), products = ToMatrix(_products), own = new(1, _rows.Width);
        for (var sweep = 0; sweep < sweeps; sweep++)
        {
            var most = 0.0;
            for (var k = 0; k < Atoms.Rows; k++)
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

    /// <summary>Rows in place of atoms whose squares are at most a share of the mean atom's: what such an atom was part of is taken out of the sums with it.</summary>
    public void Replace(double share)
    {
        if (!_replaces) return;
        var mean = 0.0;
        for (var k = 0; k < Atoms.Rows; k++) mean += _squares[k, k] / Atoms.Rows;
        for (var k = 0; k < Atoms.Rows; k++)
        {
            if (_squares[k, k] > share * mean) continue;
            Draw(k);
            Replaced++;
            for (var j = 0; j < Atoms.Rows; j++) _squares[k, j] = _squares[j, k] = 0;
            for (var d = 0; d < _rows.Width; d++) _products[k, d] = 0;
        }
    }

    // An atom becomes the next row of a random order, made 1 long; rows of zeros are passed over.
    void Draw(int atom)
    {
        for (var tries = 0; tries < _rows.Rows; tries++)
        {
            var row = _rows.Row(_order[(int)((uint)_drawn++ % _rows.Rows)]);
            var square = 0.0;
            foreach (var value in row) square += (double)value * value;
            if (square <= 0) continue;
            var length = Math.Sqrt(square);
            for (var d = 0; d < row.Length; d++) Atoms[atom][d] = (float)(row[d] / length);
            return;
        }
        throw new ModelException("all rows are zeros as the model sees them, and no atom can be made of them");
    }

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
