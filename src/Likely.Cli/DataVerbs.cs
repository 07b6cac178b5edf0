using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>data list, data get, data show, data save: which data sets there are, fetching one, a look at any, and a split as a file.</summary>
static class DataVerbs
{
    static readonly Argument<string> Name = Options.Argument("NAME", "A known name (see: likely data list)");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string[]> Set = Options.Settings("A data key; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "The first items; runs/DATA-items.png (.txt of text, .wav of sound) if not given", "FILE");

    public static Verb[] Create() =>
    [
        new("list", "The known data sets", ["data list"], [], (_, session) => List(session)),
        new("get", "Fetch a known data set", ["data get mnist"], [Name], Get),
        new("show", "What a data set is, with its first training items", ["data show strokes", "data show faces/ --set size=32x32 gray=true"], [Data, Set, Out], Show)
        {
            Further = () => "Labels: a sub-folder of pictures, texts or sounds for each, or with --set label=LABEL_* what stands in names of files; beside x.npy a file x_labels.npy or y.npy, beside ...-images-idx3-ubyte a file ...-labels-idx1-ubyte, of one whole number for each item",
        },
        DataSaveVerb.Create(),
    ];

    static int List(Session session)
    {
        var text = new StringBuilder();
        var list = new JsonArray();
        foreach (var known in Dataset.Known)
        {
            text.AppendLine($"{known.Name,-14} {known.Description}").AppendLine($"{"",-14} {known.Size}; {known.Splits}; {known.Source}");
            list.Add((JsonNode)new JsonObject { ["name"] = known.Name, ["description"] = known.Description, ["size"] = known.Size, ["splits"] = known.Splits, ["source"] = known.Source, ["built_in"] = known.IsBuiltIn });
        }
        session.Answer(text.Append("Any path is a data set too: a folder of pictures, IDX, CIFAR, npy, PNG, PGM or PPM files, WAV files or a folder of them, and any other file or folder as text or bytes.").ToString(), new JsonObject { ["datasets"] = list });
        return 0;
    }

    static int Get(ParseResult result, Session session)
    {
        var name = result.GetRequiredValue(Name);
        var folder = Dataset.Fetch(name, session.Say, session.Cancellation);
        session.Answer(folder.Length == 0 ? $"{name} is built in; there is nothing to fetch" : $"{name} is in {folder}", new JsonObject { ["name"] = name, ["folder"] = folder });
        return 0;
    }

    static int Show(ParseResult result, Session session)
    {
        var source = result.GetRequiredValue(Data);
        using var outputs = new Outputs(session.Remark, session.Force, source);
        using var data = Dataset.Open(source, DataOptions.Parse(Options.Pairs(result.GetValue(Set))), session.Say, session.Cancellation);
        var output = OutputName.Of(data.Modality).Choose(result.GetValue(Out), $"{DefaultName.Stem(source)}-items", session);
        outputs.Claim(output);
        if (data.Modality.Coarsened(data.Tokens) is { } coarsened) session.Say($"note        {coarsened}");
        AtomicFile.Write(output, session.Force, data.Modality.Preview(data.Train.Count > 0 ? data.Train : data.All, data.Tokens, session.Cancellation).Write);
        var space = data.Space;
        var about = new JsonObject();
        if (session.Json)
            foreach (var (name, words) in data.About(session.Cancellation)) about[name] = about[name] is { } before ? $"{before}; {words}" : words;
        session.Answer($"{data.Describe(session.Cancellation)}\nitems   {output}", new JsonObject
        {
            ["name"] = data.Name,
            ["modality"] = data.Modality.Name,
            ["train"] = data.Train.Count,
            ["validation"] = data.Validation.Count,
            ["test"] = data.Test.Count,
            ["geometry"] = new JsonObject { ["height"] = space.Height, ["width"] = space.Width, ["channels"] = space.Symbols, ["levels"] = space.Levels },
            ["classes"] = new JsonArray([.. data.ClassNames.Select(name => (JsonNode)name)]),
            ["preprocessing"] = data.Preprocessing,
            ["notes"] = new JsonArray([.. data.Notes.Select(note => (JsonNode)note)]),
            ["tokens"] = data.Tokens?.Words,
            ["about"] = about,
            ["output"] = output,
        });
        return 0;
    }
}
