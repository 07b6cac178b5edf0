using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What is done to rows before a model of features sees them: of each row x its own mean m is taken away and it is divided by s = sqrt(variance + floor), so that patches of bright and faint places count alike; then all are
/// whitened, y = V (L + e)^-1/2 V' ((x - m) / s - mean), with V and L the directions and variances of the rows (ZCA, Bell and Sejnowski 1997), or each column on its own, V being the identity and L the columns' variances. PCA whitening would be the same up to a rotation, which products and distances do not see.
/// m and s are what a code keeps of a row beside the model's own numbers, so that the way back is whole.
/// </summary>
sealed class RowPreparation
{
    const double LeastContrast = 0.01; // as a share of the rows' mean variance: what is nearly flat is not blown up to noise

    readonly FeatureConfig _config;
    readonly int _width;
    readonly Parameter? _contrast, _mean, _directions, _variances;
    readonly Lazy<(Matrix There, Matrix Back, float[] Mean)> _maps;
    readonly Lazy<(float[] Mean, float[] Scales)> _columns;
    readonly Lazy<double> _logVolume;

    RowPreparation(FeatureConfig config, int width, ParameterSet parameters)
    {
        (_config, _width) = (config, width);
        var scope = new ParameterScope(parameters, "input");
        if (config.Normalize == "contrast") _contrast = scope.Bias("contrast_floor", 1);
        if (config.Whitening != "none")
        {
            _mean = scope.Bias("mean", width);
            if (config.Whitening == "zca") _directions = scope.Weight("directions", 1, width, width);
            _variances = scope.Bias("variances", width);
        }
        (_maps, _columns, _logVolume) = (new(Maps), new(() => (_mean!.ToArray(), Scales())), new(Volume));
    }

    /// <summary>What the config asks for; null if rows are taken as they are.</summary>
    public static RowPreparation? Of(FeatureConfig config, Space space, ParameterSet parameters)
        => config.Normalize == "none" && config.Whitening == "none" ? null : new RowPreparation(config, space.Dimensions, parameters);

    /// <summary>Numbers of a row that are kept for the way back: its mean, and what it was divided by.</summary>
    public int Kept => _config.Normalize switch { "none" => 0, "mean" => 1, _ => 2 };

    /// <summary>log |dy / dx| of the rows y that the model sees, by which a density of these becomes one of the rows x themselves; null where rows are normalized, as many are then seen as one.</summary>
    public double? LogVolume => Kept > 0 ? null : _logVolume.Value;

    /// <summary>Finds out what is the same for all rows; returns these, prepared.</summary>
    public RowBlocks Learn(RowBlocks rows, FitOptions options)
    {
        _contrast?.Assign([(float)(LeastContrast * Variance(rows))]);
        if (_mean is null) return rows.With(Prepared);
        if (rows.Rows < 2) throw new ModelException("rows are whitened by how they vary, and there is 1");
        var normalized = rows.With(x => Normalized(x, null));
        if (_directions is null)
        {
            var (means, spreads) = Columns(normalized);
            _mean.Assign(Array.ConvertAll(means, value => (float)value));
            _variances!.Assign(Array.ConvertAll(spreads, value => (float)value));
            return rows.With(Prepared);
        }
        var (mean, directions, variances, _) = Pca.Exact(normalized, _width, options);
        var values = new float[_width * _width];
        for (var k = 0; k < _width; k++)
            for (var d = 0; d < _width; d++) values[k * _width + d] = (float)directions[d, k];
        _directions!.Assign(values);
        _mean.Assign(Array.ConvertAll(mean, value => (float)value));
        _variances!.Assign(Array.ConvertAll(variances, value => (float)Math.Max(0, value)));
        return rows.With(Prepared);
    }

    /// <summary>Rows as the model sees them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="kept">Receives what the way back needs, [rows, <see cref="Kept"/>].</param>
    public Matrix Apply(Matrix rows, Matrix kept)
    {
        var prepared = Normalized(rows, kept);
        if (_mean is null) return prepared;
        if (_directions is null)
        {
            var (center, scales) = _columns.Value;
            for (var i = 0; i < rows.Rows; i++)
                for (var d = 0; d < rows.Columns; d++) prepared[i][d] = (prepared[i][d] - center[d]) / scales[d];
            return prepared;
        }
        var ((there, _, mean), result) = (_maps.Value, new Matrix(rows.Rows, rows.Columns));
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = prepared[i];
            for (var d = 0; d < row.Length; d++) row[d] -= mean[d];
        }
        prepared.Multiply(rows.Rows, there, null, result);
        return result;
    }

    /// <summary>The way back, in place.</summary>
    public void Undo(Matrix rows, Matrix kept)
    {
        if (_mean is not null && _directions is null)
        {
            var (center, scales) = _columns.Value;
            for (var i = 0; i < rows.Rows; i++)
                for (var d = 0; d < rows.Columns; d++) rows[i][d] = rows[i][d] * scales[d] + center[d];
        }
        else if (_mean is not null)
        {
            var ((_, back, mean), whole) = (_maps.Value, new Matrix(rows.Rows, rows.Columns));
            rows.Multiply(rows.Rows, back, null, whole);
            for (var i = 0; i < rows.Rows; i++)
                for (var d = 0; d < rows.Columns; d++) rows[i][d] = whole[i][d] + mean[d];
        }
        for (var i = 0; i < rows.Rows && Kept > 0; i++)
        {
            var (mean, scale) = (kept[i][0], Kept == 2 ? kept[i][1] : 1);
            foreach (ref var value in rows[i]) value = value * scale + mean;
        }
    }

    Matrix Prepared(Matrix rows) => Apply(rows, new Matrix(rows.Rows, Math.Max(1, Kept)));

    Matrix Normalized(Matrix rows, Matrix? kept)
    {
        var (result, floor) = (new Matrix(rows.Rows, rows.Columns), _contrast?.ToArray()[0] ?? 0);
        for (var i = 0; i < rows.Rows; i++)
        {
            Span<float> from = rows[i], to = result[i];
            if (Kept == 0)
            {
                from.CopyTo(to);
                continue;
            }
            var (mean, variance) = Moments(from);
            var (own, scale) = ((float)mean, Kept == 2 && variance + floor > 0 ? (float)Math.Sqrt(variance + floor) : 1);
            for (var d = 0; d < to.Length; d++) to[d] = (from[d] - own) / scale;
            if (kept is null) continue;
            kept[i][0] = own;
            if (Kept == 2) kept[i][1] = scale;
        }
        return result;
    }

    static (double Mean, double Variance) Moments(ReadOnlySpan<float> row)
    {
        double sum = 0, squares = 0;
        foreach (var value in row) sum += value;
        var mean = sum / row.Length;
        foreach (var value in row) squares += (value - mean) * (value - mean);
        return (mean, squares / row.Length);
    }

    // The mean over rows of how much a row's numbers vary about their own mean.
    static double Variance(RowBlocks rows)
    {
        var parts = new double[rows.Count];
        rows.Each((block, _) =>
        {
            for (var i = 0; i < rows.RowsOf(block); i++) parts[block] += Moments(rows[block][i]).Variance;
        });
        return parts.Sum() / rows.Rows;
    }

    // Each column's mean and variance; block after block, so that threads change no bit.
    (double[] Means, double[] Variances) Columns(RowBlocks rows)
    {
        var (means, variances) = (new double[_width], new double[_width]);
        for (var pass = 0; pass < 2; pass++)
        {
            var sums = new double[rows.Count][];
            rows.Each((block, _) =>
            {
                var own = sums[block] = new double[_width];
                for (var i = 0; i < rows.RowsOf(block); i++)
                    for (var d = 0; d < _width; d++) own[d] += pass == 0 ? rows[block][i][d] : (rows[block][i][d] - means[d]) * (rows[block][i][d] - means[d]);
            });
            var total = pass == 0 ? means : variances;
            foreach (var own in sums)
                for (var d = 0; d < _width; d++) total[d] += own[d];
            for (var d = 0; d < _width; d++) total[d] /= rows.Rows;
        }
        return (means, variances);
    }

    // A column that never changes, but for what rounding its mean does, is left as it is.
    float[] Scales()
    {
        const double Rounding = 1e-6;
        var (means, scales) = (_mean!.ToArray(), _variances!.ToArray());
        for (var d = 0; d < scales.Length; d++) scales[d] = Math.Sqrt(scales[d]) > Rounding * Math.Abs(means[d]) ? (float)Math.Sqrt(scales[d]) : 1;
        return scales;
    }

    double Volume()
    {
        var (variances, sum) = (_variances!.ToArray(), 0.0);
        for (var d = 0; d < _width; d++) sum -= ExactMath.Log(_directions is null ? _columns.Value.Scales[d] : Pca.Deviation(variances, d, _config.WhiteningFloor));
        return sum;
    }

    (Matrix There, Matrix Back, float[] Mean) Maps()
    {
        var directions = _directions!.ToMatrix();
        var (smaller, larger) = Pca.Whitened(directions, _variances!.ToArray(), _config.WhiteningFloor);
        Matrix there = new(_width, _width), back = new(_width, _width), transposed = directions.Transposed();
        transposed.Multiply(_width, smaller, null, there);
        transposed.Multiply(_width, larger, null, back);
        return (there, back, _mean!.ToArray());
    }
}
