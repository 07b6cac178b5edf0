using System.CommandLine;

namespace Likely.Cli;

/// <summary>complete: keeps a part of an item and draws the rest.</summary>
static class CompleteVerb
{
    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained model");
    static readonly Argument<string> Input = Options.Argument("INPUT", "A picture, or a data set with --item; a text or any file to go on with, a WAV file; a table, all of whose missing cells are filled");

    public static Verb Create() => new("complete", "Fill in what is missing of a picture or a table, or go on with a text or a sound",
        ["complete digits.likely mnist --item 3 --keep top", "complete faces.likely photo.png --keep mask.png --count 12 --out filled.png", "complete plays.likely scene.txt --length 400", "complete piano.likely beginning.wav --keep all --seconds 10", "complete people.likely gaps.csv --count 20 --out filled.csv"],
        [Model, Input, .. Presentation.AllForComplete], Run);

    static int Run(ParseResult result, Session session)
    {
        var (model, input) = (result.GetRequiredValue(Model), result.GetRequiredValue(Input));
        var checkpoint = ModelFile.Read(model);
        return Presentation.Of(checkpoint).Complete(result, session, checkpoint, model, input);
    }
}
