using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Likely.Models.Autoregressive;

namespace Likely.Models;

/// <summary>The registered models by name, their keys and defaults, and their canonical JSON.</summary>
public static class ModelRegistry
{
    /// <summary>Every model with its published defaults, in the order of the documentation.</summary>
    public static IReadOnlyList<ModelConfig> All { get; } =
        [new GatedPixelCnnConfig(), new PixelCnnConfig(), new FvsbnConfig(), new NadeConfig(), new MadeConfig()];

    /// <exception cref="ModelException">No model has this name.</exception>
    public static ModelConfig Find(string name)
    {
        foreach (var config in All)
            if (config.Name == name) return config;
        throw new ModelException($"model '{name}' is unknown; the models are {string.Join(", ", All.Select(config => config.Name))}");
    }

    /// <summary>The keys of a model with their values, in declaration order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Keys(ModelConfig config)
    {
        var keys = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in ToNode(config))
            if (key != "model") keys.Add(new(key, value!.ToString()));
        return keys;
    }

    /// <summary>The config with some keys replaced, each given as text.</summary>
    /// <exception cref="ModelException">An unknown key, or a value of the wrong type.</exception>
    public static ModelConfig With(ModelConfig config, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var node = ToNode(config);
        foreach (var (key, text) in settings)
        {
            if (key == "model" || !node.ContainsKey(key))
                throw new ModelException($"model {config.Name} has no key '{key}'; its keys are {string.Join(", ", Keys(config).Select(pair => pair.Key))}");
            node[key] = Parse(config, key, node[key]!, text);
        }
        return FromJson(node.ToJsonString());
    }

    /// <summary>Canonical JSON: the name first, then all keys in declaration order, no white space.</summary>
    public static string ToJson(ModelConfig config) => ToNode(config).ToJsonString();

    /// <summary>The name, then the keys that differ from the published defaults: a key that a later version adds does not change it.</summary>
    public static string ToShortJson(ModelConfig config)
    {
        var (node, published) = (ToNode(config), ToNode(Find(config.Name)));
        foreach (var (key, value) in published)
            if (key != "model" && JsonNode.DeepEquals(node[key], value)) node.Remove(key);
        return node.ToJsonString();
    }

    /// <exception cref="ModelException">Not a config of a known model, an unknown key, or a value of the wrong type.</exception>
    public static ModelConfig FromJson(string json)
    {
        try
        {
            var given = JsonNode.Parse(json);
            // Keys that are missing were added after the config was written; the serializer would make them null and not their default.
            var node = ToNode(Find((string?)given?["model"] ?? throw new ModelException("the model's config has no name")));
            foreach (var (key, value) in given!.AsObject())
            {
                if (!node.ContainsKey(key)) throw new ModelException($"the model's config has a key '{key}' that {node["model"]} does not know");
                node[key] = value?.DeepClone();
            }
            return node.Deserialize(ModelJson.Default.ModelConfig) ?? throw new ModelException("the model's config is empty");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new ModelException($"the model's config cannot be read: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    internal static string KeyOf(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);

    static JsonObject ToNode(ModelConfig config) => JsonSerializer.SerializeToNode(config, ModelJson.Default.ModelConfig)!.AsObject();

    static JsonNode Parse(ModelConfig config, string key, JsonNode old, string text)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        switch (old.GetValueKind())
        {
            case JsonValueKind.True or JsonValueKind.False:
                if (bool.TryParse(text, out var flag)) return flag;
                throw new ModelException($"{key}={text} must be true or false");
            case JsonValueKind.Number:
                if (IsWhole(config, key) ? int.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, culture, out var whole) : Never(out whole)) return whole;
                if (!IsWhole(config, key) && double.TryParse(text, culture, out var number) && double.IsFinite(number)) return number;
                throw new ModelException($"{key}={text} must be {(IsWhole(config, key) ? "a whole number" : "a number")}");
            default:
                return text;
        }
    }

    static bool Never(out int value) => (value = 0) != 0;

    static bool IsWhole(ModelConfig config, string key)
    {
        var info = ModelJson.Default.GetTypeInfo(config.GetType())!;
        foreach (var property in info.Properties)
            if (property.Name == key) return property.PropertyType == typeof(int);
        return false;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ModelConfig))]
partial class ModelJson : JsonSerializerContext;
