using Likely.Data;
using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>train, encode, reconstruct, show, probe and info of models of features, on pictures and on rows of numbers.</summary>
[Collection(nameof(CliFolder))]
public sealed class FittedVerbsTests
{
    public FittedVerbsTests()
    {
        if (File.Exists("rows.npy")) return;
        var values = FeatureCase.Values(400);
        using (var stream = File.Create("rows.npy"))
        {
            stream.Write(Npy.Header(400, FeatureCase.Width));
            stream.Write(Npy.Elements([.. values.Cast<float>()]));
        }
        CliRun.Ok("train rows.npy --model pca --set as=vectors components=5 --out rows-pca.likely --quiet");
        CliRun.Ok("train strokes --model kmeans --set clusters=12 limit=600 --out strokes-kmeans.likely --quiet");
        CliRun.Ok("train strokes --model sparse-coding --set patches=6x6 windows=900 atoms=8 normalize=mean penalty=0.1 iterations=2 --out strokes-patches.likely --quiet");
    }

    [Fact]
    public void Training_is_fitting_and_gives_the_same_bits_on_any_number_of_threads()
    {
        var json = CliRun.Ok("train rows.npy --model pca --set as=vectors components=5 --out again.likely --threads 2 --force --json").Json;
        Assert.Equal((FeatureCase.Width * 6 + 5, 5), ((int)json["parameters"]!, (int)json["width"]!));
        Assert.Equal(Checkpoint.Load("rows-pca.likely").Identity(), (string)json["identity"]!);
        Assert.InRange((double)json["fitting"]!["explained_variance"]!, 0.5, 1);
        Assert.InRange((double)json["train_squared_error"]!, 0.01, 1000);
        Assert.Contains("codes", CliRun.Ok("info rows-pca.likely").Output, StringComparison.Ordinal);
        Assert.Equal(5, (int)CliRun.Ok("info rows-pca.likely --json").Json["width"]!);
    }

    [Fact]
    public void Codes_have_the_labels_of_their_items_beside_them()
    {
        var json = CliRun.Ok("encode strokes-kmeans.likely strokes --split test --limit 30 --out strokes-code.npy --force --json").Json;
        Assert.Equal((30, 12, "strokes-code-labels.npy"), ((int)json["rows"]!, (int)json["width"]!, (string)json["labels"]!));
        using var rows = Dataset.Open("strokes-code.npy", new DataOptions { As = Modality.Vectors });
        using var strokes = Dataset.Open("strokes", DataOptions.Default);
        Assert.Equal((30, 12, 10), (rows.All.Count, rows.Space.Dimensions, rows.ClassNames.Count));
        var sample = strokes.Test.Sample(30);
        for (var i = 0; i < 30; i++) Assert.Equal(strokes.ClassNames[sample.Label(i)], rows.ClassNames[rows.All.Label(i)]);
        Assert.InRange((double)CliRun.Ok("probe strokes-kmeans.likely strokes --set limit=600 --out strokes-unit.png --force --json").Json["accuracy"]!, 0.3, 1);
    }

    [Fact]
    public void What_is_trained_in_passes_is_forecast_and_keeps_to_a_time()
    {
        var forecast = CliRun.Ok("train rows.npy --model autoencoder --set as=vectors hidden=5 epochs=3 --dry-run --out forecast.likely --json").Json;
        Assert.Equal((3, false), ((int)forecast["passes"]!, File.Exists("forecast.likely")));
        Assert.True((double)forecast["forecast_seconds"]! > 0 && (long)forecast["forecast_bytes"]! > 1 << 20);
        var timed = CliRun.Ok("train rows.npy --model autoencoder --set as=vectors hidden=5 --minutes 0.01 --out timed.likely --force --json").Json;
        var again = CliRun.Ok($"train rows.npy --model autoencoder --set as=vectors hidden=5 {((string)timed["repeat"]!)[6..]} --out again-timed.likely --force --json").Json;
        Assert.Equal((string)timed["identity"]!, (string)again["identity"]!);
    }

    [Fact]
    public void Items_without_a_label_keep_their_codes_and_are_left_out_of_the_probe()
    {
        File.Copy("rows.npy", "gaps.npy", true);
        float[] labels = [.. Enumerable.Range(0, 400).Select(i => i % 5 == 0 ? float.NaN : i % 2)];
        File.WriteAllBytes("gaps-labels.npy", [.. Npy.HeaderOfFloats(400), .. Npy.Elements(labels)]);
        CliRun.Ok("encode rows-pca.likely gaps.npy --out gaps-code.npy --force --quiet");
        Assert.Equal(File.ReadAllBytes("gaps-labels.npy"), File.ReadAllBytes("gaps-code-labels.npy"));
        var run = CliRun.Ok("probe rows-pca.likely gaps.npy --out gaps-unit.png --force --json");
        Assert.Equal((80, 320), ((int)run.Json["left_out"]!, new[] { "train_items", "validation_items", "test_items" }.Sum(part => (int)run.Json[part]!)));
        Assert.Contains("left out    80 of 400 items", run.Error, StringComparison.Ordinal);
    }

    [Theory, InlineData("encode"), InlineData("reconstruct"), InlineData("probe"), InlineData("index"), InlineData("search"), InlineData("show"), InlineData("train"), InlineData("score")]
    public void What_is_no_number_is_named_by_every_verb(string verb)
    {
        if (!File.Exists("rows-lsh.lki"))
        {
            CliRun.Ok("train rows.npy --model lsh --set as=vectors bits=12 --out rows-lsh.likely --quiet");
            CliRun.Ok("train rows.npy --model gaussian-mixture --set as=vectors components=2 --out rows-mixture.likely --quiet");
            CliRun.Ok("index rows-lsh.likely rows.npy --out rows-lsh.lki --quiet");
        }
        foreach (var (wrong, named) in new[] { (float.NaN, "NaN"), (float.NegativeInfinity, "infinite"), (1e30f, "1E+30") })
        {
            float[] values = [.. FeatureCase.Values(40).Cast<float>()];
            values[7 * FeatureCase.Width + 2] = wrong;
            File.WriteAllBytes("wrong.npy", [.. Npy.Header(40, FeatureCase.Width), .. Npy.Elements(values)]);
            File.WriteAllBytes("wrong-labels.npy", [.. Npy.HeaderOfFloats(40), .. Npy.Elements([.. Enumerable.Range(0, 40).Select(i => (float)(i % 2))])]);
            var run = CliRun.Of((verb switch
            {
                "encode" => "encode rows-pca.likely wrong.npy --out wrong-code.npy",
                "reconstruct" => "reconstruct rows-pca.likely wrong.npy --split all --out wrong-back.npy",
                "probe" => "probe rows-pca.likely wrong.npy --retrieval --among train --set validation=0 test=0.2 --out wrong.html",
                "index" => "index rows-lsh.likely wrong.npy --out wrong.lki",
                "search" => "search rows-lsh.lki wrong.npy --limit 40",
                "show" => "show rows-pca.likely --data wrong.npy --out wrong.svg",
                "train" => "train wrong.npy --model pca --set as=vectors components=2 test=0 validation=0 --out wrong.likely",
                _ => "score rows-mixture.likely wrong.npy --split all",
            } + " --quiet").Split(' '));
            Assert.NotEqual(0, run.Code);
            Assert.Contains(named, run.Error, StringComparison.Ordinal);
            Assert.Contains("in column 2, columns counted from 0", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("weights", run.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFiles(".", "wrong*").Select(Path.GetFileName).Except(["wrong.npy", "wrong-labels.npy"]));
        }
    }

    [Fact]
    public void What_a_fit_goes_on_with_are_the_same_items_in_the_same_order_with_the_same_labels()
    {
        float[] values = [.. FeatureCase.Values(40).Cast<float>()], turned = [.. values.Chunk(FeatureCase.Width).Reverse().SelectMany(row => row)];
        float[] labels = [.. Enumerable.Range(0, 40).Select(i => (float)(i % 2))], others = [.. labels.Select((label, i) => i == 5 ? 0 : label)];
        string own = Of("same", values, labels), again = Of("again", values, labels);
        Assert.Equal(own, again);
        Assert.Equal(4, new HashSet<string> { own, Of("others", values, others), Of("turned", turned, labels), Of("turned-others", turned, others) }.Count);

        static string Of(string name, float[] values, float[] labels)
        {
            File.WriteAllBytes($"{name}-print.npy", [.. Npy.Header(40, FeatureCase.Width), .. Npy.Elements(values)]);
            File.WriteAllBytes($"{name}-print-labels.npy", [.. Npy.HeaderOfFloats(40), .. Npy.Elements(labels)]);
            using var data = Dataset.Open($"{name}-print.npy", new DataOptions { As = Modality.Vectors });
            return data.All.Fingerprint();
        }
    }

    [Fact]
    public void What_is_given_back_is_a_sheet_or_an_array_with_its_error()
    {
        var sheet = CliRun.Ok("reconstruct strokes-kmeans.likely strokes --limit 20 --out back.png --force --json").Json;
        Assert.Equal((20, "test"), ((int)sheet["rows"]!, (string)sheet["split"]!));
        Assert.Equal(0x89, File.ReadAllBytes("back.png")[0]);
        var array = CliRun.Ok("reconstruct rows-pca.likely rows.npy --split all --out back.npy --force --json").Json;
        using Dataset rows = Dataset.Open("rows.npy", new DataOptions { As = Modality.Vectors }), back = Dataset.Open("back.npy", new DataOptions { As = Modality.Vectors });
        float[] own = new float[FeatureCase.Width], other = new float[FeatureCase.Width];
        var error = 0.0;
        for (var i = 0; i < 400; i++)
        {
            rows.All.ReadValues(i, 0, own);
            back.All.ReadValues(i, 0, other);
            error += own.Zip(other, (a, b) => Math.Pow(a - b, 2)).Sum() / 400;
        }
        Assert.Equal(error, (double)array["squared_error"]!, 1e-6 * error);
    }

    [Fact]
    public void Atoms_are_a_sheet_of_pictures_or_an_array_of_rows()
    {
        Assert.Equal(12, (int)CliRun.Ok("show strokes-kmeans.likely --out atoms.png --force --json").Json["rows"]!);
        Assert.Equal(3, (int)CliRun.Ok("show rows-pca.likely --limit 3 --out atoms.npy --force --json").Json["rows"]!);
        using var atoms = Dataset.Open("atoms.npy", new DataOptions { As = Modality.Vectors });
        Assert.Equal((3, FeatureCase.Width), (atoms.All.Count, atoms.Space.Dimensions));
    }

    [Fact]
    public void Codes_of_data_are_points_with_a_colour_for_each_label()
    {
        CliRun.Ok("train strokes --model isomap --set limit=400 neighbours=6 --out strokes-isomap.likely --force --quiet");
        Assert.Equal(200, (int)CliRun.Ok("show strokes-isomap.likely --data strokes --limit 200 --out points.svg --force --json").Json["rows"]!);
        var svg = System.Xml.Linq.XDocument.Load("points.svg").Root!;
        Assert.Equal(210, svg.Descendants().Count(one => one.Name.LocalName == "circle"));
        Assert.Equal(10, svg.Elements().Count(one => one.Name.LocalName == "g"));
        Assert.Contains(svg.Descendants(), one => one.Value == "7");
        CliRun.Ok("show rows-pca.likely --data rows.npy --out points.svg --force");
        Assert.Equal(400, System.Xml.Linq.XDocument.Load("points.svg").Descendants().Count(one => one.Name.LocalName == "circle"));
    }

    [Fact]
    public void A_mixture_told_one_label_of_each_class_tells_the_rest()
    {
        CliRun.Ok("train strokes --model pca --set components=8 limit=900 --out strokes-eight.likely --force --quiet");
        CliRun.Ok("encode strokes-eight.likely strokes --limit 900 --out eight.npy --force --quiet");
        CliRun.Ok("train eight.npy --model gaussian-mixture --set as=vectors components=20 --out eight.likely --force --quiet");
        var json = CliRun.Ok("probe eight.likely eight.npy --examples 1 --draws 20 --force --json").Json;
        Assert.InRange((double)json["accuracy"]!, 0.2, 1);
        Assert.True((double)json["interval"]![0]! <= (double)json["accuracy"]! && (double)json["accuracy"]! <= (double)json["interval"]![1]!);
        Assert.True((double)json["majority"]! >= (double)json["accuracy"]!);
        Assert.InRange((double)json["nearest_example"]!["accuracy"]!, 0.2, 1);
    }

    [Fact]
    public void A_mixture_scores_rows_and_draws_them()
    {
        var fitted = CliRun.Ok("train rows.npy --model gaussian-mixture --set as=vectors components=3 validation=0 test=0 --out rows-mixture.likely --force --json").Json;
        var scored = CliRun.Ok("score rows-mixture.likely rows.npy --split all --out rows-scores.csv --force --json").Json;
        Assert.Equal(-(double)fitted["fitting"]!["log_likelihood"]!, (double)scored["nats_per_example"]!, 0.05);
        Assert.Null(scored["bits_per_dim"]);
        var lines = File.ReadAllLines("rows-scores.csv");
        Assert.Equal(("index,name,label,nats", 401), (lines[0], lines.Length));
        Assert.Equal((double)scored["nats_per_example"]!, lines.Skip(1).Average(line => double.Parse(line.Split(',')[3], System.Globalization.CultureInfo.InvariantCulture)), 1e-9);
        CliRun.Ok("sample rows-mixture.likely --count 50 --out drawn.npy --force");
        CliRun.Ok("sample rows-mixture.likely --count 50 --out drawn.csv --force");
        using var drawn = Dataset.Open("drawn.npy", new DataOptions { As = Modality.Vectors });
        var row = new float[FeatureCase.Width];
        drawn.All.ReadValues(7, 0, row);
        Assert.Equal(row, File.ReadAllLines("drawn.csv")[7].Split(',').Select(cell => float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)));
        CliRun.Ok("train strokes --model gaussian-mixture --set components=4 limit=300 --out strokes-mixture.likely --force --quiet");
        CliRun.Ok("sample strokes-mixture.likely --out drawn.png --force");
        Assert.Equal(0x89, File.ReadAllBytes("drawn.png")[0]);
    }

    [Fact]
    public void Whole_pictures_are_encoded_by_all_their_windows_and_told_apart_by_them()
    {
        var json = CliRun.Ok("encode strokes-patches.likely strokes --split test --limit 7 --pool max --regions 2 --stride 3 --out pooled.npy --force --json").Json;
        Assert.Equal((7, 4 * 8, "max"), ((int)json["rows"]!, (int)json["width"]!, (string)json["pool"]!));
        var codes = (double)CliRun.Ok("probe strokes-patches.likely strokes --set limit=300 --pool max --regions 2 --stride 3 --out pooled-unit.png --force --json").Json["accuracy"]!;
        var raw = CliRun.Ok("probe strokes-patches.likely strokes --set limit=300 --pool mean --regions 2 --stride 3 --raw --out pooled-unit.png --force --json").Json;
        Assert.Equal(4 * 36, (int)raw["width"]!);
        Assert.InRange(codes, 0.2, 1);
    }

    [Theory]
    [InlineData("train rows.npy --model pca --set as=vectors --steps 5", "--steps is for densities")]
    [InlineData("train rows.npy --model pca --set as=vectors --minutes 1", "--minutes is for models that go over the data pass by pass")]
    [InlineData("train rows.npy --model kmeans --set as=vectors --dry-run", "--dry-run is for models that go over the data pass by pass")]
    [InlineData("train rows.npy --model psd --set as=vectors iterations=3 --minutes 1", "give one of them")]
    [InlineData("train rows.npy --model pca --set as=vectors muon=0.1", "muon is for densities")]
    [InlineData("train rows.npy --model pca --set as=vectors clusters=3", "clusters is a key of kmeans")]
    [InlineData("train rows.npy --model pca --set as=vectors components=50", "components=50 is more than the 21 numbers of a row")]
    [InlineData("score rows-pca.likely rows.npy", "tells no likelihoods")]
    [InlineData("sample rows-pca.likely", "is no density")]
    [InlineData("complete rows-pca.likely rows.npy", "can be neither drawn from nor completed")]
    [InlineData("compress rows-pca.likely rows.npy", "tells no likelihoods")]
    [InlineData("encode rows-pca.likely strokes --out no.npy", "strokes")]
    [InlineData("encode rows-pca.likely rows.npy --layer 1 --out no.npy", "makes one code of a row")]
    [InlineData("show rows-pca.likely --split test", "goes with --data")]
    [InlineData("show rows-pca.likely --data rows.npy --out no.png", "promises something else than a drawing")]
    [InlineData("probe rows-pca.likely rows.npy --examples 1", "is for a mixture")]
    [InlineData("probe strokes-kmeans.likely strokes --draws 3", "goes with --examples")]
    [InlineData("sample rows-pca.likely --temperature 2", "is no density")]
    [InlineData("train rows.npy --model isomap --set as=vectors neighbours=500", "neighbours=500")]
    [InlineData("encode rows-pca.likely rows.npy --pool max --out no.npy", "--pool for models of patches=")]
    [InlineData("encode strokes-kmeans.likely strokes --regions 2 --out no.npy", "are for --pool max or mean")]
    [InlineData("encode strokes-patches.likely strokes --pool last --out no.npy", "no last one")]
    [InlineData("probe strokes-kmeans.likely strokes --raw", "--raw is for --pool")]
    [InlineData("show grey.likely", "is a density")]
    [InlineData("reconstruct grey.likely strokes", "no way back")]
    public void What_does_not_fit_is_refused_in_one_sentence(string line, string words)
    {
        var run = CliRun.Of(line.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("error of the program", run.Error, StringComparison.Ordinal);
    }
}
