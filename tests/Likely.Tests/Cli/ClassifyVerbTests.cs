using Xunit;

namespace Likely.Tests.Cli;

/// <summary>classify from training to page, by one model that is told labels and by one model a class.</summary>
[Collection(nameof(CliFolder))]
public sealed class ClassifyVerbTests
{
    const string Trained = "classes.likely";

    static void Train()
    {
        if (File.Exists(Trained)) return;
        CliRun.Ok($"train strokes --model gated-pixelcnn --set levels=4 size=12x12 limit=1000 conditional=true channels=8 layers=2 kernel=7 --steps 250 --batch 16 --out {Trained} --quiet");
    }

    [Fact]
    public void Classify_answers_with_its_keys_and_writes_table_and_page()
    {
        Train();
        var run = CliRun.Ok($"classify {Trained} strokes --limit 200 --reject 0.01 --coverage 0.9 --prior data --report classes.html --out classes.csv --json --quiet --force");
        foreach (var key in (string[])["count", "accuracy", "rejected", "error_at_coverage", "ece", "output"]) Assert.NotNull(run.Json[key]);
        Assert.True((double)run.Json["accuracy"]! > 0.25, $"{run.Json["accuracy"]}");
        Assert.True((double)run.Json["error_at_coverage"]! <= 1 - (double)run.Json["accuracy"]!);
        Assert.Equal((int)run.Json["rejected"]!, (int)run.Json["rejected_unlike"]! + (int)run.Json["rejected_unsure"]!);
        Assert.InRange((int)run.Json["rejected_unsure"]!, 17, 20);
        var table = File.ReadAllLines("classes.csv");
        Assert.Equal(201, table.Length);
        Assert.Equal((int)run.Json["rejected_unsure"]!, table.Count(line => line.Contains(",unsure,")));
        Assert.Contains("svg", File.ReadAllText("classes.html"));
        CliRun.Ok($"classify {Trained} strokes --limit 200 --reject 0.01 --coverage 0.9 --prior data --out classes.csv --threads 1 --quiet --force");
        Assert.Equal(table, File.ReadAllLines("classes.csv"));
        Assert.NotNull(CliRun.Ok($"info {Trained} --json").Json["temperature"]);
    }

    [Fact]
    public void A_model_that_is_told_labels_tells_by_them_what_belongs_to_none()
    {
        Train();
        CliRun.Ok($"detect {Trained} strokes --limit 60 --method combined --report leads.html --out leads.csv --quiet --force");
        var table = File.ReadAllLines("leads.csv");
        Assert.EndsWith(",reason,likeliest,ahead_nats,range_nats", table[0]);
        Assert.Equal(61, table.Length);
        Assert.All(table[1..], line => Assert.Matches(@",[0-9],[0-9.E-]+,[0-9.E-]+$", line));
        Assert.Contains("How far the likeliest label is ahead", File.ReadAllText("leads.html"));
    }

    [Fact]
    public void Priors_and_data_without_labels_are_taken()
    {
        Train();
        File.WriteAllLines("prior.txt", Enumerable.Range(0, 10).Select(label => $"{label} {(label == 3 ? 1 : 1e-300)}"));
        CliRun.Ok($"classify {Trained} strokes --limit 50 --prior prior.txt --out threes.csv --quiet --force");
        Assert.All(File.ReadAllLines("threes.csv")[1..], line => Assert.Equal("3", line.Split(',')[3]));
        var run = CliRun.Ok($"classify {Trained} picture.png --json --quiet --force --out picture.csv");
        Assert.Equal(0, (int)run.Json["labelled"]!);
        Assert.Null(run.Json["accuracy"]);
        Assert.NotNull(CliRun.Ok($"classify {Trained} animals --set size=12x12 gray=true --normal strokes --json --quiet --force --out picture.csv").Json["temperature"]);
        File.WriteAllText("prior.txt", "3 1\n");
        Refused($"classify {Trained} strokes --prior prior.txt", "no line for 0");
        File.WriteAllText("prior.txt", "three 1\n");
        Refused($"classify {Trained} strokes --prior prior.txt", "three");
        Refused($"classify {Trained} strokes --prior nosuch.txt", "nosuch.txt");
    }

    [Fact]
    public void One_model_a_class_tells_them_apart()
    {
        for (var i = 0; i < 120; i++)
        {
            var folder = i < 60 ? "mails" : "others";
            var (one, other) = (Directory.CreateDirectory($"{folder}/spam"), Directory.CreateDirectory($"{folder}/ham"));
            File.WriteAllText(Path.Combine(one.FullName, $"{i}.txt"), $"WIN {i * 977 % 1000} DOLLARS NOW!!! CLICK {i * 31 % 100} TIMES");
            File.WriteAllText(Path.Combine(other.FullName, $"{i}.txt"), $"dear all, we meet at {i % 12} in room {i * 17 % 90}, yours");
        }
        foreach (var name in (string[])["spam", "ham"])
            CliRun.Ok($"train mails/{name} --model char-rnn --set as=text hidden=24 layers=1 context=32 --steps 120 --batch 8 --out {name}.likely --quiet --force");
        var run = CliRun.Ok("classify spam.likely mails --models ham.likely --normal others --reject 0.05 --json --quiet --force --out mails.csv");
        Assert.Equal(1.0, (double)run.Json["accuracy"]!);
        Assert.Equal(2, (int)run.Json["classes"]!);
        Assert.True((double)run.Json["temperature"]! > 0.01, "all told right, yet no surer than so many items can say");
        Assert.InRange((double)run.Json["nats_per_label"]!, 1e-4, 0.1);
        string[][] tables = [.. ((string[])["spam.likely mails --models ham.likely", "ham.likely mails --models spam.likely"]).Select(models =>
        {
            CliRun.Ok($"classify {models} --split all --normal others --reject 0.05 --quiet --force --out mails.csv");
            return P();
        })];
        Assert.Equal(120, tables[0].Length);
        Assert.Equal(tables[0], tables[1]); // whichever model comes first
        run = CliRun.Of("classify", "ham=spam.likely", "mails", "--models", "spam=ham.likely", "--normal", "others", "--out", "mails.csv", "--force");
        Assert.Contains("temperature is at its bound", run.Error);
        Assert.Contains("of the prior alone", run.Error);
        CliRun.Ok("classify a=spam.likely mails --models b=ham.likely --json --quiet --force --out mails.csv");
        Refused("classify spam.likely mails --models spam.likely", "CLASS=FILE");
        Refused("classify spam.likely mails --models plain.likely", "comparable");
        Refused("classify spam.likely mails", "--models");
        Refused("classify spam.likely mails --models labels.likely", "told labels");

        static string[] P()
        {
            var table = File.ReadAllLines("mails.csv");
            var column = Array.IndexOf(table[0].Split(','), "p");
            return Array.ConvertAll(table[1..], line => line.Split(',')[column]);
        }
    }

    static void Refused(string arguments, string part)
    {
        var run = CliRun.Of([.. arguments.Split(' '), "--out", "refused.csv", "--force"]);
        Assert.True(run.Code == 2, $"{arguments}: {run.Code} {run.Error}");
        Assert.Contains(part, run.Error);
    }
}
