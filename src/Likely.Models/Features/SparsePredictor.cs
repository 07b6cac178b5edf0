using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>What predicts sparse codes: gain tanh(x W + b), or what of x W + b is beyond a threshold of each code's number.</summary>
/// <param name="weights">W, [D, K].</param>
/// <param name="biases">b, [1, K].</param>
/// <param name="gains">Gains or thresholds, [1, K].</param>
/// <param name="shrinks">Whether it is thresholds.</param>
sealed unsafe class SparsePredictor(Matrix weights, Matrix biases, Matrix gains, bool shrinks)
{
    const double Beta1 = 0.9, Beta2 = 0.999;

    readonly Matrix[] _parts = [weights, biases, gains];
    readonly Matrix[] _first = [Like(weights), Like(biases), Like(gains)], _second = [Like(weights), Like(biases), Like(gains)];
    readonly Matrix[] _average = [Like(weights), Like(biases), Like(gains)];
    int _steps;

    public Matrix Weights => weights;
    public Matrix Biases => biases;
    public Matrix Gains => gains;

    /// <summary>Codes of rows.</summary>
    public void Predict(Matrix rows, Matrix codes) => Predict(rows, codes, codes);

    // Codes, and what lies behind the bend: the tangents, or codes.
    void Predict(Matrix rows, Matrix codes, Matrix bent)
    {
        rows.Multiply(rows.Rows, weights, biases, codes);
        for (var i = 0; i < rows.Rows; i++)
            if (!shrinks) SparseCodes.Predict(codes.Row(i), gains.Data, bent.Row(i), codes.Row(i), codes.Stride);
            else SparseCodes.Shrink(codes.Row(i), gains.Data, codes.Stride);
        GC.KeepAlive(codes);
        GC.KeepAlive(bent);
        GC.KeepAlive(this);
    }

    /// <summary>A step of Adam by the mean over rows of half the squared distance to given codes.</summary>
    public void Step(Matrix rows, Matrix wanted, double rate, int threads)
    {
        Matrix codes = new(rows.Rows, wanted.Columns), bent = new(rows.Rows, wanted.Columns);
        Predict(rows, codes, bent);
        var (weightSums, count) = (new double[weights.Rows, weights.Columns], rows.Rows);
        double[] biasSums = new double[wanted.Columns], gainSums = new double[wanted.Columns];
        for (var i = 0; i < count; i++)
        {
            Span<float> code = codes[i], tangent = bent[i], target = wanted[i], gain = gains[0];
            for (var k = 0; k < code.Length; k++)
            {
                var error = (code[k] - target[k]) / count;
                gainSums[k] += shrinks ? code[k] > 0 ? -error : code[k] < 0 ? error : 0 : error * tangent[k];
                code[k] = shrinks ? code[k] != 0 ? error : 0 : error * gain[k] * (1 - tangent[k] * tangent[k]);
                biasSums[k] += code[k];
            }
        }
        rows.AddProducts(count, codes, weightSums, threads);
        _steps++;
        var (correction1, correction2) = ((float)(1 - ExactMath.Pow(Beta1, _steps)), (float)(1 - ExactMath.Pow(Beta2, _steps)));
        for (var part = 0; part < _parts.Length; part++)
        {
            var (values, gradient) = (_parts[part], Like(_parts[part]));
            for (var r = 0; r < values.Rows; r++)
                for (var k = 0; k < values.Columns; k++) gradient[r][k] = (float)(part == 0 ? weightSums[r, k] : part == 1 ? biasSums[k] : gainSums[k]);
            Optimizers.Adam(values.Data, gradient.Data, _first[part].Data, _second[part].Data, _average[part].Data, (long)values.Rows * values.Stride, (float)rate, (float)Beta1, (float)Beta2, correction1, correction2, 1e-8f, 0, 0, 0, 0, 1);
            GC.KeepAlive(gradient);
        }
        if (shrinks)
            foreach (ref var threshold in gains[0]) threshold = MathF.Max(0, threshold);
        GC.KeepAlive(this);
    }

    static Matrix Like(Matrix matrix) => new(matrix.Rows, matrix.Columns);
}
