using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>FISTA for the codes of some rows at once, each with its own momentum, which begins anew where a step turns back, and its own end; one thread's.</summary>
sealed unsafe class LassoGradient(Matrix gram, LassoOptions options, float curvature)
{
    const int Between = 10; // steps from one look at the conditions to the next

    /// <summary>Codes from D'x, from what they are on.</summary>
    public void Solve(Matrix start, Matrix codes, Span<float> residuals)
    {
        int[] open = [.. Enumerable.Range(0, start.Rows)];
        Matrix b = Copy(start, open), z = Copy(codes, open), y = Copy(codes, open);
        var momentum = new double[start.Rows];
        Array.Fill(momentum, 1);
        for (var step = 0; open.Length > 0; step++)
        {
            if (step % Between == 0 || step == options.Steps)
            {
                var left = Check(b, z, open, codes, residuals, step == options.Steps);
                if (left.Length == 0) return;
                if (left.Length < open.Length)
                {
                    (b, z, y) = (Copy(b, left), Copy(z, left), Copy(y, left));
                    (momentum, open) = (Array.ConvertAll(left, at => momentum[at]), Array.ConvertAll(left, at => open[at]));
                }
            }
            var products = new Matrix(open.Length, gram.Rows);
            y.Multiply(open.Length, gram, null, products);
            for (var i = 0; i < open.Length; i++)
            {
                var next = (1 + Math.Sqrt(1 + 4 * momentum[i] * momentum[i])) / 2;
                var turned = SparseCodes.Accelerate(products.Row(i), b.Row(i), y.Row(i), z.Row(i), 1 / curvature, (float)(options.Penalty / curvature), (float)((momentum[i] - 1) / next), options.Positive, z.Stride);
                momentum[i] = turned > 0 ? 1 : next;
            }
            GC.KeepAlive(products);
        }
        GC.KeepAlive(this);
    }

    // Writes down the codes that are optimal, or all at the end; returns which rows are not.
    int[] Check(Matrix b, Matrix z, int[] open, Matrix codes, Span<float> residuals, bool isLast)
    {
        var (left, products) = (new List<int>(), new Matrix(open.Length, gram.Rows));
        z.Multiply(open.Length, gram, null, products);
        for (var i = 0; i < open.Length; i++)
        {
            float most = 0, scale = 0;
            for (var k = 0; k < gram.Rows; k++)
            {
                var (q, code) = (b[i][k] - products[i][k], z[i][k]);
                var threshold = (float)options.Penalty;
                scale = MathF.Max(scale, MathF.Abs(b[i][k]));
                most = MathF.Max(most, code > 0 ? MathF.Abs(q - threshold) : code < 0 ? MathF.Abs(q + threshold) : (options.Positive ? q : MathF.Abs(q)) - threshold);
            }
            if (!isLast && most > options.Residual * scale)
            {
                left.Add(i);
                continue;
            }
            residuals[open[i]] = scale > 0 ? most / scale : 0;
            z[i].CopyTo(codes[open[i]]);
        }
        return [.. left];
    }

    static Matrix Copy(Matrix from, int[] rows)
    {
        var copy = new Matrix(rows.Length, from.Columns);
        for (var i = 0; i < rows.Length; i++) from[rows[i]].CopyTo(copy[i]);
        return copy;
    }
}
