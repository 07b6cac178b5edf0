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
    const int Slack = 16; // bytes by which a file may grow

    /// <summary>Compresses files and folders.</summary>
    /// <param name="model">The model; its identity stands in the archive, and its file too if asked for.</param>
    /// <param name="inputs">Files, and folders with all that is in them.</param>
    /// <param name="output">The archive.</param>
    /// <exception cref="UsageException">An input is missing, has a name that is not allowed, or the output exists.</exception>
    /// <exception cref="DataException">An input cannot be read.</exception>
    /// <exception cref="ArchiveException">Two inputs have one name, or the archive did not decode to what was put in.</exception>
    public static ArchiveSummary Compress(Checkpoint model, IReadOnlyList<string> inputs, string output, ArchiveOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ArchiveOptions();
        AtomicFile.RequireFree(output, options.Overwrite);
        if (AtomicFile.IsDevice(output)) throw new UsageException($"{output} is a device; an archive needs a file");
        var files = ArchiveFiles.List(inputs, output, options.Note);
        var taken = EntryName.RequireDistinct(files.Select(file => file.Name));
        if (files.Count > ArchiveDirectory.MostEntries || files.Sum(file => (long)file.Name.Length) > ArchiveDirectory.MostNames)
            throw new UsageException("there are too many files for one archive; make several");
        var total = Math.Max(1, files.Sum(file => file.Length));
        var wrapped = new ArchiveModel(model);
        if (options.Embed is { } embedded && Checkpoint.Read(embedded, "the model to embed").Identity() != model.Identity())
            throw new ArgumentException("The model to embed is not the one that compresses.", nameof(options));
        var clock = Stopwatch.StartNew();
        var seconds = 0.0;
        AtomicFile.Write(output, options.Overwrite, stream =>
        {
            // What turns out to be longer as pixels than as a file is stored as a file in a second pass.
            var asFiles = new HashSet<string>();
            for (var again = true; again;)
            {
                stream.SetLength(0);
                using var writer = new ArchiveWriter(stream, wrapped, options, cancellation);
                var input = new ArchiveInput(writer, wrapped, options, taken, cancellation);
                var before = 0L;
                foreach (var (name, path, length) in files)
                {
                    cancellation.ThrowIfCancellationRequested();
                    input.Add(name, path, asFiles.Contains(name), done => options.Progress?.Invoke((double)(before + Math.Min(done, length)) / total, "compressing"));
                    before += length;
                }
                writer.Finish();
                string[] grown = [.. files.Where(file => writer.Costs.GetValueOrDefault(file.Name) > file.Length + Slack).Select(file => file.Name)];
                if (again = grown.Length > 0)
                    options.Note?.Invoke($"{grown.Length} {(grown.Length == 1 ? "file is" : "files are")} stored as {(grown.Length == 1 ? "it is" : "they are")}, which is shorter than what the model makes of the pixels");
                asFiles.UnionWith(grown);
            }
            seconds = clock.Elapsed.TotalSeconds;
        }, temporary =>
        {
            if (!options.Verify) return;
            try
            {
                using var reader = ArchiveReader.Open(temporary);
                CheckAll(reader, wrapped, options, cancellation);
            }
            catch (ArchiveException fault)
            {
                throw new ArchiveException($"{output} was not written, because what was compressed does not decode to what was put in: {fault.Message}", fault);
            }
        });
        using var made = ArchiveReader.Open(output);
        return Summarize(made, seconds, options.Verify);
    }

    /// <summary>Decodes everything and compares all check sums; writes nothing.</summary>
    /// <param name="model">The archive's model, or null if it has no items.</param>
    /// <exception cref="ArchiveException">The archive is damaged, or the model is another.</exception>
    public static ArchiveSummary Verify(ArchiveReader archive, Checkpoint? model, ArchiveOptions? options = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        CheckAll(archive, model is null ? null : new ArchiveModel(model), options ?? new ArchiveOptions(), cancellation);
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
        options ??= new ArchiveOptions();
        var clock = Stopwatch.StartNew();
        var content = new ArchiveContent(archive, model is null ? null : new ArchiveModel(model), options, cancellation);
        using var extraction = new Extraction(folder, options.Overwrite);
        if (only is not null) extraction.Only(archive, content, only);
        else
        {
            foreach (var entry in archive.Entries) extraction.RequireFree(entry.Name);
            Walk(archive, content, options, extraction.Create);
        }
        cancellation.ThrowIfCancellationRequested();
        extraction.Commit();
        var summary = Summarize(archive, clock.Elapsed.TotalSeconds, only is null);
        return only is null ? summary : summary with { Files = 1, Items = content.DecodedItems, Symbols = content.DecodedSymbols, PlainBytes = content.DecodedBytes, ContentBytes = extraction.Length };
    }

    /// <summary>The model of an archive: the file named, or the embedded one, or the right one of the .likely files beside the archive; null if it needs none.</summary>
    /// <exception cref="ArchiveException">The model is another, of another order version, or cannot be found.</exception>
    public static Checkpoint? FindModel(ArchiveReader archive, string? path = null) => ArchiveModels.Find(archive, path);

    static void CheckAll(ArchiveReader archive, ArchiveModel? model, ArchiveOptions options, CancellationToken cancellation)
        => Walk(archive, new ArchiveContent(archive, model, options, cancellation), options with { Progress = options.Progress is { } progress ? (share, _) => progress(share, "verifying") : null }, _ => null);

    // Through all entries, into streams that are closed after each.
    static void Walk(ArchiveReader archive, ArchiveContent content, ArchiveOptions options, Func<string, Stream?> create)
    {
        using var hash = new ContentHash();
        var total = Math.Max(1, archive.Entries.Sum(entry => entry.Length));
        var done = 0L;
        for (var i = 0; i < archive.Entries.Count; i++)
        {
            using var target = create(archive.Entries[i].Name);
            content.Restore(i, target, hash, archive.Entries.Count, within => options.Progress?.Invoke((double)(done + within) / total, "decompressing"));
            done += archive.Entries[i].Length;
        }
        if (!hash.Finish().AsSpan().SequenceEqual(archive.ContentHash)) throw new ArchiveException($"{archive.Path} is damaged: its content is not what was put in.");
    }

    static ArchiveSummary Summarize(ArchiveReader archive, double seconds, bool verified) =>
        new(archive.Entries.Count, archive.Items, archive.Symbols, archive.PlainBytes, archive.Entries.Sum(entry => entry.Length), archive.Length, seconds, verified);
}
