using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>The registered models by name, their keys and defaults, and their canonical JSON.</summary>
public static class ModelRegistry
{
    /// <summary>Every model with its published defaults, in the order of the documentation.</summary>
    public static IReadOnlyList<ModelConfig> All => Volatile.Read(ref _models).All;

    /// <summary>Those of them that are densities.</summary>
    public static IEnumerable<DensityConfig> Densities => All.OfType<DensityConfig>();

    static Models _models = new(ModelConfig.Registered, [.. ModelConfig.Registered.Select(config => ModelJson.Default.GetTypeInfo(config.GetType())!)]);

    sealed record Models(IReadOnlyList<ModelConfig> All, IReadOnlyList<JsonTypeInfo> Infos);

    /// <summary>Adds a model of another project, so that it is trained, saved and loaded like any other in this program.</summary>
    /// <param name="published">Its config with the defaults. Its name is what model files call it: small letters, digits and dashes.</param>
    /// <exception cref="ModelException">There is a model of that name, or the name is none.</exception>
    [RequiresUnreferencedCode("The config's keys are found by reflection."), RequiresDynamicCode("The config's keys are found by reflection.")]
    public static void Add<TConfig>(TConfig published) where TConfig : ModelConfig
    {
        if (published.Name.Length == 0 || published.Name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-")) throw new ModelException($"'{published.Name}' is no name for a model; use small letters, digits and dashes");
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, IgnoreReadOnlyProperties = true, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        lock (_one)
        {
            if (All.Any(config => config.Name == published.Name)) throw new ModelException($"there is a model '{published.Name}' already");
            Volatile.Write(ref _models, new([.. _models.All, published], [.. _models.Infos, options.GetTypeInfo(typeof(TConfig))]));
        }
        Check(published);
    }

    static readonly Lock _one = new();

    /// <exception cref="ModelException">No model has this name.</exception>
    public static ModelConfig Find(string name)
    {
        foreach (var config in All)
            if (config.Name == name) return config;
        string[] names = [.. All.Select(config => config.Name)];
        throw new ModelException($"model '{name}' is unknown{Spelling.Hint(name, names)}; the models are {string.Join(", ", names)}");
    }

    /// <exception cref="ModelException">No density has this name.</exception>
    public static DensityConfig FindDensity(string name) => Find(name) as DensityConfig
        ?? throw new ModelException($"{name} makes features of rows, and is no density of symbols; those are {string.Join(", ", Densities.Select(config => config.Name))}");

    /// <summary>The keys of a model with their values, in declaration order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Keys(ModelConfig config)
    {
        var keys = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in ToNode(config))
            if (key != "model") keys.Add(new(key, Line(Property(config, key)).Automatic && (int)value! == 0 ? KeyAttribute.Auto : value!.ToString()));
        return keys;
    }

    /// <summary>The keys of a model in declaration order, each with the default, what it takes and what it means.</summary>
    public static IReadOnlyList<SettingKey> Describe(ModelConfig config)
    {
        var lines = new List<SettingKey>();
        foreach (var (name, value) in Keys(Find(config.Name)))
        {
            var property = Property(config, name);
            lines.Add(new SettingKey(name, value, Line(property).Values(property.PropertyType), Line(property).Meaning));
        }
        return lines;
    }

    /// <exception cref="ModelException">A key's value is not one that it takes.</exception>
    internal static void Check(ModelConfig config)
    {
        // Before the serializer, which has no word for them.
        foreach (var property in Info(config).Properties)
            if (property.Get?.Invoke(config) is double number && !double.IsFinite(number)) Line(property).Check(property.Name, number);
        foreach (var (name, _) in Keys(config))
        {
            var property = Property(config, name);
            Line(property).Check(name, property.Get!(config));
        }
    }

    /// <summary>The config with some keys replaced, each given as text.</summary>
    /// <exception cref="ModelException">An unknown key, or a value of the wrong type.</exception>
    public static TConfig With<TConfig>(TConfig config, IEnumerable<KeyValuePair<string, string>> settings) where TConfig : ModelConfig
    {
        var node = ToNode(config);
        foreach (var (key, text) in settings)
        {
            if (key == "model" || !node.ContainsKey(key))
                throw new ModelException($"model {config.Name} has no key '{key}'{(ModelsWith(key) is { Length: > 0 } others ? $", which is a key of {others}" : Spelling.Hint(key, Keys(config).Select(pair => pair.Key)))}; its keys are {string.Join(", ", Keys(config).Select(pair => pair.Key))}");
            node[key] = Parse(config, key, text);
        }
        var changed = FromJson(node.ToJsonString());
        Check(changed);
        return (TConfig)changed;
    }

    /// <summary>The names of the models that have a key, such as <c>conditional</c>, with commas between them; empty if none has.</summary>
    public static string ModelsWith(string key) => key == "model" ? "" : string.Join(", ", All.Where(config => ToNode(config).ContainsKey(key)).Select(config => config.Name));

    /// <summary>Canonical JSON: the name first, then all keys in declaration order, no white space.</summary>
    public static string ToJson(ModelConfig config) => ToNode(config).ToJsonString();

    /// <summary>The name, then the keys that differ from the published defaults: a key that a later version adds does not change it.</summary>
    public static string ToShortJson(ModelConfig config)
    {
        var (node, published) = (ToNode(config), ToNode(config.Published));
        foreach (var (key, value) in published)
            if (key != "model" && JsonNode.DeepEquals(node[key], value)) node.Remove(key);
        return node.ToJsonString();
    }

    /// <exception cref="ModelException">Not a config of a known model, an unknown key, or a value of the wrong type.</exception>
    public static ModelConfig FromJson(string json)
    {
        try
        {
            var given = JsonNode.Parse(json) as JsonObject ?? throw new ModelException("the model's config is no list of keys");
            var config = Find(given["model"] is JsonValue called && called.TryGetValue<string>(out var name) ? name : throw new ModelException("the model's config has no name"));
            // Keys that are missing were added after the config was written; the serializer would make them null and not their default.
            var node = ToNode(config.Published);
            foreach (var (key, value) in given)
            {
                if (!node.ContainsKey(key)) throw new ModelException($"the model's config has a key '{key}' that {node["model"]} does not know");
                if (key != "model") RequireKind(config, key, value);
                node[key] = value?.DeepClone();
            }
            node.Remove("model");
            return (ModelConfig?)node.Deserialize(Info(config)) ?? throw new ModelException("the model's config is empty");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new ModelException($"the model's config cannot be read: {fault.Message.ReplaceLineEndings(" ")}", fault);
        }
    }

    // Before the serializer, which would speak of types.
    static void RequireKind(ModelConfig config, string key, JsonNode? given)
    {
        var property = Property(config, key);
        var fits = given is JsonValue value && (property.PropertyType == typeof(int) ? value.TryGetValue<int>(out _)
            : property.PropertyType == typeof(double) ? value.TryGetValue<double>(out var number) && double.IsFinite(number)
            : property.PropertyType == typeof(bool) ? value.TryGetValue<bool>(out _) : value.TryGetValue<string>(out _));
        if (fits) return;
        var text = given?.ToJsonString() ?? "null";
        throw new ModelException($"{key}={(text.Length <= 40 ? text : text[..40] + "...")} is not allowed; use {Line(property).Values(property.PropertyType)}");
    }

    internal static string KeyOf(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);

    static JsonObject ToNode(ModelConfig config)
    {
        var node = new JsonObject { ["model"] = config.Name };
        foreach (var (key, value) in JsonSerializer.SerializeToNode(config, Info(config))!.AsObject()) node[key] = value?.DeepClone();
        return node;
    }

    static JsonTypeInfo Info(ModelConfig config)
    {
        foreach (var info in Volatile.Read(ref _models).Infos)
            if (info.Type == config.GetType()) return info;
        throw new ModelException($"the model {config.Name} is not registered; {nameof(ModelRegistry)}.{nameof(Add)} makes it known");
    }

    static JsonNode Parse(ModelConfig config, string key, string text)
    {
        var property = Property(config, key);
        JsonNode? value = property.PropertyType == typeof(bool) ? bool.TryParse(text, out var flag) ? flag : null
            : Line(property).Automatic && text == KeyAttribute.Auto ? 0
            : property.PropertyType == typeof(int) ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null
            : property.PropertyType == typeof(double) ? double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null
            : text;
        return value ?? throw new ModelException($"{key}={text} is not allowed; use {Line(property).Values(property.PropertyType)}");
    }

    static JsonPropertyInfo Property(ModelConfig config, string key)
    {
        foreach (var property in Info(config).Properties)
            if (property.Name == key) return property;
        throw new ModelException($"model {config.Name} has no key '{key}'");
    }

    static KeyAttribute Line(JsonPropertyInfo property)
        => property.AttributeProvider?.GetCustomAttributes(typeof(KeyAttribute), inherit: true) is [KeyAttribute line, ..] ? line
            : throw new InvalidOperationException($"the key {property.Name} has no line that says what it takes and means; put [Key(...)] before its property");
}
