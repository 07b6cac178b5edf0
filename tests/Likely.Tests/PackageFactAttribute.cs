using System.Runtime.CompilerServices;
using Xunit;

namespace Likely.Tests;

/// <summary>A test that packs what was built beside these tests; where the sources, the build or the SDK are not there it shows as skipped.</summary>
public sealed class PackageFactAttribute : FactAttribute
{
    public PackageFactAttribute()
    {
        if (!File.Exists(Path.Combine(Root, "Likely.slnx"))) Skip = "needs the sources where they were built";
        else if (!File.Exists(Path.Combine(Root, "src", "Likely.Cli", "bin", Configuration, "net10.0", "Likely.Cli.dll"))) Skip = $"needs a {Configuration} build of src/Likely.Cli";
        else if (DotnetFolder is null) Skip = "needs the .NET SDK";
    }

    /// <summary>The folder of the sources.</summary>
    public static string Root { get; } = Locate();

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)).Parent?.Name ?? "Release";

    /// <summary>The folder of the dotnet command that runs these tests, if it has an SDK.</summary>
    public static string? DotnetFolder { get; } = FindDotnet();

    static string Locate([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", ".."));

    static string? FindDotnet()
    {
        foreach (var candidate in (string?[])[Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"), Environment.ProcessPath])
        {
            if (!File.Exists(candidate) || Path.GetFileNameWithoutExtension(candidate) != "dotnet") continue;
            var folder = Path.GetDirectoryName(File.ResolveLinkTarget(candidate, returnFinalTarget: true)?.FullName ?? candidate)!;
            if (Directory.Exists(Path.Combine(folder, "sdk"))) return folder;
        }
        return null;
    }
}
