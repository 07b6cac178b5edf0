using Likely.Tensors;

namespace Likely.Models;

/// <summary>The mean of rows and their first principal components, as hashing begins with them.</summary>
sealed class PrincipalDirections
{
    readonly Matrix _columns;

    PrincipalDirections(float[] mean, Matrix rows) => (Mean, Rows, _columns) = (mean, rows, rows.Transposed());

    /// <summary>The mean row.</summary>
    public float[] Mean { get; }

    /// <summary>The components, [count, D].</summary>
    public Matrix Rows { get; }

    /// <summary>Fits them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="space">What a row is.</param>
    /// <param name="count">Components.</param>
    /// <param name="key">What asks for so many, for messages.</param>
    /// <param name="options">Seed and progress.</param>
    /// <exception cref="ModelException">There are too few rows for so many.</exception>
    public static PrincipalDirections Fit(RowBlocks rows, Space space, int count, string key, FitOptions options)
    {
        if (rows.Rows <= count) throw new ModelException($"{key} asks for {count} directions of the rows, which are of at least {count + 1} rows, and there {(rows.Rows == 1 ? "is 1" : $"are {rows.Rows}")}");
        var model = new PcaConfig { Components = count }.Outline(space, 0);
        model.Parameters.Allocate(null);
        model.Learn(rows, options);
        var (atoms, matrix) = (model.Atoms(), new Matrix(count, rows.Width));
        for (var k = 0; k < count; k++) atoms[k].CopyTo(matrix[k]);
        return new(Array.ConvertAll(rows.Mean(), value => (float)value), matrix);
    }

    /// <summary>W' (x - m) of the rows of a block, [rows, count].</summary>
    public Matrix Project(Matrix rows, int threads)
    {
        var centred = new Matrix(rows.Rows, rows.Columns);
        for (var i = 0; i < rows.Rows; i++)
        {
            Span<float> from = rows[i], to = centred[i];
            for (var d = 0; d < to.Length; d++) to[d] = from[d] - Mean[d];
        }
        var projected = new Matrix(rows.Rows, Rows.Rows);
        centred.Multiply(_columns, projected, threads);
        return projected;
    }

    /// <summary>W R, [columns of R, D]: what products with rows turned by R, [count, columns], are products with.</summary>
    public float[] Turned(double[,] rotation)
    {
        var (columns, width) = (rotation.GetLength(1), Rows.Columns);
        var values = new float[columns * width];
        var sum = new double[width];
        for (var k = 0; k < columns; k++)
        {
            Array.Clear(sum);
            for (var c = 0; c < Rows.Rows; c++)
            {
                var row = Rows[c];
                var factor = rotation[c, k];
                for (var d = 0; d < width; d++) sum[d] += factor * row[d];
            }
            for (var d = 0; d < width; d++) values[k * width + d] = (float)sum[d];
        }
        return values;
    }
}
