using Xunit;

namespace Likely.Tests.Data.Sound;

/// <summary>Levels of samples, and what they stand for.</summary>
public sealed class SampleTokensTests
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(100, false)]
    [InlineData(256, false)]
    [InlineData(256, true)]
    [InlineData(65_536, false)]
    public void A_level_is_what_its_middle_becomes_and_levels_rise(int levels, bool isMuLaw)
    {
        var tokens = new SampleTokens(8000, levels, isMuLaw);
        for (var level = 0; level < levels; level++)
        {
            Assert.Equal(level, tokens.SymbolOf(tokens.ValueOf(level)));
            Assert.Equal(level, tokens.SymbolOf((short)tokens.Least(level)));
            if (level > 0) Assert.Equal(level - 1, tokens.SymbolOf((short)(tokens.Least(level) - 1)));
        }
        var before = 0;
        for (int value = short.MinValue; value <= short.MaxValue; value++)
        {
            var level = tokens.SymbolOf((short)value);
            Assert.InRange(level, before, Math.Min(before + 1, levels - 1));
            before = level;
            if (levels == 65_536) Assert.Equal(value, tokens.ValueOf(level));
        }
        Assert.Equal(levels - 1, before);
        Assert.Equal(tokens.ToText(), Tokens.Parse(tokens.ToText()).ToText());
        Assert.Throws<ArgumentOutOfRangeException>(() => tokens.ValueOf(levels));
    }

    [Fact]
    public void Mu_law_is_that_of_the_formula()
    {
        var tokens = new SampleTokens(8000, 256, isMuLaw: true);
        double Companded(double x) => Math.Sign(x) * Math.Log(1 + 255 * Math.Abs(x)) / Math.Log(256);
        var different = 0;
        for (int value = short.MinValue; value <= short.MaxValue; value++)
            if (tokens.SymbolOf((short)value) != (int)Math.Clamp(Math.Floor(128 * (Companded(value / 32768.0) + 1)), 0, 255)) different++;
        Assert.Equal(0, different);
        Assert.Equal((128, 127, 255, 0), (tokens.SymbolOf(0), tokens.SymbolOf(-1), tokens.SymbolOf(short.MaxValue), tokens.SymbolOf(short.MinValue)));
    }

    [Theory]
    [InlineData("samples 8000 mulaw 255")]
    [InlineData("samples 0 linear 256")]
    [InlineData("samples 8000 linear 1")]
    [InlineData("samples 8000 linear 65537")]
    [InlineData("samples 08000 linear 256")]
    [InlineData("samples 8000 alaw 256")]
    [InlineData("samples")]
    public void What_is_none_is_refused(string text) => Assert.Throws<DataException>(() => Tokens.Parse(text));

    [Fact]
    public void Out_of_range_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleTokens(99, 256, false));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleTokens(8000, 128, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleTokens(8000, 65_537, false));
    }
}
