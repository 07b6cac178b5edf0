using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>Muon's steps are those of its formula in double, for any shape of matrix, and of the same bits for any number of threads.</summary>
public sealed unsafe class MuonTests
{
    const double Rate = 0.02, Decay = 0.1;

    [Theory]
    [InlineData(24, 24, 1), InlineData(17, 40, 1), InlineData(40, 17, 1), InlineData(20, 60, 3), InlineData(1, 5, 1), InlineData(3, 1, 1)]
    public void A_matrix_goes_the_way_of_its_gradient_with_singular_values_near_one(int inputs, int outputs, int matrices)
    {
        var (set, weight) = Weights(inputs, outputs, matrices);
        var optimizer = new Optimizer(set, muonShare: 2) { WeightDecay = Decay, AverageDecay = 0 };
        double[] w = Wide(weight.ToArray()), m = new double[w.Length];
        for (var step = 0; step < 3; step++)
        {
            var gradient = Bits.Normal(w.Length, (ulong)(10 + step));
            Update(optimizer, weight, gradient, Rate / 2, 1);
            var u = new double[w.Length];
            for (var i = 0; i < w.Length; i++)
            {
                m[i] = 0.95 * m[i] + 0.05 * gradient[i];
                u[i] = 0.95 * m[i] + 0.05 * gradient[i];
            }
            var columns = outputs / matrices;
            for (var part = 0; part < matrices; part++)
            {
                var x = new double[inputs, columns];
                for (var r = 0; r < inputs; r++)
                    for (var c = 0; c < columns; c++) x[r, c] = u[r * outputs + part * columns + c];
                x = Orthogonal(x);
                for (var r = 0; r < inputs; r++)
                    for (var c = 0; c < columns; c++)
                    {
                        ref var value = ref w[r * outputs + part * columns + c];
                        value -= Rate * Math.Sqrt(Math.Max(1, (double)columns / inputs)) * x[r, c] + Rate * Decay * value;
                    }
            }
            var values = weight.ToArray();
            for (var i = 0; i < w.Length; i++) Assert.Equal(w[i], values[i], 2e-5);
        }
    }

    [Fact]
    public void Threads_and_neighbours_change_no_bits()
    {
        float[]? first = null;
        foreach (var threads in new[] { 1, 2, 3 })
        {
            var (set, weight) = Weights(33, 57, 3);
            var optimizer = new Optimizer(set, muonShare: 20, threads);
            for (var step = 0; step < 3; step++) Update(optimizer, weight, Bits.Normal(33 * 57, (ulong)step), 1e-3, threads);
            float[] all = [.. set.Parameters.SelectMany(parameter => parameter.ToArray())];
            first ??= all;
            Bits.AssertEqual(first, all, $"{threads} threads");
        }
    }

    [Fact]
    public void What_is_no_hidden_matrix_is_left_to_Adam()
    {
        var (set, _) = Weights(16, 16, 1);
        var (other, _) = Weights(16, 16, 1);
        var bias = (Set: set.Parameters[^1], Other: other.Parameters[^1]);
        Optimizer muon = new(set, muonShare: 20), adam = new(other);
        for (var step = 0; step < 3; step++)
        {
            Update(muon, bias.Set, [1, -2, 3], 1e-3, 1);
            Update(adam, bias.Other, [1, -2, 3], 1e-3, 1);
        }
        Bits.AssertEqual(bias.Other.ToArray(), bias.Set.ToArray(), "bias");
    }

    static (ParameterSet Set, Parameter Weight) Weights(int inputs, int outputs, int matrices)
    {
        var set = new ParameterSet();
        set.Add(new Parameter("before", new Shape(1, 5, 20), (normal, _) => normal) { Matrices = 1 });
        var weight = set.Add(new Parameter("weight", new Shape(1, inputs, outputs), (normal, _) => normal) { Matrices = matrices });
        set.Add(new Parameter("bias", new Shape(1, 1, 3), (normal, _) => normal));
        set.Allocate(1);
        return (set, weight);
    }

    static void Update(Optimizer optimizer, Parameter weight, ReadOnlySpan<float> gradient, double rate, int threads)
    {
        var set = weight.Set!;
        var shards = new FloatBlock[8];
        for (var i = 0; i < 8; i++) shards[i] = new FloatBlock(set.Length);
        for (var row = 0; row < weight.Inputs; row++)
            gradient.Slice(row * weight.Outputs, weight.Outputs).CopyTo(shards[0].Span(weight.Offset + row * weight.Stride, weight.Outputs));
        optimizer.Update(shards, rate, threads);
    }

    // Five steps of the quintic on the matrix or, if it has more rows, its transpose, which is the same.
    static double[,] Orthogonal(double[,] x)
    {
        var norm = 1e-7 + Math.Sqrt(x.Cast<double>().Sum(value => value * value));
        for (var i = 0; i < x.GetLength(0); i++)
            for (var j = 0; j < x.GetLength(1); j++) x[i, j] /= norm;
        for (var step = 0; step < 5; step++)
        {
            var square = Times(x, Turned(x));
            var fourth = Times(square, square);
            var (second, third) = (Times(square, x), Times(fourth, x));
            for (var i = 0; i < x.GetLength(0); i++)
                for (var j = 0; j < x.GetLength(1); j++) x[i, j] = 3.4445 * x[i, j] - 4.7750 * second[i, j] + 2.0315 * third[i, j];
        }
        return x;
    }

    static double[,] Turned(double[,] x)
    {
        var y = new double[x.GetLength(1), x.GetLength(0)];
        for (var i = 0; i < y.GetLength(0); i++)
            for (var j = 0; j < y.GetLength(1); j++) y[i, j] = x[j, i];
        return y;
    }

    static double[,] Times(double[,] a, double[,] b)
    {
        var y = new double[a.GetLength(0), b.GetLength(1)];
        for (var i = 0; i < y.GetLength(0); i++)
            for (var j = 0; j < y.GetLength(1); j++)
                for (var k = 0; k < b.GetLength(0); k++) y[i, j] += a[i, k] * b[k, j];
        return y;
    }

    static double[] Wide(float[] values) => Array.ConvertAll(values, value => (double)value);
}
