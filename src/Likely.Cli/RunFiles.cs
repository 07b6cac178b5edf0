namespace Likely.Cli;

/// <summary>Where a training writes: the model file, beside it a folder of measurements and pictures, and while it runs the resume file.</summary>
sealed class RunFiles
{
    const string Extension = ".likely";

    public RunFiles(string checkpoint)
    {
        var stem = checkpoint.EndsWith(Extension, StringComparison.Ordinal) ? checkpoint[..^Extension.Length] : checkpoint;
        (Checkpoint, Folder, Resume) = (checkpoint, stem + ".run", stem + ".resume");
    }

    public string Checkpoint { get; }
    public string Folder { get; }
    public string Resume { get; }
    public string Metrics => Path.Combine(Folder, "metrics.jsonl");
    public string Samples(long step) => Path.Combine(Folder, $"samples-{step:000000}.png");

    /// <summary>Refuses to begin where something would be lost; with <paramref name="overwrite"/>, removes an earlier run's files.</summary>
    /// <exception cref="UsageException">A file is in the way.</exception>
    public void Claim(bool resume, bool overwrite)
    {
        var goesOn = resume && File.Exists(Resume);
        AtomicFile.RequireFree(Checkpoint, overwrite || goesOn);
        AtomicFile.RequireFree(Metrics, overwrite: true);
        if (goesOn) return;
        if (!overwrite && File.Exists(Resume))
            throw new UsageException($"{Resume} holds an interrupted run; go on with --resume, or start anew with --force");
        if (!overwrite && !resume && File.Exists(Metrics))
            throw new UsageException($"{Folder} holds the measurements of another run; choose another --out, or overwrite them with --force");
        if (!Directory.Exists(Folder)) return;
        if (!File.Exists(Metrics) && Directory.EnumerateFileSystemEntries(Folder).Any())
            throw new UsageException($"{Folder} is no folder of an earlier run and not empty; choose another --out, or move it away");
        foreach (var pattern in (string[])["samples-*.png", "events.out.tfevents.*.likely.*", "metrics.jsonl"])
            foreach (var path in Directory.EnumerateFiles(Folder, pattern)) File.Delete(path);
        File.Delete(Resume);
    }
}
