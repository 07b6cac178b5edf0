using System.Text;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>sample and complete of text: what stdout gets, what files get, what ends it, and what is refused.</summary>
[Collection(nameof(CliFolder))]
public sealed class TextVerbsTests
{
    // The characters of a text, so that a model's draws are whole characters and bytes that are none.
    const string Letters = "abc äö€𝄞\n\u001b[2J";

    public TextVerbsTests()
    {
        if (File.Exists("letters.likely")) return;
        foreach (var (name, tokens) in new[] { ("letters", Tokens.Characters(Letters.EnumerateRunes().Select(rune => rune.Value))), ("bytes", Tokens.Bytes) })
        {
            var made = ContinuationTests.Model(tokens);
            new Checkpoint(made.Model, [], new DataOptions { As = Modality.Text }.ToCanonical()) { Assets = made.Assets }.Save($"{name}.likely");
        }
        File.WriteAllText("prompt.txt", "abc ä€");
    }

    static string Expected(string prompt, int length, int index = 0) => Encoding.UTF8.GetString(Bytes("letters", prompt, length, index));

    static byte[] Bytes(string model, string prompt, int length, int index = 0)
    {
        var bytes = new List<byte>();
        new Continuation(Checkpoint.Load($"{model}.likely"), new MemoryStream(Encoding.UTF8.GetBytes(prompt))).Draw(length, null, 1, index, [], piece => bytes.AddRange(piece));
        return [.. bytes];
    }

    [Fact]
    public void A_search_finds_the_likeliest_texts_and_tells_their_log_probability()
    {
        var one = CliRun.Ok("sample letters.likely --prompt abc --length 5 --beam 3");
        Assert.StartsWith("abc", one.Output, StringComparison.Ordinal);
        var json = CliRun.Ok("sample letters.likely --prompt abc --length 5 --beam 3 --n-best 2 --json").Json["texts"]!.AsArray();
        Assert.Equal(one.Output, "abc" + json[0]!["text"]!.GetValue<string>());
        Assert.True(json[0]!["log_probability"]!.GetValue<double>() >= json[1]!["log_probability"]!.GetValue<double>());
        Assert.Contains("--- 1 of 2, log p -", CliRun.Ok("sample letters.likely --prompt abc --length 5 --n-best 2").Output, StringComparison.Ordinal);
        CliRun.Ok("sample letters.likely --prompt abc --length 5 --beam 3 --out found.txt --force");
        Assert.Equal(one.Output, File.ReadAllText("found.txt"));
        foreach (var several in new[] { "--n-best 2", "--count 3" })
        {
            CliRun.Ok($"sample letters.likely --prompt abc --length 5 {several} --out several.txt --force");
            Assert.Equal(CliRun.Ok($"sample letters.likely --prompt abc --length 5 {several}").Output, File.ReadAllText("several.txt"));
        }
        foreach (var (arguments, words) in new[] { ("--beam 2 --count 3", "--count is for what is drawn"), ("--beam 2 --stop ab", "ends at one symbol"), ("--beam 2 --each x", "--each is for what is drawn") })
        {
            var run = CliRun.Of([.. $"sample letters.likely --prompt abc {arguments}".Split(' ')]);
            Assert.True(run.Code == 2 && run.Error.Contains(words, StringComparison.Ordinal), $"{run.Code}: {run.Error}");
        }
    }

    [Fact]
    public void Units_are_held_while_a_text_is_drawn()
    {
        var bytes = new List<byte>();
        new Continuation(Checkpoint.Load("letters.likely"), new MemoryStream("abc"u8.ToArray()), clamps: [new("layers.1.cell", 3, -2.5f), new("layers.0.hidden", 0, 1)]).Draw(60, null, 1, 0, [], piece => bytes.AddRange(piece));
        var text = CliRun.Ok("sample letters.likely --prompt abc --length 60 --clamp layers.1.cell:3=-2.5 --clamp 1:0=1").Output;
        Assert.Equal("abc" + Encoding.UTF8.GetString([.. bytes]), text);
        Assert.NotEqual("abc" + Expected("abc", 60), text);
        foreach (var (clamp, words) in new[] { ("cell", "STATE:UNIT=VALUE, such as layers.0.cell:0=1.5"), ("cell:1=2", "--clamp cell is no inner state"), ("0:99=1", "layers.0.cell has 16 units, from 0 on, and no unit 99"), ("0:1=x", "STATE:UNIT=VALUE") })
        {
            var run = CliRun.Of("sample", "letters.likely", "--clamp", clamp);
            Assert.True(run.Code == 2 && run.Error.Contains(words, StringComparison.Ordinal), $"{run.Code}: {run.Error}");
        }
    }

    [Fact]
    public void A_sample_goes_to_stdout_behind_its_prompt_and_figures_to_stderr()
    {
        var run = CliRun.Ok("sample letters.likely --prompt abc --length 80");
        Assert.Equal("abc" + Expected("abc", 80), run.Output);
        Assert.Contains("80 symbols in ", run.Error);
        Assert.Equal("abc" + Expected("abc", 80), CliRun.Ok("sample letters.likely --prompt abc --length 80 --quiet --out -").Output);
        Assert.Equal(Expected("", 500), CliRun.Ok("sample letters.likely --quiet").Output);
        Assert.Equal("abc ä€" + Expected("abc ä€", 9), CliRun.Ok("sample letters.likely --prompt @prompt.txt --length 9").Output);
        Assert.Equal("@bc" + Expected("@bc", 9), CliRun.Ok("sample letters.likely --prompt @@bc --length 9").Output);
    }

    [Fact]
    public void What_stands_in_the_training_text_as_it_is_and_what_goes_round_in_a_loop_is_told_behind_the_text()
    {
        Directory.CreateDirectory("learnt");
        File.WriteAllText("learnt/verse.txt", string.Concat(Enumerable.Range(0, 400).Select(i => i % 3 == 0 ? "the cat sat on the mat\n" : "and that was that\n")));
        CliRun.Ok("train learnt/verse.txt --model char-rnn --set hidden=16 layers=1 context=20 --steps 60 --out learnt/verse.likely --force --quiet");
        var drawn = CliRun.Ok("sample learnt/verse.likely --length 60 --top-k 9 --json").Json;
        var text = (string)drawn["text"]!;
        var overlap = drawn["overlap"]!;
        var words = (string)overlap["words"]!;
        CliRun.Ok("sample learnt/verse.likely --length 60 --top-k 9 --out drawn.bin --force --quiet");
        var bytes = File.ReadAllBytes("drawn.bin");
        Assert.Equal(Encoding.UTF8.GetString(bytes), text);
        Assert.Equal(Encoding.UTF8.GetString(bytes, (int)overlap["offset"]!, (int)overlap["bytes"]!), words);
        Assert.Equal(words, File.ReadAllText("learnt/verse.txt").Substring((int)overlap["at"]!, words.Length));
        Assert.StartsWith("verse.txt", (string)overlap["in"]!);
        Assert.Contains("stands in the training text as it is", CliRun.Ok("sample learnt/verse.likely --length 60 --top-k 9").Error);
        Assert.DoesNotContain("stands in", CliRun.Ok("sample learnt/verse.likely --length 60 --top-k 9 --quiet").Error);
        // What goes by the name of the training text, and is another, is not taken for it.
        Directory.CreateDirectory("beside");
        File.WriteAllText("beside/verse.txt", "nothing of the kind");
        File.Copy("learnt/verse.likely", "beside/verse.likely", true);
        Assert.Null(CliRun.Ok("sample beside/verse.likely --length 60 --top-k 9 --json").Json["overlap"]);
        File.WriteAllBytes("against.txt", [.. "xyz "u8, .. bytes[10..40], .. " xyz"u8]);
        var against = CliRun.Ok("sample beside/verse.likely --length 60 --top-k 9 --against against.txt --json").Json["overlap"]!;
        Assert.InRange((int)against["bytes"]!, 30, 60);
        Assert.Contains("against.txt as it is", CliRun.Ok("sample beside/verse.likely --length 60 --top-k 9 --against against.txt").Error);
        // The likeliest symbol again and again ends in a loop.
        var run = CliRun.Ok("sample learnt/verse.likely --length 3000 --top-k 1");
        Assert.Contains("goes round in a loop: from byte", run.Error);
        var loop = CliRun.Ok("sample learnt/verse.likely --length 3000 --top-k 1 --json").Json;
        Assert.True((int)loop["loop"]!["bytes"]! >= 3 * (int)loop["loop"]!["period"]!);
        Assert.Contains((string)loop["loop"]!["words"]!, (string)loop["text"]!, StringComparison.Ordinal);
        Assert.Equal(2, CliRun.Of("sample", "learnt/verse.likely", "--length", "60", "--against", "nowhere.txt").Code);
    }

    [Fact]
    public void Info_says_how_far_a_model_of_convolutions_looks_back()
    {
        var model = new WaveNetConfig { Layers = 3, Stacks = 2, Channels = 4, Skip = 4 }.Build(Space.Sequence(8, 256), 0, 1);
        new Checkpoint(model, [], new DataOptions { As = Modality.Text }.ToCanonical()) { Assets = ContinuationTests.Model(Tokens.Bytes).Assets }.Save("waves.likely");
        Assert.Contains("a symbol depends on the 15 before it", CliRun.Ok("info waves.likely").Output);
        Assert.DoesNotContain("sight", CliRun.Ok("info bytes.likely").Output);
        CliRun.Ok("sample waves.likely --length 40 --out waves.bin --force");
        Assert.Equal(40, new FileInfo("waves.bin").Length);
    }

    [Fact]
    public void Files_get_the_exact_bytes()
    {
        CliRun.Ok("sample bytes.likely --prompt abc --length 300 --out drawn.bin --force");
        Assert.Equal([.. "abc"u8, .. Bytes("bytes", "abc", 300)], File.ReadAllBytes("drawn.bin"));
        CliRun.Ok("complete bytes.likely prompt.txt --length 300 --each drawn --count 3 --force");
        for (var i = 0; i < 3; i++) Assert.Equal([.. File.ReadAllBytes("prompt.txt"), .. Bytes("bytes", "abc ä€", 300, i)], File.ReadAllBytes($"drawn/{i:00000}.txt"));
        Assert.Equal(2, CliRun.Of("sample", "bytes.likely", "--out", "drawn.bin").Code); // it is there
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_such()
        => Assert.Equal(Encoding.UTF8.GetString(Bytes("bytes", "", 300)), CliRun.Ok("sample bytes.likely --length 300").Output);

    [Fact]
    public void Completing_goes_on_with_a_file_or_its_first_bytes()
    {
        Assert.Equal(Expected("abc ä€", 40), CliRun.Ok("complete letters.likely prompt.txt --length 40").Output);
        Assert.Equal(Expected("abc ", 40), CliRun.Ok("complete letters.likely prompt.txt --length 40 --keep 4").Output);
        // More than there is was meant for another file, as it is with pictures.
        Assert.Contains("--keep 4000 is more than the", CliRun.Of("complete", "letters.likely", "prompt.txt", "--length", "40", "--keep", "4000").Error);
    }

    [Fact]
    public void Several_texts_come_in_order_each_under_a_line()
    {
        var run = CliRun.Ok("sample letters.likely --prompt a --length 20 --count 3 --threads 2");
        Assert.Equal(string.Concat(Enumerable.Range(0, 3).Select(i => $"{(i == 0 ? "" : "\n")}--- {i + 1} of 3 ---\na{Expected("a", 20, i)}")), run.Output);
    }

    [Fact]
    public void Json_has_the_text_and_what_ended_it()
    {
        var json = CliRun.Ok("sample letters.likely --prompt ab --length 60 --json").Json;
        Assert.Equal((Expected("ab", 60), "length", 60, 2), ((string)json["text"]!, (string)json["stopped_by"]!, (int)json["symbols"]!, (int)json["prompt_symbols"]!));
        Assert.Null(json["output"]);
        Assert.True((double)json["symbols_per_second"]! > 0);
        var stop = Expected("ab", 60)[20..22];
        json = CliRun.Of("sample", "letters.likely", "--prompt", "ab", "--length", "60", "--json", "--stop", "qqq", "--stop", stop).Json;
        Assert.Equal((Expected("ab", 60)[..Expected("ab", 60).IndexOf(stop, StringComparison.Ordinal)], "stop"), ((string)json["text"]!, (string)json["stopped_by"]!));
        Assert.Equal(2, CliRun.Ok("sample letters.likely --length 5 --count 2 --json").Json["texts"]!.AsArray().Count);
        json = CliRun.Ok("complete letters.likely prompt.txt --length 5 --out whole.txt --json --force").Json;
        Assert.Equal("whole.txt", (string)json["output"]!);
        Assert.Null(json["text"]);
    }

    [Fact]
    public void The_likeliest_alone_is_drawn_whatever_the_seed()
    {
        var one = CliRun.Ok("sample letters.likely --length 30 --top-k 1 --seed 1").Output;
        Assert.Equal(one, CliRun.Ok("sample letters.likely --length 30 --top-p 0.000001 --seed 2").Output);
        Assert.Equal(one, CliRun.Ok("sample letters.likely --length 30 --min-p 1 --seed 3").Output);
        Assert.NotEqual(one, CliRun.Ok("sample letters.likely --length 30 --seed 3").Output);
    }

    [Fact]
    public void An_interrupted_draw_keeps_what_has_come()
    {
        using var stop = new CancellationTokenSource();
        using var output = new Interrupting(stop);
        var code = Likely.Cli.CommandLine.Run(["sample", "letters.likely", "--length", "100000", "--quiet"], output, new StringWriter(), stop.Token);
        Assert.Equal(130, code);
        Assert.StartsWith(output.ToString(), Expected("", 2000));
    }

    [Theory]
    [InlineData("sample letters.likely --prompt @nosuch.txt", "@@nosuch.txt")]
    [InlineData("sample letters.likely --label 3", "--label")]
    [InlineData("sample letters.likely --top-p 2", "--top-p 2")]
    [InlineData("sample letters.likely --out letters.likely --force", "read by the same command")]
    [InlineData("sample plain.likely --prompt abc", "--prompt is not for a model of images")]
    [InlineData("complete plain.likely picture.png --length 3", "--length is not for a model of images")]
    [InlineData("complete letters.likely prompt.txt --item 3", "--item is not for a model of text")]
    [InlineData("complete letters.likely prompt.txt --keep top", "--keep top")]
    [InlineData("complete letters.likely nosuch.txt", "nosuch.txt")]
    [InlineData("complete letters.likely .", "folder")]
    public void What_makes_no_sense_is_refused_by_name(string arguments, string words)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    sealed class Interrupting(CancellationTokenSource stop) : StringWriter
    {
        public override void Write(string? value)
        {
            base.Write(value);
            if (GetStringBuilder().Length > 100) stop.Cancel();
        }
    }
}
