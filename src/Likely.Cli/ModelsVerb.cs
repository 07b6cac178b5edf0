using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely.Cli;

/// <summary>models: every registered model, or one of them, with its keys.</summary>
static class ModelsVerb
{
    static readonly Argument<string?> Name = Options.OptionalArgument("NAME", "Only this model");

    public static Verb Create() => new("models", "The models, with every key, its default, its values and its meaning, and presets that were measured", ["models", "models gated-pixelcnn"], [Name], Run);

    static int Run(ParseResult result, Session session)
    {
        var text = new StringBuilder();
        var list = new JsonArray();
        var before = "";
        foreach (var config in result.GetValue(Name) is { } name ? [ModelRegistry.Find(name)] : ModelRegistry.All)
        {
            var (lines, heading) = (ModelRegistry.Describe(config), config is DensityConfig ? "DENSITIES of pictures, texts, sounds and tables: train, score, sample, complete, compress, detect" : "FEATURES of rows and codes of bits: train, encode, reconstruct, show, probe; of codes of bits index and search");
            if (result.GetValue(Name) is null && heading != before) text.AppendLine(before = heading).AppendLine();
            text.AppendLine($"{config.Name}").AppendLine($"  {config.Summary}");
            if (config is DensityConfig density) text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"  without --lr and --batch: a rate of {density.LearningRate}, at most {density.LargestBatch} examples a step"));
            text.Append(KeysVerb.Text(lines));
            foreach (var preset in Preset.Of(config.Name)) text.Append(preset.Text);
            text.AppendLine();
            var keys = new JsonObject();
            foreach (var line in lines) keys[line.Name] = line.Default;
            list.Add((JsonNode)new JsonObject
            {
                ["name"] = config.Name,
                ["summary"] = config.Summary,
                ["learning_rate"] = (config as DensityConfig)?.LearningRate,
                ["largest_batch"] = (config as DensityConfig)?.LargestBatch,
                ["keys"] = keys,
                ["presets"] = new JsonArray([.. Preset.Of(config.Name).Select(preset => (JsonNode)preset.Json)]),
                ["lines"] = new JsonArray([.. lines.Select(line => (JsonNode)KeysVerb.Json(config.Name, line))]),
            });
        }
        session.Answer(text.Append("A key is set with: likely train DATA --model NAME --set key=value").ToString(), new JsonObject { ["models"] = list });
        return 0;
    }
}
