using Likely.Models;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>What every model of features must pass.</summary>
public sealed class FeatureLaw
{
    public static TheoryData<string> Cases => [.. FeatureCase.All.Select(one => one.Name)];

    static FeatureCase Find(string name) => FeatureCase.All.Single(one => one.Name == name);

    static float[] Flat(float[,] values) => [.. values.Cast<float>()];

    static float[] Encode(FeatureModel model, float[] rows)
    {
        var codes = new float[rows.Length / model.Space.Dimensions * model.Width];
        model.Encode(rows, rows.Length / model.Space.Dimensions, codes);
        return codes;
    }

    [Fact]
    public void Every_registered_model_of_features_has_cases()
        => Assert.Equal(ModelRegistry.All.OfType<FeatureConfig>().Select(config => config.Name), FeatureCase.All.Select(one => one.Config.Name).Distinct());

    [Theory, MemberData(nameof(Cases))]
    public void Fitting_gives_the_same_bits_on_any_number_of_threads(string name)
    {
        var law = Find(name);
        string? expected = null;
        foreach (var threads in new[] { 1, 2, 5 })
        {
            var model = law.Fit(threads);
            var identity = new Checkpoint(model, [], "as=vectors").Identity();
            expected ??= identity;
            Assert.Equal(expected, identity);
            Assert.All(model.Fitting.Values, value => Assert.True(double.IsFinite(value)));
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_row_s_code_does_not_depend_on_the_rows_beside_it(string name)
    {
        var (model, rows) = (Find(name).Fit(), Flat(FeatureCase.Values(530, seed: 8)));
        var together = Encode(model, rows);
        Assert.All(together, value => Assert.True(float.IsFinite(value)));
        foreach (var (first, count) in new[] { (0, 1), (529, 1), (3, 17), (500, 30) })
            Bits.AssertEqual(together.AsSpan(first * model.Width, count * model.Width), Encode(model, rows[(first * FeatureCase.Width)..((first + count) * FeatureCase.Width)]), name);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Saving_and_loading_keeps_codes_and_rows(string name)
    {
        var model = Find(name).Fit();
        using var memory = new MemoryStream();
        new Checkpoint(model, [], "as=vectors") { DataName = "law" }.Save(memory);
        var read = Checkpoint.Load(memory.ToArray());
        var loaded = Assert.IsAssignableFrom<FeatureModel>(read.Model);
        Assert.Equal((model.Config, model.Space, model.Width), (loaded.Config, loaded.Space, loaded.Width));
        var rows = Flat(FeatureCase.Values(40, seed: 9));
        var codes = Encode(model, rows);
        Bits.AssertEqual(codes, Encode(loaded, rows), name);
        float[] back = new float[rows.Length], again = new float[rows.Length];
        Assert.Equal(model.TryDecode(codes, 40, back), loaded.TryDecode(codes, 40, again));
        Bits.AssertEqual(back, again, name);
        Assert.Equal(model.Atoms().SelectMany(atom => atom), loaded.Atoms().SelectMany(atom => atom));
        Assert.Contains("makes features", Assert.Throws<ModelException>(() => read.Density).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Cases))]
    public void What_is_given_back_is_nearer_than_the_mean(string name)
    {
        var model = Find(name).Fit();
        if (!model.Decodes) return;
        var (rows, width) = (Flat(FeatureCase.Values()), FeatureCase.Width);
        var back = new float[rows.Length];
        Assert.True(model.TryDecode(Encode(model, rows), FeatureCase.Count, back));
        double lost = 0, spread = 0;
        for (var d = 0; d < width; d++)
        {
            var mean = Enumerable.Range(0, FeatureCase.Count).Average(i => rows[i * width + d]);
            for (var i = d; i < rows.Length; i += width) (lost, spread) = (lost + Math.Pow(rows[i] - back[i], 2), spread + Math.Pow(rows[i] - mean, 2));
        }
        Assert.True(lost <= spread * 1.0001, $"{name}: {lost} of {spread}");
    }

    [Theory, MemberData(nameof(Cases))]
    public void Values_that_are_no_numbers_are_refused_by_their_place(string name)
    {
        var values = Find(name).Own();
        values[700, 4] = float.NaN;
        Assert.Contains("row 700 has NaN in column 4", Assert.Throws<ModelException>(() => Find(name).Config.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
        values[700, 4] = float.NegativeInfinity;
        Assert.Contains("infinite", Assert.Throws<ModelException>(() => Find(name).Config.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
        values[700, 4] = 1e25f;
        Assert.Contains("row 700 has 1E+25 in column 4", Assert.Throws<ModelException>(() => Find(name).Config.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Rows_that_are_all_alike_and_single_rows_are_fitted_or_refused_in_one_sentence(string name)
    {
        foreach (var count in new[] { 1, 2, 600 })
            try
            {
                var model = Find(name).Config.Fit(Rows.Of(new float[count, FeatureCase.Width]));
                Assert.All(Encode(model, new float[3 * FeatureCase.Width]), value => Assert.True(float.IsFinite(value)));
            }
            catch (ModelException fault)
            {
                Assert.InRange(fault.Message.Length, 20, 200);
            }
    }

    // A column that never varies, one that is another's double, and numbers far smaller than the others: covariances are singular, and variances 0.
    [Theory, MemberData(nameof(Cases))]
    public void Columns_that_say_nothing_do_no_harm(string name)
    {
        var values = Find(name).Own();
        for (var i = 0; i < FeatureCase.Count; i++) (values[i, 3], values[i, 5], values[i, 6]) = (7, values[i, 4], values[i, 4] * 1e-12f);
        var model = Find(name).Config.Fit(Rows.Of(values), new FitOptions { Seed = 3 });
        Assert.All(Encode(model, Flat(values)), value => Assert.True(float.IsFinite(value)));
        Assert.All(model.Fitting.Values, value => Assert.True(double.IsFinite(value)));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Fitting_ends_when_it_is_told_to(string name)
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Find(name).Config.Fit(Rows.Of(Find(name).Own()), null, source.Token));
    }
}
