using System.Text.Json;
using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely;

/// <summary>What an index says of itself.</summary>
public sealed record IndexDescription
{
    const int Version = 1, LongestText = 1 << 22;

    /// <summary>Bits of a code.</summary>
    public required int Bits { get; init; }

    /// <summary>Items.</summary>
    public required int Count { get; init; }

    /// <summary>The model's registered name, and its identity.</summary>
    public string Model { get; init; } = "";
    public string Identity { get; init; } = "";

    /// <summary>What the items were read from, as it was called; which part of it, the data keys that were given, and how many were drawn of it, 0 being all.</summary>
    public string Source { get; init; } = "";
    public string Split { get; init; } = "all";
    public string Settings { get; init; } = "";
    public int Limit { get; init; }

    /// <summary>What labels are called; empty if there are none.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>By which addresses codes are found.</summary>
    public IReadOnlyList<AddressTable> Tables { get; init; } = [];

    /// <summary>Where the codes are if not in the file: a server, without a password, and a table. Empty: in the file.</summary>
    public string Server { get; init; } = "";
    public string ServerTable { get; init; } = "";

    /// <summary>What the table is known by (<see cref="IndexDigest"/>); empty in files that were made before it was kept.</summary>
    public string ServerIdentity { get; init; } = "";

    /// <summary>SHA-256 of each tensor of the file.</summary>
    internal IReadOnlyDictionary<string, string> Sums { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How codes are found, in words.</summary>
    public string Access => Server.Length > 0 ? "on a server" : Tables switch
    {
        [] => "a scan of all codes",
        [_] => $"direct addressing by {Bits} bits",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"multi-index hashing, m = {Tables.Count} parts of {Tables.Min(table => table.Length)} to {Tables.Max(table => table.Length)} bits"),
    };

    internal string ToText()
    {
        var json = new JsonObject
        {
            ["version"] = Version,
            ["bits"] = Bits,
            ["count"] = Count,
            ["model"] = Model,
            ["identity"] = Identity,
            ["source"] = Source,
            ["split"] = Split,
            ["settings"] = Settings,
            ["limit"] = Limit,
            ["classes"] = new JsonArray([.. ClassNames.Select(name => (JsonNode)name)]),
            ["tables"] = new JsonArray([.. Tables.Select(table => (JsonNode)new JsonArray(table.First, table.Length))]),
            ["server"] = Server,
            ["server_table"] = ServerTable,
            ["server_identity"] = ServerIdentity,
            ["sums"] = new JsonObject([.. Sums.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))]),
        };
        return json.ToJsonString();
    }

    /// <exception cref="DataException">It is damaged, or of a later version.</exception>
    internal static IndexDescription FromText(string text, string path)
    {
        if (text.Length > LongestText) throw new DataException($"{path} is damaged: its description has {text.Length} characters, more than {LongestText}");
        try
        {
            var json = JsonNode.Parse(text)!.AsObject();
            if ((int)json["version"]! != Version) throw new DataException($"{path} is an index of version {(int)json["version"]!}, and this program knows {Version} only; index the data again");
            var sums = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, sum) in json["sums"]!.AsObject()) sums[name] = (string)sum!;
            var description = new IndexDescription
            {
                Bits = (int)json["bits"]!,
                Count = (int)json["count"]!,
                Model = Text("model"),
                Identity = Text("identity"),
                Source = Text("source"),
                Split = Text("split"),
                Settings = Text("settings"),
                Limit = (int)json["limit"]!,
                ClassNames = [.. json["classes"]!.AsArray().Select(name => (string)name!)],
                Tables = [.. json["tables"]!.AsArray().Select(table => new AddressTable((int)table![0]!, (int)table[1]!))],
                Server = Text("server"),
                ServerTable = Text("server_table"),
                ServerIdentity = (string?)json["server_identity"] ?? "",
                Sums = sums,
            };
            if (description.Bits is < 1 or > BinaryCodes.MostBits || description.Count < 0 || description.Limit < 0 || description.ClassNames.Contains(null!)) throw new DataException($"{path} is damaged: it says that it has {description.Count} codes of {description.Bits} bits");
            foreach (var table in description.Tables)
                if (table.Length is < 1 or > AddressTable.Longest || table.First < 0 || table.First > description.Bits - table.Length) throw new DataException($"{path} is damaged: it has no addresses of {table.Length} bits from {table.First} on");
            // Every bit lies in one part, or what differs in it would be looked for in vain.
            if (description.Tables.Count > 0 && (description.Tables[0].First != 0 || description.Tables.Sum(table => table.Length) != description.Bits || description.Tables.Zip(description.Tables.Skip(1)).Any(pair => pair.First.First + pair.First.Length != pair.Second.First)))
                throw new DataException($"{path} is damaged: its addresses do not cover its codes");
            return description;

            string Text(string key) => (string)json[key]!;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException or OverflowException)
        {
            throw new DataException($"{path} is damaged: its description cannot be read", fault);
        }
    }
}
