using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Likely.Tests.Postgres;

/// <summary>A PostgreSQL server in a temporary folder, reached by a socket in it alone; one for all tests of the collection.</summary>
public sealed class TestServer : IDisposable
{
    const string User = "likely";

    readonly string _folder = Directory.CreateTempSubdirectory("likely-pg-").FullName;

    public TestServer()
    {
        if (WhyNot is not null) return;
        if (IsRoot) Run("chown", null, Account, _folder);
        Run(Program("initdb"), Account, "-D", Data, "-U", User, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        Start();
    }

    // The account it runs as where the tests run as root; before what asks for it.
    static string? Account { get; } = !OperatingSystem.IsWindows() && geteuid() == 0 && File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : null;

    /// <summary>Why there is none; null if there is.</summary>
    public static string? WhyNot { get; } = OperatingSystem.IsWindows() ? "needs a Unix-like system" : Find() is null ? "there is no PostgreSQL server; Debian's postgresql has one"
        : IsRoot && Account is null ? "PostgreSQL does not run as root, and there is no account postgres" : null;

    /// <summary>As Npgsql takes it.</summary>
    public string Connection => $"Host={_folder};Username={User};Database=postgres";

    string Data => Path.Combine(_folder, "data");

    static bool IsRoot => geteuid() == 0;

    public void Start() => Run(Program("pg_ctl"), Account, "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", $"-c listen_addresses='' -c unix_socket_directories='{_folder}' -c fsync=off", "start");

    /// <summary>Ends it at once, as if its machine had failed.</summary>
    public void Stop() => Run(Program("pg_ctl"), Account, "-D", Data, "-w", "-m", "immediate", "stop");

    public void Dispose()
    {
        if (WhyNot is null && File.Exists(Path.Combine(Data, "postmaster.pid"))) Stop();
        Directory.Delete(_folder, recursive: true);
    }

    static string Program(string name) => Path.Combine(Find()!, name);

    static string? Find()
    {
        string[] folders = [.. Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")) : [], .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')];
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    static void Run(string program, string? account, params string?[] arguments)
    {
        var start = account is null ? new ProcessStartInfo(program) : new ProcessStartInfo("setpriv") { ArgumentList = { "--reuid", account, "--regid", account, "--init-groups", program } };
        foreach (var argument in arguments) start.ArgumentList.Add(argument!);
        start.WorkingDirectory = "/";
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        Assert.True(process.WaitForExit(60_000), $"{program} did not end");
        Assert.Equal(0, process.ExitCode);
    }

    [DllImport("libc")]
    static extern uint geteuid();
}

/// <summary>Tests that share one server, one after another.</summary>
[CollectionDefinition(nameof(TestServer))]
public sealed class PostgresCollection : ICollectionFixture<TestServer>;
