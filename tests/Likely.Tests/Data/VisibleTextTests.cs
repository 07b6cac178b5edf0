using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("é ü 日本 العربية 👍🏽", "é ü 日本 العربية 👍🏽")]
    [InlineData("a\u001b[2Jb", "a\\x1b[2Jb")]
    [InlineData("\u009b31m\u007f\u0000", "\\x9b31m\\x7f\\x00")]
    [InlineData("a\nb\tc\r", "a\\nb\\tc\\r")]
    [InlineData("gpj.\u202eexe", "gpj.\\u202eexe")]
    [InlineData("\u2028\ufeff", "\\u2028\\ufeff")]
    [InlineData("", "")]
    public void What_steers_a_terminal_is_written_out(string text, string visible) => Assert.Equal(visible, VisibleText.Line(text));

    [Fact]
    public void A_lone_half_of_a_pair_stays_as_long_as_it_is()
    {
        var text = $"a{(char)0xD83D}\u001bb";
        Assert.Equal($"a{(char)0xD83D}\\x1bb", VisibleText.Line(text));
    }

    [Fact]
    public void Breaks_between_lines_may_stay() => Assert.Equal("a\nb\r\nc\td\\re\\x1b", VisibleText.Lines("a\nb\r\nc\td\re\u001b"));
}
