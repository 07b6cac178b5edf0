using Likely.Data;
using Likely.Tests.Data;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>The contract of the verbs: JSON keys, default names, nothing overwritten.</summary>
[Collection(nameof(CliFolder))]
public sealed class VerbsTests
{
    const string Tiny = "--model gated-pixelcnn --set binarize=threshold limit=64 channels=4 layers=1 --batch 16";

    [Fact]
    public void Train_writes_model_measurements_and_samples_under_its_default_name()
    {
        var run = CliRun.Ok($"train strokes {Tiny} --steps 5 --json --quiet --force");
        Keys(run, "checkpoint", "parameters", "steps", "seconds", "examples_per_second", "train_bits_per_dim", "validation_bits_per_dim", "validation_nats", "identity");
        Assert.Equal("runs/strokes-gated-pixelcnn.likely", (string)run.Json["checkpoint"]!);
        Assert.Equal(5, (int)run.Json["steps"]!);
        Assert.True(File.Exists("runs/strokes-gated-pixelcnn.likely"));
        Assert.True(File.Exists("runs/strokes-gated-pixelcnn.run/metrics.jsonl"));
        Assert.NotEmpty(Directory.GetFiles("runs/strokes-gated-pixelcnn.run", "samples-*.png"));
        Assert.NotEmpty(Directory.GetFiles("runs/strokes-gated-pixelcnn.run", "events.out.tfevents.*"));
        Assert.False(File.Exists("runs/strokes-gated-pixelcnn.resume"));
        Assert.Empty(run.Error);
        var again = CliRun.Of($"train strokes {Tiny} --steps 5".Split(' '));
        Assert.Equal(2, again.Code);
        Assert.Contains("--force", again.Error);
    }

    [Fact]
    public void Train_leaves_a_folder_that_is_not_of_a_run_as_it_is()
    {
        Directory.CreateDirectory("mine.run");
        File.Copy("picture.png", "mine.run/samples-000001.png", overwrite: true);
        var run = CliRun.Of($"train strokes {Tiny} --steps 2 --force --out mine.likely".Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains("mine.run", run.Error);
        Assert.Single(Directory.GetFileSystemEntries("mine.run"));
        Assert.False(File.Exists("mine.likely"));
    }

    [Fact]
    public void A_folder_of_pictures_may_have_the_models_name()
    {
        Directory.CreateDirectory("faces");
        for (var i = 0; i < 8; i++) File.Copy("small.png", $"faces/samples-{i:000000}.png", overwrite: true);
        CliRun.Ok("train faces --model gated-pixelcnn --set binarize=threshold gray=true channels=4 layers=1 --steps 2 --batch 4 --out faces.likely --force --quiet");
        Assert.Equal(8, Directory.GetFileSystemEntries("faces").Length);
    }

    [Fact]
    public void Labels_must_be_the_same_when_training_goes_on_or_validates_elsewhere()
    {
        var run = CliRun.Of($"train animals {Tiny} --set size=28x28 gray=true conditional=true --from labels.likely --set kernel=3 --steps 2 --out relabelled.likely".Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains("cat", run.Error);
        run = CliRun.Of($"train strokes {Tiny} --set conditional=true --validation picture.png --steps 2 --out unlabelled.likely".Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains("none", run.Error);
        Assert.False(File.Exists("unlabelled.resume"));
    }

    [Fact]
    public void Another_data_seed_holds_other_items_out()
    {
        string Scored(string settings) => (string)CliRun.Ok($"train many --model gated-pixelcnn --set channels=4 layers=1 {settings} --steps 3 --batch 8 --json --quiet --force --out split.likely").Json["identity"]!;
        Directory.CreateDirectory("many");
        CliRun.Ok("sample grey.likely --count 40 --each many --out many.png --force --quiet");
        Assert.NotEqual(Scored("levels=4"), Scored("levels=4 data_seed=5"));
    }

    [SmallDiskFact]
    public void A_full_disk_leaves_none_of_several_files()
    {
        var mount = Directory.CreateDirectory("disk").FullName;
        Assert.True(SmallDiskFactAttribute.Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount));
        try
        {
            foreach (var arguments in (string[])["sample plain.likely --count 64 --each disk/each --out disk.png", "score plain.likely strokes --limit 64 --map disk/maps --out disk.csv"])
            {
                var run = CliRun.Of(arguments.Split(' '));
                Assert.Equal(1, run.Code); // the command is right
                Assert.Contains("disk is full", run.Error);
                Assert.Empty(Directory.GetFiles(mount, "*", SearchOption.AllDirectories));
                Assert.False(File.Exists("disk.png") || File.Exists("disk.csv"));
            }
        }
        finally
        {
            SmallDiskFactAttribute.Run("umount", mount);
        }
    }

    [Fact]
    public void Threads_change_no_bit_and_another_seed_changes_them()
    {
        string Identity(string more) => (string)CliRun.Ok($"train strokes {Tiny} --steps 5 --json --quiet --force --out threads.likely {more}").Json["identity"]!;
        var one = Identity("--threads 1");
        Assert.Equal(one, Identity("--threads 2"));
        Assert.NotEqual(one, Identity("--seed 2"));
    }

    [Fact]
    public void Settings_may_follow_one_another_or_be_repeated()
    {
        string Identity(string settings) => (string)CliRun.Ok($"train {settings} --model gated-pixelcnn --steps 2 --batch 8 --json --quiet --force --out settings.likely").Json["identity"]!;
        var together = Identity("strokes --set binarize=threshold limit=64 channels=4 layers=1");
        Assert.Equal(together, Identity("--set binarize=threshold --set limit=64 --set channels=4 layers=1 strokes"));
    }

    [Fact]
    public void A_dry_run_forecasts_and_writes_nothing()
    {
        var before = Directory.GetFileSystemEntries(".", "*", SearchOption.AllDirectories);
        var run = CliRun.Ok($"train strokes {Tiny} --steps 50 --dry-run --json --quiet --out dry.likely");
        Keys(run, "parameters", "steps", "forecast_seconds", "forecast_bytes");
        Assert.Equal(50, (int)run.Json["steps"]!);
        Assert.Equal(before, Directory.GetFileSystemEntries(".", "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_model_can_be_trained_on()
    {
        var run = CliRun.Ok("train strokes --from plain.likely --set limit=32 --steps 2 --batch 8 --out further.likely --json --quiet");
        Assert.NotEqual((string)CliRun.Ok("info plain.likely --json").Json["identity"]!, (string)run.Json["identity"]!);
    }

    [Fact]
    public void Other_data_can_be_held_out() =>
        Assert.True((double)CliRun.Ok($"train strokes {Tiny} --steps 2 --validation picture.png --out heldout.likely --json --quiet --force").Json["validation_nats"]! > 0);

    [Fact]
    public void Sample_draws_a_picture_and_single_files_and_overwrites_nothing()
    {
        var run = CliRun.Ok("sample labels.likely --count 20 --json --each singles");
        Keys(run, "output", "count", "seconds", "symbols_per_second");
        Assert.Equal("runs/labels-samples.png", (string)run.Json["output"]!);
        Assert.True(File.Exists("runs/labels-samples.png"));
        Assert.Equal(20, Directory.GetFiles("singles").Length);
        Assert.Equal("runs/labels-samples-2.png", (string)CliRun.Ok("sample labels.likely --count 4 --label 7 --json").Json["output"]!);
        var bytes = File.ReadAllBytes("runs/labels-samples.png");
        CliRun.Ok("sample labels.likely --count 20 --out same.png --threads 1");
        Assert.Equal(bytes, File.ReadAllBytes("same.png"));
        Assert.Equal(2, CliRun.Of("sample", "labels.likely", "--out", "same.png").Code);
        CliRun.Ok("sample labels.likely --out same.png --force --temperature 0.5");
    }

    [Theory]
    [InlineData("complete plain.likely picture.png --keep top", true)]
    [InlineData("complete plain.likely picture.png --keep left", false)]
    [InlineData("complete plain.likely picture.png --keep right", false)]
    [InlineData("complete plain.likely picture.png --keep bottom", false)]
    [InlineData("complete plain.likely picture.png --keep 300", true)]
    [InlineData("complete plain.likely picture.png --keep mask.png", false)]
    [InlineData("complete plain.likely small.png", true)]
    [InlineData("complete labels.likely strokes --item 5", true)]
    [InlineData("complete labels.likely picture.png --label 3", true)]
    public void Complete_fills_in_and_says_if_the_draw_is_not_exact(string arguments, bool exact)
    {
        var run = CliRun.Ok($"{arguments} --count 3 --json --out filled.png --force");
        Keys(run, "output", "seconds", "symbols_per_second");
        Assert.Equal(exact, (bool)run.Json["exact"]!);
        Assert.Equal(!exact, run.Error.Contains("note"));
        Assert.True(File.Exists("filled.png"));
        Assert.Equal(!exact, CliRun.Ok($"{arguments} --count 3 --json --out filled.png --force --quiet").Error.Contains("note"));
        Assert.False((bool)CliRun.Ok($"{arguments} --count 3 --json --out filled.png --force --quiet --temperature 0.5").Json["exact"]!);
    }

    [Fact]
    public void Score_lists_items_and_draws_maps()
    {
        var run = CliRun.Ok("score plain.likely strokes --limit 12 --out items.csv --map maps --json --force");
        Keys(run, "count", "nats_per_example", "bits_per_dim", "archive_bits_per_dim", "dims", "seconds");
        Assert.Equal(12, (int)run.Json["count"]!);
        Assert.Equal(12 * 784, (long)run.Json["dims"]!);
        Assert.Equal((double)run.Json["bits_per_dim"]!, (double)run.Json["nats_per_example"]! / 784 / Math.Log(2), 9);
        var lines = File.ReadAllLines("items.csv");
        Assert.Equal("index,name,label,nats,bits_per_dim", lines[0]);
        Assert.Equal(13, lines.Length);
        Assert.Equal(12, Directory.GetFiles("maps", "*.png").Length);
        Assert.Equal(13, File.ReadAllLines("maps/maps.csv").Length);
        Assert.True((double)run.Json["map_highest_nats"]! > 0);
        Assert.Equal(12, (int)CliRun.Ok("score labels.likely strokes --limit 12 --json").Json["count"]!);
    }

    [Fact]
    public void Maps_of_an_earlier_run_are_not_left_beside_new_ones()
    {
        CliRun.Ok("score plain.likely strokes --limit 6 --out stale.csv --map stale --force");
        File.Copy("picture.png", "stale/00099-mine.png");
        File.AppendAllText("stale/maps.csv", "../picture.png,0,x,1,1,1,0,0\n");
        Assert.Equal(2, CliRun.Of("score", "plain.likely", "picture.png", "--out", "stale2.csv", "--map", "stale").Code);
        CliRun.Ok("score plain.likely picture.png --out stale2.csv --map stale --force");
        Assert.Equal(["00000-picture.png", "00099-mine.png", "maps.csv"], Directory.GetFiles("stale").Select(Path.GetFileName).Order());
        Assert.True(File.Exists("picture.png"));
        var map = Image.Load("stale/00000-picture.png");
        Assert.True(map.Width > 2 * 28 * 8 && map.Height > 28 * 8);
    }

    [Fact]
    public void Score_takes_pictures_of_any_size()
    {
        var run = CliRun.Ok("score plain.likely uneven --split all --json");
        Assert.Equal(28 * 28 + 20 * 20, (long)run.Json["dims"]!);
        var one = CliRun.Ok("score plain.likely small.png --json");
        var other = CliRun.Ok("score plain.likely picture.png --json");
        Assert.Equal((double)run.Json["nats_per_example"]! * 2, (double)one.Json["nats_per_example"]! + (double)other.Json["nats_per_example"]!, 9);
    }

    [Fact]
    public void Info_tells_models_from_other_files()
    {
        Keys(CliRun.Ok("info labels.likely --json"), "model", "config", "geometry", "classes", "preprocessing", "parameters", "identity", "summary", "order_version");
        Assert.Contains("PNG", CliRun.Ok("info picture.png").Output);
        Assert.Contains("IDX", CliRun.Ok("info huge-images-idx3-ubyte").Output);
        Assert.Contains("NumPy", CliRun.Ok("info good.npy").Output);
        Assert.Contains("text", CliRun.Ok("info text.txt").Output);
        Assert.Contains("folder", CliRun.Ok("info empty").Output);
    }

    [Fact]
    public void Models_and_data_list_what_there_is()
    {
        Assert.Contains("gated-pixelcnn", CliRun.Ok("models").Output);
        Assert.NotEmpty(CliRun.Ok("models --json").Json["models"]!.AsArray());
        Assert.Contains("strokes", CliRun.Ok("data list").Output);
        Assert.Equal("", (string)CliRun.Ok("data get strokes --json").Json["folder"]!);
        var shown = CliRun.Ok("data show strokes --set binarize=threshold limit=100 --json --out shown.png --force");
        Assert.Equal(100, (int)shown.Json["train"]!);
        Assert.True(File.Exists("shown.png"));
    }

    [Fact]
    public void Help_has_an_example_for_every_verb()
    {
        foreach (var verb in (string[])["train", "sample", "complete", "score", "compress", "decompress", "verify", "shrink", "info", "models", "bench", "demo", "data list", "data get", "data show", "data save"])
            Assert.Contains($"likely {verb}", CliRun.Ok($"{verb} --help").Output);
        Assert.Contains("train", CliRun.Ok("--help").Output);
        Assert.Equal(0, CliRun.Of().Code);
    }

    [Fact]
    public void Bench_measures_against_the_peak()
    {
        var run = CliRun.Ok("bench exponential --json");
        Assert.True((double)run.Json["peak_gflops"]! > 0);
        Assert.Contains($"{run.Json["entries"]!.AsArray().Count} entries with 'exponential' in their names, about ", run.Error);
        var entry = run.Json["entries"]!.AsArray()[0]!.AsObject();
        foreach (var key in (string[])["name", "milliseconds", "gflops", "share_of_peak", "per_second"]) Assert.True(entry.ContainsKey(key), key);
    }

    [Fact]
    public void Demo_writes_its_report_over_an_earlier_one()
    {
        Directory.CreateDirectory("runs/demo");
        File.WriteAllText("runs/demo/report.html", "an earlier report");
        var run = CliRun.Ok("demo --minutes 0.01 --json --quiet");
        Keys(run, "report", "bits_per_dim", "seconds");
        Assert.Equal("runs/demo/report.html", (string)run.Json["report"]!);
        Assert.Contains("</html>", File.ReadAllText("runs/demo/report.html"));
        foreach (var picture in (string[])["samples", "completions", "surprise", "ranking"]) Assert.True(File.Exists($"runs/demo/{picture}.png"), picture);
        CliRun.Ok("sample runs/demo/digits.likely --label 7 --count 4");
        File.Delete("runs/demo/report.html");
        var beside = CliRun.Of("demo", "--minutes", "0.01", "--out", "runs/demo/report.html");
        Assert.Equal(2, beside.Code);
        Assert.Contains("digits.likely exists", beside.Error);
    }

    [Fact]
    public void What_a_model_does_to_the_data_it_is_given_is_said()
    {
        const string Said = "(from the model)";
        Assert.Contains($"set         levels=4 size=8x8 {Said}", CliRun.Ok("score grey.likely strokes --limit 2 --out brought.csv --force").Error);
        Assert.Contains($"set         levels=4 {Said}", CliRun.Ok("complete grey.likely strokes --set size=9x9 --count 1 --out brought.png --force").Error);
        CliRun.Ok("train strokes --model gated-pixelcnn --set levels=4 size=8x8 transpose=true channels=4 layers=1 kernel=3 limit=16 --steps 2 --out lying.likely --force --quiet");
        Directory.CreateDirectory("as-they-are");
        CliRun.Ok("sample grey.likely --count 3 --each as-they-are --out brought.png --force --quiet");
        Assert.Contains($"set         levels=4 transpose=true {Said}", CliRun.Ok("score lying.likely as-they-are --out brought.csv --force").Error);
        Assert.Contains("transpose=true, which an archive does not apply", CliRun.Ok("compress lying.likely as-they-are --out brought.lka --force").Error);
    }

    [Fact]
    public void What_is_nearly_right_is_understood_or_told()
    {
        Assert.Equal(CliRun.Ok("keys train").Output, CliRun.Ok("keys training").Output);
        Assert.Equal(CliRun.Ok("score --help").Output, CliRun.Ok("help score").Output);
        Assert.Equal(CliRun.Ok("data show --help").Output, CliRun.Ok("help data show").Output);
        Directory.CreateDirectory("nearly/kittens");
        Assert.Contains($"did you mean '{Path.Combine("nearly", "kittens")}'?", CliRun.Of("data", "show", "nearly/kitens").Error);
        Assert.Contains("likely data show strokes", CliRun.Of("data", "strokes").Error);
        Assert.Contains("steps of 2 examples", CliRun.Ok("train strokes --model made --set binarize=threshold size=8x8 hidden=4 limit=16 --steps 3 --batch 2 --dry-run").Output);
    }

    [Fact]
    public void Info_sets_all_values_below_one_another()
    {
        var lines = CliRun.Ok("info plain.likely").Output.TrimEnd().Split('\n');
        var column = lines[0].IndexOf("gated", StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(line[column - 1] == ' ' && line[column - 2] == ' ' && line[column] != ' ', line));
        Assert.Contains(lines, line => line.StartsWith("validation_bits_per_dim", StringComparison.Ordinal));
    }

    [Fact]
    public void Exact_files_are_named_as_the_reason()
    {
        Directory.CreateDirectory("exact");
        CliRun.Ok("sample plain.likely --count 2 --each exact --out exact.png --force --quiet");
        Assert.Contains("every byte of a file is to be kept", CliRun.Ok("compress plain.likely exact --exact-files --out exact.lka --force").Error);
    }

    [Fact]
    public void Help_says_how_labels_are_given() => Assert.Contains("x_labels.npy or y.npy", CliRun.Ok("data show --help").Output);

    [Fact]
    public void A_limit_draws_evenly_and_keeps_the_numbers_of_the_split()
    {
        Directory.CreateDirectory("sorted/a");
        Directory.CreateDirectory("sorted/b");
        for (var i = 0; i < 40; i++) Png.Write($"sorted/{"ab"[i / 20]}/{i:00}.png", [.. Enumerable.Range(0, 784).Select(d => (byte)(d * i))], 28, 28, 1);
        CliRun.Ok("score plain.likely sorted --split all --limit 10 --out limited.csv --force --quiet");
        CliRun.Ok("score plain.likely sorted --split all --out every.csv --force --quiet");
        string[] limited = File.ReadAllLines("limited.csv"), every = File.ReadAllLines("every.csv");
        Assert.Equal((11, 41), (limited.Length, every.Length));
        foreach (var line in limited) Assert.Contains(line, every);
        Assert.Equal(2, limited.Skip(1).Select(line => line.Split(',')[2]).Distinct().Count());
    }

    [DataFact("mnist")]
    public void Known_data_train_and_score()
    {
        CliRun.Ok("train mnist --model gated-pixelcnn --set binarize=static limit=64 channels=4 layers=1 --steps 3 --out mnist.likely --quiet --force");
        Assert.Equal(20, (int)CliRun.Ok("score mnist.likely mnist --limit 20 --json").Json["count"]!);
    }

    static void Keys(CliRun run, params string[] keys)
    {
        foreach (var key in keys) Assert.True(run.Json.ContainsKey(key), $"'{key}' is missing in {run.Json.ToJsonString()}");
        foreach (var (key, _) in run.Json) Assert.Matches("^[a-z][a-z0-9_]*$", key);
    }
}
