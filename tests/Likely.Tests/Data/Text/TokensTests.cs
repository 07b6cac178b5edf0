using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data.Text;

public sealed class TokensTests
{
    static Tokens Of(string characters) => Tokens.Characters(characters.EnumerateRunes().Select(rune => rune.Value));

    [Fact]
    public void Characters_are_in_order_and_everything_else_is_bytes()
    {
        var tokens = Of("bä€a😀b");
        Assert.Equal(5 + 256, tokens.Size);
        Assert.Equal([0, 1, 2, 3, 4], tokens.Encode("abä€😀"u8));
        Assert.Equal([1, 5 + 'c', 5 + 0xC3, 5 + 0xB6, 2, 5], tokens.Encode("bcöä\0"u8));
        Assert.Equal("abä€😀", Encoding.UTF8.GetString(tokens.Decode([0, 1, 2, 3, 4])));
        // Cut, overlong, surrogates and bytes that are none.
        byte[] broken = [0xE2, 0x82, (byte)'a', 0xC0, 0x80, 0xED, 0xA0, 0x80, 0xFF, 0xE2, 0x82, 0xAC, 0xF0, 0x9F];
        Assert.Equal([5 + 0xE2, 5 + 0x82, 0, 5 + 0xC0, 5 + 0x80, 5 + 0xED, 5 + 0xA0, 5 + 0x80, 5 + 0xFF, 3, 5 + 0xF0, 5 + 0x9F], tokens.Encode(broken));
        Assert.Equal(broken, tokens.Decode(tokens.Encode(broken)));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokens.Decode([tokens.Size]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokens.Bytes.Decode([-1]));
    }

    [Fact]
    public void Any_bytes_come_back_and_a_stretch_encodes_as_the_whole_does()
    {
        foreach (var tokens in (Tokens[])[Tokens.Bytes, Of(""), Of("a"), Of("aäö€😀\uFEFF\r\n")])
            for (ulong seed = 0; seed < 30; seed++)
            {
                byte[] bytes = [.. Samples.RandomBytes(97, seed), .. Encoding.UTF8.GetBytes("aäöü€\uFEFF😀\r\n\0"), .. Samples.RandomBytes(9, seed + 100)];
                var whole = tokens.Encode(bytes);
                Assert.Equal(bytes, tokens.Decode(whole));
                List<int> pieces = [];
                var room = new int[3];
                for (var at = 0; at < bytes.Length;)
                {
                    var count = tokens.Encode(bytes.AsSpan(at, Math.Min(5, bytes.Length - at)), at + 5 >= bytes.Length, room, out var consumed);
                    pieces.AddRange(room[..count]);
                    at += consumed;
                }
                Assert.Equal(whole, pieces);
            }
    }

    [Fact]
    public void The_text_is_canonical_and_what_is_not_is_refused()
    {
        Assert.Equal("bytes", Tokens.Bytes.ToText());
        Assert.Same(Tokens.Bytes, Tokens.Parse("bytes"));
        var tokens = Of("\nabcdz€😀");
        Assert.Equal("characters a 61-64 7a 20ac 1f600", tokens.ToText());
        Assert.Equal(tokens.ToText(), Tokens.Parse(tokens.ToText()).ToText());
        Assert.Equal("characters", Of("").ToText());
        Assert.Equal(256, Tokens.Parse("characters").Size);
        foreach (var text in (string[])["", "Bytes", "bytes ", "character", "characters ", "characters  61", "characters 62 61", "characters 61 62", "characters 61-61", "characters 64-61", "characters 061", "characters 6A",
            "characters d800", "characters 110000", "characters -1", "characters 61-", "characters 0-10ffff", "characters 61,62", "characters\t61", new string('9', 1 << 21), "characters " + new string('1', 1 << 21)])
            Assert.Contains("is no set of tokens", Assert.Throws<DataException>(() => Tokens.Parse(text)).Message);
        Assert.Contains("use tokens=bytes", Assert.Throws<DataException>(() => Tokens.Characters(Enumerable.Range(0x10000, 70_000))).Message);
    }
}
