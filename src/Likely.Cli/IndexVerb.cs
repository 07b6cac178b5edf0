using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Models;
using Likely.Postgres;

namespace Likely.Cli;

/// <summary>index: the codes of all items as addresses, in a file or on a server, for search.</summary>
static class IndexVerb
{
    static readonly Argument<string> Model = Options.Argument("MODEL", "A model of features whose codes are bits: lsh, itq, spectral-hashing, binary-reconstructive, minimal-loss or semantic-hashing");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all, which is taken if not given", "S");
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "The index, which keeps the model too; runs/MODEL-DATA.lki if not given", "FILE");
    static readonly Option<string?> Server = Options.Text("--postgres", "Write the codes into a table of a PostgreSQL server instead, such as Host=localhost;Database=NAME;Username=NAME; the file then says where they are, without the password", "CONNECTION");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items: drawn evenly over all, and of data that come shuffled, as the known ones, the first");

    public static Verb Create() => new("index", "The binary codes of all items as addresses, to search them by",
        ["index runs/mnist-itq.likely mnist --split train", "index itq.likely photos/ --out photos.lki", "index itq.likely photos/ --out photos.lki --postgres \"Host=localhost;Database=photos\""],
        [Model, Data, SplitName, Set, Out, Server, Limit], Run);

    static int Run(ParseResult result, Session session)
    {
        var (modelPath, source, connection) = (result.GetRequiredValue(Model), result.GetRequiredValue(Data), result.GetValue(Server));
        var checkpoint = ModelFile.Read(modelPath);
        if (checkpoint.Model is not FeatureModel { Bits: > 0 } model) throw new UsageException($"{modelPath}, {checkpoint.Model.Config.Name}, makes no codes of bits, which alone are addresses; train DATA --model itq makes a model that does");
        var encoder = new FeatureEncoder(model, session.Threads);
        var (splitName, settings) = (result.GetValue(SplitName) ?? "all", Options.Pairs(result.GetValue(Set)));
        ItemChoice.RequireKnown(splitName);
        var output = OutputName.Index.Choose(result.GetValue(Out), $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}{(splitName == "all" ? "" : $"-{splitName}")}", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source);
        outputs.Claim(output);
        using var server = connection is null ? null : PostgresWriter.Open(connection, output, session.Cancellation);
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, settings), checkpoint);
        var split = ItemChoice.Part(data, splitName).Sample(result.GetValue(Limit) ?? int.MaxValue);
        if (split.Count == 0) throw new UsageException($"{data.Name} has no {split.Name} items; use --split all");
        CodeOptions.RequireFit(checkpoint, split);
        session.Say($"items       {split.Count} of {data.All.Count}{(split.Name == "all" ? "" : $": the {split.Name} part")}{split.DrawnFrom(ItemChoice.Part(data, splitName).Count)}");
        var (clock, builder) = (Stopwatch.StartNew(), new IndexBuilder(checkpoint, split.Count));
        CodeOptions.Encode(encoder, split, session, codes => builder.Add(codes, i => (split.ItemName(i), split.Label(i))));
        if (server is not null) session.Watch(display =>
        {
            server.Fill(builder, model.Bits, done => display.Update(done, $"table {server.Table}"), session.Cancellation);
            return 0;
        });
        var description = new IndexDescription
        {
            Bits = model.Bits,
            Count = split.Count,
            Source = source,
            Split = splitName,
            Settings = string.Join('\n', settings.Select(pair => $"{pair.Key}={pair.Value}")),
            Limit = result.GetValue(Limit) ?? 0,
            ClassNames = data.ClassNames,
            Server = server?.Settings ?? "",
            ServerTable = server?.Table ?? "",
            ServerIdentity = server?.Identity ?? "",
        };
        var written = builder.Write(output, description, session.Force, session.Cancellation, () => server?.Commit());
        var seconds = clock.Elapsed.TotalSeconds;
        var bytes = new FileInfo(output).Length;
        using var index = IndexFile.Open(output);
        var spread = index.Spread();
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"""
            index       {output}, {bytes / 1e6:0.0} MB{(server is null ? "" : $"; the codes are in the table {server.Table}")}
            codes       {written.Count} of {written.Bits} bits, {seconds:0.0} s
            found by    {written.Access}{(spread is null ? "" : $"\n{IndexText.Words(spread)}")}
            """), new JsonObject
        {
            ["output"] = output,
            ["codes"] = written.Count,
            ["bits"] = written.Bits,
            ["seconds"] = Session.Number(seconds),
            ["bytes"] = bytes,
            ["parts"] = new JsonArray([.. written.Tables.Select(table => (JsonNode)table.Length)]),
            ["addresses"] = IndexText.Json(spread),
            ["identity"] = written.Identity,
            ["table"] = server?.Table,
        });
        return 0;
    }
}
