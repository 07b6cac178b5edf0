using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>reconstruct: items encoded and turned back, beside what they were.</summary>
static class ReconstructVerb
{
    const int Shown = 16; // pictures of a sheet

    static readonly OutputName Array = new("an array of NumPy", [".npy"]);

    static readonly Argument<string> Model = Options.Argument("MODEL", "A model of features that has a way back");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all; test if not given", "S");
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "A PNG of the first pictures above what they became, or an array .npy of all rows; runs/MODEL-DATA-back.png or .npy if not given", "FILE");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items: drawn evenly over all, and of data that come shuffled, as the known ones, the first");

    public static Verb Create() => new("reconstruct", "Items encoded and turned back, beside what they were, with the squared error",
        ["reconstruct runs/mnist-pca.likely mnist", "reconstruct runs/mnist-kmeans.likely mnist --split validation --out back.npy"],
        [Model, Data, SplitName, Set, Out, Limit], Run);

    static int Run(ParseResult result, Session session)
    {
        var (path, source) = (result.GetRequiredValue(Model), result.GetRequiredValue(Data));
        var checkpoint = ModelFile.Read(path);
        if (checkpoint.Model is not FeatureModel { Decodes: true } model) throw new UsageException($"{path}, {checkpoint.Model.Config.Name}, has no way back from codes to items");
        var splitName = result.GetValue(SplitName) ?? "test";
        ItemChoice.RequireKnown(splitName);
        var given = result.GetValue(Out);
        var kind = model.Space.Levels > 0 && (given is null || !given.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)) ? OutputName.Of(Modality.Image) : Array;
        var output = kind.Choose(given, $"{DefaultName.Stem(path)}-{DefaultName.Stem(source)}-back", session);
        using var outputs = new Outputs(session.Remark, session.Force, path, source);
        outputs.Claim(output);
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, Options.Pairs(result.GetValue(Set))), checkpoint);
        var split = ItemChoice.Part(data, splitName).Sample(result.GetValue(Limit) ?? int.MaxValue);
        if (split.Count == 0) throw new UsageException($"{data.Name} has no {split.Name} items; use --split all");
        CodeOptions.RequireFit(checkpoint, split);
        session.Say($"items       {split.Count} of {data.All.Count}{(split.Name == "all" ? "" : $": the {split.Name} part")}{split.DrawnFrom(ItemChoice.Part(data, splitName).Count)}");
        var error = 0.0;
        if (kind == Array) AtomicFile.Write(output, session.Force, stream =>
        {
            stream.Write(Npy.Header(split.Count, model.Space.Dimensions));
            error = ReconstructionError.Of(model, split, session, (_, _, back) => stream.Write(Npy.Elements(back)));
        });
        else
        {
            List<float[]> above = [], below = [];
            var width = model.Space.Dimensions;
            error = ReconstructionError.Of(model, split, session, (first, rows, back) =>
            {
                for (var i = 0; first + i < Shown && i < rows.Length / width; i++)
                {
                    above.Add(rows[(i * width)..((i + 1) * width)]);
                    below.Add(back[(i * width)..((i + 1) * width)]);
                }
            });
            AtomicFile.Write(output, session.Force, AtomSheet.Plain([.. above, .. below], model.Space, above.Count).Write);
        }
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"{output}: {(kind == Array ? $"{split.Count} rows of {model.Space.Dimensions} numbers" : $"the first {Math.Min(Shown, split.Count)} items above what they became")}; squared error of an item {error:G6}, of a number {error / model.Space.Dimensions:G6}"), new JsonObject
        {
            ["output"] = output,
            ["rows"] = split.Count,
            ["width"] = model.Space.Dimensions,
            ["squared_error"] = Session.Number(error),
            ["split"] = split.Name,
        });
        return 0;
    }
}
