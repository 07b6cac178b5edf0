using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely.Cli;

/// <summary>What the archive verbs share: their options, and what they answer.</summary>
static class ArchiveText
{
    /// <summary>The library's options for one run, with its bar.</summary>
    public static ArchiveOptions Options(Session session, ProgressDisplay display) => new()
    {
        Threads = session.Threads,
        Overwrite = session.Force,
        Progress = (share, what) => display.Update(share, what),
        Note = line => session.Say($"note        {line}"),
    };

    /// <summary>The archive's model; null if it needs none.</summary>
    /// <exception cref="UsageException">The file named is no model.</exception>
    /// <exception cref="ArchiveException">It is another model, or there is none.</exception>
    public static Checkpoint? Model(ArchiveReader archive, string? named)
    {
        if (named is not null) ModelFile.RequireModel(named);
        return Archive.FindModel(archive, named);
    }

    /// <summary>Symbols a second, of all threads and of one.</summary>
    public static string Rate(ArchiveSummary summary, Session session)
    {
        var rate = summary.Symbols / Math.Max(1e-9, summary.Seconds);
        return summary.Symbols == 0 ? "" : $", {rate:0} symbols/s ({rate / Cores(session):0} a core)";
    }

    public static JsonObject Json(ArchiveSummary summary, Session session)
    {
        var rate = summary.Symbols / Math.Max(1e-9, summary.Seconds);
        return new JsonObject
        {
            ["files"] = summary.Files,
            ["items"] = summary.Items,
            ["input_bytes"] = summary.ContentBytes,
            ["archive_bytes"] = summary.ArchiveBytes,
            ["plain_bytes"] = summary.PlainBytes,
            ["symbols"] = summary.Symbols,
            ["bits_per_dim"] = BitsPerDimension(summary) is { } bits ? Session.Number(bits) : null,
            ["seconds"] = Session.Number(summary.Seconds),
            ["symbols_per_second"] = Session.Number(rate),
            ["symbols_per_second_per_core"] = Session.Number(rate / Cores(session)),
            ["verified"] = summary.Verified,
        };
    }

    /// <summary>All bits of the archive over the symbols the model coded; null if there are none.</summary>
    public static double? BitsPerDimension(ArchiveSummary summary) => summary.Symbols == 0 ? null : 8.0 * summary.ArchiveBytes / summary.Symbols;

    public static string Bytes(long count) => count < 10_000 ? $"{count} bytes" : count < 10_000_000 ? $"{count / 1000.0:0.0} kB" : $"{count / 1e6:0.0} MB";

    static int Cores(Session session) => Math.Min(session.Threads, Environment.ProcessorCount);
}
