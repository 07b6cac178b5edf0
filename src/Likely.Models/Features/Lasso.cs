using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// Sparse codes by given atoms (Lasso, Tibshirani 1996): of a row x the z that minimises 1/2 |x - D z|^2 + penalty |z|_1, D's columns being the atoms. Both algorithms work on G = D'D and b = D'x: coordinate descent on a set of
/// coordinates that grows by those whose correlation with the residual, q = b - Gz, is too large (Friedman et al. 2010; Johnson and Guestrin 2015), and FISTA with restarts (Beck and Teboulle 2009; O'Donoghue and Candes 2015). A code is
/// optimal where q = penalty sign(z) for z other than zero and |q| is at most the penalty elsewhere; the most that is missed, as a share of the largest |b|, is the residual of these conditions. Rows know nothing of each other.
/// </summary>
public sealed class Lasso
{
    readonly LassoOptions _options;
    readonly Matrix _atoms, _columns, _gram;
    readonly float _pull;
    readonly Lazy<float> _curvature;

    /// <param name="atoms">Rows of one length.</param>
    /// <param name="options">The penalty, and how it is solved.</param>
    /// <exception cref="ArgumentException">There are no atoms, or they differ in length.</exception>
    /// <exception cref="ModelException">An option is out of range, or an atom's value is no number.</exception>
    public Lasso(IReadOnlyList<float[]> atoms, LassoOptions options) : this(ToMatrix(atoms), options) { }

    /// <param name="atoms">The atoms.</param>
    /// <param name="options">The penalty, and how it is solved.</param>
    /// <param name="pull">What half the squared distance of a code from a given one counts, which is then part of what is minimised.</param>
    internal Lasso(Matrix atoms, LassoOptions options, double pull = 0)
    {
        options.Check();
        (_options, _atoms, _columns, _gram, _pull) = (options, atoms, atoms.Transposed(), new Matrix(atoms.Rows, atoms.Rows), (float)pull);
        _atoms.Multiply(_columns, _gram, ParallelShards.Workers(options.Threads));
        for (var k = 0; k < atoms.Rows; k++) _gram[k][k] += _pull;
        _curvature = new(Curvature);
    }

    /// <summary>Codes of some rows.</summary>
    /// <param name="rows">[count, numbers of an atom].</param>
    /// <param name="count">How many.</param>
    /// <param name="codes">Receives [count, atoms].</param>
    /// <param name="residuals">Receives how far each code is from being optimal; empty: nobody asks.</param>
    /// <exception cref="ArgumentException">There are fewer rows, or less room.</exception>
    public void Encode(ReadOnlySpan<float> rows, int count, Span<float> codes, Span<float> residuals = default)
    {
        var (width, atoms) = (_atoms.Columns, _atoms.Rows);
        if (count < 0 || rows.Length < (long)count * width || codes.Length < (long)count * atoms || residuals.Length > 0 && residuals.Length < count) throw new ArgumentException($"{count} rows of {width} numbers get codes of {atoms}, and there are {rows.Length} numbers and room for {codes.Length}");
        var pieces = (count + RowBlocks.Length - 1) / RowBlocks.Length;
        Matrix[] given = new Matrix[pieces], made = new Matrix[pieces];
        for (var piece = 0; piece < pieces; piece++)
        {
            var (first, some) = (piece * RowBlocks.Length, Math.Min(RowBlocks.Length, count - piece * RowBlocks.Length));
            (given[piece], made[piece]) = (new Matrix(some, width), new Matrix(some, atoms));
            for (var i = 0; i < some; i++) rows.Slice((first + i) * width, width).CopyTo(given[piece][i]);
        }
        var missed = new float[count];
        ParallelShards.Run(pieces, ParallelShards.Workers(_options.Threads), (piece, _) => Encode(given[piece], made[piece], missed.AsSpan(piece * RowBlocks.Length, given[piece].Rows)));
        for (var i = 0; i < count; i++) made[i / RowBlocks.Length][i % RowBlocks.Length].CopyTo(codes.Slice(i * atoms, atoms));
        if (residuals.Length > 0) missed.CopyTo(residuals);
    }

    /// <summary>The same of a matrix, from what is in <paramref name="codes"/> on, each pulled towards a given one.</summary>
    internal void Encode(Matrix rows, Matrix codes, Span<float> residuals, Matrix? towards = null)
    {
        var start = new Matrix(rows.Rows, _atoms.Rows);
        rows.Multiply(rows.Rows, _columns, null, start);
        for (var i = 0; i < rows.Rows && towards is not null; i++)
        {
            Span<float> to = start[i], from = towards[i];
            for (var k = 0; k < to.Length; k++) to[k] = MathF.FusedMultiplyAdd(_pull, from[k], to[k]);
        }
        if (_options.Algorithm == "fista") new LassoGradient(_gram, _options, _curvature.Value).Solve(start, codes, residuals);
        else new LassoDescent(_gram, _options).Solve(start, codes, residuals);
    }

    /// <summary>What is minimised, of every row added up, in double.</summary>
    internal double Objective(Matrix rows, Matrix codes)
    {
        var (back, sum) = (new Matrix(rows.Rows, rows.Columns), 0.0);
        codes.Multiply(codes.Rows, _atoms, null, back);
        for (var i = 0; i < rows.Rows; i++)
        {
            double own = 0, size = 0;
            ReadOnlySpan<float> x = rows[i], y = back[i];
            for (var d = 0; d < x.Length; d++) own += ((double)x[d] - y[d]) * ((double)x[d] - y[d]);
            foreach (var value in codes[i]) size += Math.Abs(value);
            sum += own / 2 + _options.Penalty * size;
        }
        return sum;
    }

    // No less than the largest eigenvalue of G, and hardly more: the 256th root of the trace of its 256th power, by squaring what is divided by its trace each time.
    float Curvature()
    {
        const int Squarings = 8;
        var (power, logarithm) = (_gram, 0.0);
        for (var step = 0; ; step++)
        {
            var trace = 0.0;
            for (var k = 0; k < power.Rows; k++) trace += power[k][k];
            if (trace <= 0) return 1;
            logarithm += ExactMath.Log(trace) / (1 << step);
            if (step == Squarings) return (float)(ExactMath.Exp(logarithm) * 1.001);
            var scaled = new Matrix(power.Rows, power.Rows);
            for (var k = 0; k < power.Rows; k++)
                for (var j = 0; j < power.Rows; j++) scaled[k][j] = (float)(power[k][j] / trace);
            power = new Matrix(scaled.Rows, scaled.Rows);
            scaled.Multiply(scaled, power, ParallelShards.Workers(_options.Threads));
        }
    }

    static Matrix ToMatrix(IReadOnlyList<float[]> atoms)
    {
        ArgumentNullException.ThrowIfNull(atoms);
        if (atoms.Count == 0 || atoms[0].Length == 0) throw new ArgumentException("a code is of at least one atom of at least one number", nameof(atoms));
        var matrix = new Matrix(atoms.Count, atoms[0].Length);
        for (var k = 0; k < atoms.Count; k++)
        {
            if (atoms[k].Length != matrix.Columns) throw new ArgumentException($"atoms have one length, and the {k + 1}. has {atoms[k].Length} numbers where the first has {matrix.Columns}", nameof(atoms));
            foreach (var value in atoms[k])
                if (!float.IsFinite(value)) throw new ModelException($"atom {k}, counted from 0, has a value that is no finite number");
            atoms[k].CopyTo(matrix[k]);
        }
        return matrix;
    }
}
