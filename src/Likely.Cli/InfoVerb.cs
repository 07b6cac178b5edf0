using System.CommandLine;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>info: what a file is; of a model or an archive, everything it says about itself.</summary>
static class InfoVerb
{
    const int LongestName = 24, LongestPlan = 400;

    static readonly Argument<string> Source = Options.Argument("FILE", "A model, an archive, an index, or any other file");

    public static Verb Create() => new("info", "What a file is; of a model, its config, data, training and identity; of an archive, what is in it", ["info digits.likely", "info digits.lka"], [Source], Run);

    static int Run(ParseResult result, Session session)
    {
        var path = result.GetRequiredValue(Source);
        if (Directory.Exists(path))
        {
            session.Answer($"{path} is a folder; if it holds data, see: likely data show {path}", new JsonObject { ["file"] = path, ["kind"] = "folder" });
            return 0;
        }
        if (!File.Exists(path)) throw new UsageException($"there is no file {path}");
        if (FileKind.Of(path).Format == FileFormat.Archive)
        {
            using var archive = ArchiveReader.Open(path);
            session.Answer(ArchiveInfo.Text(archive), ArchiveInfo.Json(archive));
            return 0;
        }
        if (IndexText.IsIndex(path))
        {
            using var index = IndexFile.Open(path);
            session.Answer(IndexText.Text(index), IndexText.Json(index));
            return 0;
        }
        if (ModelFile.OtherKind(path) is { } kind)
        {
            session.Answer($"{path} seems to be {kind}", new JsonObject { ["file"] = path, ["kind"] = kind, ["bytes"] = new FileInfo(path).Length });
            return 0;
        }
        var checkpoint = Checkpoint.Load(path);
        ModelFile.RequireReadable(checkpoint, path);
        session.Answer(Text(checkpoint, path), Json(checkpoint, path));
        return 0;
    }

    static string Text(Checkpoint checkpoint, string path)
    {
        var (model, density) = (checkpoint.Model, checkpoint.Model as AutoregressiveModel);
        List<(string Name, string Value)> lines =
        [
            ("model", $"{model.Config.Name}: {model.Config.Summary}"),
            ("config", string.Join(' ', ModelRegistry.Keys(model.Config).Select(pair => $"{pair.Key}={pair.Value}"))),
            ("data", $"{VisibleText.Line(checkpoint.DataName)}, {(model.Space.Levels == 0 ? $"rows of {model.Space.Dimensions} numbers" : $"{model.Space}")}"),
            ("preprocessing", checkpoint.Preprocessing.Length == 0 ? "none" : VisibleText.Line(checkpoint.Preprocessing)),
            ("labels", checkpoint.ClassNames.Count == 0 ? "none" : VisibleText.Line(string.Join(", ", checkpoint.ClassNames))),
            ("parameters", $"{model.Parameters.Count}"),
        ];
        if (ModelAssets.WordsOf(checkpoint) is { } words) lines.Add(("words", $"{words.Count} of {words.Texts} texts, from {words.Words[0]} to {words.Words[^1]}"));
        if (model is FeatureModel features) lines.Add(("codes", $"{features.Width} {(features.Width == 1 ? "number" : "numbers")} a row{(features.Decodes ? "" : ", and no way back")}"));
        if (Continuation.TokensOf(checkpoint) is { } tokens) lines.Add(("tokens", tokens.Words));
        if (density?.FieldOfView is var (rows, columns)) lines.Add(("sight", $"a pixel depends on {rows} rows above it and {columns} columns to each side"));
        if (density?.ReceptiveField is { } field) lines.Add(("sight", $"a symbol depends on the {field} before it"));
        if (4 * model.Parameters.Length > 1_000_000_000) lines.Add(("memory", $"{MachineMemory.Text(4.0 * model.Parameters.Length)} for the weights"));
        lines.Add(("stored as", $"{StoredAs(checkpoint.Storage)}; {new FileInfo(path).Length} bytes"));
        foreach (var (key, value) in checkpoint.Summary) lines.Add((VisibleText.Line(key), $"{value:0.######}"));
        if (Calibration.Of(checkpoint) is { } calibration) lines.Add(("held out", $"{calibration.Items.Count} items that others are held against by detect{(calibration.Temperature is { } temperature ? $", and posteriors of labels divided by {temperature:0.###}" : "")}"));
        if (checkpoint.Plan.Length > 0) lines.Add(("plan", checkpoint.Plan.Length <= LongestPlan ? VisibleText.Line(checkpoint.Plan) : $"{VisibleText.Line(checkpoint.Plan[..LongestPlan])}... ({checkpoint.Plan.Length} letters; --json has all)"));
        lines.Add(("order version", $"{Checkpoint.OrderVersion}"));
        lines.Add(("identity", checkpoint.Identity()));
        // A key of a later version, or of another program, may be of any length.
        var width = Math.Min(LongestName, lines.Max(line => line.Name.Length));
        return string.Join(Environment.NewLine, lines.Select(line => $"{line.Name.PadRight(width)}  {line.Value}"));
    }

    static string StoredAs(WeightStorage storage) => storage switch
    {
        WeightStorage.Int8 => "8-bit whole numbers with a scale for each output, small tensors as bfloat16; computed in float32",
        WeightStorage.BFloat16 => "bfloat16, 16 bits; computed in float32",
        _ => "float32",
    };

    static JsonObject Json(Checkpoint checkpoint, string path)
    {
        var (model, space) = (checkpoint.Model, checkpoint.Model.Space);
        var summary = new JsonObject();
        foreach (var (key, value) in checkpoint.Summary) summary[key] = Session.Number(value);
        return new JsonObject
        {
            ["file"] = path,
            ["kind"] = "model",
            ["model"] = model.Config.Name,
            ["config"] = JsonNode.Parse(ModelRegistry.ToJson(model.Config)),
            ["geometry"] = new JsonObject { ["height"] = space.Height, ["width"] = space.Width, ["channels"] = space.Symbols, ["levels"] = space.Levels },
            ["classes"] = new JsonArray([.. checkpoint.ClassNames.Select(name => (JsonNode)name)]),
            ["preprocessing"] = checkpoint.Preprocessing,
            ["modality"] = ModelFile.Modality(checkpoint).Name,
            ["tokens"] = Continuation.TokensOf(checkpoint)?.Words,
            ["symbols"] = Continuation.TokensOf(checkpoint)?.Size,
            ["data"] = checkpoint.DataName,
            ["parameters"] = model.Parameters.Count,
            ["members"] = (model as DensityModel)?.Members,
            ["width"] = (model as FeatureModel)?.Width,
            ["storage"] = checkpoint.Storage.ToString().ToLowerInvariant(),
            ["summary"] = summary,
            ["plan"] = checkpoint.Plan,
            ["calibration_items"] = Calibration.Of(checkpoint)?.Items.Count,
            ["temperature"] = Session.Number(Calibration.Of(checkpoint)?.Temperature),
            ["order_version"] = Checkpoint.OrderVersion,
            ["identity"] = checkpoint.Identity(),
            ["bytes"] = new FileInfo(path).Length,
        };
    }
}
