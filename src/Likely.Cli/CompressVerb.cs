using System.CommandLine;
using System.Globalization;
using Likely.Data;
using Likely.Files;
using Likely.Models;

namespace Likely.Cli;

/// <summary>compress: files and folders into an archive, with a model as the code.</summary>
static class CompressVerb
{
    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained model");
    static readonly Argument<string[]> Inputs = new("INPUT") { Description = "Files and folders", Arity = ArgumentArity.OneOrMore, Validators = { result => Options.RequireWords(result, "INPUT") } };
    static readonly Option<string?> Out = Options.Text("--out", "The archive; runs/INPUT.lka if not given", "FILE");
    static readonly Option<bool> Embed = Options.Flag("--embed", "Put the model into the archive");
    static readonly Option<bool> Exact = Options.Flag("--exact-files", "Restore every file byte for byte: pictures and .gz files are stored as bytes");
    static readonly Option<bool> Strict = Options.Flag("--strict", "Refuse what the model cannot represent instead of storing it as bytes");
    static readonly Option<bool> NoVerify = Options.Flag("--no-verify", "Do not decode the archive and compare before it gets its name");
    static readonly Option<int?> Stripe = Options.Whole("--stripe", "Rows of the stripes that large pictures are cut into, so that all threads share one; 0: none; a sixteenth of the picture and at least 128 if not given", least: 0, most: 1 << 20);
    static readonly Option<int?> Batch = Options.Whole("--batch", "Items of one pass; no byte depends on it", most: 256);

    public static Verb Create() => new("compress", "Compress files and folders without loss",
        ["compress digits.likely t10k-images-idx3-ubyte --out digits.lka", "compress faces.likely faces/ --embed --out faces.lka"],
        [Model, Inputs, Out, Embed, Exact, Strict, NoVerify, Stripe, Batch], Run);

    // Where the model codes nothing, as it is one of other files, nobody has to keep it.
    static bool NeedsModel(string archive)
    {
        using var reader = ArchiveReader.Open(archive);
        return reader.NeedsModel;
    }

    static int Run(ParseResult result, Session session)
    {
        var (modelPath, inputs) = (result.GetRequiredValue(Model), result.GetRequiredValue(Inputs));
        var checkpoint = ModelFile.Read(modelPath);
        if (Continuation.TokensOf(checkpoint) is not null && (result.GetValue(Stripe) is not null ? "--stripe" : result.GetValue(Exact) ? "--exact-files" : null) is { } option)
            throw new UsageException($"{option} is for models of pictures; this one codes the bytes of files, all of which come back as they are: leave it out");
        var output = OutputName.Archive.Choose(result.GetValue(Out), DefaultName.Stem(inputs[0]), session);
        using var outputs = new Outputs(session.Remark, session.Force, [modelPath, .. inputs]);
        outputs.Claim(output);
        if (DataOptions.FromCanonical(checkpoint.Preprocessing).Transpose)
            session.Say("note        the model learned its pictures with transpose=true, which an archive does not apply: files are coded as they lie, at a cost if they lie on the other side");
        var lost = false;
        if (session.Json) WarmUp.Coding(checkpoint.Density, session.Threads, session.Cancellation);
        var summary = session.Watch(display => Archive.Compress(checkpoint, inputs, output, ArchiveText.Options(session, display, () => lost = true) with
        {
            Embed = result.GetValue(Embed) ? Checkpoint.WithoutEvidence(RegularFile.ReadAllBytes(modelPath), modelPath) : null,
            ExactFiles = result.GetValue(Exact),
            Strict = result.GetValue(Strict),
            Verify = !result.GetValue(NoVerify),
            StripeRows = result.GetValue(Stripe),
            Batch = result.GetValue(Batch) ?? 0,
        }, session.Cancellation));
        if (lost && !result.GetValue(Exact)) session.Say("note        --exact-files keeps the bytes of pictures and packed files");
        if (!result.GetValue(Embed) && NeedsModel(output)) session.Say($"note        opening it takes {modelPath}: keep that beside the archive, or put it in by --embed");
        var bits = Continuation.TokensOf(checkpoint) is { } tokens && summary.Symbols > 0 ? string.Create(CultureInfo.InvariantCulture, $", {summary.BitsPerDimension:0.00000} {(tokens is SampleTokens ? "bits/sample" : "bits/byte")}") : summary.BitsPerDimension is { } value ? $", {value:0.00000} bits/dim of what the model codes" : ", nothing coded by the model";
        var json = ArchiveText.Json(summary, session);
        json["output"] = output;
        json["model"] = checkpoint.Identity();
        session.Answer($"{output}: {ArchiveText.Bytes(summary.FileBytes)} in {ArchiveText.Bytes(summary.ArchiveBytes)}{ArchiveText.Gain(summary)}{bits}{ArchiveText.Rate(summary, session)}{(summary.Verified ? ", verified" : "")}", json);
        return 0;
    }
}
