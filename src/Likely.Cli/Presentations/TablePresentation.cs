using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Files;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Rows of tables: drawn into a table, or those of one with its missing cells filled.</summary>
sealed class TablePresentation : Presentation
{
    const int Usual = 100, MostCompared = 1000;

    public override IReadOnlyList<Option> ForSample { get; } = [DrawingOptions.Count, DrawingOptions.Temperature, DrawingOptions.Out];

    public override IReadOnlyList<Option> ForComplete { get; } = [DrawingOptions.Count, DrawingOptions.Out, ItemCompleting.Set];

    public override int Sample(ParseResult result, Session session, Checkpoint checkpoint, string model)
    {
        RequireOwn(result, checkpoint, ForSample);
        var (tokens, count) = ((TableTokens)ModelFile.Tokens(checkpoint)!, result.GetValue(DrawingOptions.Count) ?? Usual);
        var output = OutputName.Table.Choose(result.GetValue(DrawingOptions.Out), $"{DefaultName.Stem(model)}-samples", session);
        if (output != OutputName.Stdout) AtomicFile.RequireFree(output, session.Force);
        if (session.Json) WarmUp.Walks(checkpoint.Density, count, session.Threads, session.Cancellation);
        var clock = Stopwatch.StartNew();
        var rows = session.Watch(display => Walk.Sample(checkpoint.Density, count, session.Seed, null, (float)(result.GetValue(DrawingOptions.Temperature) ?? 1), session.Threads,
            progress: share => display.Update(share, "sampling"), cancellation: session.Cancellation, undrawn: column => tokens.Undrawn(column, isFilled: false)));
        var seconds = clock.Elapsed.TotalSeconds;
        Write(output, stream => stream.Write(Encoding.UTF8.GetBytes(tokens.ToCsv(rows, Levels(session)))), session);
        var json = new JsonObject
        {
            ["output"] = output,
            ["count"] = count,
            ["seconds"] = Session.Number(seconds),
            ["symbols_per_second"] = Session.Number((double)count * tokens.Space.Dimensions / seconds),
        };
        AddCopies(rows, session, checkpoint, model, json);
        session.Answer($"{output}: {count} rows in {ProgressDisplay.Duration(seconds)}", json);
        return 0;
    }

    // Whether rows were learnt by heart, beside rows that were held out, where the training data are still found.
    static void AddCopies(int[][] rows, Session session, Checkpoint checkpoint, string model, JsonObject json)
    {
        if (session.Quiet && !session.Json) return;
        using var data = TrainingData.Find(session, checkpoint, model);
        if (data is null) return;
        // As they are written, which is where numbers are that rows of the table had.
        var (tokens, levels) = ((TableTokens)data.Tokens!, Levels(session));
        int[][] drawn = [.. rows.Take(MostCompared).Select((row, i) => tokens.Row(tokens.Cells(row, column => levels.UniformDouble((ulong)i, (ulong)column))))];
        var held = (data.Validation.Count > 0 ? data.Validation : data.Test).Sample(MostCompared);
        var copies = RowCopies.Of(drawn, data.Train, session.Threads, cancellation: session.Cancellation);
        var others = new int[held.Count][];
        for (var i = 0; i < others.Length; i++) held.Read(i, others[i] = new int[data.Space.Dimensions]);
        var expected = RowCopies.Of(others, data.Train, session.Threads, cancellation: session.Cancellation);
        session.Say(string.Create(CultureInfo.InvariantCulture, $"note        {copies.Copies} of {copies.Rows} rows stand in the training part as they are, and the nearest there is {copies.Distance:0.0000} away on average{(held.Count == 0 ? "" : $"; of rows that were held out {expected.Copies} of {expected.Rows}, and {expected.Distance:0.0000}")}"));
        (json["copies"], json["nearest"], json["held_out_copies"], json["held_out_nearest"]) = (copies.Copies, Session.Number(copies.Distance), expected.Copies, Session.Number(held.Count == 0 ? null : expected.Distance));
    }

    public override int Complete(ParseResult result, Session session, Checkpoint checkpoint, string model, string input)
    {
        RequireOwn(result, checkpoint, ForComplete);
        var (tokens, draws) = ((TableTokens)ModelFile.Tokens(checkpoint)!, result.GetValue(DrawingOptions.Count) ?? 1);
        var output = OutputName.Table.Choose(result.GetValue(DrawingOptions.Out), $"{DefaultName.Stem(input)}-completed", session);
        if (output != OutputName.Stdout) AtomicFile.RequireFree(output, session.Force);
        using var data = session.Open(input, ModelFile.DataOptions(checkpoint, Options.Pairs(result.GetValue(ItemCompleting.Set))), checkpoint);
        ModelFile.RequireFit(checkpoint, data.Space, data.Name);
        var rows = new int[data.All.Count][];
        for (var i = 0; i < rows.Length; i++) data.All.Read(i, rows[i] = new int[data.Space.Dimensions]);
        var missing = rows.Sum(row => (long)row.Count(tokens.IsMissing));
        if (!checkpoint.Density.TakesAnyOrder && missing > 0)
            session.Warn($"note        {checkpoint.Density.Config.Name} was trained in one order, in which a missing cell is filled by those before it alone; train with --set orderings=0 and it is filled by all others");
        if (draws > 1) session.Say($"note        of {draws} draws a number becomes their median, and a name the most frequent one");
        var clock = Stopwatch.StartNew();
        var filled = session.Watch(display => Imputation.Fill(checkpoint.Density, tokens, rows, draws, session.Seed, session.Threads, share => display.Update(share, "completing"), session.Cancellation));
        var seconds = clock.Elapsed.TotalSeconds;
        Write(output, stream => tokens.CopyFilled(input, filled, stream, draws == 1 ? Levels(session) : null, session.Cancellation), session);
        session.Answer($"{output}: {missing} missing cells of {rows.Length} rows filled in {ProgressDisplay.Duration(seconds)}", new JsonObject
        {
            ["output"] = output,
            ["rows"] = rows.Length,
            ["filled"] = missing,
            ["count"] = draws,
            ["seconds"] = Session.Number(seconds),
            ["symbols_per_second"] = Session.Number((double)missing * draws / seconds),
            ["exact"] = checkpoint.Density.TakesAnyOrder,
        });
        return 0;
    }

    // Where within its level a number lies that is drawn: all are equally likely.
    static Philox Levels(Session session) => new(session.Seed, RandomPurpose.Sampling, Philox.Hash("levels of numbers"));

    static void Write(string output, Action<Stream> content, Session session)
    {
        if (output != OutputName.Stdout)
        {
            AtomicFile.Write(output, session.Force, content);
            return;
        }
        using var memory = new MemoryStream();
        content(memory);
        session.Stream(writer => writer.Write(Encoding.UTF8.GetString(memory.GetBuffer(), 0, (int)memory.Length)));
    }
}
