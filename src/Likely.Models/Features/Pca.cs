using Likely.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Likely.Models;

/// <summary>
/// Principal components (Pearson 1901; Hotelling 1933): the orthonormal directions w of largest variance about the mean m of the rows, the largest first; with center=false m is zero, and they are singular vectors (latent semantic analysis, Deerwester et al. 1990, if rows are of words). A code is W' (x - m); with whitening each number is divided by
/// its deviation, and with ZCA turned back into the rows' own coordinates (Bell and Sejnowski 1997). The exact method takes the eigenvectors of the covariance, in one pass over the rows; the
/// randomized one finds the space of the first components by products with random vectors, going over the rows again for each power (Halko et al. 2011, alg. 4.4); the incremental one goes over them once (Ross et al. 2008). Each component's largest number is positive.
/// </summary>
public sealed record PcaConfig : FeatureConfig
{
    [Key("directions kept", 1, 1 << 16)]
    public int Components { get; init; } = 30;
    [Key("eigenvectors of the whole covariance; or a search for the first ones, quicker where rows are long; or one pass over the rows that keeps no more than some of them in memory; auto: the first for rows of up to 1,024 numbers, else the second", "auto", "exact", "randomized", "incremental")]
    public string Method { get; init; } = "auto";
    [Key("whether the mean is taken away; if not, directions are the singular vectors of the rows as they are, as latent semantic analysis takes them")]
    public bool Center { get; init; } = true;
    [Key("passes of the randomized method beyond the first", 0, 100)]
    public int Powers { get; init; } = 4;
    [Key("a code: as it is, each number with variance 1, or that turned back into the rows' coordinates; where what another model sees is to be white, that has whitening=zca", "none", "pca", "zca")]
    public string Whiten { get; init; } = "none";
    [Key("of whiten=: added to variances before whitening divides, as a share of the largest", 0, 1)]
    public double Floor { get; init; } = 1e-6;

    public override string Name => "pca";

    public override string Summary => "principal components: directions of largest variance, with whitening (Hotelling 1933; Halko et al. 2011)";

    private protected override FeatureModel Create(Space space, int classes)
        => Components <= space.Dimensions ? new Pca(this, space) : throw new ModelException($"components={Components} is more than the {space.Dimensions} numbers of a row");
}

sealed class Pca : FeatureModel
{
    const int LongestExact = 1024, Beyond = 10; // directions that the randomized method seeks besides those kept

    readonly PcaConfig _config;
    readonly Parameter _mean, _components, _variances;
    readonly Lazy<(Matrix There, Matrix Back, Matrix Mean)> _maps;

    public Pca(PcaConfig config, Space space) : base(config, space)
    {
        var scope = new ParameterScope(Parameters);
        _config = config;
        _mean = scope.Bias("mean", space.Dimensions);
        _components = scope.Weight("components", 1, config.Components, space.Dimensions);
        _variances = scope.Bias("variances", config.Components);
        _maps = new(Maps);
    }

    internal override int CodeWidth => _config.Whiten == "zca" ? Space.Dimensions : _config.Components;

    public override IReadOnlyList<float[]> Atoms() => [.. _components.ToArray().Chunk(Space.Dimensions)];

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (rows.Rows < 2) throw new ModelException("principal components are of at least 2 rows, and there is 1");
        var isExact = _config.Method == "exact" || _config.Method == "auto" && rows.Width <= LongestExact;
        var most = Math.Min(rows.Width, rows.Rows - 1);
        if (_config.Components > most) throw new ModelException($"components={_config.Components} is more than {rows.Rows} rows of {rows.Width} numbers can have, {most}");
        if (!_config.Center && _config.Method == "incremental") throw new ModelException("method=incremental follows the mean of the rows, and center=false takes none away; use method=exact or randomized");
        var (mean, directions, variances, total) = _config.Method == "incremental" ? Incremental(rows, options) : isExact ? Exact(rows, _config.Components, options, _config.Center) : Randomized(rows, _config.Center ? rows.Mean() : new double[rows.Width], options);
        var values = new float[_config.Components * rows.Width];
        for (var k = 0; k < _config.Components; k++)
        {
            var largest = 0;
            for (var d = 1; d < rows.Width; d++)
                if (Math.Abs(directions[d, k]) > Math.Abs(directions[largest, k])) largest = d;
            for (var d = 0; d < rows.Width; d++) values[k * rows.Width + d] = (float)(directions[largest, k] < 0 ? -directions[d, k] : directions[d, k]);
        }
        _components.Assign(values);
        _mean.Assign(Array.ConvertAll(mean, value => (float)value));
        _variances.Assign(Array.ConvertAll(variances[.._config.Components], value => (float)Math.Max(0, value)));
        Fitting = new Dictionary<string, double> { ["explained_variance"] = total > 0 ? variances[.._config.Components].Sum() / total : 1 };
    }

    /// <summary>The mean of rows, or zero if they are not to be centred, their directions about it and the variances along them, the largest first, at least so many as are wanted, and the sum of all variances.</summary>
    internal static (double[] Mean, Matrix<double> Directions, double[] Variances, double Total) Exact(RowBlocks rows, int wanted, FitOptions options, bool centred = true)
    {
        const int Together = 8; // blocks whose products are added without a pause
        var (mean, sums, blocks) = (centred ? rows.Mean() : new double[rows.Width], new double[rows.Width, rows.Width], new Matrix[Together]);
        for (var start = 0; start < rows.Count; start += Together)
        {
            var some = Math.Min(Together, rows.Count - start);
            ParallelShards.Run(some, rows.Threads, (j, _) => blocks[j] = Centred(rows, start + j, mean, blocks[j]));
            Matrix.AddSquares(blocks, some, sums, rows.Threads);
            options.Progress?.Invoke(new FitMoment((start + (double)some) / rows.Count / 2, "covariance"));
        }
        options.Progress?.Invoke(new FitMoment(0.5, "eigenvectors"));
        Matrix.Mirror(sums);
        var (covariance, total) = (new Matrix(rows.Width, rows.Width), 0.0);
        for (var i = 0; i < rows.Width; i++)
        {
            total += sums[i, i] / (rows.Rows - 1);
            for (var j = 0; j < rows.Width; j++) covariance[i][j] = (float)(sums[i, j] / (rows.Rows - 1));
        }
        var draws = new Philox(options.Seed, RandomPurpose.Initialization, Philox.Hash("pca"));
        var (directions, values) = Eigenvectors.IsSearched(rows.Width, wanted) ? Eigenvectors.First(covariance, wanted, draws, rows.Threads, rows.Cancellation) : Eigenvectors.All(sums, rows.Rows - 1);
        return (mean, directions, values, total);
    }

    (double[] Mean, Matrix<double> Directions, double[] Variances, double Total) Incremental(RowBlocks rows, FitOptions options)
    {
        var found = new IncrementalComponents(rows, _config.Components, options);
        // Of fewer directions than were asked for, as where rows are alike, the rest have no variance.
        var variances = new double[_config.Components];
        found.Variances.AsSpan(0, Math.Min(variances.Length, found.Variances.Length)).CopyTo(variances);
        return (found.Mean, Matrix<double>.Build.Dense(rows.Width, variances.Length, (d, k) => k < found.Directions.Rows ? found.Directions[k][d] : 0), variances, found.Total);
    }

    // Z = X' X Q, again and again with Q made orthonormal, then the eigenvectors of Q' X' X Q within that space.
    (double[] Mean, Matrix<double> Directions, double[] Variances, double Total) Randomized(RowBlocks rows, double[] mean, FitOptions options)
    {
        var count = Math.Min(Math.Min(rows.Width, rows.Rows), _config.Components + Beyond);
        var random = new Philox(options.Seed, RandomPurpose.Initialization, Philox.Hash("pca"));
        var q = Matrix<double>.Build.Dense(rows.Width, count, (d, k) => random.Normal((ulong)d, 2 * (ulong)k));
        var total = 0.0;
        for (var pass = 0; pass <= _config.Powers + 1; pass++)
        {
            q = Eigenvectors.Orthonormal(q);
            var (isLast, direction) = (pass > _config.Powers, ToMatrix(q));
            var sums = new double[isLast ? count : rows.Width, count];
            for (var block = 0; block < rows.Count; block++)
            {
                var x = Centred(rows, block, mean);
                var y = new Matrix(x.Rows, count);
                x.Multiply(direction, y, rows.Threads);
                (isLast ? y : x).AddProducts(x.Rows, y, sums, rows.Threads);
                for (var i = 0; i < x.Rows && isLast; i++) total += x.Dot(i, x, i);
                options.Progress?.Invoke(new FitMoment((pass + (block + 1.0) / rows.Count) / (_config.Powers + 2), $"pass {pass + 1}"));
            }
            if (!isLast)
            {
                q = Matrix<double>.Build.DenseOfArray(sums);
                continue;
            }
            var (within, values) = Eigenvectors.All(sums, rows.Rows - 1);
            return (mean, q * within, values, total / (rows.Rows - 1));
        }
        throw new InvalidOperationException("there is a last pass");
    }

    // Into a matrix that there is, if it has as many rows.
    static Matrix Centred(RowBlocks rows, int block, double[] mean, Matrix? room = null)
    {
        rows.Cancellation.ThrowIfCancellationRequested();
        var x = rows[block];
        var centred = room?.Rows == x.Rows ? room : new Matrix(x.Rows, rows.Width);
        for (var i = 0; i < centred.Rows; i++)
        {
            Span<float> from = x[i], to = centred[i];
            for (var d = 0; d < to.Length; d++) to[d] = (float)(from[d] - mean[d]);
        }
        return centred;
    }

    static Matrix ToMatrix(Matrix<double> values)
    {
        var matrix = new Matrix(values.RowCount, values.ColumnCount);
        for (var i = 0; i < matrix.Rows; i++)
            for (var j = 0; j < matrix.Columns; j++) matrix[i][j] = (float)values[i, j];
        return matrix;
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var (there, _, mean) = _maps.Value;
        var centred = new Matrix(rows.Rows, rows.Columns);
        for (var i = 0; i < rows.Rows; i++)
            for (var d = 0; d < rows.Columns; d++) centred[i][d] = rows[i][d] - mean[0][d];
        centred.Multiply(rows.Rows, there, null, codes);
    }

    private protected override void Decode(Matrix codes, Matrix rows)
    {
        var (_, back, mean) = _maps.Value;
        codes.Multiply(codes.Rows, back, mean, rows);
    }

    // What rows and codes are multiplied by: components, and with whitening variances.
    (Matrix There, Matrix Back, Matrix Mean) Maps()
    {
        var (components, variances, mean) = (_components.ToMatrix(), _variances.ToArray(), _mean.ToMatrix());
        if (_config.Whiten == "none") return (components.Transposed(), components, mean);
        var (smaller, larger) = Whitened(components, variances, _config.Floor);
        if (_config.Whiten == "pca") return (smaller.Transposed(), larger, mean);
        Matrix there = new(components.Columns, components.Columns), back = new(components.Columns, components.Columns);
        components.Transposed().Multiply(components.Columns, smaller, null, there);
        components.Transposed().Multiply(components.Columns, larger, null, back);
        return (there, back, mean);
    }

    /// <summary>Directions divided by the deviations along them, and multiplied, with a share of the largest variance added to each; by 1 where nothing varies.</summary>
    internal static (Matrix Smaller, Matrix Larger) Whitened(Matrix directions, float[] variances, double floor)
    {
        Matrix smaller = new(directions.Rows, directions.Columns), larger = new(directions.Rows, directions.Columns);
        for (var k = 0; k < variances.Length; k++)
        {
            var deviation = Deviation(variances, k, floor);
            for (var d = 0; d < directions.Columns; d++) (smaller[k][d], larger[k][d]) = (directions[k][d] / deviation, directions[k][d] * deviation);
        }
        return (smaller, larger);
    }

    /// <summary>What numbers along a direction are divided by.</summary>
    internal static float Deviation(float[] variances, int k, double floor) => variances[0] > 0 ? (float)Math.Sqrt(Math.Max(variances[k] + floor * variances[0], float.Epsilon)) : 1;
}
