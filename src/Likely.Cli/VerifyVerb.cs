using System.CommandLine;
using System.Text.Json.Nodes;
using Likely.Postgres;

namespace Likely.Cli;

/// <summary>verify: decodes an archive and compares all check sums; of an index compares them, with a table of codes on a server read whole.</summary>
static class VerifyVerb
{
    static readonly Argument<string> Source = Options.Argument("ARCHIVE", "An archive, or an index");
    static readonly Option<string?> Model = Options.Text("--model", "Its model, if it is neither embedded nor beside the archive", "FILE");

    static readonly Option<string?> Server = Options.Text("--postgres", "Of an index whose codes are on a server: how to reach it, if not as when they were indexed, or with a password", "CONNECTION");

    public static Verb Create() => new("verify", "Decode an archive and compare all check sums, or those of an index; writes nothing", ["verify digits.lka", "verify photos.lki"], [Source, Model, Server], Run);

    static int Run(ParseResult result, Session session)
    {
        var path = result.GetRequiredValue(Source);
        if (IndexText.IsIndex(path)) return Index(path, result.GetValue(Server), session);
        if (result.GetValue(Server) is not null) throw new UsageException($"--postgres is for an index whose codes are on a server, and {path} is none");
        using var archive = ArchiveReader.Open(path);
        var model = ArchiveText.Model(archive, result.GetValue(Model), session.Cancellation);
        if (session.Json && model is not null) WarmUp.Coding(model.Density, session.Threads, session.Cancellation);
        var summary = session.Watch(display => Archive.Verify(archive, model, ArchiveText.Options(session, display), session.Cancellation));
        session.Answer($"{path} is sound: {summary.Files} {(summary.Files == 1 ? "file" : "files")}, {ArchiveText.Bytes(summary.FileBytes)}{ArchiveText.Rate(summary, session)}", ArchiveText.Json(summary, session, "content_bytes"));
        return 0;
    }

    static int Index(string path, string? connection, Session session)
    {
        using var index = IndexFile.Open(path);
        var own = index.Description;
        index.Verify(session.Cancellation);
        if (own.Server.Length > 0)
        {
            using var table = PostgresIndex.Open(own, connection, session.Cancellation);
            session.Watch(display =>
            {
                table.Verify(share => display.Update(share, $"table {own.ServerTable}"), session.Cancellation);
                return 0;
            });
        }
        else if (connection is not null) throw new UsageException($"--postgres is for an index whose codes are on a server, and {path} has them itself");
        session.Answer($"{path} is sound: {own.Count} codes of {own.Bits} bits{(own.Server.Length > 0 ? $", all read from the table {own.ServerTable}" : "")}", new JsonObject { ["codes"] = own.Count, ["bits"] = own.Bits, ["verified"] = true, ["table"] = own.ServerTable.Length == 0 ? null : own.ServerTable });
        return 0;
    }
}
