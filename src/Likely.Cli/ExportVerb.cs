using System.CommandLine;
using System.Text.Json.Nodes;

namespace Likely.Cli;

/// <summary>export: a transformer of GPT-2's form as a folder in Hugging Face's layout.</summary>
static class ExportVerb
{
    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained transformer with GPT-2's keys, of bytes or of a byte-level BPE");
    static readonly Option<string?> Out = Options.Text("--out", "The folder; runs/MODEL-gpt2 if not given", "FOLDER");

    public static Verb Create() => new("export", "Write a transformer as a GPT-2 in Hugging Face's layout", ["export plays.likely --out plays-gpt2"], [Model, Out], Run);

    static int Run(ParseResult result, Session session)
    {
        var source = result.GetRequiredValue(Model);
        var checkpoint = ModelFile.Read(source);
        var parts = Gpt2Folder.Parts(checkpoint, session.Cancellation);
        var folder = result.GetValue(Out) ?? Path.Combine(DefaultName.Folder, $"{DefaultName.Stem(source)}-gpt2");
        using var outputs = new Outputs(session.Remark, session.Force, source);
        foreach (var (name, _) in parts) outputs.Claim(Path.Combine(folder, name));
        using (var files = new OutputSet(session.Remark, session.Force))
        {
            foreach (var (name, write) in parts) files.Write(Path.Combine(folder, name), write);
            files.Complete();
        }
        var isOwn = Gpt2Folder.HasOwnBeginning(checkpoint);
        if (isOwn) session.Say("note        texts of this model begin behind a symbol of its own, which is one more in vocab.json: <|beginning|>, the first that it is to be given; as what comes next it means nothing, and what a program gives it there all other symbols lack, so its figures may be a little higher");
        session.Answer($"{folder}: {string.Join(", ", parts.Select(part => part.Name))}", new JsonObject
        {
            ["output"] = folder,
            ["files"] = new JsonArray([.. parts.Select(part => (JsonNode)part.Name)]),
            ["own_beginning"] = isOwn,
        });
        return 0;
    }
}
