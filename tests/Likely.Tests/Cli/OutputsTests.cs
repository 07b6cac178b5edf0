using Likely.Files;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>What a command writes is none of what it reads, is not written twice, and belongs to it alone while it runs.</summary>
[Collection(nameof(CliFolder))]
public sealed class OutputsTests
{
    const string Tiny = "--set binarize=threshold limit=32 channels=4 layers=1 kernel=3 --steps 2 --batch 8 --quiet";

    [Theory]
    [InlineData("compress {0}/m {0}/data.bin --out {0}/m --force")]
    [InlineData("compress {0}/m {0}/data.bin --out {0}/data.bin --force")]
    [InlineData("compress {0}/m {0}/data.bin --out {0}/hard --force")]
    [InlineData("compress {0}/m {0}/data.bin --out {0}/link --force")]
    [InlineData("compress {0}/m {0}/data.bin --out {0}/../{0}/m --force")]
    [InlineData("shrink {0}/m.likely --out {0}/m.likely --force")]
    [InlineData("sample {0}/m --out {0}/m --force")]
    [InlineData("sample {0}/m.likely --count 2 --out {0}/each/00001.png --each {0}/each --force")]
    [InlineData("score {0}/m {0}/pictures --out {0}/m --force")]
    [InlineData("complete {0}/m.likely {0}/pictures/00000.png --out {0}/pictures/00000.png --force")]
    [InlineData("data show {0}/pictures --out {0}/pictures/00001.png --force")]
    [InlineData("data save {0}/set-images.idx --out {0}/set-images.idx --force")]
    [InlineData("train {0}/pictures --from {0}/m.likely --out {0}/m.likely --force --steps 2")]
    [InlineData("train {0}/pictures.run --model gated-pixelcnn --out {0}/pictures.likely --force --steps 2")]
    [InlineData("decompress {0}/self.lka --out {0} --force")]
    public void An_output_that_the_command_reads_or_writes_already_is_refused(string arguments)
    {
        using var folder = new Temporary();
        File.Copy("plain.likely", folder.In("m.likely"));
        File.Copy("plain.likely", folder.In("m"));
        File.WriteAllText(folder.In("data.bin"), "some data");
        CliRun.Ok($"sample plain.likely --count 3 --each {folder.Name}/pictures --out {folder.Name}/all.png");
        CliRun.Ok($"sample plain.likely --count 3 --each {folder.Name}/pictures.run --out {folder.Name}/all2.png");
        File.WriteAllText(folder.In("pictures.run/metrics.jsonl"), "{\"step\":1}\n");
        CliRun.Ok($"data save strokes --limit 3 --out {folder.Name}/set-images.idx");
        File.WriteAllText(folder.In("self.lka"), "x");
        CliRun.Ok($"compress plain.likely {folder.Name}/self.lka --out {folder.Name}/real.lka");
        File.Move(folder.In("real.lka"), folder.In("self.lka"), overwrite: true);
        if (!OperatingSystem.IsWindows())
        {
            Assert.True(SmallDiskFactAttribute.Run("ln", folder.In("m"), folder.In("hard")));
            File.CreateSymbolicLink(folder.In("link"), "m");
        }
        var before = Content(folder.Name);
        var run = CliRun.Of(string.Format(arguments, folder.Name).Split(' '));
        Assert.True(run.Code == 2, $"{arguments}: {run.Code} {run.Error}");
        Assert.Matches("read by the same command|among the data|written twice", run.Error);
        Assert.Equal(before, Content(folder.Name));
    }

    [Theory]
    [InlineData("train {0}/pictures --model gated-pixelcnn --steps 2 --out {0}/pictures/m.likely")]
    [InlineData("train {0}/pictures/part --model gated-pixelcnn --steps 2 --validation {0}/pictures --out {0}/pictures/m.likely")]
    [InlineData("score plain.likely {0}/pictures --out {0}/pictures/scores.csv")]
    [InlineData("score plain.likely {0}/pictures --out {0}/scores.csv --map {0}/pictures")]
    [InlineData("score plain.likely {0}/pictures --out {0}/scores.csv --map {0}/pictures/maps")]
    [InlineData("data show {0}/pictures --out {0}/pictures/sheet.png")]
    [InlineData("data save {0}/pictures --out {0}/pictures/all.idx")]
    public void Nothing_is_written_into_a_folder_of_data(string arguments)
    {
        using var folder = new Temporary();
        CliRun.Ok($"sample plain.likely --count 3 --each {folder.Name}/pictures --out {folder.Name}/all.png");
        CliRun.Ok($"sample plain.likely --count 3 --seed 2 --each {folder.Name}/pictures/part --out {folder.Name}/part.png");
        var before = Content(folder.Name);
        var name = arguments.Split('/')[^1];
        Refused(string.Format(arguments, folder.Name), $"among the data in {folder.Name}/pictures, which the same command reads, and be taken for data itself; choose a name outside of it, such as runs/{name}");
        Assert.Equal(before, Content(folder.Name));
    }

    [Fact]
    public void Whoever_works_within_the_data_finds_outputs_in_runs_which_are_no_data()
    {
        using var folder = new Temporary();
        CliRun.Ok($"sample plain.likely --count 12 --each {folder.Name} --out {folder.Name}.png");
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Name;
        try
        {
            CliRun.Ok("train . --model gated-pixelcnn --set channels=4 layers=1 kernel=3 --steps 2 --quiet --out runs/m.likely");
            Assert.NotEmpty(Directory.GetFiles("runs/m.run", "*.png"));
            Assert.Contains("12 of 12 items", CliRun.Ok("score runs/m.likely . --split all").Output);
            Refused("score runs/m.likely . --out scores.csv", "such as runs/scores.csv");
            Assert.Contains("1 folder (runs)", CliRun.Ok("data show . --out runs/sheet.png").Output);
            Directory.CreateDirectory("below");
            Environment.CurrentDirectory = "below";
            Refused("score ../runs/m.likely ..", $"such as {Path.Combine(FinalPath.Of(before), "m-data-scores.csv")}");
        }
        finally
        {
            Environment.CurrentDirectory = before;
            File.Delete($"{folder.Name}.png");
        }
    }

    [UnixFact]
    public void A_link_named_without_a_folder_leads_to_its_target_and_nowhere_else()
    {
        Directory.CreateDirectory("linked");
        File.CreateSymbolicLink("drawn.png", Path.Combine("linked", "far.png"));
        CliRun.Ok("sample plain.likely --count 2 --out drawn.png --force");
        Assert.True(File.Exists("linked/far.png"));
        CliRun.Ok("sample plain.likely --count 2 --out drawn.png --force");
        Assert.Equal(Path.Combine("linked", "far.png"), new FileInfo("drawn.png").LinkTarget);
        Assert.False(Directory.Exists("/linked") || File.Exists("/far.png"));
    }

    [Fact]
    public void A_second_run_with_the_same_output_is_refused_while_the_first_lasts()
    {
        using (OutputLock.Take("held.likely"))
            Refused($"train strokes --model gated-pixelcnn {Tiny} --out held.likely", "another run");
        using (OutputLock.Take("held.run"))
            Refused($"train strokes --model gated-pixelcnn {Tiny} --out held", "another run"); // another model file, the same measurements
        using (OutputLock.TakeFolder("heldmaps"))
            Refused("score plain.likely strokes --limit 2 --out held.csv --map heldmaps", "another run");
        using (OutputLock.Take("held.lka"))
            Refused("compress plain.likely text.txt --out held.lka", "another run");
        Assert.Empty(Directory.GetFileSystemEntries(".", "*held.*"));
    }

    [Fact]
    public void A_model_file_that_appears_while_training_runs_is_not_overwritten_and_nothing_is_lost()
    {
        var writer = new AtFirst("step", () => File.WriteAllText("appears.likely", "another's"));
        var run = CliRun.With(writer, default, $"train strokes --model gated-pixelcnn --set binarize=threshold limit=32 channels=4 layers=1 kernel=3 --steps 4 --batch 8 --out appears.likely".Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains("appears-2.likely", run.Error);
        Assert.Equal("another's", File.ReadAllText("appears.likely"));
        CliRun.Ok("info appears-2.likely");
    }

    [Fact]
    public void Resuming_without_anything_to_resume_deletes_no_measurements()
    {
        CliRun.Ok($"train strokes --model gated-pixelcnn {Tiny} --out measured.likely");
        File.Delete("measured.likely");
        var before = Content("measured.run");
        Refused($"train strokes --model gated-pixelcnn {Tiny} --out measured.likely --resume", "measurements");
        Assert.Equal(before, Content("measured.run"));
        CliRun.Ok($"train strokes --model gated-pixelcnn {Tiny} --out measured.likely --resume --force");
    }

    [UnixFact]
    public void Names_that_are_no_files_or_no_text_are_refused_where_a_run_keeps_more_than_one_file()
    {
        Refused($"train strokes --model gated-pixelcnn {Tiny} --out /dev/null", "device");
        Assert.False(Directory.Exists("/dev/null.run") || File.Exists("/dev/null.resume"));
        Refused("sample plain.likely --out drawn\uFFFD.png", "UTF-8");
        File.CreateSymbolicLink("circle", "circle");
        Refused("score plain.likely circle --out circle.csv", "circle");
        Refused("compress plain.likely circle --out circle.lka", "circle");
        File.Delete("circle");
    }

    [Theory]
    [InlineData("train strokes --model gated-pixelcnn --steps 2 --out empty")]
    [InlineData("train strokes --model gated-pixelcnn --steps 2 --out new/")]
    [InlineData("train strokes --model gated-pixelcnn --steps 2 --out empty --force")]
    [InlineData("compress plain.likely text.txt --out empty --force")]
    [InlineData("score plain.likely strokes --limit 2 --map text.txt --out folder.csv")]
    public void A_folder_where_a_file_belongs_is_refused_before_the_work(string arguments) => Refused(arguments, "folder");

    static void Refused(string arguments, string sentence)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.True(run.Code == 2, $"{arguments}: {run.Code} {run.Error}");
        Assert.Contains(sentence, run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    static Dictionary<string, string> Content(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(path => path, path => Convert.ToHexString(File.ReadAllBytes(path)));

    sealed class Temporary : IDisposable
    {
        public string Name { get; } = $"outputs-{Guid.NewGuid():N}";
        public Temporary() => Directory.CreateDirectory(Name);
        public string In(string name) => Path.GetFullPath(Path.Combine(Name, name));
        public void Dispose() => Directory.Delete(Name, recursive: true);
    }

    sealed class AtFirst(string text, Action action) : StringWriter
    {
        bool _done;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (_done || value?.Contains(text) != true) return;
            _done = true;
            action();
        }
    }
}
