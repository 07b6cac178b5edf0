using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A folder of its own as current directory for the tests of the command line, with a few trained models.</summary>
public sealed class CliFolder : IDisposable
{
    readonly string _before = Environment.CurrentDirectory;

    public CliFolder()
    {
        Path = Directory.CreateTempSubdirectory("likely-cli-").FullName;
        Environment.CurrentDirectory = Path;
        Train("plain.likely", "strokes", "gated-pixelcnn", "binarize=threshold", "channels=4", "layers=1", "kernel=3");
        Train("labels.likely", "strokes", "gated-pixelcnn", "binarize=threshold", "channels=4", "layers=1", "kernel=3", "conditional=true");
        Train("grey.likely", "strokes", "gated-pixelcnn", "levels=4", "size=8x8", "channels=4", "layers=1", "kernel=3");
        Train("fixed.likely", "strokes", "made", "binarize=threshold", "size=10x10", "hidden=16");
        FaultyFiles.Write();
    }

    public string Path { get; }

    /// <summary>Every file in the folder.</summary>
    public IReadOnlySet<string> Files() => Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).ToHashSet();

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        Directory.Delete(Path, recursive: true);
    }

    static void Train(string output, string data, string model, params string[] settings)
    {
        var run = CliRun.Of(["train", data, "--model", model, "--set", "limit=48", .. settings.SelectMany(setting => new[] { "--set", setting }), "--steps", "4", "--batch", "16", "--out", output, "--quiet"]);
        Assert.True(run.Code == 0, $"{output}: {run.Error}");
    }
}

/// <summary>The tests that change the current directory run alone.</summary>
[CollectionDefinition(nameof(CliFolder), DisableParallelization = true)]
public sealed class CliCollection : ICollectionFixture<CliFolder>;
