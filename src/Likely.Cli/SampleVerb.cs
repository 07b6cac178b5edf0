using System.CommandLine;
using Likely.Models;

namespace Likely.Cli;

/// <summary>sample: draws new items from a trained model.</summary>
static class SampleVerb
{
    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained model");

    public static Verb Create() => new("sample", "Draw new items: pictures onto a sheet, text to the terminal as it is drawn, sound as WAV, rows of numbers as an array or a table, rows of a table as one",
        ["sample runs/strokes-gated-pixelcnn.likely", "sample digits.likely --label 7 --count 100 --temperature 0.9 --out sevens.png", "sample plays.likely --prompt ROMEO: --length 1000 --top-p 0.95", "sample spoken.likely --label 7 --seconds 3 --out sevens.wav", "sample mixture.likely --count 1000 --out drawn.npy"],
        [Model, .. Presentation.AllForSample], Run);

    static int Run(ParseResult result, Session session)
    {
        var source = result.GetRequiredValue(Model);
        var checkpoint = ModelFile.Read(source);
        if (checkpoint.Model is FeatureModel model)
        {
            if (model is not IRowDensity) throw new UsageException($"{source} is {model.Config.Name}, which makes features of rows and is no density: nothing can be drawn from it");
            if (result.CommandResult.Command.Options.FirstOrDefault(option => Presentation.AllForSample.Contains(option) && option != DrawingOptions.Count && option != DrawingOptions.Out && result.GetResult(option) is { Implicit: false }) is { } other)
                throw new UsageException($"{other.Name} is not for a density of rows of numbers; leave it out");
            return RowSampling.Run(session, model, source, result.GetValue(DrawingOptions.Count), result.GetValue(DrawingOptions.Out));
        }
        return Presentation.Of(checkpoint).Sample(result, session, checkpoint, source);
    }
}
