using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>
/// Items with the surprise of each of their positions, -log p in nats summed over the position's symbols, as their modality shows it. All maps
/// share one range, from 0 to the value that one position in a thousand exceeds, so that they can be compared; a bar in each says
/// it. A table lists them, with each item's most surprising place; by it, the maps of an earlier run are known and removed.
/// </summary>
sealed partial class SurpriseMaps(string folder, Split split, Surprises surprises, AutoregressiveModel model, Modality modality, Tokens? tokens, Outputs outputs)
{
    const string Table = "maps.csv", Index = "index.html";

    readonly List<string> _stale = Claim(folder, split, surprises.Count, model, modality, outputs);

    public string Folder => folder;

    public void Write(OutputSet files, double[] nats, CancellationToken cancellation)
    {
        var (first, second) = modality.PlaceNames;
        var table = new StringBuilder($"file,index,name,nats,bits_per_dim,highest_nats,{first},{second}\n");
        for (var i = 0; i < surprises.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var space = split.SpaceOf(i);
            var item = new int[space.Dimensions];
            split.Read(i, item);
            var bits = Evaluation.BitsPerDimension(nats[i], space);
            files.Write(Path.Combine(folder, Name(split, i, modality)), modality.Surprise(item, surprises[i], space, tokens, surprises.High, string.Create(CultureInfo.InvariantCulture, $"{(HasPages(modality) ? $"{split.ItemName(i)}: " : "")}{nats[i]:0.0} nats, {bits:0.000} {modality.BitsUnit(tokens)}")).Write);
            var positions = surprises.ByPosition(i);
            var peak = Array.IndexOf(positions, positions.Max());
            var (row, column) = modality.PlaceOf(peak, item, space, tokens);
            table.Append(CultureInfo.InvariantCulture, $"{Name(split, i, modality)},{split.Number(i)},{ScoreVerb.Quote(split.ItemName(i))},{nats[i]:R},{bits:R},{positions[peak]:R},{row},{(modality.MostSurprising(item, surprises[i], tokens, 1) is [var (part, _, _)] ? ScoreVerb.Quote(part) : $"{column}")}\n");
        }
        if (HasPages(modality) && surprises.Count > 1) files.Write(Path.Combine(folder, Index), stream => stream.Write(Encoding.UTF8.GetBytes(Pages(nats))));
        files.Write(Path.Combine(folder, Table), stream => stream.Write(Encoding.UTF8.GetBytes(table.ToString())));
    }

    static bool HasPages(Modality modality) => modality.MapExtension == ".html";

    // A page that leads to the others, those of the most bits a symbol first.
    string Pages(double[] nats)
    {
        var text = new StringBuilder("<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>surprise</title><style>body{font:14px/1.5 sans-serif;margin:2em}td{padding-right:2em}</style></head><body>\n<table>\n<tr><td>bits/symbol</td><td>nats</td><td>item</td></tr>\n");
        double Bits(int i) => Evaluation.BitsPerDimension(nats[i], split.SpaceOf(i));
        foreach (var i in Enumerable.Range(0, surprises.Count).OrderByDescending(Bits).ThenBy(i => i))
            text.Append(CultureInfo.InvariantCulture, $"<tr><td>{Bits(i):0.000}</td><td>{nats[i]:0.0}</td><td><a href=\"{Uri.EscapeDataString(Name(split, i, modality))}\">{System.Net.WebUtility.HtmlEncode(VisibleText.Line(split.ItemName(i)))}</a></td></tr>\n");
        return text.Append("</table>\n</body></html>\n").ToString();
    }

    /// <summary>Removes the maps of an earlier run that this one has not replaced.</summary>
    public void RemoveStale()
    {
        foreach (var path in _stale) File.Delete(path);
    }

    static List<string> Claim(string folder, Split split, int count, AutoregressiveModel model, Modality modality, Outputs outputs)
    {
        HashSet<string> names = [.. Enumerable.Range(0, count).Select(i => Name(split, i, modality))];
        outputs.Claim(folder, [.. names.Append(Table).Concat(HasPages(modality) && count > 1 ? [Index] : []).Select(name => Path.Combine(folder, name))]);
        List<string> stale = [.. Listed(Path.Combine(folder, Table)).Where(name => !names.Contains(name)).Select(name => Path.Combine(folder, name)).Where(File.Exists)];
        foreach (var path in stale) outputs.RequireNoInput(path);
        return stale;
    }

    // Only names that a map can have: a table is a file that anybody may have written.
    static List<string> Listed(string table)
    {
        if (!File.Exists(table)) return [];
        return [.. File.ReadLines(table).Select(line => line.Split(',')[0]).Where(name => MapName().IsMatch(name))];
    }

    static string Name(Split split, int index, Modality modality) => $"{split.Number(index):00000}-{DefaultName.Stem(split.ItemName(index))}{modality.MapExtension}";

    [GeneratedRegex(@"^[0-9]{5,}-[\w.\-]+\.(png|html)$")]
    private static partial Regex MapName();
}
