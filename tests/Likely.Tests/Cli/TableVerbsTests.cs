using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Tables from the command line: trained, drawn from, filled, scored, and what does not apply refused in a sentence.</summary>
[Collection(nameof(CliFolder))]
public sealed class TableVerbsTests
{
    public TableVerbsTests()
    {
        if (File.Exists("rows.likely")) return;
        File.WriteAllLines("rows.csv", [.. Rows(400, i => $"{"abc"[i % 3]}", i => $"{20 + i % 3 * 10 + i / 3 % 5}")]);
        Train("rows.likely", "made", "orderings=0", "hidden=24");
        Train("ordered.likely", "made", "hidden=8");
        File.WriteAllLines("gaps.csv", [.. Rows(12, i => i % 4 == 0 ? "" : $"{"abc"[i % 3]}", i => i % 5 == 0 ? "" : $"{20 + i % 3 * 10 + i / 3 % 5}")]);
    }

    [Fact]
    public void A_table_is_shown_trained_on_drawn_from_and_scored()
    {
        var show = CliRun.Ok("data show rows.csv --out rows-shown.csv --force").Output;
        Assert.Contains("400 rows of 4 columns", show, StringComparison.Ordinal);
        Assert.Contains("the middle of the level that holds it, such as those of column 'price'", CliRun.Ok("data save rows.csv --split all --out rows-saved.csv --force").Error, StringComparison.Ordinal);
        Assert.Contains("size: whole number, 20 to 44", show, StringComparison.Ordinal);
        Assert.Equal(File.ReadLines("rows.csv").Take(2), File.ReadLines("rows-shown.csv").Take(2));
        var sample = CliRun.Ok("sample rows.likely --count 30 --out drawn.csv --force");
        Assert.Contains("of 30 rows stand in the training part as they are", sample.Output + sample.Error, StringComparison.Ordinal);
        var drawn = File.ReadAllLines("drawn.csv");
        Assert.Equal((31, "kind,size,price,flag"), (drawn.Length, drawn[0]));
        Assert.All(drawn.Skip(1), line => Assert.Matches(@"^[abc?]?,\d*,\d*\.?\d*,(yes|no|\?|)$", line));
        Assert.Equal(File.ReadAllText("drawn.csv"), CliRun.Ok("sample rows.likely --count 30 --threads 1 --out - --quiet").Output);
        var score = CliRun.Ok("score rows.likely rows.csv --out row-scores.csv --map row-maps --limit 3 --force");
        Assert.Contains("bits/cell", score.Output, StringComparison.Ordinal);
        Assert.Contains("as written", score.Output, StringComparison.Ordinal);
        Assert.Contains("<td>kind", File.ReadAllText(Directory.GetFiles("row-maps", "*.html").Order(StringComparer.Ordinal).First()), StringComparison.Ordinal);
        Assert.True(CliRun.Ok("score rows.likely rows.csv --out row-scores.csv --force --json").Json["rest_nats_per_example"]!.GetValue<double>() > 0);
        Assert.Contains("table", CliRun.Ok("info rows.likely").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_cells_are_filled_and_all_others_kept()
    {
        var run = CliRun.Ok("complete rows.likely gaps.csv --out filled.csv --count 9 --force");
        Assert.Contains("6 missing cells of 12 rows", run.Output, StringComparison.Ordinal);
        var (gaps, filled) = (File.ReadAllLines("gaps.csv"), File.ReadAllLines("filled.csv"));
        for (var i = 0; i < gaps.Length; i++)
            foreach (var (before, after) in gaps[i].Split(',').Zip(filled[i].Split(',')))
                if (before.Length > 0) Assert.Equal(before, after);
                else Assert.NotEqual("", after);
        Assert.True(CliRun.Ok("complete rows.likely gaps.csv --out filled.csv --force --json").Json["exact"]!.GetValue<bool>());
        Assert.Contains("orderings=0", CliRun.Ok("complete ordered.likely gaps.csv --out filled.csv --force").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_are_scored_given_the_others_of_their_rows()
    {
        File.WriteAllLines("whole.csv", [.. Rows(12, i => $"{"abc"[i % 3]}", i => $"{20 + i % 3 * 10 + i / 3 % 5}")]);
        var json = CliRun.Ok("score rows.likely whole.csv --given @gaps.csv --out cells.csv --force --json").Json;
        Assert.Equal((12, 6), ((int)json["rows"]!, (int)json["cells"]!));
        Assert.True((double)json["nats_per_cell"]! > 0 && (double)json["rest_nats_per_cell"]! >= 0);
        Assert.Equal(13, File.ReadAllLines("cells.csv").Length);
        Assert.Contains("6 cells of", CliRun.Ok("score rows.likely whole.csv --given @gaps.csv --out cells.csv --force").Output, StringComparison.Ordinal);
        Assert.Contains("a table with gaps", Refused("score", "rows.likely", "whole.csv", "--given", "a"), StringComparison.Ordinal);
        Assert.Contains("--limit does not go with --given", Refused("score", "rows.likely", "whole.csv", "--given", "@gaps.csv", "--limit", "2"), StringComparison.Ordinal);
        Assert.Contains("no gap that", Refused("score", "rows.likely", "whole.csv", "--given", "@whole.csv"), StringComparison.Ordinal);
        Assert.Contains("has 12 rows and rows.csv 400", Refused("score", "rows.likely", "whole.csv", "--given", "@rows.csv"), StringComparison.Ordinal);
        File.WriteAllLines("other.csv", [.. Rows(12, i => $"{"bca"[i % 3]}", i => $"{20 + i % 3 * 10 + i / 3 % 5}")]);
        Assert.Contains("row 1 has another 'kind' in other.csv, b, than in whole.csv, a", Refused("score", "rows.likely", "whole.csv", "--given", "@other.csv"), StringComparison.Ordinal);
        Assert.Contains("orderings=0", Refused("score", "ordered.likely", "whole.csv", "--given", "@gaps.csv"), StringComparison.Ordinal);
        CliRun.Ok("sample rows.likely --count 200 --out drawn-whole.csv --force");
        Assert.All(File.ReadAllLines("drawn-whole.csv"), line => Assert.DoesNotContain("?", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Classes_of_rows_are_told_by_models_of_one_schema()
    {
        var lines = Rows(400, i => $"{"abc"[i % 3]}", i => $"{20 + i % 3 * 10 + i / 3 % 5}").ToArray();
        File.WriteAllLines("with.csv", [lines[0], .. lines.Where(line => line.EndsWith("yes", StringComparison.Ordinal))]);
        File.WriteAllLines("without.csv", [lines[0], .. lines.Where(line => line.EndsWith("no", StringComparison.Ordinal))]);
        foreach (var (data, output, more) in new[] { ("rows.csv", "schema", "--set columns=-flag"), ("with.csv", "with", "--from schema.likely"), ("without.csv", "without", "--from schema.likely"), ("without.csv", "alone", "--set columns=-flag") })
            CliRun.Ok($"train {data} --model made {more} --steps 200 --batch 32 --lr 0.01 --out {output}.likely --quiet --force");
        var json = CliRun.Ok("classify yes=with.likely rows.csv --models no=without.likely --set label=flag --split all --out flags.csv --force --json").Json;
        Assert.InRange((double)json["accuracy"]!, 0.95, 1);
        Assert.Contains("each class's from it by --from", Refused("classify", "with.likely", "rows.csv", "--models", "alone.likely", "--set", "label=flag"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_cells_that_make_a_row_abnormal_are_named()
    {
        File.WriteAllLines("odd.csv", [.. Rows(30, i => "c", i => "44"), "a,30,99999,yes"]);
        CliRun.Ok("detect rows.likely odd.csv --normal rows.csv --report odd.html --map odd-maps --out odd-verdicts.csv --force");
        Assert.Contains("its most surprising cells", File.ReadAllText("odd.html"), StringComparison.Ordinal);
        Assert.Matches(",0,(kind|size|price|flag)\n", File.ReadAllText(Path.Combine("odd-maps", "maps.csv")));
    }

    [Fact]
    public void What_does_not_apply_is_refused()
    {
        Assert.Contains("but the model is one of", Refused("complete", "rows.likely", "strokes", "--out", "no-strokes.csv"), StringComparison.Ordinal);
        Assert.Contains("--keep is not for a model of tables", Refused("complete", "rows.likely", "gaps.csv", "--keep", "top"), StringComparison.Ordinal);
        Assert.Contains("and no rows of a table", Refused("train", "rows.csv", "--model", "nade"), StringComparison.Ordinal);
        Assert.Contains("has no column", Refused("score", "rows.likely", "scores-of-nothing.csv"), StringComparison.Ordinal);
        Assert.Contains("key of images", Refused("train", "rows.csv", "--model", "made", "--set", "size=8x8"), StringComparison.Ordinal);
    }

    static string Refused(params string[] arguments)
    {
        if (arguments[^1] == "scores-of-nothing.csv") File.WriteAllText("scores-of-nothing.csv", "a,b\n1,2\n2,3\n");
        var run = CliRun.Of(arguments);
        Assert.Equal(2, run.Code);
        return run.Error;
    }

    static IEnumerable<string> Rows(int count, Func<int, string> kind, Func<int, string> size)
        => Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"{kind(i)},{size(i)},{i % 17 * 1.5 + i % 389 * 0.01:F2},{(i % 3 == 0 ? "yes" : "no")}")).Prepend("kind,size,price,flag");

    static void Train(string output, string model, params string[] settings)
    {
        var run = CliRun.Of(["train", "rows.csv", "--model", model, .. settings.SelectMany(setting => new[] { "--set", setting }), "--steps", "30", "--batch", "32", "--lr", "0.01", "--out", output, "--quiet"]);
        Assert.True(run.Code == 0, run.Error);
    }
}
