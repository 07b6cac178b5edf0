using Likely.Data;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>The contract of compress, decompress, verify, info of an archive, and data save.</summary>
[Collection(nameof(CliFolder))]
public sealed class ArchiveVerbsTests
{
    [Fact]
    public void A_data_set_is_saved_compressed_verified_and_restored()
    {
        var saved = CliRun.Ok("data save strokes --split test --limit 40 --set binarize=threshold --out saved-images.idx --json --force");
        Keys(saved, "output", "labels", "count", "geometry");
        Assert.Equal("saved-labels.idx", (string)saved.Json["labels"]!);

        var made = CliRun.Ok("compress plain.likely saved-images.idx --out saved.lka --json --force");
        Keys(made, "output", "input_bytes", "archive_bytes", "bits_per_dim", "seconds", "symbols_per_second", "symbols_per_second_per_core", "verified", "items", "files", "plain_bytes", "model");
        Assert.Equal(40, (int)made.Json["items"]!);
        Assert.Equal(16 + 40 * 784, (int)made.Json["input_bytes"]!);
        Assert.True((bool)made.Json["verified"]!);
        Assert.Equal(new FileInfo("saved.lka").Length, (long)made.Json["archive_bytes"]!);
        var score = CliRun.Ok("score plain.likely saved-images.idx --split all --json --force --out saved.csv");
        Assert.InRange(8.0 * (long)made.Json["archive_bytes"]!, (double)score.Json["bits_per_dim"]! * 40 * 784, (double)score.Json["bits_per_dim"]! * 40 * 784 * 1.0005 + 8 * (16 + 180));

        Assert.Equal(2, CliRun.Of("compress", "plain.likely", "saved-images.idx", "--out", "saved.lka").Code);
        CliRun.Ok("compress plain.likely saved-images.idx --out other.lka --force --threads 1 --batch 7 --no-verify");
        Assert.Equal(File.ReadAllBytes("saved.lka"), File.ReadAllBytes("other.lka"));

        Assert.True((bool)CliRun.Ok("verify saved.lka --json").Json["verified"]!);
        var back = CliRun.Ok("decompress saved.lka --out restored --json --force --threads 1");
        Keys(back, "output", "files", "items", "seconds", "symbols_per_second", "verified");
        Assert.Equal(File.ReadAllBytes("saved-images.idx"), File.ReadAllBytes("restored/saved-images.idx"));
        Assert.Equal(2, CliRun.Of("decompress", "saved.lka", "--out", "restored").Code);
        CliRun.Ok("decompress saved.lka --only saved-images.idx[7] --out restored --force");
        Assert.Equal(File.ReadAllBytes("saved-images.idx")[(16 + 7 * 784)..(16 + 8 * 784)], Png.Read("restored/saved-images.idx-7.png").Pixels);

        var info = CliRun.Ok("info saved.lka --json");
        Keys(info, "kind", "order_version", "model", "embedded_bytes", "bytes", "files", "items", "symbols", "item_blocks", "item_block_bytes", "entries");
        Assert.Equal("archive", (string)info.Json["kind"]!);
        Assert.Equal((string)made.Json["model"]!, (string)info.Json["model"]!);
        Assert.Contains("28x28x1", CliRun.Ok("info saved.lka").Output);
    }

    [Fact]
    public void Labels_go_with_a_conditional_model_and_the_model_may_be_inside()
    {
        CliRun.Ok("data save strokes --limit 30 --set binarize=threshold --out labelled-images.idx --force");
        var made = CliRun.Ok("compress labels.likely labelled-images.idx --embed --strict --json --force");
        Assert.Equal("runs/labelled-images.lka", (string)made.Json["output"]!);
        Assert.True(CliRun.Ok("info runs/labelled-images.lka --json").Json["embedded_bytes"]!.GetValue<long>() > 0);
        CliRun.Ok("decompress runs/labelled-images.lka --out labelled --force");
        Assert.Equal(File.ReadAllBytes("labelled-images.idx"), File.ReadAllBytes("labelled/labelled-images.idx"));
        File.Copy("labelled-images.idx", "bare.idx", overwrite: true);
        Assert.Contains("note", CliRun.Ok("compress labels.likely bare.idx --out bare.lka --force").Error);
        Assert.Equal(2, CliRun.Of("compress", "labels.likely", "bare.idx", "--strict", "--out", "bare2.lka").Code);
    }

    [Fact]
    public void What_is_wrong_with_an_archive_is_said_in_one_sentence()
    {
        CliRun.Ok("data save strokes --limit 10 --set binarize=threshold --out few-images.idx --force");
        Directory.CreateDirectory("alone");
        CliRun.Ok("compress plain.likely few-images.idx --out alone/few.lka --force");
        Refused("ends with --model", "needs the model", "decompress", "alone/few.lka", "--out", "alone/out");
        Refused("another model", "was made with the model", "decompress", "alone/few.lka", "--model", "labels.likely", "--out", "alone/out");
        Refused("no model", "no model", "verify", "alone/few.lka", "--model", "picture.png");
        Refused("no archive", "there is no archive", "verify", "nowhere.lka");
        Refused("a picture", "no archive of Likely", "verify", "picture.png");
        Refused("the archive as a model", "an archive of Likely", "sample", "alone/few.lka");
        Refused("no input", "no file or folder", "compress", "plain.likely", "nowhere.idx");
        Assert.False(Directory.Exists("alone/out"));
        CliRun.Ok("verify alone/few.lka --model plain.likely");
        var bytes = File.ReadAllBytes("alone/few.lka");
        bytes[60] ^= 1;
        File.WriteAllBytes("alone/few.lka", bytes);
        Refused("damage", "damaged", "verify", "alone/few.lka", "--model", "plain.likely");

        static void Refused(string what, string sentence, params string[] arguments)
        {
            var run = CliRun.Of(arguments);
            Assert.True(run.Code == 2 && run.Error.Contains(sentence) && run.Error.Trim().Split('\n').Length == 1, $"{what}: {run.Code} {run.Error}");
        }
    }

    [Fact]
    public void A_loss_is_called_a_loss_and_what_does_not_come_back_is_named_even_if_quiet()
    {
        var small = CliRun.Ok("compress plain.likely text.txt --embed --out loss.lka --force --json");
        Assert.True((long)small.Json["archive_bytes"]! > (long)small.Json["input_bytes"]!);
        Assert.Null(small.Json["bits_per_dim"]);
        Assert.Matches("text.txt.*bytes in|loss.lka: 21 bytes in .* \\(a loss: [0-9.]+ % larger than the files, [0-9.]+ [kMbytes]+ of it the model\\)", CliRun.Ok("compress plain.likely text.txt --embed --out loss.lka --force").Output);
        Directory.CreateDirectory("digits");
        CliRun.Ok("data save strokes --limit 200 --set binarize=threshold --out digits/some.idx --force --quiet");
        var gain = CliRun.Ok("compress plain.likely digits --out gain.lka --force --verbose");
        Assert.Contains("% smaller)", gain.Output);
        Assert.Contains("digits/some.idx  156816 bytes in ", gain.Error);
        Png.Write("digits/one.png", File.ReadAllBytes("digits/some.idx").AsSpan(16, 28 * 28), 28, 28, 1);
        Assert.Contains("same pixels", CliRun.Ok("compress plain.likely digits/one.png --out one.lka --force --quiet --no-verify").Error);
    }

    static void Keys(CliRun run, params string[] keys)
    {
        foreach (var key in keys) Assert.True(run.Json.ContainsKey(key), $"'{key}' is missing in {run.Json.ToJsonString()}");
        foreach (var (key, _) in run.Json) Assert.Matches("^[a-z][a-z0-9_]*$", key);
    }
}
