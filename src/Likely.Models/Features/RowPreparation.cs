using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What is done to rows before a model of features sees them: of each row x its own mean m is taken away and it is divided by s = sqrt(variance + floor), so that patches of bright and faint places count alike; then all are
/// whitened, y = V (L + e)^-1/2 V' ((x - m) / s - mean), with V and L the directions and variances of the rows (ZCA, Bell and Sejnowski 1997). PCA whitening would be the same up to a rotation, which products and distances do not see.
/// m and s are what a code keeps of a row beside the model's own numbers, so that the way back is whole.
/// </summary>
sealed class RowPreparation
{
    const double LeastContrast = 0.01; // as a share of the rows' mean variance: what is nearly flat is not blown up to noise

    readonly FeatureConfig _config;
    readonly int _width;
    readonly Parameter? _contrast, _mean, _directions, _variances;
    readonly Lazy<(Matrix There, Matrix Back, float[] Mean)> _maps;

    RowPreparation(FeatureConfig config, int width, ParameterSet parameters)
    {
        (_config, _width) = (config, width);
        var scope = new ParameterScope(parameters, "input");
        if (config.Normalize == "contrast") _contrast = scope.Bias("contrast_floor", 1);
        if (config.Whitening != "none")
        {
            _mean = scope.Bias("mean", width);
            _directions = scope.Weight("directions", 1, width, width);
            _variances = scope.Bias("variances", width);
        }
        _maps = new(Maps);
    }

    /// <summary>What the config asks for; null if rows are taken as they are.</summary>
    public static RowPreparation? Of(FeatureConfig config, Space space, ParameterSet parameters)
        => config.Normalize == "none" && config.Whitening == "none" ? null : new RowPreparation(config, space.Dimensions, parameters);

    /// <summary>Numbers of a row that are kept for the way back: its mean, and what it was divided by.</summary>
    public int Kept => _config.Normalize switch { "none" => 0, "mean" => 1, _ => 2 };

    /// <summary>Finds out what is the same for all rows; returns these, prepared.</summary>
    public RowBlocks Learn(RowBlocks rows, FitOptions options)
    {
        _contrast?.Assign([(float)(LeastContrast * Variance(rows))]);
        if (_mean is null) return rows.With(Prepared);
        if (rows.Rows < 2) throw new ModelException("rows are whitened by how they vary, and there is 1");
        var normalized = rows.With(x => Normalized(x, null));
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
        if (_mean is not null)
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
