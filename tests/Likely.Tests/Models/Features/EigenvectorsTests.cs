using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class EigenvectorsTests
{
    const int Size = 300;

    // Of given values along orthonormal directions.
    static Matrix Symmetric(Func<int, double> value)
    {
        var random = new Philox(1, RandomPurpose.Test);
        var directions = Eigenvectors.Orthonormal(MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(Size, Size, (i, j) => random.Normal((ulong)i, (ulong)j)));
        var product = directions * MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseDiagonal(Size, Size, value) * directions.Transpose();
        var matrix = new Matrix(Size, Size);
        for (var i = 0; i < Size; i++)
            for (var j = 0; j < Size; j++) matrix[i][j] = (float)((product[i, j] + product[j, i]) / 2);
        return matrix;
    }

    public static TheoryData<string> Spectra => ["falling", "negative", "flat", "few", "none"];

    static double Value(string spectrum, int k) => spectrum switch
    {
        "falling" => 10.0 / (1 + k),
        "negative" => k % 3 == 2 ? -6.0 / (1 + k) : 10.0 / (1 + k),
        "flat" => 1 - 1e-3 * k,
        "few" => k < 4 ? 5 - k : 0,
        _ => 0,
    };

    [Theory, MemberData(nameof(Spectra))]
    public void The_first_that_are_searched_are_those_of_all(string spectrum)
    {
        const int Wanted = 6;
        var matrix = Symmetric(k => Value(spectrum, k));
        var (vectors, values) = Eigenvectors.First(matrix, Wanted, new Philox(1, RandomPurpose.Initialization), 2, default);
        double[] expected = [.. Enumerable.Range(0, Size).Select(k => Value(spectrum, k)).OrderDescending().Take(Wanted)];
        for (var k = 0; k < Wanted; k++)
        {
            Assert.Equal(expected[k], values[k], 2e-6 * Math.Max(1e-3, expected[0]));
            var (v, missed) = (vectors.Column(k), 0.0);
            for (var i = 0; i < Size; i++)
            {
                var sum = 0.0;
                for (var j = 0; j < Size; j++) sum += (double)matrix[i][j] * v[j];
                missed += (sum - values[k] * v[i]) * (sum - values[k] * v[i]);
            }
            Assert.InRange(Math.Sqrt(missed), 0, 2e-5 * Math.Max(1e-3, expected[0]));
            for (var n = 0; n <= k; n++) Assert.Equal(n == k ? 1 : 0, v * vectors.Column(n), 1e-9);
        }
        var (again, _) = Eigenvectors.First(matrix, Wanted, new Philox(1, RandomPurpose.Initialization), 1, default);
        Assert.Equal(vectors.ToColumnMajorArray(), again.ToColumnMajorArray());
    }
}
