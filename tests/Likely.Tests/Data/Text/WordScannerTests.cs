using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>Words of a text, however it is cut into pieces, and their stems.</summary>
public sealed class WordScannerTests
{
    static string Words(byte[] text, int piece, StopWordRule stopWords = StopWordRule.None, StemRule stem = StemRule.None)
    {
        var scanner = new WordScanner(stopWords, stem);
        List<string> words = [];
        for (var at = 0; at < text.Length; at += piece) scanner.Add(text.AsSpan(at, Math.Min(piece, text.Length - at)), word => words.Add(word.ToString()));
        scanner.End(word => words.Add(word.ToString()));
        return string.Join(' ', words);
    }

    [Fact]
    public void Words_are_runs_of_letters_made_small_wherever_the_text_is_cut()
    {
        byte[] text = [.. "Don't PANIC: 42nd Ätna, ΣΟΦΙΑ and Чехов's \U0001D504\U0001D505 x"u8, 0xC3, (byte)'B', (byte)'c', 0xF0, 0x9F, (byte)'d', (byte)'e', .. Encoding.UTF8.GetBytes(" " + new string('z', 65) + " " + new string('y', 64)), 0xE2, 0x82];
        for (var piece = 1; piece < 12; piece++)
            Assert.Equal($"don panic nd ätna σοφια and чехов \U0001D504\U0001D505 bc de {new string('y', 64)}", Words(text, piece));
        Assert.Equal("panic nd ätna σοφια чехов \U0001D504\U0001D505 bc de", Words(text, text.Length, StopWordRule.English)[..^65]);
        Assert.Equal("", Words([], 1));
    }

    [Fact]
    public void Small_letters_are_those_of_the_runtime_where_there_are_any()
    {
        for (var codePoint = 0; codePoint < 0x590; codePoint++)
            if (codePoint is not (>= 0x180 and < 0x386 or 0x3CF or >= 0x3D8 and <= 0x3FF or 0x4C0 or >= 0x4C1 and < 0x4D0 or 0x130)) Assert.Equal(Rune.ToLowerInvariant(new Rune(codePoint)).Value, SmallLetters.Of(codePoint));
    }

    // Porter's own examples, and words that go through several steps.
    [Theory]
    [InlineData("caresses ponies ties caress cats feed agreed plastered bled motoring sing", "caress poni ti caress cat feed agre plaster bled motor sing")]
    [InlineData("conflated troubled sized hopping tanned falling hissing fizzed failing filing happy sky", "conflat troubl size hop tan fall hiss fizz fail file happi sky")]
    [InlineData("relational conditional rational valenci digitizer conformabli radicalli vileli vietnamization", "relat condit ration valenc digit conform radic vile vietnam")]
    [InlineData("operator feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti", "oper feudal decis hope callous formal sensit sensibl")]
    [InlineData("triplicate formative formalize electriciti electrical hopeful goodness", "triplic form formal electr electr hope good")]
    [InlineData("revival allowance inference airliner gyroscopic adjustable defensible irritant replacement adjustment", "reviv allow infer airlin gyroscop adjust defens irrit replac adjust")]
    [InlineData("adoption communism activate angulariti homologous effective bowdlerize probate rate cease controll roll", "adopt commun activ angular homolog effect bowdler probat rate ceas control roll")]
    [InlineData("generalizations oscillators yyy syzygy be is ätnas", "gener oscil yyi syzygi be is ätnas")]
    public void Stems_are_porters(string words, string stems) => Assert.Equal(stems, Words(Encoding.UTF8.GetBytes(words), 100, stem: StemRule.Porter));
}
