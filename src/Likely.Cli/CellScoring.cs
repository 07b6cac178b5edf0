using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Files;
using Likely.Models;

namespace Likely.Cli;

/// <summary>score of rows given some of their cells: nats of those that a table leaves open.</summary>
static class CellScoring
{
    /// <summary>Scores the cells of a table that another leaves open, and answers.</summary>
    /// <param name="session">The run.</param>
    /// <param name="checkpoint">A model of rows of a table.</param>
    /// <param name="modelPath">Its file.</param>
    /// <param name="source">The whole table.</param>
    /// <param name="gaps">The same with gaps.</param>
    /// <param name="options">How both are read.</param>
    /// <param name="asked">What --out says.</param>
    public static int Run(Session session, Checkpoint checkpoint, string modelPath, string source, string gaps, DataOptions options, string? asked)
    {
        var output = OutputName.Table.Choose(asked, $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}-cells", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source, gaps);
        if (output != OutputName.Stdout) outputs.Claim(output);
        using Dataset whole = session.Open(source, options, checkpoint), open = session.Open(gaps, options, checkpoint);
        foreach (var data in new[] { whole, open }) ModelFile.RequireFit(checkpoint, data.Space, data.Name);
        if (whole.All.Count != open.All.Count) throw new UsageException($"{source} has {whole.All.Count} rows and {gaps} {open.All.Count}; --given wants the same rows with gaps, in the same order");
        var tokens = (TableTokens)ModelFile.Tokens(checkpoint)!;
        int[][] rows = Read(whole.All), given = Read(open.All);
        for (var i = 0; i < rows.Length; i++)
            for (var c = 0; c < rows[i].Length; c++)
                if (rows[i][c] != given[i][c] && !tokens.IsMissing(given[i][c])) throw new UsageException($"row {i + 1} has another '{tokens.Names[c]}' in {gaps}, {tokens.Cell(c, given[i][c])}, than in {source}, {tokens.Cell(c, rows[i][c])}; --given wants the same rows with gaps, in the same order");
        var clock = Stopwatch.StartNew();
        var scores = session.Watch(display => CellLikelihood.Score(checkpoint.Density, tokens, rows, given, session.Threads, share => display.Update(share, "scoring"), session.Cancellation));
        var seconds = clock.Elapsed.TotalSeconds;
        var (cells, nats, rest) = (scores.Sum(score => (long)score.Cells), scores.Sum(score => score.Nats), scores.Sum(score => score.Rest));
        if (cells == 0) throw new UsageException($"{gaps} has no gap that {source} fills, so there is nothing to score; --given wants the same rows with gaps");
        if (!double.IsFinite(nats)) throw new NotFiniteNumberException($"the cells have no finite score, and nothing was written; the weights of {modelPath} are too large, from training at too high a rate or a damaged file");
        if (output == OutputName.Stdout) session.Stream(Write);
        else AtomicFile.Write(output, session.Force, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            Write(writer);
        });
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"""
            {cells} cells of {scores.Count(score => score.Cells > 0)} rows of {whole.Name}, given the others of their rows: {nats / cells:0.0000} nats a cell{(rest > 0 ? $", {(nats + rest) / cells:0.0000} as written, numbers within their levels included" : "")}
            each row is {(output == OutputName.Stdout ? "above" : $"in {output}")}
            """), new JsonObject
        {
            ["rows"] = rows.Length,
            ["cells"] = cells,
            ["nats_per_cell"] = Session.Number(nats / cells),
            ["rest_nats_per_cell"] = Session.Number(rest / cells),
            ["seconds"] = Session.Number(seconds),
            ["output"] = output,
        });
        return 0;

        void Write(TextWriter writer)
        {
            writer.WriteLine("index,cells,nats,rest_nats");
            for (var i = 0; i < scores.Length; i++) writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i},{scores[i].Cells},{scores[i].Nats:R},{scores[i].Rest:R}"));
        }
    }

    static int[][] Read(Split split)
    {
        var rows = new int[split.Count][];
        for (var i = 0; i < rows.Length; i++) split.Read(i, rows[i] = new int[split.Space.Dimensions]);
        return rows;
    }
}
