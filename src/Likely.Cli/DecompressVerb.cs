using System.CommandLine;

namespace Likely.Cli;

/// <summary>decompress: the files of an archive, or one of them, or one item.</summary>
static class DecompressVerb
{
    static readonly Argument<string> Source = Options.Argument("ARCHIVE", "An archive");
    static readonly Option<string?> Model = Options.Text("--model", "Its model, if it is neither embedded nor beside the archive", "FILE");
    static readonly Option<string?> Out = Options.Folder("--out", "The folder; the current one if not given");
    static readonly Option<string?> Only = Options.Text("--only", "One file by its name in the archive, or one item of it as a picture, NAME[INDEX]", "NAME");
    static readonly Option<int?> Batch = Options.Whole("--batch", "Items of one predictor; no byte depends on it", most: 256);

    public static Verb Create() => new("decompress", "Restore the files of an archive",
        ["decompress digits.lka --out restored/", "decompress digits.lka --model digits.likely --only \"t10k-images-idx3-ubyte[17]\" --out one/"], [Source, Model, Out, Only, Batch], Run);

    static int Run(ParseResult result, Session session)
    {
        using var archive = ArchiveReader.Open(result.GetRequiredValue(Source));
        var folder = result.GetValue(Out) ?? ".";
        var model = ArchiveText.Model(archive, result.GetValue(Model), session.Cancellation);
        var only = result.GetValue(Only);
        using var outputs = new Outputs(session.Remark, session.Force, result.GetValue(Source), result.GetValue(Model));
        outputs.Claim(folder, []);
        if (session.Force) // without, nothing that is there is touched
            foreach (var entry in archive.Entries)
            {
                session.Cancellation.ThrowIfCancellationRequested();
                outputs.RequireNoInput(Path.Combine(folder, entry.Name));
            }
        if (session.Json && model is not null) WarmUp.Coding(model.Density, session.Threads, session.Cancellation);
        var summary = session.Watch(display => Archive.Decompress(archive, model, folder,
            ArchiveText.Options(session, display) with { Batch = result.GetValue(Batch) ?? 0 }, only, session.Cancellation));
        var json = ArchiveText.Json(summary, session);
        json["output"] = folder;
        session.Answer(only is not null ? $"{only} is in {folder}"
            : $"{folder}: {summary.Files} {(summary.Files == 1 ? "file" : "files")}, {ArchiveText.Bytes(summary.FileBytes)}{ArchiveText.Rate(summary, session)}, verified", json);
        return 0;
    }
}
