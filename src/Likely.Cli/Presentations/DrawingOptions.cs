using System.CommandLine;

namespace Likely.Cli;

/// <summary>Options of drawing that mean the same whatever is drawn.</summary>
static class DrawingOptions
{
    public static readonly Option<int?> Count = Options.Whole("--count", "How many; if not given, 64 pictures, one text, 100 rows of a table, 4 sounds or one of each label; 6 completions of a picture or sound, 1 of a table, of which several become one, each number their median", most: 100_000);
    public static readonly Option<string?> Label = Options.Text("--label", "Only this label, by name or number; the labels in turn, or the item's own, if not given", "L");
    public static readonly Option<double?> Temperature = Options.Number("--temperature", "Below 1: likelier draws; 1: the model itself", 100, least: 1e-6);
    public static readonly Option<string?> Out = Options.Text("--out", "The file: a picture, runs/MODEL-samples.png or -completions.png if not given; of text its exact bytes, several under a line each, and where a file was completed all of it; if not given, the terminal, which shows what goes on alone; of sound a WAV file, runs/MODEL-samples.wav or -completions.wav if not given", "FILE");
    public static readonly Option<int?> Beam = Options.Whole("--beam", "Search for the likeliest instead of drawing: keep the K likeliest beginnings; what counts is log p of the whole, whatever its length", most: BeamSearch.MostBeam);
    public static readonly Option<int?> Best = Options.Whole("--n-best", "The N likeliest that a search found, each with its log p in nats; 1 without log p if not given", most: BeamSearch.MostBeam);
    public static readonly Option<string?> Each = Options.Folder("--each", "Write every one as a file of its own into this folder");
}
