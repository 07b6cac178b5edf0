using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests;

/// <summary>Drawing from the likeliest symbols, against plain sorting.</summary>
public sealed class SamplerTests
{
    static readonly AutoregressiveModel _model = ContinuationTests.Model(Tokens.Bytes).Density;

    static double[] Probabilities(float temperature = 1)
    {
        var probabilities = new double[256];
        _model.Predict(1).Next().Probabilities(0, probabilities, temperature);
        return probabilities;
    }

    static int[] Drawn(Sampler sampler, int count)
    {
        var predictor = _model.Predict(1);
        var (symbol, drawn) = (new int[1], new int[count]);
        for (var i = 0; i < count; i++)
        {
            sampler.Draw(predictor.Next(), [(i + 0.5) / count], symbol);
            drawn[i] = symbol[0];
        }
        return drawn;
    }

    public static TheoryData<float, int, double, double> Rules => new() { { 1, 5, 1, 0 }, { 1, 0, 0.4, 0 }, { 1, 0, 1, 0.5 }, { 0.5f, 40, 0.9, 0.02 }, { 2, 1, 1, 0 }, { 1, 0, 1e-9, 0 }, { 1, 0, 1, 1 }, { 1, 300, 1, 0 } };

    [Theory, MemberData(nameof(Rules))]
    public void Only_the_likeliest_are_drawn_each_by_its_share_of_them(float temperature, int topK, double topP, double minP)
    {
        const int Count = 20_000;
        var probabilities = Probabilities(temperature);
        var kept = new List<int>();
        var whole = 0.0;
        foreach (var symbol in Enumerable.Range(0, 256).OrderByDescending(symbol => probabilities[symbol]))
        {
            if (kept.Count > 0 && (topK > 0 && kept.Count >= topK || whole >= topP || probabilities[symbol] < minP * probabilities[kept[0]])) break;
            kept.Add(symbol);
            whole += probabilities[symbol];
        }
        var counts = new int[256];
        foreach (var symbol in Drawn(new Sampler(temperature, topK, topP, minP), Count)) counts[symbol]++;
        for (var symbol = 0; symbol < 256; symbol++)
            Assert.InRange(counts[symbol], kept.Contains(symbol) ? Count * probabilities[symbol] / whole - 2 : 0, kept.Contains(symbol) ? Count * probabilities[symbol] / whole + 2 : 0);
    }

    [Fact]
    public void Keeping_all_draws_as_the_model_itself_does()
        => Assert.Equal(Drawn(new Sampler(0.7f), 500), Drawn(new Sampler(0.7f, topK: 256, topP: 1, minP: 0), 500));

    [Fact]
    public void Bits_are_drawn_from_the_likeliest_too()
    {
        var predictor = new NadeConfig { Hidden = 3 }.Build(Space.Image(2, 2, 1, 2), 0, 1).Predict(1);
        var (probabilities, symbol) = (new double[2], new int[1]);
        predictor.Next().Probabilities(0, probabilities);
        var sampler = new Sampler(topK: 1);
        foreach (var uniform in new[] { 0, 0.3, 0.7, 0.999 })
        {
            sampler.Draw(predictor.Next(), [uniform], symbol);
            Assert.Equal(probabilities[1] > probabilities[0] ? 1 : 0, symbol[0]);
        }
    }

    [Fact]
    public void Rules_that_are_none_are_refused()
    {
        foreach (var temperature in new[] { 0, -1, float.NaN, float.PositiveInfinity }) Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(temperature));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(topK: -1));
        foreach (var share in new[] { 0, -1, 1.1, double.NaN }) Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(topP: share));
        foreach (var share in new[] { -0.1, 1.1, double.NaN }) Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(minP: share));
    }
}
