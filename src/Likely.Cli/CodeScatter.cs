using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely.Cli;

/// <summary>show with data: the first two numbers of their codes as points, coloured by label.</summary>
static class CodeScatter
{
    /// <summary>Points of a drawing that nobody can tell apart any more.</summary>
    const int MostPoints = 5000;

    static readonly OutputName Drawing = new("a drawing as SVG", [".svg"]);

    /// <summary>Encodes items and draws them, and answers.</summary>
    public static int Run(Session session, Checkpoint checkpoint, string path, string source, List<KeyValuePair<string, string>> settings, string? splitName, int? limit, string? given)
    {
        var model = (FeatureModel)checkpoint.Model;
        if (model.Width < 2) throw new UsageException($"a code of {path} is one number, and points of a plane want two");
        ItemChoice.RequireKnown(splitName);
        var output = Drawing.Choose(given, $"{DefaultName.Stem(path)}-{DefaultName.Stem(source)}-points", session);
        using var outputs = new Outputs(session.Remark, session.Force, path, source);
        outputs.Claim(output);
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, settings), checkpoint);
        var choice = ItemChoice.Of(checkpoint, data, splitName ?? "all");
        var split = choice.Split.Sample(limit ?? MostPoints);
        CodeOptions.RequireFit(checkpoint, split);
        session.Say($"items       {split.Count} of {data.All.Count}{split.DrawnFrom(choice.Split.Count)}");
        var (points, at, width) = (new float[2 * split.Count], 0, model.Width);
        CodeOptions.Encode(new FeatureEncoder(model, session.Threads), split, session, codes =>
        {
            for (var i = 0; i < codes.Length; i += width) (points[at++], points[at++]) = (codes[i], codes[i + 1]);
        });
        int[] labels = [.. Enumerable.Range(0, split.Count).Select(split.Label)];
        var svg = new ScatterDrawing(points, labels, data.ClassNames, $"{data.Name} by {model.Config.Name}").ToSvg();
        AtomicFile.Write(output, session.Force, stream => stream.Write(Encoding.UTF8.GetBytes(svg)));
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"{output}: {split.Count} points, {(width > 2 ? $"the first 2 of {width} numbers of a code" : "the two numbers of a code")}{(data.ClassNames.Count > 0 ? ", a colour for each label" : "")}"), new JsonObject
        {
            ["output"] = output,
            ["rows"] = split.Count,
            ["width"] = width,
            ["split"] = split.Name,
        });
        return 0;
    }
}
