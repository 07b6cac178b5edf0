using System.CommandLine;

namespace Likely.Cli;

/// <summary>sample: draws new items from a trained model.</summary>
static class SampleVerb
{
    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained model");

    public static Verb Create() => new("sample", "Draw new items: pictures onto a sheet, text to the terminal as it is drawn, sound as WAV",
        ["sample runs/strokes-gated-pixelcnn.likely", "sample digits.likely --label 7 --count 100 --temperature 0.9 --out sevens.png", "sample plays.likely --prompt ROMEO: --length 1000 --top-p 0.95", "sample spoken.likely --label 7 --seconds 3 --out sevens.wav"],
        [Model, .. Presentation.AllForSample], Run);

    static int Run(ParseResult result, Session session)
    {
        var source = result.GetRequiredValue(Model);
        var checkpoint = ModelFile.Read(source);
        return Presentation.Of(checkpoint).Sample(result, session, checkpoint, source);
    }
}
