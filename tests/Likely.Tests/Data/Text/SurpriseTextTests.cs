using System.Text;
using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>Surprise of text, in a terminal and on a page.</summary>
public sealed class SurpriseTextTests
{
    static readonly Space Any = new(new Extent(1, 1, 1), 1, new Alphabet(256, AlphabetScale.Categorical));

    static int[] Symbols(string text) => Tokens.Bytes.Encode(Encoding.UTF8.GetBytes(text));

    static string Page(int[] symbols, float[] nats, double high = 4, string caption = "") =>
        Encoding.UTF8.GetString(Modality.Text.Surprise(symbols, nats, Any, Tokens.Bytes, high, caption).Content);

    static string Terminal(int[] symbols, float[] nats, double high = 4) => Modality.Text.Coloured(symbols, nats, Tokens.Bytes, high)!;

    [Fact]
    public void A_character_of_several_bytes_is_one_and_has_their_surprise()
    {
        // Three bytes of the sign, each 1.4 nats: together above the brightest.
        var text = Terminal(Symbols("a€b"), [0, 1.4f, 1.4f, 1.4f, 0]);
        Assert.Matches("^a\x1b\\[48;5;[0-9]+;38;5;16m€\x1b\\[0mb$", text);
        Assert.Contains(">€</span>b", Page(Symbols("a€b"), [0, 1.4f, 1.4f, 1.4f, 0]));
    }

    [Fact]
    public void What_cannot_be_seen_is_written_out_and_nothing_steers_the_terminal_or_the_page()
    {
        int[] symbols = [.. Symbols("\x1b[2J\0\r\n\t\u202E<b>&\"\n"), 0xFF, 0xE2, 0x82, .. Symbols("z")];
        var terminal = Terminal(symbols, new float[symbols.Length]);
        Assert.Equal("\\x1b[2J\\x00\\r\\n\n\\t\\u202e<b>&\"\\n\n\\xff\\xe2\\x82z", terminal);
        var page = Page(symbols, new float[symbols.Length], caption: "<script>\n1 nat");
        Assert.Contains("<i>\\x1b</i>[2J<i>\\x00</i><i>\\r</i><i>\\n</i>\n<i>\\t</i><i>\\u202e</i>&lt;b&gt;&amp;&quot;<i>\\n</i>\n<i>\\xff</i><i>\\xe2</i><i>\\x82</i>z</pre>", page);
        Assert.Contains("<p>&lt;script&gt;\\n1 nat</p>", page);
        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public void Colours_follow_the_surprise_and_end_with_the_line()
    {
        var text = Terminal(Symbols("ab\ncd"), [4, 4, 4, 0, float.NaN]);
        var parts = text.Split('\n');
        Assert.EndsWith("\x1b[0m", parts[0]);
        Assert.StartsWith("c\x1b[48;5;", parts[1]);
        Assert.EndsWith("\x1b[0m", parts[1]);
        Assert.Equal(1, parts[0].Split("\x1b[48").Length - 1); // one stretch of one colour
        Assert.Equal(3, Page(Symbols("abcd"), [0, 1, 2, 4]).Split("<pre>")[1].Split("<span").Length - 1);
    }

    [Fact]
    public void Places_are_lines_and_bytes_and_what_is_kept_comes_first()
    {
        Assert.Equal(("line", "byte"), Modality.Text.PlaceNames);
        Assert.Equal((2L, 5L), Modality.Text.PlaceOf(5, Symbols("ab\nc\u00E9"), Any, Tokens.Bytes));
        var five = Any with { Width = 5 };
        Assert.Equal([true, true, false, false, false], Modality.Text.Known("2", five));
        Assert.Equal([true, true, false, false, false], Modality.Text.Known("half", five));
        Assert.DoesNotContain(false, Modality.Text.Known(Modality.Text.Kept, five));
        Assert.Contains("more than the 5", Assert.Throws<UsageException>(() => Modality.Text.Known("6", five)).Message);
        Assert.Contains("top is neither", Assert.Throws<UsageException>(() => Modality.Text.Known("top", five)).Message);
        Assert.Equal("----- 1 of 2 -----\na\n\n----- 2 of 2 -----\n\u00FF"u8.ToArray(), Modality.Text.Sheet([Symbols("a"), Symbols("\u00FF")], Any, Tokens.Bytes).Content);
        Assert.Equal([0, 255], Modality.Bytes.Single([0, 255], Any, Tokens.Bytes).Content);
    }

    [Fact]
    public void A_page_of_a_long_text_says_what_it_leaves_out()
    {
        var symbols = new int[1_000_001];
        Array.Fill(symbols, 'a');
        Assert.Contains("These are the first 1000000 of 1000001 symbols.", Page(symbols, new float[symbols.Length]));
    }
}
