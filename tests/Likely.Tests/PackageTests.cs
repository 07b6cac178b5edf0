using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Likely.Benchmarks;
using Likely.Cli;
using Likely.Coding;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests;

/// <summary>
/// The packages: what is in them, and that the tool installs from a local folder alone and runs. Everything is written into a
/// temporary folder; nothing is built, so that no assembly changes under tests that run at the same time.
/// </summary>
public sealed class PackageTests : IDisposable
{
    static readonly string[] _libraries = ["Likely.dll", "Likely.Coding.dll", "Likely.Data.dll", "Likely.Files.dll", "Likely.Models.dll", "Likely.Tensors.dll"];

    readonly string _folder = Directory.CreateTempSubdirectory("likely-pack-").FullName;

    public static TheoryData<Type> Assemblies => [typeof(Walk), typeof(RangeEncoder), typeof(Dataset), typeof(Checkpoint), typeof(AtomicFile), typeof(Tensor), typeof(CommandLine), typeof(DataViewRows), typeof(Benchmark)];

    [Theory, MemberData(nameof(Assemblies))]
    public void Every_assembly_is_marked_trimmable_and_ready_for_compilation_ahead_of_time(Type type)
    {
        var marks = type.Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(mark => mark.Key, mark => mark.Value);
        Assert.Equal("True", marks.GetValueOrDefault("IsTrimmable"));
        Assert.Equal("True", marks.GetValueOrDefault("IsAotCompatible"));
    }

    [PackageFact]
    public void The_library_package_holds_all_libraries_and_depends_on_linear_algebra_and_a_reader_of_tables_alone()
    {
        Pack("Likely");
        using var package = ZipFile.OpenRead(Single("Likely.*.nupkg"));
        Assert.Equal(_libraries.Order(), package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("lib/net10.0/") && name.EndsWith(".dll")).Select(Path.GetFileName).Order());
        foreach (var library in _libraries) Assert.NotNull(package.GetEntry($"lib/net10.0/{Path.ChangeExtension(library, ".xml")}"));
        Assert.NotNull(package.GetEntry("package.md"));
        Assert.NotNull(package.GetEntry("LICENSE"));
        using var text = package.GetEntry("Likely.nuspec")!.Open();
        var metadata = XDocument.Load(text).Root!.Elements().Single();
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        Assert.Equal("MIT", Value("license"));
        Assert.Equal("package.md", Value("readme"));
        Assert.NotEmpty(Value("description"));
        Assert.NotEmpty(Value("tags"));
        Assert.Equal(["MathNet.Numerics", "Sep"], metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value));
        using var symbols = ZipFile.OpenRead(Single("Likely.*.snupkg"));
        foreach (var library in _libraries) Assert.NotNull(symbols.GetEntry($"lib/net10.0/{Path.ChangeExtension(library, ".pdb")}"));
    }

    [PackageFact]
    public void The_adapter_package_holds_itself_and_depends_on_the_library_and_the_views()
    {
        Pack("Likely.MachineLearning");
        using var package = ZipFile.OpenRead(Single("Likely.MachineLearning.*.nupkg"));
        Assert.Equal(["Likely.MachineLearning.dll"], package.Entries.Select(entry => entry.FullName).Where(name => name.EndsWith(".dll")).Select(Path.GetFileName));
        using var text = package.GetEntry("Likely.MachineLearning.nuspec")!.Open();
        Assert.Equal(["Likely", "Microsoft.ML.DataView"], XDocument.Load(text).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value).Order());
    }

    [PackageFact]
    public void The_tool_installs_from_a_local_folder_and_runs()
    {
        Pack("Likely.Cli");
        var config = In("nuget.config");
        File.WriteAllText(config, $"""<configuration><packageSources><clear /><add key="local" value="{In("packages")}" /></packageSources></configuration>""");
        // Its own homes, so that neither a package of the same version nor the user's settings have a part in this.
        var homes = new Dictionary<string, string> { ["DOTNET_CLI_HOME"] = In("home"), ["NUGET_PACKAGES"] = In("cache") };
        var version = Path.GetFileNameWithoutExtension(Single("Likely.Cli.*.nupkg"))["Likely.Cli.".Length..];
        Run(Dotnet, homes, "tool", "install", "Likely.Cli", "--version", version, "--tool-path", In("tool"), "--configfile", config);

        var tool = In(OperatingSystem.IsWindows() ? "tool/likely.exe" : "tool/likely");
        File.Copy(Path.Combine(PackageFactAttribute.Root, "tests", "Likely.Tests", "Golden", "made.likely"), In("made.likely"));
        Assert.Contains("gated-pixelcnn", Run(tool, [], "models"));
        Assert.Contains(Checkpoint.Load(In("made.likely")).Identity(), Run(tool, [], "info", "made.likely"));
        Run(tool, [], "sample", "made.likely", "--count", "2", "--out", "drawn.png", "--quiet");
        Assert.True(new FileInfo(In("drawn.png")).Length > 0);
    }

    [PackageFact]
    public void The_programs_of_the_pages_compile_and_run_with_the_package_alone()
    {
        Pack("Likely");
        // Whatever it depends on was restored for the build, and lies in the user's cache.
        var cache = Run(Dotnet, [], "nuget", "locals", "global-packages", "--list").Split(": ", 2)[1].Trim();
        var needed = ((string[])["mathnet.numerics", "sep", "csfastfloat"]).SelectMany(package => Directory.GetDirectories(Path.Combine(cache, package))).Select((folder, i) => $"""<add key="needed{i}" value="{folder}" />""");
        File.WriteAllText(In("nuget.config"), $"""<configuration><packageSources><clear /><add key="local" value="{In("packages")}" />{string.Concat(needed)}</packageSources></configuration>""");
        File.WriteAllText(In("program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup>
              <ItemGroup><PackageReference Include="Likely" Version="{Path.GetFileNameWithoutExtension(Single("Likely.*.nupkg"))["Likely.".Length..]}" /></ItemGroup>
            </Project>
            """);
        var homes = new Dictionary<string, string> { ["DOTNET_CLI_HOME"] = In("home"), ["NUGET_PACKAGES"] = In("cache") };
        File.WriteAllBytes(In("rows.npy"), [.. Npy.Header(60, 8), .. Npy.Elements([.. Enumerable.Range(0, 480).Select(i => (float)(i * i % 31))])]);
        File.WriteAllText(In("plays.txt"), string.Concat(Enumerable.Repeat("ROMEO: but soft, what light\n", 200)));
        File.WriteAllText(In("people.csv"), "id,age,city\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{20 + i % 9},{"abc"[i % 3]}\n")));
        foreach (var page in (string[])["README.md", "docs/package.md", "docs/extending.md", "docs/features.md", "docs/tables.md", "docs/decisions.md"])
        {
            var text = File.ReadAllText(Path.Combine(PackageFactAttribute.Root, page));
            foreach (var block in text.Split("```csharp")[1..])
            {
                var program = block[..block.IndexOf("```", StringComparison.Ordinal)];
                if (page is "README.md" or "docs/package.md") // a first program needs no more
                {
                    Assert.InRange(program.Split("using Likely").Length - 1, 1, 2);
                    Assert.Contains("Minutes = ", program);
                }
                File.WriteAllText(In("Program.cs"), Regex.Replace(program, "Minutes = [0-9.]+", "Steps = 3").Replace("new DataOptions { ", "new DataOptions { Limit = 200, "));
                Run(Dotnet, homes, "run", "--project", In("program.csproj"), "-p:UseSharedCompilation=false");
                foreach (var made in Regex.Matches(program, "Save\\(\"([^\"]+)\"\\)").Select(match => In(match.Groups[1].Value)))
                {
                    Assert.True(new FileInfo(made).Length > 0, made);
                    File.Delete(made);
                }
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static string Dotnet => Path.Combine(PackageFactAttribute.DotnetFolder!, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    string In(string name) => Path.Combine(_folder, name);

    string Single(string pattern) => Directory.GetFiles(In("packages"), pattern).Single();

    void Pack(string project) => Run(Dotnet, [], "pack", Path.Combine(PackageFactAttribute.Root, "src", project), "--no-build", "-c", PackageFactAttribute.Configuration, "-o", In("packages"),
        $"-p:PublishDir={In("publish")}{Path.DirectorySeparatorChar}", $"-p:NuspecOutputPath={In("nuspec")}{Path.DirectorySeparatorChar}");

    string Run(string program, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        environment["DOTNET_ROOT"] = PackageFactAttribute.DotnetFolder!;
        environment["DOTNET_NOLOGO"] = environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = environment["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1";
        environment["MSBUILDDISABLENODEREUSE"] = "1"; // a build node that stays behind would hold the pipes open
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within two minutes");
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output.Result}{error.Result}");
        return output.Result;
    }
}
