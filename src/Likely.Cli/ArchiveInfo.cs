using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;

namespace Likely.Cli;

/// <summary>What an archive says of itself, without its model.</summary>
static class ArchiveInfo
{
    const int Shown = 20, MostListed = 100_000;

    public static string Text(ArchiveReader archive)
    {
        var text = new StringBuilder();
        text.AppendLine($"archive        {ArchiveText.Bytes(archive.Length)}, format {archive.FormatVersion}, order version {archive.OrderVersion}");
        text.AppendLine($"model          {archive.ModelIdentity}{(archive.EmbeddedBytes > 0 ? $", embedded ({ArchiveText.Bytes(archive.EmbeddedBytes)})" : ", not embedded")}");
        text.AppendLine($"content        {archive.Entries.Count} {(archive.Entries.Count == 1 ? "file" : "files")}, {ArchiveText.Bytes(archive.Entries.Sum(entry => entry.Length))}");
        if (archive.ModelsBytes)
            text.AppendLine($"modelled       {archive.PlainBytes} bytes{(archive.ModelsRows ? ", by rows of tables," : "")} in {archive.ByteBlocks.Count} blocks of {ArchiveText.Bytes(archive.ByteBlocks.Bytes)}{(archive.PlainBytes == 0 ? "" : $", {8.0 * archive.ByteBlocks.Bytes / archive.PlainBytes:0.00000} bits/byte")}; a block that the model does not suit is coded without it");
        else Items(archive, text);
        foreach (var entry in archive.Entries.Take(Shown)) text.AppendLine($"  {VisibleText.Line(entry.Name)}  {Kind(entry)}");
        if (archive.Entries.Count > Shown) text.AppendLine($"  and {archive.Entries.Count - Shown} more");
        return text.ToString().TrimEnd();
    }

    static void Items(ArchiveReader archive, StringBuilder text)
    {
        text.AppendLine($"modelled       {archive.Items} items, {archive.Symbols} symbols, sizes {(archive.Items == 0 ? "none" : string.Join(", ", archive.Sizes.Take(Shown).Select(Size)) + (archive.Sizes.Count > Shown ? ", ..." : ""))}");
        text.AppendLine($"               in {archive.ItemBlocks.Count} blocks of {ArchiveText.Bytes(archive.ItemBlocks.Bytes)}{(archive.Symbols == 0 ? "" : $", {8.0 * archive.ItemBlocks.Bytes / archive.Symbols:0.00000} bits/dim")}");
        text.AppendLine($"plain bytes    {archive.PlainBytes} in {archive.ByteBlocks.Count} blocks of {ArchiveText.Bytes(archive.ByteBlocks.Bytes)}");
    }

    public static JsonObject Json(ArchiveReader archive)
    {
        var modelled = archive.ModelsBytes ? archive.ByteBlocks : archive.ItemBlocks;
        var json = new JsonObject
        {
            ["file"] = archive.Path,
            ["kind"] = "archive",
            ["format_version"] = archive.FormatVersion,
            ["order_version"] = archive.OrderVersion,
            ["model"] = archive.ModelIdentity,
            ["embedded_bytes"] = archive.EmbeddedBytes,
            ["bytes"] = archive.Length,
            ["files"] = archive.Entries.Count,
            ["content_bytes"] = archive.Entries.Sum(entry => entry.Length),
            ["items"] = archive.Items,
            ["symbols"] = archive.ModelsBytes ? archive.PlainBytes : archive.Symbols,
            ["item_blocks"] = modelled.Count,
            ["item_block_bytes"] = modelled.Bytes,
            ["plain_bytes"] = archive.ModelsBytes ? 0 : archive.PlainBytes,
            ["plain_blocks"] = archive.ModelsBytes ? 0 : archive.ByteBlocks.Count,
            ["plain_block_bytes"] = archive.ModelsBytes ? 0 : archive.ByteBlocks.Bytes,
        };
        json["entries"] = new JsonArray([.. archive.Entries.Take(MostListed).Select(entry => (JsonNode)new JsonObject
        {
            ["name"] = entry.Name,
            ["stored_as"] = entry.Kind switch { EntryKind.Bytes => "bytes", EntryKind.Picture => "picture", _ => "items" },
            ["bytes"] = entry.Length,
            ["items"] = entry.ModelledItems,
            ["size"] = entry.Kind == EntryKind.Bytes ? null : Size((entry.Layout.Height, entry.Layout.Width, entry.Layout.Channels)),
        })]);
        json["entries_left_out"] = Math.Max(0, archive.Entries.Count - MostListed);
        return json;
    }

    static string Kind(ArchiveEntry entry) => entry.Kind switch
    {
        EntryKind.Bytes => $"{entry.Length} bytes",
        EntryKind.Picture => $"picture of {Size((entry.Layout.Height, entry.Layout.Width, entry.Layout.Channels))}",
        _ => $"{entry.Layout.Count} items of {Size((entry.Layout.Height, entry.Layout.Width, entry.Layout.Channels))}{(entry.Exceptions.Length > 0 ? $", {entry.Exceptions.Length} of them as bytes" : "")}",
    };

    static string Size((int Height, int Width, int Channels) size) => $"{size.Height}x{size.Width}x{size.Channels}";
}
