using System.Globalization;
using Likely.Data;
using Likely.Models;
using Likely.Training;

namespace Likely.Cli;

/// <summary>Gives every --set of train to whom it belongs: the model's config, the data options, or the training's plan.</summary>
static class TrainSettings
{
    static readonly string[] TrainingKeys =
        ["schedule", "final_rate", "warm_up", "clip", "weight_decay", "ridge", "epsilon", "average", "validate_every", "patience", "validation_limit"];

    /// <summary>Applies the settings.</summary>
    /// <exception cref="UsageException">A key that nobody knows, or a bad value of a training key.</exception>
    /// <exception cref="ModelException">A bad value of a model key.</exception>
    /// <exception cref="DataException">A bad value of a data key.</exception>
    public static (ModelConfig Config, DataOptions Data, TrainingOptions Training) Apply(
        ModelConfig config, string preprocessing, TrainingOptions training, List<KeyValuePair<string, string>> settings)
    {
        string[] modelKeys = [.. ModelRegistry.Keys(config).Select(pair => pair.Key)];
        List<KeyValuePair<string, string>> forModel = [], forData = [];
        foreach (var setting in settings)
        {
            if (TrainingKeys.Contains(setting.Key)) training = With(training, setting.Key, setting.Value);
            else if (modelKeys.Contains(setting.Key)) forModel.Add(setting);
            else if (DataOptions.Keys.Contains(setting.Key)) forData.Add(setting);
            else throw new UsageException($"--set {setting.Key} is unknown; {config.Name} has {string.Join(", ", modelKeys)}, data have {string.Join(", ", DataOptions.Keys)}, training has {string.Join(", ", TrainingKeys)}");
        }
        return (ModelRegistry.With(config, forModel), ModelFile.DataOptions(preprocessing, forData), training);
    }

    static TrainingOptions With(TrainingOptions options, string key, string value) => key switch
    {
        "schedule" => options with
        {
            Schedule = value switch
            {
                "cosine" => RateSchedule.Cosine,
                "exponential" => RateSchedule.Exponential,
                "constant" => RateSchedule.Constant,
                _ => throw new UsageException($"--set schedule={value} is unknown; use cosine, exponential or constant"),
            },
        },
        "final_rate" => options with { FinalRate = Number(key, value, 1e-6, 1) },
        "warm_up" => options with { WarmUp = Whole(key, value, 0) },
        "clip" => options with { Clip = Number(key, value, 0, 1e9) },
        "weight_decay" => options with { WeightDecay = Number(key, value, 0, 10) },
        "ridge" => options with { Ridge = Number(key, value, 0, 1e3) },
        "epsilon" => options with { Epsilon = Number(key, value, 0, 1) },
        "average" => options with { Average = Number(key, value, 0, 0.999999) },
        "validate_every" => options with { ValidateEvery = Whole(key, value, 1) },
        "patience" => options with { Patience = (int)Whole(key, value, 0) },
        _ => options with { ValidationLimit = (int)Whole(key, value, 1) },
    };

    static double Number(string key, string value, double least, double most)
        => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw new UsageException(FormattableString.Invariant($"--set {key}={value} is not allowed; use a number from {least} to {most}"));

    static long Whole(string key, string value, long least)
        => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= int.MaxValue
            ? number : throw new UsageException($"--set {key}={value} is not allowed; use a whole number of at least {least}");
}
