using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>keys: what --set takes, a line a key: name, default, what is allowed, meaning.</summary>
static class KeysVerb
{
    static readonly Argument<string?> Subject = Options.OptionalArgument("SUBJECT", "data, train, or a model's name; all if not given");

    public static Verb Create() => new("keys", "What --set takes: every key of data, training and models, with its default, its values and its meaning",
        ["keys", "keys data", "keys gated-pixelcnn"], [Subject], Run);

    static int Run(ParseResult result, Session session)
    {
        var subject = result.GetValue(Subject) is "training" ? "train" : result.GetValue(Subject); // as the help of train calls them
        (string Of, string Where, IReadOnlyList<SettingKey> Keys)[] all =
        [
            ("data", "--set of train, score, complete, data show and data save", DataOptions.Keys),
            ("train", "--set of train", TrainingKeys.All),
            .. ModelRegistry.All.Select(config => (config.Name, "--set of train", ModelRegistry.Describe(config))),
        ];
        string[] subjects = [.. all.Select(group => group.Of)];
        if (subject is not null && !subjects.Contains(subject))
            throw new UsageException($"there are no keys of '{subject}'{Spelling.Hint(subject, subjects)}; there are those of {string.Join(", ", subjects)}");
        var text = new StringBuilder();
        var list = new JsonArray();
        foreach (var (of, where, keys) in all)
        {
            if (subject is not null && of != subject) continue;
            text.AppendLine($"{of}: {where}").Append(Text(keys)).AppendLine();
            foreach (var key in keys) list.Add((JsonNode)Json(of, key));
        }
        session.Answer(text.Append("A key is set with --set key=value; the second column is its default, - if nothing is done.").ToString(), new JsonObject { ["keys"] = list });
        return 0;
    }

    /// <summary>One line a key.</summary>
    public static string Text(IReadOnlyList<SettingKey> keys)
    {
        var text = new StringBuilder();
        foreach (var key in keys) text.AppendLine($"  {key.Name,-16} {key.Default,-7} {key.Meaning} [{key.Values}]");
        return text.ToString();
    }

    /// <summary>The names of all keys of --set, for the help of train.</summary>
    public static string Names() => $"""
        Keys of --set (likely keys explains them):
          data      {string.Join(", ", DataOptions.Keys.Select(key => key.Name))}
          training  {string.Join(", ", TrainingKeys.All.Select(key => key.Name))}
          {string.Join("\n  ", ModelRegistry.All.Select(config => $"{config.Name}  {string.Join(", ", ModelRegistry.Keys(config).Select(key => key.Key))}"))}
        """;

    public static JsonObject Json(string of, SettingKey key) => new() { ["of"] = of, ["name"] = key.Name, ["default"] = key.Default, ["values"] = key.Values, ["meaning"] = key.Meaning };
}
