using System.Text;
using Likely.Data;
using Likely.Tensors;
using Likely.Tests.Golden;
using Likely.Tests.Reference;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>Byte-level BPE: the symbols are those of GPT-2's own encoder, any bytes come back, and nothing depends on how much is seen at once.</summary>
public sealed class PairTokensTests
{
    /// <summary>A small vocabulary: 256 bytes, 128 merges, the end of a text.</summary>
    internal static string Folder { get; } = Path.Combine(GoldenCheckpointTests.Folder, "bpe");

    internal static Tokens Small { get; } = Tokens.Read(Folder);

    // Bytes, the lengths of their pieces, their symbols, as make.py in that folder wrote them.
    static IEnumerable<(byte[] Bytes, int[] Pieces, int[] Symbols)> Cases(string name)
    {
        foreach (var line in File.ReadLines(Path.Combine(Folder, name)))
        {
            var cells = line.Split('\t');
            yield return (Convert.FromHexString(cells[0]), Numbers(cells[1]), Numbers(cells[2]));
        }

        static int[] Numbers(string cell) => [.. cell.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }

    static int[] Pieces(ReadOnlySpan<byte> bytes)
    {
        List<int> lengths = [];
        for (var at = 0; at < bytes.Length; at += lengths[^1]) lengths.Add(TextPieces.First(bytes[at..], isEnd: true));
        return [.. lengths];
    }

    // In stretches as long as the numbers say, with as little room as must do.
    static int[] InStretches(Tokens tokens, byte[] bytes, Func<int, int> length, int room)
    {
        List<int> symbols = [];
        var target = new int[room];
        for (int at = 0, call = 0, more = 0; at < bytes.Length; call++)
        {
            var stretch = Math.Min(bytes.Length - at, length(call) + more);
            var count = tokens.Encode(bytes.AsSpan(at, stretch), at + stretch == bytes.Length, target, out var consumed);
            symbols.AddRange(target[..count]);
            (at, more) = (at + consumed, count == 0 ? more + 1 + more / 4 : 0);
        }
        return [.. symbols];
    }

    [Fact]
    public void Hostile_texts_are_cut_and_joined_as_by_the_reference()
    {
        var count = 0;
        foreach (var (bytes, pieces, symbols) in Cases("cases.txt"))
        {
            Assert.Equal(pieces, Pieces(bytes));
            Assert.Equal(symbols, Small.Encode(bytes));
            Assert.Equal(bytes, Small.Decode(symbols));
            for (var length = 1; length < 8; length++) Assert.Equal(symbols, InStretches(Small, bytes, _ => length, 256));
            count++;
        }
        Assert.InRange(count, 60, 100);
        Assert.Equal("<|endoftext|>"u8.ToArray(), Small.Decode([384]));
        Assert.DoesNotContain(384, Small.Encode("<|endoftext|><|endoftext|> <|endoftext|>"u8));
    }

    [DataFact("gpt2_bpe")]
    public void Gpt2s_own_vocabulary_gives_its_symbols()
    {
        var tokens = Tokens.Read(DataFactAttribute.PathOf("gpt2_bpe"));
        Assert.Equal((50257, 128), (tokens.Size, tokens.LongestSymbol));
        Assert.Equal([15496, 995], tokens.Encode("Hello world"u8));
        Assert.Equal("<|endoftext|>"u8.ToArray(), tokens.Decode([50256]));
        foreach (var (bytes, _, symbols) in Cases("gpt2-cases.txt"))
        {
            Assert.Equal(symbols, tokens.Encode(bytes));
            Assert.Equal(bytes, tokens.Decode(symbols));
        }
        Assert.InRange(tokens.ToText().Length, 400_000, 700_000);
        Assert.Equal(tokens.ToText(), Tokens.Parse(tokens.ToText()).ToText());
    }

    [DataFact("gpt2_bpe", "text/tinyshakespeare.txt.gz")]
    public void Shakespeare_has_as_many_of_gpt2s_symbols_as_is_known()
    {
        using var data = Dataset.Open(DataFactAttribute.PathOf("text/tinyshakespeare.txt.gz"), DataOptions.Parse([KeyValuePair.Create("tokens", DataFactAttribute.PathOf("gpt2_bpe"))]));
        Assert.Equal(338_025, data.All.SpaceOf(0).Width); // nanoGPT: 301,966 and 36,059
    }

    [Fact]
    public void Any_bytes_come_back_and_no_stretch_or_room_changes_a_symbol()
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            var random = new Philox(seed, RandomPurpose.Test);
            string[] parts = ["the ", "'ll", " ", "\n", "\u3000", "\U0001d4b3", "é", "12", "½", "...", "'", "<|endoftext|>", "\u001c", "other"];
            List<byte> all = [];
            for (ulong i = 0; i < 120; i++)
                if (random.Below(0, i, 8) == 0) all.AddRange(Samples.RandomBytes(5, seed * 1000 + i));
                else all.AddRange(Encoding.UTF8.GetBytes(parts[random.Below(1, i, parts.Length)]));
            byte[] bytes = [.. all];
            var whole = Small.Encode(bytes);
            Assert.Equal(bytes, Small.Decode(whole));
            Assert.Equal(whole, InStretches(Small, bytes, call => (int)random.Below(2, (ulong)call, 30), 64));
            Assert.Equal(whole, InStretches(Small, bytes, _ => bytes.Length, 40)); // for want of room
        }
    }

    [Fact]
    public void Pieces_join_as_in_the_naive_loop_whatever_the_order_of_ranks()
    {
        var random = new Philox(5, RandomPurpose.Test);
        for (var seed = 0UL; seed < 60; seed++)
        {
            // Of few letters, with several ways to one piece, and joined pieces that rank before their parts.
            Dictionary<string, int> symbols = new() { ["a"] = 0, ["b"] = 1, ["c"] = 2 };
            List<(int, int, int)> merges = [];
            HashSet<(int, int)> seen = [];
            for (ulong i = 0; merges.Count < 40; i++)
            {
                string[] known = [.. symbols.Keys];
                var (left, right) = (known[random.Below(seed, 2 * i, known.Length)], known[random.Below(seed, 2 * i + 1, known.Length)]);
                if (left.Length + right.Length > 12 || !seen.Add((symbols[left], symbols[right]))) continue;
                symbols.TryAdd(left + right, symbols.Count);
                merges.Add((symbols[left], symbols[right], symbols[left + right]));
            }
            if (seed % 2 == 1) merges = [.. merges.Select((merge, i) => (merge, random.Below(1000 + seed, (ulong)i, 1 << 30))).OrderBy(pair => pair.Item2).Select(pair => pair.merge)];
            var joining = new PairMerges(merges);
            foreach (var length in (int[])[1, 2, 3, 10, 47, 48, 49, 130, 300])
            {
                int[] word = [.. Enumerable.Range(0, length).Select(i => (int)random.Below(2000 + seed, (ulong)(1000 * length + i), seed % 3 == 0 ? 1 : 3))];
                var expected = NaivePairs.Join(word, merges);
                Assert.Equal(expected, word[..joining.Join(word)]);
            }
        }
    }

    [Fact]
    public void A_long_piece_is_cut_where_the_text_says_and_takes_linear_time()
    {
        byte[] letters = [.. Enumerable.Repeat((byte)'a', 200_000)];
        Assert.Equal([65536, 65536, 65536, 200_000 - 3 * 65536], Pieces(letters));
        Assert.Equal([65536, 4465], Pieces([(byte)' ', .. letters[..70_000]])); // the blank is the first of them
        Assert.Equal([65_536, 2], Pieces([.. "é"u8, .. letters[..65_532], .. "éé"u8]));
        Assert.Equal([65_535, 4], Pieces([.. "é"u8, .. letters[..65_533], .. "éé"u8])); // no character is cut
        byte[] blanks = [.. Enumerable.Repeat((byte)' ', 65_536)];
        Assert.Equal([65_535, 2], Pieces([.. blanks, (byte)'x']));
        Assert.Equal([65_536], Pieces(blanks));
        Assert.Equal([65_536, 1], Pieces([.. blanks, (byte)' ']));
        Assert.Equal([65_536, 2], Pieces([.. blanks, (byte)' ', (byte)'x']));
        Assert.Equal(0, TextPieces.First(blanks, isEnd: false));
        Assert.Equal(65_536, TextPieces.First([.. blanks, (byte)' '], isEnd: false));

        var million = new byte[1 << 20];
        for (var i = 0; i < million.Length; i++) million[i] = (byte)"thearo"[i * 7 % 13 % 6];
        foreach (var bytes in (byte[][])[letters, million, [.. blanks, .. blanks, .. letters], new byte[1 << 20]])
        {
            var start = RunningTime.Now;
            var whole = Small.Encode(bytes);
            Assert.InRange(RunningTime.Since(start).TotalSeconds, 0, 20); // what is quadratic takes an hour
            Assert.Equal(bytes, Small.Decode(whole));
            Assert.Equal(whole, InStretches(Small, bytes, call => 70_000 + 991 * call % 5000, Small.MostAhead));
        }
    }

    [Fact]
    public void The_text_is_canonical_and_what_is_not_is_refused()
    {
        var text = Small.ToText();
        Assert.StartsWith("bpe 17.0 ", text);
        Assert.EndsWith(" 384=3c7c656e646f66746578747c3e", text);
        var again = Tokens.Parse(text);
        Assert.Equal(text, again.ToText());
        Assert.Equal(Small.Encode("the other theatre's"u8), again.Encode("the other theatre's"u8));
        Assert.Equal("385 pieces of a byte-pair vocabulary: 256 bytes, 128 joined, 1 that no text becomes", again.Words);

        var bytes = string.Join(',', Enumerable.Range(0, 256));
        var plain = $"bpe 17.0 {bytes}";
        Assert.Equal([.. "é"u8.ToArray().Select(value => (int)value)], Tokens.Parse(plain).Encode("é"u8));
        Assert.Equal([256, 257], Tokens.Parse($"{plain} 97,98 256,99").Encode("ab abc"u8).Where(symbol => symbol > 255));
        foreach (var damaged in (string[])
        [
            "bpe", "bpe 17.0", "bpe 17.0 ", "bpe 16.0 " + bytes, plain + " ", $"bpe 17.0 {bytes},256", "bpe 17.0 " + bytes[..^4], plain.Replace(",7,", ",8,"), plain.Replace(",255", ",256"),
            plain + " 97", plain + " 97,98,256", plain + " 97,98,257", plain + " 97,98,97", plain + " 97,98,256,1", plain + " 97,98 97,98", plain + " 97,256", plain + " 256,97,257 97,98,256", plain + " 97,256,256",
            plain + " 97,98 98,99,256", plain + " 097,98", plain + " 97,-1", plain + " 97,99999", plain + " 97,98,70000", plain + " 256=", plain + " 256=6", plain + " 256=6A", plain + " 257=61 256=62",
            plain + " 256=61 256=61", plain + " 256=61 97,98", plain + " 256=" + new string('6', 1 << 14), plain + " 300=61", plain + " 1=61", plain + " a,b", plain + " 99999999999999999999,1", plain + "  97,98",
            plain + " 97,97" + string.Concat(Enumerable.Range(256, 60).Select(i => $" {i},{i}")), plain + new string(' ', 1 << 23),
        ])
            Assert.Contains("is no set of tokens", Assert.Throws<DataException>(() => Tokens.Parse(damaged)).Message);
    }

    [Fact]
    public void A_character_shows_the_surprise_of_every_symbol_it_has_a_part_in()
    {
        var the = Small.Encode(" the"u8);
        Assert.Single(the);
        int[] symbols = [.. the, .. Small.Encode("\U00010940"u8), .. Small.Encode("x"u8)];
        Assert.Equal(6, symbols.Length);
        var units = VisibleUnits.Of(symbols, [3, 1, 1, 1, 1, 5], Small);
        Assert.Equal([(" ", 3.0), ("t", 3.0), ("h", 3.0), ("e", 3.0), ("\U00010940", 4.0), ("x", 5.0)], units.Select(unit => (unit.Shown, unit.Nats)));
        Assert.Contains("nats of a character's symbols", Encoding.UTF8.GetString(SurpriseText.Page(symbols, [3, 1, 1, 1, 1, 5], Small, 5, "")));
        Assert.Equal(" the\U00010940x", Small.Visible(symbols));
    }
}
