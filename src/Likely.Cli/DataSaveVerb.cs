using System.Buffers.Binary;
using System.CommandLine;
using System.Text.Json.Nodes;
using Likely.Data;

namespace Likely.Cli;

/// <summary>data save: a split of a data set as a model sees it, as a file of its kind and an IDX file of labels.</summary>
static class DataSaveVerb
{
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all; test if there is one, else all", "S");
    static readonly Option<string[]> Set = Options.Settings("A data key; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "The file, its labels beside it; runs/DATA-SPLIT-images.idx (-text.txt of text, -sound.wav of sound) if not given", "FILE");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items: drawn evenly over all, and of data that come shuffled, as the known ones, the first");

    public static Verb Create() => new("save", "Write a split as a model sees it: pictures as an IDX file of pixels 0 to 255, text as text, sound as WAV, rows as CSV",
        ["data save mnist --split test --set binarize=threshold --out test-images.idx"], [Data, SplitName, Set, Out, Limit], Run);

    static int Run(ParseResult result, Session session)
    {
        var source = result.GetRequiredValue(Data);
        using var data = session.Open(source, DataOptions.Parse(Options.Pairs(result.GetValue(Set))) with { Flip = false, Mutate = 0, Recolor = Recoloring.None });
        var split = result.GetValue(SplitName) switch
        {
            "train" => data.Train,
            "validation" => data.Validation,
            "test" => data.Test,
            "all" => data.All,
            null => data.Test.Count > 0 ? data.Test : data.All,
            var other => throw new UsageException($"--split {other} is unknown; use train, validation, test or all"),
        };
        if (split.Count == 0) throw new UsageException($"{data.Name} has no {split.Name} items; use --split all");
        split = split.Sample(result.GetValue(Limit) ?? int.MaxValue);
        var count = split.Count;
        var output = new OutputName(data.Modality.Saved.Words, [data.Modality.Saved.Extension]).Choose(result.GetValue(Out), $"{DefaultName.Stem(source)}-{split.Name}-{data.Modality.Title}", session);
        var numbers = SavedLabels.Of(split, data.ClassNames);
        var labels = numbers is null ? null : LabelName(output);
        using var outputs = new Outputs(session.Remark, session.Force, source);
        outputs.Claim(output);
        if (data.Modality.Coarsened(data.Tokens) is { } coarsened) session.Say($"note        {coarsened}");
        if (labels is not null) outputs.Claim(labels);
        var space = split.Space;
        using var files = new OutputSet(session.Remark, session.Force);
        files.Write(output, stream => data.Modality.Save(split, data.Tokens, stream, session.Cancellation));
        if (labels is not null) files.Write(labels, stream => Write(stream, numbers!));
        files.Complete();
        session.Answer($"{output}: {count} of {data.All.Count} items of {data.Name} ({split.Name}), {(space.IsSequence ? $"{new FileInfo(output).Length} bytes" : space.ToString())}{(labels is null ? "" : $"; labels in {labels}")}", new JsonObject
        {
            ["output"] = output,
            ["labels"] = labels,
            ["count"] = count,
            ["geometry"] = new JsonObject { ["height"] = space.Height, ["width"] = space.Width, ["channels"] = space.Symbols, ["levels"] = space.Levels },
        });
        return 0;
    }

    // Bytes if all fit, as everyone reads them; else whole numbers of 32 bits, or single precision where some are missing.
    static void Write(Stream stream, int?[] labels)
    {
        bool areBytes = Array.TrueForAll(labels, label => label is >= 0 and <= 255), areAll = Array.TrueForAll(labels, label => label is not null);
        stream.Write(Idx.Header((byte)(areBytes ? 8 : areAll ? 12 : 13), labels.Length));
        Span<byte> number = stackalloc byte[4];
        foreach (var label in labels)
        {
            if (areAll) BinaryPrimitives.WriteInt32BigEndian(number, label!.Value);
            else BinaryPrimitives.WriteSingleBigEndian(number, label ?? float.NaN);
            stream.Write(areBytes ? number[3..] : number);
        }
    }

    // Where a reader of IDX images looks for their labels.
    static string LabelName(string images)
    {
        var name = Path.GetFileName(images);
        var labels = name.Contains("images", StringComparison.Ordinal) ? name.Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal)
            : $"{Path.GetFileNameWithoutExtension(name)}-labels.idx";
        return Path.Combine(Path.GetDirectoryName(images) ?? "", labels);
    }
}
