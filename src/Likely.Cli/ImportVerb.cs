using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Likely.Cli;

/// <summary>import: a GPT-2 in Hugging Face's layout becomes a model file.</summary>
static class ImportVerb
{
    static readonly Argument<string> Folder = Options.Argument("FOLDER", "config.json, model.safetensors or its shards, and vocab.json with merges.txt or tokenizer.json");
    static readonly Option<string?> Out = Options.Text("--out", "The model file; runs/FOLDER.likely if not given", "FILE");

    public static Verb Create() => new("import", "Make a model file of a GPT-2 in Hugging Face's layout", ["import gpt2/ --out gpt2.likely"], [Folder, Out], Run);

    static int Run(ParseResult result, Session session)
    {
        var folder = result.GetRequiredValue(Folder);
        var output = OutputName.Model.Choose(result.GetValue(Out), DefaultName.Stem(folder), session);
        using var outputs = new Outputs(session.Remark, session.Force);
        outputs.Claim(output);
        var checkpoint = Gpt2Folder.Read(folder, session.Cancellation);
        checkpoint.Save(output, session.Force, session.Cancellation);
        var (model, identity) = (checkpoint.Density, checkpoint.Identity());
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"{output}: {model.Config.Name} of {model.Parameters.Count} parameters and {model.Space.Levels} symbols, identity {identity[..16]}"), new JsonObject
        {
            ["checkpoint"] = output,
            ["model"] = model.Config.Name,
            ["parameters"] = model.Parameters.Count,
            ["symbols"] = model.Space.Levels,
            ["identity"] = identity,
        });
        return 0;
    }
}
