using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Data;

namespace Likely.Cli;

/// <summary>
/// Which items of a text a model finds odd: the most bits a character first, of the items that are long enough for that to mean something.
/// </summary>
static class OddItems
{
    const int Most = 5, LeastUnits = 8;

    /// <summary>The oddest items, by the last of their modality's units; none of data that are not counted in units, or of a single item.</summary>
    public static int[] Of(double[] nats, int[][] units) => units.Length == 0 || nats.Length < 2 ? [] :
        [.. Enumerable.Range(0, nats.Length).Where(i => units[^1][i] >= LeastUnits).OrderByDescending(i => nats[i] / units[^1][i]).ThenBy(i => i).Take(Most)];

    /// <summary>A line for people.</summary>
    public static string Line(int[] odd, Split split, double[] nats, int[][] units, string unit) => odd.Length == 0 ? ""
        : $"\nmost surprising, of {LeastUnits} {unit}s and more: {string.Join(", ", odd.Select(i => string.Create(CultureInfo.InvariantCulture, $"{VisibleText.Line(split.ItemName(i))} ({Bits(nats, units, i):0.00} bits/{unit})")))}";

    /// <summary>The same for programs.</summary>
    public static JsonArray Json(int[] odd, Split split, double[] nats, int[][] units, string unit) =>
        [.. odd.Select(i => (JsonNode)new JsonObject { ["index"] = split.Number(i), ["name"] = split.ItemName(i), [$"bits_per_{unit}"] = Session.Number(Bits(nats, units, i)) })];

    static double Bits(double[] nats, int[][] units, int item) => nats[item] / (units[^1][item] * 0.693147180559945309);
}
