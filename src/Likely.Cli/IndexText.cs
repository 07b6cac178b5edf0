using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>What an index says of itself, for people and as JSON.</summary>
static class IndexText
{
    /// <summary>True if a file says that it is an index, or, as what is damaged may not say so, is called one.</summary>
    public static bool IsIndex(string path)
    {
        if (!File.Exists(path)) return false;
        if (OutputName.Index.Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)) return true;
        if (FileKind.Of(path).Format != FileFormat.Safetensors) return false;
        try
        {
            return IndexFile.IsIndex(path);
        }
        catch (SafetensorsException)
        {
            return false;
        }
    }

    public static string Text(IndexFile index)
    {
        var (own, spread) = (index.Description, Words(index.Spread()));
        return string.Create(CultureInfo.InvariantCulture, $"""
            index       {own.Count} codes of {own.Bits} bits, found by {own.Access}{(spread.Length > 0 ? $"\n{spread}" : "")}
            model       {VisibleText.Line(own.Model)}, identity {VisibleText.Line(own.Identity)}, in the file
            data        {VisibleText.Line(own.Source)}{(own.Split == "all" ? "" : $", the {VisibleText.Line(own.Split)} part")}{(own.Limit > 0 ? $", {own.Limit} drawn of it" : "")}{(own.Settings.Length > 0 ? $", {VisibleText.Line(own.Settings.Replace('\n', ' '))}" : "")}
            labels      {(own.ClassNames.Count == 0 ? "none" : VisibleText.Line(string.Join(", ", own.ClassNames)))}
            size        {index.Length / 1e6:0.0} MB{(own.Server.Length > 0 ? $"; the codes are in the table {VisibleText.Line(own.ServerTable)} at {VisibleText.Line(own.Server)}" : "")}
            """);
    }

    /// <summary>The line on how codes are spread over addresses; nothing where they are none.</summary>
    public static string Words(AddressSpread? spread) => spread is not { } own ? ""
        : string.Create(CultureInfo.InvariantCulture, $"addresses   {own.Used} of {own.Addresses} used, {100 * own.Empty:0.00} % empty; an item's own has {own.OwnList:0.00} items on average, the longest list {own.LongestList}");

    public static JsonObject? Json(AddressSpread? spread) => spread is not { } own ? null : new JsonObject
    {
        ["all"] = own.Addresses,
        ["used"] = own.Used,
        ["empty"] = Session.Number(own.Empty),
        ["own_list"] = Session.Number(own.OwnList),
        ["longest_list"] = own.LongestList,
    };

    public static JsonObject Json(IndexFile index)
    {
        var own = index.Description;
        return new JsonObject
        {
            ["kind"] = "index",
            ["codes"] = own.Count,
            ["bits"] = own.Bits,
            ["parts"] = new JsonArray([.. own.Tables.Select(table => (JsonNode)table.Length)]),
            ["model"] = own.Model,
            ["identity"] = own.Identity,
            ["source"] = own.Source,
            ["split"] = own.Split,
            ["labels"] = new JsonArray([.. own.ClassNames.Select(name => (JsonNode)name)]),
            ["addresses"] = Json(index.Spread()),
            ["bytes"] = index.Length,
            ["table"] = own.ServerTable.Length == 0 ? null : own.ServerTable,
        };
    }
}
