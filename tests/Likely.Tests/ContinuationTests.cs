using System.Text;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Data.Text;
using Xunit;

namespace Likely.Tests;

/// <summary>Texts that go on: what is given counts, the same continuation comes whatever else is drawn, and stops end it to the byte.</summary>
public sealed class ContinuationTests
{
    static readonly Checkpoint _model = Model(Tokens.Bytes);

    /// <summary>A small model with weights large enough that what it tells depends on what it has read.</summary>
    public static Checkpoint Model(Tokens tokens)
    {
        var model = new CharRnnConfig { Hidden = 16, Layers = 2 }.Build(Space.Sequence(50, tokens.Size), 0, 3);
        foreach (var parameter in model.Parameters.Parameters) parameter.Assign(Array.ConvertAll(parameter.ToArray(), value => 4 * value));
        return new Checkpoint(model, [], "") { Assets = new SortedDictionary<string, string> { ["tokens"] = tokens.ToText() } };
    }

    static byte[] Draw(Continuation continuation, int length, int index = 0, ulong seed = 1, Sampler? sampler = null, params byte[][] stops)
    {
        var bytes = new List<byte>();
        continuation.Draw(length, sampler, seed, index, stops, piece => bytes.AddRange(piece));
        return [.. bytes];
    }

    [Fact]
    public void A_prompt_of_pieces_is_read_as_one_whatever_their_lengths()
    {
        var model = Model(PairTokensTests.Small);
        byte[] prompt = [.. "the other's "u8, .. Enumerable.Repeat((byte)'a', 140_000), .. "  \n the"u8, 0xE2, 0x82];
        var continuation = new Continuation(model, new MemoryStream(prompt));
        Assert.Equal(PairTokensTests.Small.Encode(prompt).Length, continuation.Given);
        // A stop within what one symbol stands for ends it to the byte.
        var drawn = Draw(continuation, 400);
        var (text, told) = (new List<byte>(), 0);
        byte[] stop = [.. drawn[20..23]];
        var first = drawn.AsSpan().IndexOf(stop);
        var (symbols, found) = continuation.Draw(400, null, 1, 0, [stop], piece => text.AddRange(piece), default, () => told++);
        Assert.Equal((stop, symbols), (found, told));
        Assert.Equal(drawn[..first], text);
    }

    static Continuation After(string prompt) => new(_model, new MemoryStream(Encoding.UTF8.GetBytes(prompt)));

    [Fact]
    public void A_continuation_is_what_a_walk_draws_behind_the_prompt()
    {
        var prompt = Tokens.Bytes.Encode("once upon a time, and then"u8);
        var space = Space.Sequence(prompt.Length + 40, 256);
        var expected = Walk.Complete(_model.Density, [.. prompt, .. new int[40]], [.. prompt.Select(_ => true), .. new bool[40]], 3, seed: 7, space: space);
        var continuation = After("once upon a time, and then");
        Assert.Equal(prompt.Length, continuation.Given);
        for (var i = 0; i < 3; i++) Assert.Equal(expected[i][prompt.Length..], Draw(continuation, 40, i, 7).Select(value => (int)value));
    }

    [Fact]
    public void A_long_prompt_is_read_in_pieces_without_a_trace_of_them()
    {
        var random = new Philox(5, RandomPurpose.Sampling);
        var tokens = Tokens.Characters("aä€𝄞b".EnumerateRunes().Select(rune => rune.Value));
        var model = Model(tokens);
        var text = string.Concat(Enumerable.Range(0, 30_000).Select(i => "aä€𝄞b".EnumerateRunes().ElementAt(random.Below((ulong)i, 0, 5)).ToString())); // 63 to 66 kB of pieces end within characters
        var continuation = new Continuation(model, new MemoryStream(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(30_000, continuation.Given);
        var predictor = model.Density.Predict(1, [], 0, Extent.Open);
        foreach (var symbol in tokens.Encode(Encoding.UTF8.GetBytes(text))) predictor.Observe([symbol]);
        double[] one = new double[tokens.Size], other = new double[tokens.Size];
        predictor.Next().Probabilities(0, one);
        var sampler = new Sampler(topK: 1);
        var likeliest = Array.IndexOf(one, one.Max());
        Assert.Equal(tokens.Decode([likeliest]), Draw(continuation, 1, sampler: sampler));
    }

    [Fact]
    public void Continuations_differ_by_index_and_seed_and_prompt_alone()
    {
        var continuation = After("abc");
        var first = Draw(continuation, 50);
        Assert.Equal(first, Draw(continuation, 50));
        Assert.Equal(first, Draw(After("abc"), 50));
        Assert.Equal(first[..20], Draw(continuation, 20));
        Assert.NotEqual(first, Draw(continuation, 50, index: 1));
        Assert.NotEqual(first, Draw(continuation, 50, seed: 2));
        Assert.NotEqual(first, Draw(After("abd"), 50));
        var parallel = new byte[8][];
        Parallel.For(0, 8, i => parallel[i] = Draw(continuation, 50, i));
        for (var i = 0; i < 8; i++) Assert.Equal(Draw(continuation, 50, i), parallel[i]);
    }

    [Fact]
    public void As_text_it_is_the_same()
    {
        var letters = Model(Tokens.Characters("abc ä€".Select(letter => (int)letter)));
        var bytes = Draw(new Continuation(letters, new MemoryStream("ab"u8.ToArray())), 60, 2);
        var text = new Continuation(letters, "ab").Text(60, index: 2);
        Assert.Equal(Encoding.UTF8.GetString(bytes), text);
        var stop = "€"; // the model draws it, or what follows is drawn to the end
        Assert.Equal(text.Split(stop)[0], new Continuation(letters, "ab").Text(60, index: 2, stops: stop));
    }

    [Fact]
    public void A_stop_ends_it_in_front_of_the_stop_and_what_only_began_like_one_is_written()
    {
        var continuation = After("");
        var whole = Draw(continuation, 300);
        foreach (var (at, length) in new[] { (0, 1), (1, 2), (57, 3), (299, 1), (250, 20) })
        {
            var stop = whole[at..(at + length)];
            var first = whole.AsSpan().IndexOf(stop);
            var bytes = new List<byte>();
            var (symbols, found) = continuation.Draw(300, null, 1, 0, ["never to be drawn, this"u8.ToArray(), stop], piece => bytes.AddRange(piece));
            Assert.Equal(whole[..first], bytes);
            Assert.Equal((first + length, stop), (symbols, found));
        }
        Assert.Equal(whole, Draw(continuation, 300, stops: [[.. whole[290..], 1, 2]])); // the beginning of a stop at the very end
        Assert.Throws<ArgumentException>(() => Draw(continuation, 1, stops: [[]]));
    }

    [Fact]
    public void What_is_drawn_is_written_when_it_is_ended()
    {
        using var cancellation = new CancellationTokenSource();
        var bytes = new List<byte>();
        Assert.Throws<OperationCanceledException>(() => After("").Draw(300, null, 1, 0, [], piece =>
        {
            bytes.AddRange(piece);
            if (bytes.Count == 30) cancellation.Cancel();
        }, cancellation.Token));
        Assert.Equal(Draw(After(""), 30), bytes);
    }

    [Fact]
    public void A_model_of_pictures_goes_on_with_nothing()
        => Assert.Contains("nade", Assert.Throws<UsageException>(() => new Continuation(new Checkpoint(new NadeConfig().Build(Space.Image(2, 2, 1, 2), 0, 1), [], ""))).Message);

    [Fact]
    public void Tokens_of_another_alphabet_than_the_models_are_refused()
    {
        var damaged = new Checkpoint(_model.Model, [], "") { Assets = new SortedDictionary<string, string> { ["tokens"] = Tokens.Characters([65]).ToText() } };
        Assert.Throws<DataException>(() => new Continuation(damaged));
    }
}
