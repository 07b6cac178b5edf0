using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>shrink: the same model in a half or a quarter of the bytes, and what that costs in bits per dimension.</summary>
static class ShrinkVerb
{
    const int UsualItems = 1000;

    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained model");
    static readonly Option<int?> Bits = Options.Whole("--bits", "Bits of a weight, 16 or 8; 16 if not given");
    static readonly Option<string?> Data = Options.Text("--data", "Data to measure the loss on, a known name or a path; those the model was trained on if not given", "DATA");
    static readonly Option<int?> Limit = Options.Whole("--limit", $"Measure on N held-out items, drawn evenly, {UsualItems} if not given");
    static readonly Option<string?> Out = Options.Text("--out", "The smaller model; runs/MODEL-16bit.likely or -8bit.likely if not given", "FILE");

    public static Verb Create() => new("shrink", "Store a model's weights in 16 or 8 bits, and measure the loss",
        ["shrink digits.likely --bits 8", "shrink digits.likely --bits 16 --data mnist --limit 10000 --out small.likely"], [Model, Bits, Data, Limit, Out], Run);

    static int Run(ParseResult result, Session session)
    {
        var clock = Stopwatch.StartNew();
        var source = result.GetRequiredValue(Model);
        var bits = result.GetValue(Bits) ?? 16;
        var storage = bits switch
        {
            16 => WeightStorage.BFloat16,
            8 => WeightStorage.Int8,
            _ => throw new UsageException($"--bits {bits} is not allowed; use 16 or 8"),
        };
        var before = ModelFile.Read(source);
        var output = OutputName.Model.Choose(result.GetValue(Out), $"{DefaultName.Stem(source)}-{bits}bit", session);
        using var outputs = new Outputs(session.Remark, session.Force, source, result.GetValue(Data));
        outputs.Claim(output);
        var inputBytes = new FileInfo(source).Length;
        var after = before.Shrink(storage);
        if (before.Storage >= storage || before.Storage != WeightStorage.Float32 && after.Identity() == before.Identity())
            throw new UsageException($"{source} was shrunk to {(before.Storage == WeightStorage.Int8 ? 8 : 16)} bits already; {bits} bits would not make it smaller");

        using var data = Open(result.GetValue(Data), before, session);
        var loss = data is null ? null : Measure(before, after, data, result.GetValue(Limit) ?? UsualItems, session);
        after.Save(output, session.Force);
        var outputBytes = new FileInfo(output).Length;
        session.Answer($"""
            {output}: {outputBytes} bytes, {100.0 * outputBytes / inputBytes:0.0} % of {inputBytes}, identity {after.Identity()[..16]}
            {(loss is null ? "the loss was not measured" : $"{loss.Before:0.00000} {ModelFile.Modality(before).BitsUnit(ModelFile.Tokens(before))} before, {loss.After:0.00000} after, a loss of {loss.After - loss.Before:0.000000}, on {loss.Count} items of {loss.Name}")}
            """, new JsonObject
        {
            ["checkpoint"] = output,
            ["bits"] = bits,
            ["input_bytes"] = inputBytes,
            ["output_bytes"] = outputBytes,
            ["bits_per_dim_before"] = Session.Number(loss?.Before),
            ["bits_per_dim_after"] = Session.Number(loss?.After),
            ["seconds"] = Session.Number(clock.Elapsed.TotalSeconds),
            ["count"] = loss?.Count ?? 0,
            ["identity"] = after.Identity(),
        });
        return 0;
    }

    sealed record Loss(double Before, double After, int Count, string Name);

    // The model file knows only the name of its data; what is not here is not fetched for this.
    static Dataset? Open(string? given, Checkpoint checkpoint, Session session)
    {
        var options = ModelFile.WholeItems(checkpoint, []);
        var name = given ?? checkpoint.DataName;
        if (given is null && (name.Length == 0 || !Dataset.IsHere(name)))
        {
            session.Warn($"warning     the data the model was trained on{(name.Length == 0 ? "" : $" ({name})")} are not here, so the loss is not measured; name some with --data");
            return null;
        }
        var data = session.Open(name, options, checkpoint);
        try
        {
            ModelFile.RequireLabels(checkpoint, data);
            return data;
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    static Loss Measure(Checkpoint before, Checkpoint after, Dataset data, int limit, Session session)
    {
        var choice = ItemChoice.Of(before, data);
        var split = choice.IsTrainedOn && data.Validation.Count > 0 ? data.Validation : choice.Split;
        split = split.Sample(limit);
        var count = split.Count;
        var groups = ScoreVerb.Group(before, split);
        var dimensions = 0L;
        for (var i = 0; i < count; i++) dimensions += split.SpaceOf(i).Dimensions;
        return session.Watch(display =>
        {
            var done = 0L;
            return new Loss(BitsPerDimension(before), BitsPerDimension(after), count, $"{data.Name} ({split.Name})");

            double BitsPerDimension(Checkpoint checkpoint)
            {
                var nats = 0.0;
                foreach (var (space, items) in groups)
                    nats += items.Length * Evaluation.Mean(Evaluation.Score(checkpoint.Density, split, session.Threads, items: items, space: space, cancellation: session.Cancellation,
                        progress: more => display.Update(0.5 * Interlocked.Add(ref done, more) / dimensions, "measuring the loss")));
                return nats / (dimensions * 0.693147180559945309);
            }
        });
    }
}
