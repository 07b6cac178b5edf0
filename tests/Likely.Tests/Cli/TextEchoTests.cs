using System.Text;
using Likely.Cli;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Text that comes byte by byte: no character is ever cut in two, and nothing is lost.</summary>
public sealed class TextEchoTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("ä€𝄞 \r\n \r x\r")]
    [InlineData("👩‍👩‍👧 é")]
    public void Pieces_of_any_length_give_the_text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var piece = 1; piece <= bytes.Length; piece++)
        {
            var (output, written) = (new StringWriter(), new List<string>());
            var session = new Session(new AnswerWriter(new Recorder(output, written)), new ForgivingWriter(new StringWriter()), default) { Threads = 1, Seed = 1 };
            var echo = new TextEcho(session);
            foreach (var chunk in bytes.Chunk(piece)) echo.Write(chunk);
            echo.End();
            Assert.Equal(text, output.ToString());
            foreach (var part in written) Assert.Equal(part, new string(part.EnumerateRunes().SelectMany(rune => rune.ToString()).ToArray())); // no lone half of a pair
        }
    }

    [Fact]
    public void What_is_no_text_is_shown_as_that()
    {
        var output = new StringWriter();
        var echo = new TextEcho(new Session(new AnswerWriter(output), new ForgivingWriter(new StringWriter()), default) { Threads = 1, Seed = 1 });
        foreach (var value in new byte[] { (byte)'a', 0xff, (byte)'b', 0xc3 }) echo.Write([value]);
        echo.End();
        Assert.Equal("a\uFFFDb\uFFFD", output.ToString());
    }

    sealed class Recorder(StringWriter inner, List<string> parts) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => inner.Write(value);

        public override void Write(string? value)
        {
            parts.Add(value!);
            inner.Write(value);
        }
    }
}
