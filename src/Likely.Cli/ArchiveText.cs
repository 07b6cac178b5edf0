using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely.Cli;

/// <summary>What the archive verbs share: their options, and what they answer.</summary>
static class ArchiveText
{
    /// <summary>The library's options for one run, with its bar.</summary>
    /// <param name="session">The run.</param>
    /// <param name="display">Its bar.</param>
    /// <param name="onLoss">Called when something will not come back as it was.</param>
    public static ArchiveOptions Options(Session session, ProgressDisplay display, Action? onLoss = null) => new()
    {
        Threads = session.Threads,
        Overwrite = session.Force,
        Progress = (share, what) => display.Update(share, what),
        Outlook = line => session.Say($"note        {line}"),
        Note = line => session.Say($"note        {line}"),
        Loss = line =>
        {
            session.Remark(line);
            onLoss?.Invoke();
        },
        File = session.Verbose ? file => session.Say($"{file.Name}  {file.FileBytes} bytes in {Math.Ceiling(file.Bytes):0}{(file.Reason is null ? "" : $"; {file.Reason}")}") : null,
    };

    /// <summary>The archive's model; null if it needs none.</summary>
    /// <exception cref="UsageException">The file named is no model.</exception>
    /// <exception cref="ArchiveException">It is another model, or there is none.</exception>
    public static Checkpoint? Model(ArchiveReader archive, string? named, CancellationToken cancellation)
    {
        if (named is not null) ModelFile.RequireModel(named);
        return Archive.FindModel(archive, named, cancellation);
    }

    /// <summary>Symbols a second, of all threads and of one.</summary>
    public static string Rate(ArchiveSummary summary, Session session)
    {
        var rate = summary.Symbols / Math.Max(1e-9, summary.Seconds);
        return summary.Symbols == 0 ? "" : $", {rate:0} symbols/s ({rate / Cores(session):0} a core)";
    }

    /// <param name="summary">Of the archive.</param>
    /// <param name="session">The run.</param>
    /// <param name="bytes">What its bytes are those of: "input_bytes" of files on the disk, "content_bytes" of what an archive holds of them, such as pixels.</param>
    public static JsonObject Json(ArchiveSummary summary, Session session, string bytes = "input_bytes")
    {
        var rate = summary.Symbols / Math.Max(1e-9, summary.Seconds);
        return new JsonObject
        {
            ["files"] = summary.Files,
            ["items"] = summary.Items,
            [bytes] = summary.FileBytes,
            ["archive_bytes"] = summary.ArchiveBytes,
            ["model_bytes"] = summary.ModelBytes,
            ["item_bytes"] = summary.ItemBytes,
            ["plain_bytes"] = summary.PlainBytes,
            ["symbols"] = summary.Symbols,
            ["bits_per_dim"] = Session.Number(summary.BitsPerDimension),
            ["seconds"] = Session.Number(summary.Seconds),
            ["symbols_per_second"] = Session.Number(rate),
            ["symbols_per_second_per_core"] = Session.Number(rate / Cores(session)),
            ["verified"] = summary.Verified,
        };
    }

    /// <summary>How an archive compares with the files it was made of; a loss is called one.</summary>
    public static string Gain(ArchiveSummary summary)
    {
        var model = summary.ModelBytes > 0 ? $", {Bytes(summary.ModelBytes)} of it the model" : "";
        if (summary.FileBytes == 0) return $" ({(model.Length == 0 ? "no content" : model[2..])})";
        var more = summary.ArchiveBytes - summary.FileBytes;
        if (more == 0) return $" (no gain: as large as the files{model})";
        var share = 100.0 * Math.Abs(more) / summary.FileBytes;
        var amount = share < 0.05 ? Bytes(Math.Abs(more)) : string.Create(CultureInfo.InvariantCulture, $"{share:0.0} %");
        return more > 0 ? $" (a loss: {amount} larger than the files{model})" : $" ({amount} smaller{model})";
    }

    public static string Bytes(long count) => count == 1 ? "1 byte" : count < 10_000 ? $"{count} bytes" : count < 10_000_000 ? $"{count / 1000.0:0.0} kB" : $"{count / 1e6:0.0} MB";

    static int Cores(Session session) => Math.Min(session.Threads, Environment.ProcessorCount);
}
