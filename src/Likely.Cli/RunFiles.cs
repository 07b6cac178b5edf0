using Likely.Files;
using Likely.Models;

namespace Likely.Cli;

/// <summary>Where a training writes: the model file, beside it a folder of measurements and pictures, and while it runs the resume file.</summary>
sealed class RunFiles
{
    const string Extension = ".likely";

    bool _overwrite;
    FileStatus _before;

    public RunFiles(string checkpoint)
    {
        var stem = checkpoint.EndsWith(Extension, StringComparison.Ordinal) ? checkpoint[..^Extension.Length] : checkpoint;
        (Checkpoint, Folder, Resume) = (checkpoint, stem + ".run", stem + ".resume");
    }

    public string Checkpoint { get; }
    public string Folder { get; }
    public string Resume { get; }
    public string Metrics => Path.Combine(Folder, "metrics.jsonl");
    public string Samples(long step, string extension) => Path.Combine(Folder, $"samples-{step:000000}{extension}");

    /// <summary>Refuses to go on with what has come to its end: nothing is left of it but its model, and beginning anew is not going on.</summary>
    /// <exception cref="UsageException">There is a model, and nothing to resume.</exception>
    /// <param name="goesOn">Whether a finished model can be gone on from.</param>
    public void RequireUnfinished(bool goesOn = true)
    {
        if (!File.Exists(Resume) && File.Exists(Checkpoint) && ModelFile.OtherKind(Checkpoint) is null)
            throw new UsageException($"training of {Checkpoint} is finished; {(goesOn ? $"go on from it with --from {Checkpoint} --out OTHER, or " : "")}start anew with --force in place of --resume");
    }

    /// <summary>Claims all of them for this run.</summary>
    /// <exception cref="UsageException">One of them may not be written, or is read by the same command.</exception>
    public void Claim(Outputs outputs)
    {
        outputs.Claim(Checkpoint);
        if (FileStatus.Of(Checkpoint).Type == FileType.CharacterDevice)
            throw new UsageException($"{Checkpoint} is a device, and training keeps measurements beside its model; name a file");
        outputs.Hold(Folder);
        outputs.RequireNoInput(Resume);
    }

    /// <summary>Refuses to begin where something would be lost; with <paramref name="overwrite"/>, removes an earlier run's files.</summary>
    /// <exception cref="UsageException">A file is in the way.</exception>
    public void Begin(bool resume, bool overwrite)
    {
        var goesOn = resume && File.Exists(Resume);
        AtomicFile.RequireFree(Checkpoint, overwrite || goesOn);
        if (FileStatus.Of(Folder).Type is not (FileType.Folder or FileType.Missing)) throw new UsageException($"{Folder} is not a folder, where one is to be filled; choose another --out, or move it away");
        AtomicFile.RequireFree(Metrics, overwrite: true);
        AtomicFile.RequireFree(Resume, overwrite: true);
        (_overwrite, _before) = (overwrite, FileStatus.Of(Checkpoint));
        if (goesOn) return;
        if (!overwrite && File.Exists(Resume))
            throw new UsageException($"{Resume} holds an interrupted run; go on with --resume, or start anew with --force");
        if (!overwrite && File.Exists(Metrics))
            throw new UsageException(resume ? $"{Folder} holds the measurements of another run, and there is no {Resume} to go on with; choose another --out, or start anew with --force"
                : $"{Folder} holds the measurements of another run; choose another --out, or overwrite them with --force");
        if (!Directory.Exists(Folder)) return;
        if (!File.Exists(Metrics) && Directory.EnumerateFileSystemEntries(Folder).Any())
            throw new UsageException($"{Folder} is no folder of an earlier run and not empty; choose another --out, or move it away");
        foreach (var pattern in (string[])["samples-*.png", "samples-*.txt", "samples-*.bin", "events.out.tfevents.*.likely.*", "metrics.jsonl"])
            foreach (var path in Directory.EnumerateFiles(Folder, pattern)) File.Delete(path);
        File.Delete(Resume);
    }

    /// <summary>Writes the model; beside its name if another file has got that meanwhile, as hours of training must not be lost.</summary>
    /// <exception cref="UsageException">It cannot be written, or not by its name.</exception>
    public void Save(Checkpoint checkpoint)
    {
        var now = FileStatus.Of(Checkpoint);
        if (_overwrite || now.Type != FileType.Regular || now == _before)
        {
            checkpoint.Save(Checkpoint, _overwrite || now.Type == FileType.Regular);
            return;
        }
        var stem = Path.ChangeExtension(Folder, null);
        var number = 2;
        while (File.Exists($"{stem}-{number}{Extension}")) number++;
        checkpoint.Save($"{stem}-{number}{Extension}", overwrite: false);
        throw new UsageException($"{Checkpoint} was written by another program while training ran, and is not overwritten; the trained model is {stem}-{number}{Extension}");
    }
}
