using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class LassoTests
{
    const int Width = 19, Count = 70;

    public static TheoryData<string, bool, int, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, int, double>();
            foreach (var algorithm in new[] { "coordinate-descent", "fista" })
                foreach (var positive in new[] { false, true })
                    foreach (var (atoms, penalty) in new[] { (7, 0.5), (50, 0.1), (200, 0.3), (50, 2.0), (1, 0.01) }) cases.Add(algorithm, positive, atoms, penalty);
            return cases;
        }
    }

    // Atoms with a direction in common, as those of pictures have.
    static float[][] Atoms(int count, int width = Width)
    {
        var random = new Philox(4, RandomPurpose.Test);
        var atoms = new float[count][];
        for (var k = 0; k < count; k++)
        {
            double[] values = [.. Enumerable.Range(0, width).Select(d => random.Normal((ulong)k, 2 * (ulong)d) + 0.7)];
            var length = Math.Sqrt(values.Sum(value => value * value));
            atoms[k] = [.. values.Select(value => (float)(value / length))];
        }
        return atoms;
    }

    static float[] RandomRows(int count, int width = Width)
    {
        var random = new Philox(9, RandomPurpose.Test);
        return [.. Enumerable.Range(0, count * width).Select(i => (float)((1 + i / width % 5) * random.Normal((ulong)(i / width), 2 * (ulong)(i % width))))];
    }

    static (float[] Codes, float[] Residuals) Encode(LassoOptions options, float[][] atoms, float[] rows)
    {
        var (codes, residuals) = (new float[rows.Length / atoms[0].Length * atoms.Length], new float[rows.Length / atoms[0].Length]);
        new Lasso(atoms, options).Encode(rows, residuals.Length, codes, residuals);
        return (codes, residuals);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_code_is_optimal_by_conditions_worked_out_in_double(string algorithm, bool positive, int atomCount, double penalty)
    {
        var (atoms, rows) = (Atoms(atomCount), RandomRows(Count));
        var options = new LassoOptions { Algorithm = algorithm, Positive = positive, Penalty = penalty };
        var (codes, residuals) = Encode(options, atoms, rows);
        for (var i = 0; i < Count; i++)
        {
            var rest = Enumerable.Range(0, Width).Select(d => rows[i * Width + d] - Enumerable.Range(0, atomCount).Sum(k => (double)codes[i * atomCount + k] * atoms[k][d])).ToArray();
            var scale = Enumerable.Range(0, atomCount).Max(k => Math.Abs(Enumerable.Range(0, Width).Sum(d => (double)rows[i * Width + d] * atoms[k][d])));
            for (var k = 0; k < atomCount; k++)
            {
                var (correlation, code) = (rest.Select((value, d) => value * atoms[k][d]).Sum(), codes[i * atomCount + k]);
                var missed = code != 0 ? Math.Abs(correlation - Math.Sign(code) * penalty) : (positive ? correlation : Math.Abs(correlation)) - penalty;
                Assert.True(missed <= (options.Residual + 4e-6) * scale, $"row {i}, atom {k}: {missed / scale} of the largest correlation");
                Assert.True(code >= 0 || !positive);
            }
            Assert.InRange(residuals[i], 0, options.Residual);
        }
    }

    [Fact]
    public void Both_algorithms_find_the_same_code_where_there_is_one()
    {
        var (atoms, rows) = (Atoms(12), RandomRows(Count));
        var one = Encode(new LassoOptions { Penalty = 0.2, Residual = 1e-6 }, atoms, rows).Codes;
        var other = Encode(new LassoOptions { Penalty = 0.2, Residual = 1e-6, Algorithm = "fista" }, atoms, rows).Codes;
        Assert.All(one.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        Assert.InRange(one.Count(value => value == 0), 1, one.Length - Count);
    }

    [Theory, InlineData("coordinate-descent"), InlineData("fista")]
    public void Rows_have_the_same_codes_on_any_number_of_threads_and_beside_any_others(string algorithm)
    {
        var (atoms, rows) = (Atoms(60), RandomRows(1100));
        var options = new LassoOptions { Penalty = 0.5, Algorithm = algorithm, Threads = 1 };
        var codes = Encode(options, atoms, rows).Codes;
        Bits.AssertEqual(codes, Encode(options with { Threads = 3 }, atoms, rows).Codes, "threads");
        Bits.AssertEqual(codes.AsSpan(700 * 60, 60), Encode(options, atoms, rows[(700 * Width)..(701 * Width)]).Codes, "alone");
    }

    [Theory, InlineData("coordinate-descent"), InlineData("fista")]
    public void What_is_worth_nothing_is_zero_and_atoms_that_are_alike_or_zero_do_no_harm(string algorithm)
    {
        var (atoms, rows) = (Atoms(9), RandomRows(40));
        atoms[3] = new float[Width];
        atoms[7] = atoms[2];
        rows.AsSpan(5 * Width, Width).Clear();
        var (codes, residuals) = Encode(new LassoOptions { Penalty = 0.3, Algorithm = algorithm }, atoms, rows);
        Assert.All(codes, value => Assert.True(float.IsFinite(value)));
        Assert.All(residuals, value => Assert.InRange(value, 0, 1e-5f));
        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal(0, codes[i * 9 + 3]));
        Assert.All(codes[45..54], value => Assert.Equal(0, value));
        Assert.All(Encode(new LassoOptions { Penalty = 1000, Algorithm = algorithm }, atoms, rows).Codes, value => Assert.Equal(0, value));
    }

    [Fact]
    public void What_does_not_fit_is_refused_in_one_sentence()
    {
        foreach (var options in new LassoOptions[] { new() { Penalty = 0 }, new() { Penalty = double.NaN }, new() { Residual = 1e-9 }, new() { Algorithm = "lars" }, new() { Steps = 0 } })
            Assert.Contains("is not allowed", Assert.Throws<ModelException>(() => new Lasso(Atoms(3), options)).Message, StringComparison.Ordinal);
        Assert.Contains("atom 1", Assert.Throws<ModelException>(() => new Lasso([[1, 2], [3, float.NaN]], new LassoOptions())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Lasso([[1, 2], [3]], new LassoOptions()));
        Assert.Throws<ArgumentException>(() => new Lasso([], new LassoOptions()));
        Assert.Throws<ArgumentException>(() => new Lasso(Atoms(3), new LassoOptions()).Encode(new float[Width], 2, new float[6]));
    }
}
