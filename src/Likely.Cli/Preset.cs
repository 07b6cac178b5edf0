using System.Globalization;
using System.Text.Json.Nodes;

namespace Likely.Cli;

/// <summary>Settings of a training that were measured: what --preset stands for. Whatever is given beside it wins.</summary>
/// <param name="Model">Of which model.</param>
/// <param name="Name">What it is called there.</param>
/// <param name="Settings">Keys of the model, the data and the training.</param>
/// <param name="Batch">Examples of a step.</param>
/// <param name="Rate">Highest learning rate.</param>
/// <param name="Steps">Steps, if no time is given.</param>
/// <param name="Reached">On which data what was reached, and in which time.</param>
sealed record Preset(string Model, string Name, string Settings, int Batch, double Rate, long Steps, string Reached)
{
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("transformer", "hour", "layers=6 heads=6 channels=192 context=256 dropout=0.2 positions=rotary activation=squared-relu query_key_norm=true norm=rms token_shift=true muon=0.02 weight_decay=0.1 tokens=characters", 24, 2e-3, 2400,
            "1.411 nats a character on the last tenth of tiny Shakespeare with validation=0.1 test=0, in 109 minutes of one core, about an hour of two (docs/results/transformer.md)"),
        new("char-rnn", "half-hour", "hidden=384 dropout=0.3 tokens=characters", 50, 2e-3, 6000,
            "1.466 nats a character on the last tenth of tiny Shakespeare with validation=0.1 test=0, in 60 minutes of one core, about half an hour of two (docs/results/char-rnn.md)"),
        new("made", "table", "hidden=500 dropout=0.25", 64, 1e-3, 3000,
            "2.681 bits a cell on held-out rows of ODDS' shuttle, 5.305 on cardio, 5.547 on pima, and without dropout 2.705, 5.432 and 5.593, in a minute or two; on large tables that repeat themselves no dropout is better (docs/results/tables.md)"),
    ];

    /// <summary>A model's presets.</summary>
    public static IEnumerable<Preset> Of(string model) => All.Where(preset => preset.Model == model);

    /// <exception cref="UsageException">The model has no such preset.</exception>
    public static Preset Find(string model, string name)
    {
        foreach (var preset in Of(model))
            if (preset.Name == name) return preset;
        throw new UsageException($"{model} has no preset '{name}'; {(Of(model).Any() ? $"it has {string.Join(", ", Of(model).Select(preset => preset.Name))}" : $"models with presets are {string.Join(", ", All.Select(preset => preset.Model).Distinct())}")}");
    }

    /// <summary>The keys of the preset that are not given, and those that are.</summary>
    public List<KeyValuePair<string, string>> With(List<KeyValuePair<string, string>> given)
        => [.. Options.Pairs(Settings.Split(' ')).Where(pair => !given.Exists(other => other.Key == pair.Key)), .. given];

    public string Text => string.Create(CultureInfo.InvariantCulture, $"  --preset {Name}: --set {Settings} --batch {Batch} --lr {Rate} --steps {Steps}\n    {Reached}\n");

    public JsonObject Json => new() { ["name"] = Name, ["set"] = Settings, ["batch"] = Batch, ["lr"] = Rate, ["steps"] = Steps, ["reached"] = Reached };
}
