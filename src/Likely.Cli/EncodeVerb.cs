using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;

namespace Likely.Cli;

/// <summary>encode: the inner state of a model for every item, as rows of an array.</summary>
static class EncodeVerb
{
    static readonly OutputName Array = new("an array of NumPy", [".npy"]);

    static readonly Argument<string> Model = Options.Argument("MODEL", "A model of features, or a trained density");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all, which is taken if not given", "S");
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "The array, float32 [items, width]; runs/MODEL-DATA-codes.npy if not given", "FILE");
    static readonly Option<string?> Projector = Options.Folder("--projector", "Also a folder that TensorBoard's projector shows: codes, names and labels, and of pictures a sheet of them");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items: drawn evenly over all, and of data that come shuffled, as the known ones, the first");

    public static Verb Create() => new("encode", "Features of every item, as an array of NumPy: the code of a model of features, or an inner state of a density",
        ["encode reviews.likely reviews/ --set items=lines --out reviews.npy", "encode digits.likely mnist --split test --layer layers.4 --pool mean", "encode pca.likely mnist --split test --projector projector/"],
        [Model, Data, CodeOptions.Layer, CodeOptions.Pool, CodeOptions.Regions, CodeOptions.Stride, SplitName, Set, Out, Projector, Limit], Run);

    static int Run(ParseResult result, Session session)
    {
        var (modelPath, source) = (result.GetRequiredValue(Model), result.GetRequiredValue(Data));
        var checkpoint = ModelFile.Read(modelPath);
        var encoder = CodeOptions.Encoder(result, session, checkpoint);
        var splitName = result.GetValue(SplitName) ?? "all";
        ItemChoice.RequireKnown(splitName);
        var output = Array.Choose(result.GetValue(Out), $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}{(splitName == "all" ? "" : $"-{splitName}")}-codes", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source);
        outputs.Claim(output);
        var labelFile = Path.Combine(Path.GetDirectoryName(output) ?? "", $"{Path.GetFileNameWithoutExtension(output)}-labels.npy");
        using var data = session.Open(source, CodeOptions.Items(result, checkpoint, Options.Pairs(result.GetValue(Set))), checkpoint);
        ModelFile.RequireLabels(checkpoint, data);
        var split = ItemChoice.Part(data, splitName).Sample(result.GetValue(Limit) ?? int.MaxValue);
        if (split.Count == 0) throw new UsageException($"{data.Name} has no {split.Name} items; use --split all");
        CodeOptions.RequireFit(checkpoint, split, encoder);
        session.Say($"items       {split.Count} of {data.All.Count}{(split.Name == "all" ? "" : $": the {split.Name} part")}{split.DrawnFrom(ItemChoice.Part(data, splitName).Count)}");
        var clock = Stopwatch.StartNew();
        var labels = data.ClassNames.Count == 0 ? null : SavedLabels.Of(split, data.ClassNames);
        if (labels is not null) outputs.Claim(labelFile);
        var projector = result.GetValue(Projector) is { } folder ? new ProjectorFolder(folder, outputs, data, split) : null;
        List<float[]> kept = [];
        using var files = new OutputSet(session.Remark, session.Force);
        files.Write(output, stream =>
        {
            stream.Write(Npy.Header(split.Count, encoder.Width));
            CodeOptions.Encode(encoder, split, session, codes =>
            {
                stream.Write(Npy.Elements(codes));
                if (projector is not null) kept.Add(codes);
            });
        });
        if (labels is not null) files.Write(labelFile, stream =>
        {
            var areAll = labels.All(label => label is not null);
            stream.Write(areAll ? Npy.Header(labels.Length) : Npy.HeaderOfFloats(labels.Length));
            stream.Write(areAll ? Npy.Elements([.. labels.Select(label => label!.Value)]) : Npy.Elements([.. labels.Select(label => label ?? float.NaN)]));
        });
        projector?.Write(files, kept, encoder.Width, encoder.Name, session.Cancellation);
        files.Complete();
        var pool = encoder is PatchEncoder patches ? patches.Pooling == StatePooling.Mean ? "mean" : "max" : encoder is StateEncoder states ? states.Pooling == StatePooling.Last ? "last" : "mean" : null;
        session.Answer($"{output}: {split.Count} rows of {encoder.Width} numbers: {encoder.Name}{(encoder is PatchEncoder ? null : pool) switch { "last" => ", the state that has read the item", "mean" => ", the mean over an item's positions", _ => "" }}{(labels is null ? "" : $"; labels in {labelFile}")}{(projector is null ? "" : $"; tensorboard --logdir {result.GetValue(Projector)} shows them")}", new JsonObject
        {
            ["rows"] = split.Count,
            ["width"] = encoder.Width,
            ["output"] = output,
            ["labels"] = labels is null ? null : labelFile,
            ["projector"] = result.GetValue(Projector),
            ["layer"] = encoder.Name,
            ["pool"] = pool,
            ["split"] = split.Name,
            ["seconds"] = Session.Number(clock.Elapsed.TotalSeconds),
        });
        return 0;
    }
}
