using System.Diagnostics;
using Likely.Data;
using Likely.Models;

namespace Likely;

/// <summary>
/// Lossless archives: any density model is the code. What it knows of the data is what is saved; what it cannot represent is stored as bytes.
/// An archive decodes to the same bytes on every machine, or says why not before a file is written.
/// </summary>
public static class Archive
{
    static readonly (string One, string Many) Shorter = ("is stored as it is, which is shorter than what the model makes of its pixels", "are stored as they are, which is shorter than what the model makes of their pixels");

    /// <summary>Compresses files and folders.</summary>
    /// <param name="model">The model; its identity stands in the archive, and its file too if asked for.</param>
    /// <param name="inputs">Files, and folders with all that is in them.</param>
    /// <param name="output">The archive.</param>
    /// <exception cref="UsageException">An input is missing, has a name that is not allowed, or the output exists.</exception>
    /// <exception cref="DataException">An input cannot be read.</exception>
    /// <exception cref="ArchiveException">Two inputs have one name, or the archive did not decode to what was put in.</exception>
    public static ArchiveSummary Compress(Checkpoint model, IReadOnlyList<string> inputs, string output, ArchiveOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= new ArchiveOptions();
        AtomicFile.RequireFree(output, options.Overwrite);
        if (AtomicFile.IsDevice(output)) throw new UsageException($"{output} is a device; an archive needs a file");
        var notes = new ArchiveNotes();
        var files = ArchiveFiles.List(inputs, output, notes, cancellation);
        var taken = new EntryNames([.. files.Select(file => file.Name)], folded: true, keepFolders: true);
        if (files.Count > ArchiveDirectory.MostEntries || files.Sum(file => (long)file.Name.Length) > ArchiveDirectory.MostNames)
            throw new UsageException("there are too many files for one archive; make several");
        double total = Math.Max(1, files.Sum(file => file.Length));
        var wrapped = new ArchiveModel(model);
        if (options.Embed is { } embedded && Checkpoint.Load(embedded, "the model to embed").Identity() != model.Identity())
            throw new ArgumentException("The model to embed is not the one that compresses.", nameof(options));
        if (options.Outlook is { } tell && ArchiveOutlook.Of(files, wrapped, options, cancellation) is { } outlook) tell(outlook);
        var clock = Stopwatch.StartNew();
        var seconds = 0.0;
        var progress = new ArchiveProgress(options.Progress);
        var stored = new List<ArchivedFile>();
        var noted = new ArchiveNotes();
        var given = (Bytes: 0L, Unmodelled: 0L);
        AtomicFile.Write(output, options.Overwrite, stream =>
        {
            // What turns out to be longer as pixels than as a file is stored as a file in a second pass.
            var asFiles = new HashSet<int>();
            for (var again = true; again;)
            {
                stream.SetLength(0);
                noted.Clear();
                progress.Begin("compressing", options.Verify ? 0.4 : 0.9);
                using var writer = new ArchiveWriter(stream, wrapped, options, done => progress.Report(done / total), cancellation);
                var input = new ArchiveInput(writer, wrapped, options, taken, noted, cancellation);
                var taking = new List<(bool Otherwise, string? Reason)>();
                foreach (var (name, path, length) in files)
                {
                    cancellation.ThrowIfCancellationRequested();
                    taking.Add(input.Add(name, path, length, asFiles.Contains(taking.Count)));
                }
                writer.Finish();
                given = writer.Given;
                var before = asFiles.Count;
                for (var i = 0; i < files.Count; i++)
                    if (taking[i].Otherwise && writer.Coded[i] > files[i].Length) asFiles.Add(i);
                if (again = asFiles.Count > before) continue;
                foreach (var i in asFiles.Order()) noted.Add(files[i].Path, Shorter.One, Shorter.Many, isLoss: false);
                stored = [.. files.Select((file, i) => new ArchivedFile(writer.Entries[i].Name, file.Length, writer.Coded[i], writer.Entries[i].ModelledItems, asFiles.Contains(i) ? Shorter.One : taking[i].Reason))];
            }
            seconds = clock.Elapsed.TotalSeconds;
        }, temporary =>
        {
            if (!options.Verify) return;
            try
            {
                using var reader = ArchiveReader.Open(temporary);
                CheckAll(reader, wrapped, options, progress, cancellation);
            }
            catch (ArchiveException fault)
            {
                throw new ArchiveException($"{output} was not written, because what was compressed does not decode to what was put in: {fault.Message}", fault);
            }
        }, options.Loss ?? options.Note);
        progress.Begin("done", 1);
        progress.Report(1);
        notes.Tell(options);
        noted.Tell(options);
        if (2 * given.Unmodelled > given.Bytes)
            options.Note?.Invoke($"{given.Unmodelled} of {given.Bytes} bytes are stored without the model, as it would have made them longer: it has learned other texts, or too little");
        foreach (var file in stored) options.File?.Invoke(file);
        using var made = ArchiveReader.Open(output);
        return Summarize(made, seconds, options.Verify, files.Sum(file => file.Length));
    }

    /// <summary>Decodes everything and compares all check sums, and that of a model that is embedded, whether something needs it or not; writes nothing.</summary>
    /// <param name="model">The archive's model, or null if it has no items.</param>
    /// <exception cref="ArchiveException">The archive is damaged, or the model is another.</exception>
    public static ArchiveSummary Verify(ArchiveReader archive, Checkpoint? model, ArchiveOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        var clock = Stopwatch.StartNew();
        options ??= new ArchiveOptions();
        ArchiveModels.CheckEmbedded(archive);
        CheckAll(archive, model is null ? null : new ArchiveModel(model), options, new ArchiveProgress(options.Progress), cancellation);
        return Summarize(archive, clock.Elapsed.TotalSeconds, true);
    }

    /// <summary>Restores all files into a folder: all of them, when all have been decoded and compared, or none.</summary>
    /// <param name="model">The archive's model, or null if it has no items.</param>
    /// <param name="folder">Where to; made if it is not there. Nothing outside it is touched, also by links.</param>
    /// <param name="only">The name of a single file, or NAME[INDEX] for a single item of a file, as a picture; null: everything.</param>
    /// <exception cref="ArchiveException">The archive is damaged, or the model is another.</exception>
    /// <exception cref="UsageException">A file exists and may not be overwritten, cannot be written, or there is none of that name.</exception>
    public static ArchiveSummary Decompress(ArchiveReader archive, Checkpoint? model, string folder, ArchiveOptions? options = null, string? only = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new ArchiveOptions();
        var clock = Stopwatch.StartNew();
        var content = new ArchiveContent(archive, model is null ? null : new ArchiveModel(model), options, cancellation);
        using var extraction = new Extraction(folder, options.Overwrite, options.Loss ?? options.Note);
        if (only is not null) extraction.Only(archive, content, only);
        else
        {
            foreach (var entry in archive.Entries) extraction.RequireFree(entry.Name);
            var progress = new ArchiveProgress(options.Progress);
            progress.Begin("decompressing", 1);
            Walk(archive, content, progress, (entry, write) => extraction.Write(entry.Name, entry.Permissions, write));
        }
        cancellation.ThrowIfCancellationRequested();
        extraction.Commit();
        if (extraction.NotPermitted > 0) (options.Loss ?? options.Note)?.Invoke($"the permissions of {extraction.NotPermitted} files are not restored, as this system has none");
        var summary = Summarize(archive, clock.Elapsed.TotalSeconds, only is null, extraction.Length);
        return only is null ? summary
            : summary with { Files = 1, Items = content.DecodedItems, Symbols = content.DecodedSymbols, ItemBytes = content.DecodedItemBytes, PlainBytes = content.DecodedBytes };
    }

    /// <summary>The model of an archive: the file named, or the embedded one, or the right one of the .likely files beside the archive; null if it needs none.</summary>
    /// <exception cref="ArchiveException">The model is another, of another order version, or cannot be found.</exception>
    public static Checkpoint? FindModel(ArchiveReader archive, string? path = null, CancellationToken cancellation = default) => ArchiveModels.Find(archive, path, cancellation);

    static void CheckAll(ArchiveReader archive, ArchiveModel? model, ArchiveOptions options, ArchiveProgress progress, CancellationToken cancellation)
    {
        progress.Begin("verifying", 1);
        Walk(archive, new ArchiveContent(archive, model, options, cancellation), progress, (_, write) => write(null));
    }

    // Through all entries, each into a file or nowhere.
    static void Walk(ArchiveReader archive, ArchiveContent content, ArchiveProgress progress, Action<ArchiveEntry, Action<Stream?>> into)
    {
        using var hash = new ContentHash();
        content.Progress = progress.Report;
        for (var i = 0; i < archive.Entries.Count; i++) into(archive.Entries[i], target => content.Restore(i, target, hash, archive.Entries.Count));
        if (!hash.Finish().AsSpan().SequenceEqual(archive.ContentHash)) throw new ArchiveException($"{archive.Path} is damaged: its content is not what was put in.");
        progress.Report(1);
    }

    static ArchiveSummary Summarize(ArchiveReader archive, double seconds, bool verified, long? fileBytes = null) =>
        archive.ModelsBytes ? new(archive.Entries.Count, 0, archive.PlainBytes, archive.ByteBlocks.Bytes, 0, fileBytes ?? archive.Entries.Sum(entry => entry.Length), archive.EmbeddedBytes, archive.Length, seconds, verified)
            : new(archive.Entries.Count, archive.Items, archive.Symbols, archive.ItemBlocks.Bytes, archive.PlainBytes, fileBytes ?? archive.Entries.Sum(entry => entry.Length), archive.EmbeddedBytes, archive.Length, seconds, verified);
}
