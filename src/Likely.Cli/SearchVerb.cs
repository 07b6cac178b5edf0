using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Postgres;

namespace Likely.Cli;

/// <summary>search: the items of an index whose codes are nearest to those of what is asked for.</summary>
static class SearchVerb
{
    const int UsualTop = 10, UsualQueries = 10;

    static readonly Argument<string> Index = Options.Argument("INDEX", "An index, made by: likely index MODEL DATA");
    static readonly Argument<string> Query = Options.Argument("QUERY", "What to search for: a picture, a row, or the items of a data set");
    static readonly Option<int?> Radius = Options.Whole("--radius", "All items whose codes differ in at most N bits", least: 0);
    static readonly Option<int?> Top = Options.Whole("--top", "At most N items, the nearest; 10 if neither this nor --radius is given");
    static readonly Option<string?> SplitName = Options.Text("--split", "Of a query that is a data set: train, validation, test or all, which is taken if not given", "S");
    static readonly Option<int?> Item = Options.Whole("--item", "Of a query that is a data set: its item N alone, from 0 on", least: 0);
    static readonly Option<int?> Limit = Options.Whole("--limit", "Of a query that is a data set: N items, drawn evenly, or of data that come shuffled the first; 10 if not given");
    static readonly Option<string[]> Set = Options.Settings("A data key for the query, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Data = Options.Text("--data", "Where the indexed pictures are now, to draw them; where they were when they were indexed if not given", "DATA");
    static readonly Option<string?> Server = Options.Text("--postgres", "How to reach the server that has the codes, if not as when they were indexed, or with a password", "CONNECTION");
    static readonly Option<string?> Out = Options.Text("--out", "A PNG: each row what was asked for, then what was found, the nearest first", "FILE");

    public static Verb Create() => new("search", "The nearest items of an index by the bits in which codes differ",
        ["search photos.lki holiday.jpg --out like-it.png", "search runs/mnist-itq-mnist-train.lki mnist --split test --item 7 --top 20", "search photos.lki holiday.jpg --radius 3"],
        [Index, Query, Radius, Top, SplitName, Item, Limit, Set, Data, Server, Out], Run);

    static int Run(ParseResult result, Session session)
    {
        var (path, source, given) = (result.GetRequiredValue(Index), result.GetRequiredValue(Query), result.GetValue(Out));
        using var file = IndexFile.Open(path);
        var (description, checkpoint) = (file.Description, file.ReadModel());
        var model = (FeatureModel)checkpoint.Model;
        using CodeIndex index = description.Server.Length == 0 ? file : PostgresIndex.Open(description, result.GetValue(Server), session.Cancellation);
        if (description.Server.Length == 0 && result.GetValue(Server) is not null) throw new UsageException($"--postgres is for an index whose codes are on a server, and {path} has them itself");
        if (result.GetValue(Item) is not null && result.GetValue(Limit) is not null) throw new UsageException("--item asks for one item and --limit for several; give one of the two");
        if (given is null && result.GetValue(Data) is not null) throw new UsageException("--data says where pictures are that are drawn, and goes with --out; give that too, or leave it out");
        if (given is not null && model.Space.Levels == 0) throw new UsageException($"--out is for pictures, and {path} is of rows of {model.Space.Dimensions} numbers");
        var output = given is null ? null : OutputName.Of(Modality.Image).Choose(given, "", session);
        using var outputs = new Outputs(session.Remark, session.Force, path, source);
        if (output is not null) outputs.Claim(output);
        var radius = result.GetValue(Radius) ?? description.Bits;
        var top = result.GetValue(Top) ?? (result.GetValue(Radius) is null ? UsualTop : int.MaxValue);
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, Options.Pairs(result.GetValue(Set))), checkpoint);
        var split = Queries(result, data);
        CodeOptions.RequireFit(checkpoint, split);
        var (words, packed) = (BinaryCodes.Words(description.Bits), new List<ulong>());
        CodeOptions.Encode(new FeatureEncoder(model, session.Threads), split, session, codes =>
        {
            var some = new ulong[codes.Length / model.Width * words];
            BinaryCodes.Pack(codes, model.Width, model.Bits, some);
            packed.AddRange(some);
        });
        ulong[] asked = [.. packed];
        var (clock, all) = (Stopwatch.StartNew(), new List<IReadOnlyList<Neighbour>>());
        for (var q = 0; q < split.Count; q++) all.Add(index.Search(asked.AsSpan(q * words, words), radius, top, session.Cancellation));
        var seconds = clock.Elapsed.TotalSeconds;
        if (output is not null) AtomicFile.Write(output, session.Force, Sheet(result, session, description, checkpoint, split, all).Write);
        var answers = Enumerable.Range(0, split.Count).Select(q => Json(index, description, all[q])).ToArray();
        session.Answer($"{string.Join("\n\n", Enumerable.Range(0, split.Count).Select(q => Text(index, description, split, data, q, all[q])))}{(output is null ? "" : $"\n\npicture     {output}: each row what was asked for, then what was found")}", new JsonObject
        {
            ["results"] = answers[0].DeepClone(),
            ["queries"] = split.Count == 1 ? null : new JsonArray([.. answers.Select((found, q) => (JsonNode)new JsonObject { ["name"] = split.ItemName(q), ["results"] = found })]),
            ["bits"] = description.Bits,
            ["seconds"] = Session.Number(seconds),
            ["output"] = output,
        });
        return 0;
    }

    static Split Queries(ParseResult result, Dataset data)
    {
        var name = result.GetValue(SplitName) ?? "all";
        ItemChoice.RequireKnown(name);
        var split = ItemChoice.Part(data, name);
        if (split.Count == 0) throw new UsageException($"{data.Name} has no {name} items; use --split all");
        if (result.GetValue(Item) is not { } item) return split.Sample(result.GetValue(Limit) ?? UsualQueries);
        return item < split.Count ? split.Only(item) : throw new UsageException($"--item {item} is not there: {data.Name} has {split.Count} {(name == "all" ? "" : $"{name} ")}items, from 0 on");
    }

    // Pictures that were found are read from where they were indexed, or are now.
    static Rendering Sheet(ParseResult result, Session session, IndexDescription description, Checkpoint checkpoint, Split queries, List<IReadOnlyList<Neighbour>> found)
    {
        const int MostColumns = 20;
        var source = result.GetValue(Data) ?? description.Source;
        if (result.GetValue(Data) is null && !Dataset.IsHere(source)) throw new UsageException($"the pictures were indexed from {source}, which is not there; say where they are with --data");
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, Options.Pairs([.. description.Settings.Split('\n', StringSplitOptions.RemoveEmptyEntries)])), checkpoint);
        var items = ItemChoice.Part(data, description.Split).Sample(description.Limit == 0 ? int.MaxValue : description.Limit);
        if (items.Count != description.Count) throw new UsageException($"{source} has {items.Count} items where {description.Count} were indexed, so its pictures are others; index it again, or name the data that were with --data");
        var columns = 1 + Math.Min(MostColumns, Math.Max(1, found.Max(some => some.Count)));
        var cells = new List<float[]>();
        SplitRows asked = new(queries), indexed = new(items);
        for (var q = 0; q < queries.Count; q++)
        {
            cells.Add(Picture(asked, q));
            for (var c = 0; c < columns - 1; c++) cells.Add(c < found[q].Count ? Picture(indexed, found[q][c].Id) : new float[indexed.Space.Dimensions]);
        }
        return AtomSheet.Plain(cells, checkpoint.Model.Space, columns);

        static float[] Picture(SplitRows rows, int index)
        {
            var row = new float[rows.Space.Dimensions];
            rows.Read(index, row);
            return row;
        }
    }

    static string Text(CodeIndex index, IndexDescription description, Split split, Dataset data, int query, IReadOnlyList<Neighbour> found)
    {
        var label = split.Label(query);
        var lines = new List<string> { $"{VisibleText.Line(split.ItemName(query))}{(label < 0 ? "" : $" ({VisibleText.Line(data.ClassNames[label])})")}: {(found.Count == 0 ? "nothing so near" : $"{found.Count} found of {description.Count}")}" };
        if (found.Count > 0) lines.Add($"{"bits",6} {"id",9}  {(description.ClassNames.Count > 0 ? $"{"label",-16} " : "")}item");
        foreach (var (id, distance) in found)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{distance,6} {id,9}  {(description.ClassNames.Count > 0 ? $"{VisibleText.Line(LabelOf(index, description, id) ?? "-"),-16} " : "")}{VisibleText.Line(index.Name(id))}"));
        return string.Join('\n', lines);
    }

    static JsonArray Json(CodeIndex index, IndexDescription description, IReadOnlyList<Neighbour> found)
    {
        var array = new JsonArray();
        foreach (var (id, distance) in found)
        {
            var one = new JsonObject { ["id"] = id, ["name"] = index.Name(id), ["distance"] = distance };
            if (description.ClassNames.Count > 0) one["label"] = LabelOf(index, description, id);
            array.Add((JsonNode)one);
        }
        return array;
    }

    static string? LabelOf(CodeIndex index, IndexDescription description, int id) => index.Label(id) is >= 0 and var label && label < description.ClassNames.Count ? description.ClassNames[label] : null;
}
