using System.CommandLine;
using System.Text.Json.Nodes;

namespace Likely.Cli;

/// <summary>verify: decodes an archive and compares all check sums; of an index compares them.</summary>
static class VerifyVerb
{
    static readonly Argument<string> Source = Options.Argument("ARCHIVE", "An archive, or an index");
    static readonly Option<string?> Model = Options.Text("--model", "Its model, if it is neither embedded nor beside the archive", "FILE");

    public static Verb Create() => new("verify", "Decode an archive and compare all check sums, or those of an index; writes nothing", ["verify digits.lka", "verify photos.lki"], [Source, Model], Run);

    static int Run(ParseResult result, Session session)
    {
        var path = result.GetRequiredValue(Source);
        if (IndexText.IsIndex(path)) return Index(path, session);
        using var archive = ArchiveReader.Open(path);
        var model = ArchiveText.Model(archive, result.GetValue(Model), session.Cancellation);
        if (session.Json && model is not null) WarmUp.Coding(model.Density, session.Threads, session.Cancellation);
        var summary = session.Watch(display => Archive.Verify(archive, model, ArchiveText.Options(session, display), session.Cancellation));
        session.Answer($"{path} is sound: {summary.Files} {(summary.Files == 1 ? "file" : "files")}, {ArchiveText.Bytes(summary.FileBytes)}{ArchiveText.Rate(summary, session)}", ArchiveText.Json(summary, session, "content_bytes"));
        return 0;
    }

    static int Index(string path, Session session)
    {
        using var index = IndexFile.Open(path);
        index.Verify(session.Cancellation);
        session.Answer($"{path} is sound: {index.Description.Count} codes of {index.Description.Bits} bits", new JsonObject { ["codes"] = index.Description.Count, ["bits"] = index.Description.Bits, ["verified"] = true });
        return 0;
    }
}
