using System.CommandLine;

namespace Likely.Cli;

/// <summary>verify: decodes an archive and compares all check sums.</summary>
static class VerifyVerb
{
    static readonly Argument<string> Source = Options.Argument("ARCHIVE", "An archive");
    static readonly Option<string?> Model = Options.Text("--model", "Its model, if it is neither embedded nor beside the archive", "FILE");

    public static Verb Create() => new("verify", "Decode an archive and compare all check sums; writes nothing", ["verify digits.lka"], [Source, Model], Run);

    static int Run(ParseResult result, Session session)
    {
        var path = result.GetRequiredValue(Source);
        using var archive = ArchiveReader.Open(path);
        var model = ArchiveText.Model(archive, result.GetValue(Model), session.Cancellation);
        if (session.Json && model is not null) WarmUp.Coding(model.Density, session.Threads, session.Cancellation);
        var summary = session.Watch(display => Archive.Verify(archive, model, ArchiveText.Options(session, display), session.Cancellation));
        session.Answer($"{path} is sound: {summary.Files} {(summary.Files == 1 ? "file" : "files")}, {ArchiveText.Bytes(summary.FileBytes)}{ArchiveText.Rate(summary, session)}", ArchiveText.Json(summary, session, "content_bytes"));
        return 0;
    }
}
