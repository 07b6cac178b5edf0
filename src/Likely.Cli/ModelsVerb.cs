using System.Text;
using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely.Cli;

/// <summary>models: every registered model with its keys and their defaults.</summary>
static class ModelsVerb
{
    public static Verb Create() => new("models", "The models, with every key and its default", ["models"], [], (_, session) =>
    {
        var text = new StringBuilder();
        var list = new JsonArray();
        foreach (var config in ModelRegistry.All)
        {
            text.AppendLine($"{config.Name}").AppendLine($"    {config.Summary}");
            var keys = new JsonObject();
            foreach (var (key, value) in ModelRegistry.Keys(config))
            {
                text.AppendLine($"    {key,-14} {value}");
                keys[key] = value;
            }
            text.AppendLine();
            list.Add((JsonNode)new JsonObject { ["name"] = config.Name, ["summary"] = config.Summary, ["learning_rate"] = config.LearningRate, ["keys"] = keys });
        }
        session.Answer(text.Append("A key is set with: likely train DATA --model NAME --set key=value").ToString(), new JsonObject { ["models"] = list });
        return 0;
    });
}
