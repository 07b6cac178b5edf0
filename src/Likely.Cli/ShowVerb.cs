using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>show: what the numbers of a model's codes stand for, as a sheet of pictures or, of vectors, an array, and of texts as words a table of the words that count most; or the codes of data as points.</summary>
static class ShowVerb
{
    const int ShownWords = 12;

    static readonly OutputName Array = new("an array of NumPy", [".npy"]);

    static readonly Argument<string> Model = Options.Argument("MODEL", "A model of features");
    static readonly Option<string?> Data = Options.Text("--data", "Draw the items of these data as points by the first two numbers of their codes, coloured by label", "DATA");
    static readonly Option<string?> SplitName = Options.Text("--split", "With --data: train, validation, test or all, which is taken if not given", "S");
    static readonly Option<string[]> Set = Options.Settings("With --data: a data key, to change the model's own preprocessing; repeatable");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only the first N; of data N items drawn evenly over all, or the first of data that come shuffled, 5,000 if not given");
    static readonly Option<string?> Out = Options.Text("--out", "A PNG of pictures, a table .csv of words, or an array .npy of rows; runs/MODEL-atoms.png, .csv or .npy if not given; of data an SVG, runs/MODEL-DATA-points.svg if not given", "FILE");

    public static Verb Create() => new("show", "What each number of a code stands for: centroids, components, atoms; or the codes of data as points of a plane",
        ["show runs/mnist-pca.likely", "show runs/mnist-kmeans.likely --out centroids.png", "show runs/mnist-isomap.likely --data mnist --split test --out digits.svg"], [Model, Data, SplitName, Set, Limit, Out], Run);

    static int Run(ParseResult result, Session session)
    {
        var path = result.GetRequiredValue(Model);
        var checkpoint = ModelFile.Read(path);
        if (checkpoint.Model is not FeatureModel model) throw new UsageException($"{path} is a density, {checkpoint.Model.Config.Name}; show draws what models of features have, such as centroids; sample draws from densities");
        if (result.GetValue(Data) is { } source) return CodeScatter.Run(session, checkpoint, path, source, Options.Pairs(result.GetValue(Set)), result.GetValue(SplitName), result.GetValue(Limit), result.GetValue(Out));
        if (((Option[])[SplitName, Set]).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } other) throw new UsageException($"{other.Name} says which data are drawn, and goes with --data");
        var all = model.Atoms();
        if (all.Count == 0) throw new UsageException($"{checkpoint.Model.Config.Name} has no rows that its numbers stand for; --data DATA draws the codes of data as points");
        float[][] atoms = [.. all.Take(result.GetValue(Limit) ?? all.Count)];
        var words = ModelAssets.WordsOf(checkpoint)?.Words;
        var given = result.GetValue(Out);
        var kind = (model.Space.Levels == 0 && words is null) || given?.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) == true ? Array : OutputName.Of(words is null ? Modality.Image : Modality.Words);
        var output = kind.Choose(given, $"{DefaultName.Stem(path)}-atoms", session);
        using var outputs = new Outputs(session.Remark, session.Force, path);
        outputs.Claim(output);
        if (kind != Array && words is not null) AtomicFile.Write(output, session.Force, stream => stream.Write(Encoding.UTF8.GetBytes(WordsOf(atoms, words))));
        else if (kind != Array) AtomicFile.Write(output, session.Force, AtomSheet.Draw(atoms, model.Space).Write);
        else AtomicFile.Write(output, session.Force, stream =>
        {
            stream.Write(Npy.Header(atoms.Length, model.Space.Dimensions));
            foreach (var atom in atoms) stream.Write(Npy.Elements(atom));
        });
        session.Answer($"{output}: {atoms.Length} of {all.Count} {Named(checkpoint.Model.Config)}{(kind == Array ? $" of {model.Space.Dimensions} numbers" : words is not null ? $", each by the {ShownWords} words of its largest numbers" : ", each with its own contrast, grey for zero where there are numbers below it")}", new JsonObject
        {
            ["output"] = output,
            ["rows"] = atoms.Length,
            ["width"] = model.Space.Dimensions,
        });
        return 0;
    }

    // What the rows are that numbers of a code stand for.
    static string Named(ModelConfig config) => config switch
    {
        KMeansConfig => "centroids",
        PcaConfig => "components, those of the largest variance first",
        GaussianMixtureConfig => "means",
        SparseCodingConfig or PsdConfig => "atoms",
        BinaryReconstructiveConfig => "anchors",
        AutoencoderConfig or RbmConfig or SemanticHashingConfig => "units, each by the weights that enter it",
        _ => "directions",
    };

    // A line a row: its place and its words of the largest numbers, those below zero behind a minus.
    static string WordsOf(float[][] atoms, IReadOnlyList<string> words)
    {
        var table = new StringBuilder("row,words\n");
        for (var k = 0; k < atoms.Length; k++)
        {
            var atom = atoms[k];
            var largest = Enumerable.Range(0, atom.Length).Where(word => atom[word] != 0).OrderByDescending(word => Math.Abs(atom[word])).Take(ShownWords);
            table.Append(CultureInfo.InvariantCulture, $"{k},{string.Join(' ', largest.Select(word => $"{(atom[word] < 0 ? "-" : "")}{words[word]}"))}\n");
        }
        return table.ToString();
    }
}
