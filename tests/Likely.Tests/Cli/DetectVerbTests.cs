using System.Globalization;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>detect from training to page: keys, truth by labels, and what is refused in a sentence.</summary>
[Collection(nameof(CliFolder))]
public sealed class DetectVerbTests
{
    const string Trained = "odd.likely";

    static void Train()
    {
        if (File.Exists(Trained)) return;
        CliRun.Ok($"train strokes --model gated-pixelcnn --set levels=4 size=10x10 limit=200 channels=4 layers=1 kernel=5 --steps 60 --batch 16 --out {Trained} --quiet");
    }

    [Fact]
    public void Detect_answers_with_its_keys_and_writes_table_page_and_maps()
    {
        Train();
        var run = CliRun.Ok($"detect {Trained} strokes --limit 60 --report odd.html --map oddmaps --out odd.csv --json --quiet --force");
        foreach (var key in (string[])["count", "flagged", "auroc", "alpha", "method", "output"]) Assert.True(run.Json.ContainsKey(key), key);
        Assert.Equal(60, (int)run.Json["count"]!);
        Assert.Equal("combined", (string)run.Json["method"]!);
        Assert.Equal(0.01, (double)run.Json["alpha"]!);
        Assert.Equal(100, (int)run.Json["normal_items"]!); // half of them make the density
        Assert.Null(run.Json["auroc"]);
        Assert.Equal(61, File.ReadAllLines("odd.csv").Length);
        Assert.Contains("<img", File.ReadAllText("odd.html"));
        Assert.Equal(10, Directory.GetFiles("oddmaps", "*.png").Length);
        var table = File.ReadAllText("odd.csv");
        CliRun.Ok($"detect {Trained} strokes --limit 60 --out odd.csv --threads 1 --quiet --force");
        Assert.Equal(table, File.ReadAllText("odd.csv"));
    }

    [Fact]
    public void What_is_beyond_all_of_a_columns_numbers_is_farther_out_than_any_of_them()
    {
        File.WriteAllLines("amounts.csv", ["amount,hours", .. Enumerable.Range(0, 600).Select(i => $"{100 + 7919 * i % 400},{1 + i % 9}")]);
        File.WriteAllLines("beyond.csv", ["amount,hours", "9999999,4", "abc,4", "-9000,4", "120,99999", "130,4", "490,8", "101,1"]);
        CliRun.Ok("train amounts.csv --model made --set hidden=16 masks=2 orderings=2 --steps 40 --batch 32 --out amounts.likely --quiet");
        CliRun.Ok("detect amounts.likely beyond.csv --out beyond-verdicts.csv --quiet");
        double[] distances = [.. File.ReadAllLines("beyond-verdicts.csv").Skip(1).Select(line => double.Parse(line.Split(',')[7], CultureInfo.InvariantCulture))];
        Assert.True(distances[..4].Min() > distances[4..].Max() + 5, string.Join(' ', distances));
    }

    [Fact]
    public void Pictures_of_another_size_are_noted()
    {
        Train();
        Assert.Contains("20 of 20 pictures are of another size than the 10 x 10 that the model knows", CliRun.Of("detect", Trained, "strokes", "--set", "size=12x12", "--limit", "20", "--out", "sized.csv", "--force").Error, StringComparison.Ordinal);
        Assert.DoesNotContain("of another size", CliRun.Of("detect", Trained, "strokes", "--limit", "20", "--out", "sized.csv", "--force").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_tell_the_truth_if_they_are_called_so_or_are_named()
    {
        Train();
        Directory.CreateDirectory("parts/normal");
        Directory.CreateDirectory("parts/scratched");
        using (var strokes = Dataset.Open("strokes", new DataOptions()))
            for (var i = 0; i < 30; i++)
            {
                var pixels = new byte[28 * 28];
                strokes.Test.Read(i, pixels);
                new Image(28, 28, 1, pixels).Save($"parts/normal/{i}.png");
            }
        for (var i = 0; i < 12; i++) new Image(28, 28, 1, [.. Enumerable.Range(0, 784).Select(pixel => (byte)(pixel * (i + 3) * 7919 >> 2))]).Save($"parts/scratched/{i}.png");
        var run = CliRun.Ok($"detect {Trained} parts --fdr 0.2 --json --quiet --force --out parts.csv");
        Assert.True((double)run.Json["auroc"]! > 0.95);
        Assert.True((double)run.Json["average_precision"]! > 0.9);
        Assert.Equal(12, (int)run.Json["outliers"]!);
        Assert.True((int)run.Json["flagged"]! >= 10);
        Assert.Null(run.Json["alpha"]);
        Assert.True((double)CliRun.Ok($"detect {Trained} parts --outliers normal --method likelihood --json --quiet --force --out parts.csv").Json["auroc"]! < 0.05);
        Assert.True((double)CliRun.Ok($"detect {Trained} parts/scratched --outliers all --json --quiet --force --out parts.csv").Json["auroc"]! > 0.95);
        run = CliRun.Of("detect", Trained, "parts", "--outliers", "broken", "--out", "parts.csv", "--force");
        Assert.Equal(2, run.Code);
        Assert.Contains("no label 'broken'", run.Error);
    }

    [Fact]
    public void A_background_and_normal_data_can_be_given()
    {
        Train();
        CliRun.Ok("train strokes --model gated-pixelcnn --set levels=4 size=10x10 limit=200 channels=4 layers=1 kernel=3 data_seed=3 --steps 20 --batch 16 --out background.likely --quiet --force");
        foreach (var method in (string[])["combined", "ratio"])
        {
            var run = CliRun.Ok($"detect {Trained} strokes --limit 40 --method {method} --background background.likely --normal strokes --json --quiet --force --out ratio.csv");
            Assert.Contains("ratio", run.Json["regards"]!.ToJsonString());
        }
        Refused($"detect {Trained} strokes --method ratio", "--background");
        Refused($"detect {Trained} strokes --background background.likely", "--normal");
        Refused($"detect {Trained} strokes --method likelihood --background background.likely --normal strokes", "leave it out");
        Refused($"detect {Trained} strokes --background fixed.likely --normal strokes", "background");
    }

    [Fact]
    public void Several_models_judge_together_and_the_verdict_says_which_spoke()
    {
        Train();
        File.WriteAllLines("cloud.csv", ["a,b", .. Enumerable.Range(0, 400).Select(i => FormattableString.Invariant($"{i * 7919 % 1009},{(i * 7919 % 1009) * 3 + i * 31 % 101}"))]);
        File.WriteAllLines("judged.csv", ["a,b", "500,1540", "480,1500", "900,100", "200000,600000"]);
        CliRun.Ok("train cloud.csv --model gaussian-mixture --set as=vectors whitening=columns components=3 validation=0.2 --out clouds.likely --quiet --force");
        CliRun.Ok("train cloud.csv --model gaussian-mixture --set as=vectors whitening=columns components=1 covariance=full validation=0.2 --out ellipse.likely --quiet --force");
        var run = CliRun.Ok("detect clouds.likely judged.csv --models one=ellipse.likely --alpha 0.05 --report several.html --out several.csv --json --quiet --force");
        Assert.Equal(["clouds", "one"], run.Json["models"]!.AsArray().Select(name => (string)name!));
        Assert.Equal((int)run.Json["flagged"]!, run.Json["spoke"]!.AsObject().Sum(pair => (int)pair.Value!));
        var lines = File.ReadAllLines("several.csv");
        Assert.EndsWith(",reason,speaker,nats of clouds,nats of one", lines[0]);
        Assert.Contains("most of all to one", lines[3]);
        Assert.Contains("2 models", File.ReadAllText("several.html"));
        var cells = lines[1].Split(',');
        Assert.Equal(double.Parse(cells[8], System.Globalization.CultureInfo.InvariantCulture), (double.Parse(cells[^1], System.Globalization.CultureInfo.InvariantCulture) + double.Parse(cells[^2], System.Globalization.CultureInfo.InvariantCulture)) / 2, 1e-12);
        CliRun.Ok("detect clouds.likely judged.csv --models one=ellipse.likely --alpha 0.05 --normal cloud.csv --threads 1 --out several.csv --quiet --force");
        Assert.Equal(lines[3].Split(',')[8..11], File.ReadAllLines("several.csv")[3].Split(',')[8..11]);
        Refused("detect clouds.likely judged.csv --models clouds.likely", "called the same");
        Refused($"detect clouds.likely judged.csv --models {Trained}", "same items");
        Refused("detect clouds.likely judged.csv --models ellipse.likely --map several", "--map");
        Refused("train cloud.csv --model gaussian-mixture --set as=vectors components=2 validation=0.2 data_seed=5 limit=20 --out few.likely --force --quiet && detect clouds.likely judged.csv --models few.likely", "--normal");
        CliRun.Ok("train cloud.csv --model gaussian-mixture --set as=vectors components=2 normalize=contrast --out seen.likely --quiet --force"); // no density of rows, and it keeps no normal items
        Refused("detect seen.likely judged.csv --normal cloud.csv", "normalize=none");
    }

    [Fact]
    public void What_cannot_be_judged_is_refused_in_a_sentence()
    {
        Train();
        Refused($"detect {Trained} strokes --alpha 0.1 --fdr 0.1", "exclude");
        Refused($"detect {Trained} strokes --method best", "unknown");
        Refused($"detect {Trained} strokes --normal picture.png", "fewer than 20");
        Refused("train strokes --model gated-pixelcnn --set limit=5 binarize=threshold channels=4 layers=1 --steps 2 --batch 4 --out few.likely --force && detect few.likely strokes", "--normal");
        Refused($"detect {Trained} strokes --set size=12x12 --map picture.png", "folder");
        CliRun.Ok($"shrink {Trained} --bits 16 --out shrunk.likely --quiet --force");
        Refused("detect shrunk.likely strokes", "--normal");
        CliRun.Ok("train strokes --model pca --set components=3 limit=100 size=8x8 --out pca.likely --quiet --force");
        Refused("detect pca.likely strokes", "no likelihoods");
        CliRun.Ok("train strokes --model gaussian-mixture --set components=3 limit=100 size=8x8 --out gmm.likely --quiet --force");
        var rows = CliRun.Ok("detect gmm.likely strokes --limit 50 --json --quiet --force --out rows.csv");
        Assert.Equal(50, (int)rows.Json["count"]!);
        Refused("detect gmm.likely strokes --method complexity", "--method likelihood");
        Refused("detect gmm.likely strokes --map gmm-maps", "--map");
    }

    [Fact]
    public void Few_normal_items_are_warned_of()
    {
        Train();
        var run = CliRun.Of("detect", Trained, "strokes", "--limit", "100", "--fdr", "0.1", "--out", "few.csv", "--force");
        Assert.Contains("could never be found", run.Error);
        Assert.Contains("--method likelihood, which has 200 of them", run.Error);
        run = CliRun.Of("detect", Trained, "strokes", "--limit", "100", "--alpha", "0.001", "--out", "few.csv", "--force");
        Assert.Contains("nothing is ever called abnormal", run.Error);
        Assert.Equal(0, run.Code);
        Assert.Contains("none is called abnormal; the most unusual are\n", run.Output);
        Assert.Equal(5, run.Output.Split('\n').Count(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Contains(": p ")));
        Assert.DoesNotContain("normal in truth", run.Output);
    }

    [Fact]
    public void With_few_normal_items_all_of_them_go_into_the_likelihood_unless_combined_is_asked_for()
    {
        Train();
        Directory.CreateDirectory("fewnormal");
        using (var strokes = Dataset.Open("strokes", new DataOptions()))
            for (var i = 0; i < 55; i++)
            {
                var pixels = new byte[28 * 28];
                strokes.Test.Read(i, pixels);
                new Image(28, 28, 1, pixels).Save($"fewnormal/{i}.png");
            }
        Directory.CreateDirectory("odd");
        for (var i = 0; i < 40; i++) new Image(28, 28, 1, [.. Enumerable.Range(0, 784).Select(pixel => (byte)(i < 11 ? pixel * (i + 3) * 7919 >> 2 : 0))]).Save($"odd/{i:00}.png");
        var run = CliRun.Of("detect", Trained, "odd", "--normal", "fewnormal", "--fdr", "0.1", "--out", "few.csv", "--force");
        Assert.Contains("method      likelihood, which holds items against all 55 normal ones", run.Error);
        Assert.StartsWith("11 of 40 items", run.Output);
        run = CliRun.Of("detect", Trained, "odd", "--normal", "fewnormal", "--fdr", "0.02", "--method", "combined", "--out", "few.csv", "--report", "few.html", "--force");
        Assert.Contains("nothing is ever called abnormal at --fdr 0.02", run.Error);
        Assert.Contains("--method likelihood, which has 55 of them", run.Error);
        Assert.Contains("None of them is called abnormal", File.ReadAllText("few.html"));
        Assert.Equal("likelihood", (string)CliRun.Ok($"detect {Trained} strokes --limit 20 --alpha 0.005 --json --quiet --out few.csv --force").Json["method"]!);
        run = CliRun.Of("detect", "--help");
        Assert.Single(run.Output.Split("adaptive code of bytes")[1..]);
    }

    [Fact]
    public void A_model_that_is_told_labels_judges_and_scores_what_has_none()
    {
        var run = CliRun.Ok("detect labels.likely strokes --limit 30 --json --quiet --force --out labels.csv --map labelmaps");
        Assert.Equal(30, (int)run.Json["count"]!);
        Directory.CreateDirectory("bare");
        for (var i = 0; i < 3; i++) new Image(28, 28, 1, [.. Enumerable.Range(0, 784).Select(pixel => (byte)(pixel * i))]).Save($"bare/{i}.png");
        var scores = CliRun.Ok("score labels.likely bare --json --quiet --force --out bare.csv");
        Assert.Equal(3, (int)scores.Json["count"]!);
        double Nats(string label) => (double)CliRun.Ok($"score labels.likely bare --label {label} --json --quiet --force --out bare.csv").Json["nats_per_example"]!;
        Assert.InRange((double)scores.Json["nats_per_example"]!, Enumerable.Range(0, 10).Min(label => Nats($"{label}")) - 1, Enumerable.Range(0, 10).Max(label => Nats($"{label}")) + 3);
    }

    static void Refused(string arguments, string part)
    {
        var steps = arguments.Split(" && ");
        foreach (var step in steps[..^1]) CliRun.Ok(step);
        var run = CliRun.Of([.. steps[^1].Split(' '), "--out", "refused.csv", "--force"]);
        Assert.True(run.Code == 2, $"{arguments}: {run.Code} {run.Error}");
        Assert.Contains(part, run.Error);
    }
}
