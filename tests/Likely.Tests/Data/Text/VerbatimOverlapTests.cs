using System.Text;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>The longest common stretch is that of the naive search, however the other text is cut into pieces; loops are what the definition says.</summary>
public sealed class VerbatimOverlapTests
{
    static byte[] Random(int length, int letters, ulong stream)
    {
        var random = new Philox(1, RandomPurpose.Test, stream);
        return [.. Enumerable.Range(0, length).Select(i => (byte)('a' + random.Below(0, (ulong)i, letters)))];
    }

    static int Naive(byte[] text, byte[] other)
    {
        var (longest, row) = (0, new int[other.Length + 1]);
        foreach (var value in text)
            for (var j = other.Length; j > 0; j--) longest = Math.Max(longest, row[j] = value == other[j - 1] ? row[j - 1] + 1 : 0);
        return longest;
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(26), InlineData(250)]
    public void The_longest_stretch_is_that_of_the_naive_search(int letters)
    {
        for (var trial = 0UL; trial < 30; trial++)
        {
            byte[][] texts = [.. Enumerable.Range(0, 1 + (int)(trial % 3)).Select(i => Random(5 + 13 * i + (int)trial, letters, 100 * trial + (ulong)i))];
            var other = Random(300, letters, 100 * trial + 50);
            var expected = texts.Max(text => Naive(text, other));
            var overlap = new VerbatimOverlap(texts.Select(text => (ReadOnlyMemory<byte>)text));
            for (var at = 0; at < other.Length; at += 7) overlap.Read(other.AsSpan(at, Math.Min(7, other.Length - at)));
            Assert.Equal(expected, overlap.Longest);
            if (expected == 0) continue;
            var (text, start) = overlap.Place;
            Assert.Equal(other[(int)(overlap.ReadEnd - expected)..(int)overlap.ReadEnd], texts[text][start..(start + expected)]);
        }
    }

    [Fact]
    public void Nothing_goes_from_one_text_or_one_item_to_the_next()
    {
        var overlap = new VerbatimOverlap([Encoding.ASCII.GetBytes("abc"), Encoding.ASCII.GetBytes("def")]);
        overlap.Read("xabcdefx"u8);
        Assert.Equal((3, (0, 0)), (overlap.Longest, overlap.Place));
        overlap = new VerbatimOverlap([Encoding.ASCII.GetBytes("abcdef")]);
        overlap.Read("abc"u8);
        overlap.Cut();
        overlap.Read("def"u8);
        Assert.Equal(3, overlap.Longest);
    }

    [Fact]
    public void Very_long_texts_are_looked_at_as_far_as_there_is_room()
    {
        var text = Random(VerbatimOverlap.MostBytes + 100, 20, 7);
        var overlap = new VerbatimOverlap([text]);
        Assert.True(overlap.IsCut);
        overlap.Read(text.AsSpan(1000, 5000));
        overlap.Cut();
        overlap.Read(text.AsSpan(VerbatimOverlap.MostBytes - 50));
        Assert.Equal((5000, (0, 1000)), (overlap.Longest, overlap.Place));
        Assert.False(new VerbatimOverlap([text.AsMemory(0, 10)]).IsCut);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("no loop at all, though one word and one word and one word are three times here", null)]
    [InlineData("it was the best of it. and so on, and so on, and so on, and so on, and so on, and so on, and so on, an", "22 80 11")]
    [InlineData("----------------------------------------------------------------", "0 64 1")]
    [InlineData("---------------------------------------------------------------", null)] // a byte less
    [InlineData("This line is long enough, twice.\nThis line is long enough, twice.\n", null)] // not three times
    public void A_loop_is_the_same_bytes_three_times_and_more_over_64_bytes(string text, string? expected)
    {
        var found = RepeatedStretch.Find(Encoding.ASCII.GetBytes(text));
        Assert.Equal(expected, found is null ? null : $"{found.Start} {found.Length} {found.Period}");
    }

    [Fact]
    public void The_longest_loop_is_that_of_the_definition()
    {
        for (var trial = 0UL; trial < 60; trial++)
        {
            // Random texts with a loop put in somewhere.
            var period = Random(1 + (int)(trial * 7 % 90), 4, 1000 + trial);
            var loop = Enumerable.Range(0, 50 + (int)(trial * 31 % 300)).Select(i => period[i % period.Length]);
            byte[] text = [.. Random((int)(trial * 13 % 150), 4, trial), .. loop, .. Random((int)(trial * 29 % 150), 4, 500 + trial)];
            RepeatedStretch? longest = null;
            for (var p = 1; p <= RepeatedStretch.LongestPeriod; p++)
                for (var start = 0; start + p < text.Length; start++)
                {
                    var end = start + p;
                    while (end < text.Length && text[end] == text[end - p]) end++;
                    if (end - start >= Math.Max(RepeatedStretch.LeastBytes, RepeatedStretch.LeastTimes * p) && end - start > (longest?.Length ?? 0)) longest = new RepeatedStretch(start, end - start, p);
                }
            Assert.Equal(longest, RepeatedStretch.Find(text));
        }
    }
}
