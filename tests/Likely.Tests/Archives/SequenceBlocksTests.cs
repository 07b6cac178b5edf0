using System.Text;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Data.Text;
using Likely.Tests.Models;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>Blocks of bytes whose code is a model of sequences: what comes back is what was put in, and no byte depends on which blocks go side by side.</summary>
public sealed class SequenceBlocksTests
{
    static AutoregressiveModel Model(Tokens tokens)
    {
        var model = new CharRnnConfig { Hidden = 12, Layers = 2, Context = 8 }.Build(Space.Sequence(8, tokens.Size), 0, 5);
        TwoFaces.Stir(model, 3);
        return model;
    }

    public static TheoryData<string> Kinds => ["bytes", "characters", "pairs"];

    static Tokens Tokens(string kind) => kind == "bytes" ? Likely.Tokens.Bytes : kind == "pairs" ? PairTokensTests.Small : Likely.Tokens.Characters([.. "abcdé ü日本\n".EnumerateRunes().Select(rune => rune.Value)]);

    static byte[][] Blocks()
    {
        var random = new Philox(1, RandomPurpose.Test);
        byte[] noise = [.. Enumerable.Range(0, 300).Select(i => (byte)random.Below(0, (ulong)i, 256))];
        return
        [
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("abé dcü 日本 xyz\n", 40))), [0], noise, [.. noise[..100], .. Encoding.UTF8.GetBytes("日")[..2]],
            Encoding.UTF8.GetBytes("é"), new byte[5000],
        ];
    }

    [Theory, MemberData(nameof(Kinds))]
    public void What_comes_back_is_what_was_put_in_in_any_company(string kind)
    {
        var tokens = Tokens(kind);
        var (model, blocks) = (Model(tokens), Blocks());
        var together = SequenceBlocks.Encode(model, tokens, [.. blocks.Select(block => (ReadOnlyMemory<byte>)block)], [.. blocks.Select(_ => Array.Empty<int>())], null, default);
        for (var i = 0; i < blocks.Length; i++)
        {
            int[] ends = [.. new[] { 1, blocks[i].Length / 2, blocks[i].Length }.Where(end => end > 0).Distinct().Order()];
            var alone = SequenceBlocks.Encode(model, tokens, [blocks[i]], [ends], null, default)[0];
            Assert.Equal(together[i], alone);
            Assert.InRange(ends[^1], alone.Length - 64, alone.Length + 2);
            Assert.Equal(ends.Order(), ends);
            Assert.Equal(blocks[i], SequenceBlocks.Decode(model, tokens, [alone], [blocks[i].Length], null, default)[0]);
        }
        var told = 0.0;
        Assert.Equal(blocks, SequenceBlocks.Decode(model, tokens, together, [.. blocks.Select(block => block.Length)], bytes => told += bytes, default));
        Assert.InRange(told, 1, blocks.Sum(block => block.Length));
    }

    [Fact]
    public void A_stream_is_as_long_as_the_score_says()
    {
        var tokens = Likely.Tokens.Bytes;
        var (model, block) = (Model(tokens), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i * i % 97} "))));
        var nats = Evaluation.Score(model, [tokens.Encode(block)], [], 1)[0];
        var stream = SequenceBlocks.Encode(model, tokens, [block], [[]], null, default)[0];
        // The model knows nothing of numbers; the byte model is shorter, and so is chosen. What the model would have made is known from its own lane.
        Assert.True(stream.Length <= nats / Math.Log(2) / 8 * 1.0005 + 16);
    }

    [Theory, InlineData(4000), InlineData(9000)]
    public void A_large_alphabet_costs_no_more_than_the_score_says(int characters)
    {
        var tokens = Likely.Tokens.Characters(Enumerable.Range(0x4e00, characters));
        var random = new Philox(4, RandomPurpose.Test);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 700).Select(i => (char)(0x4e00 + random.Below(0, (ulong)i, characters)))) + "a\u0080\u4dff");
        var model = Model(tokens);
        var nats = Evaluation.Score(model, [tokens.Encode(text)], [], 1)[0];
        var stream = SequenceBlocks.Encode(model, tokens, [text], [[]], null, default)[0];
        Assert.InRange(stream.Length, nats / Math.Log(2) / 8 * 0.9995 - 16, nats / Math.Log(2) / 8 * 1.0005 + 16);
        Assert.Equal(text, SequenceBlocks.Decode(model, tokens, [stream], [text.Length], null, default)[0]);
    }

    [Fact]
    public void Streams_that_stand_for_other_bytes_are_refused_or_differ_and_never_hang()
    {
        var tokens = Tokens("characters");
        var (model, random) = (Model(tokens), new Philox(2, RandomPurpose.Test));
        for (var i = 0UL; i < 200; i++)
        {
            byte[] stream = [.. Enumerable.Range(0, random.Below(i, 0, 40)).Select(at => (byte)random.Below(i, (ulong)at + 1, 256))];
            var count = 1 + random.Below(i, 99, 60);
            try
            {
                Assert.Equal(count, SequenceBlocks.Decode(model, tokens, [stream], [count], null, default)[0].Length);
            }
            catch (ArchiveException)
            {
                // more bytes than it should
            }
        }
    }
}
