using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Gives every --set of train to whom it belongs: the model's config, the data options, or the training's plan.</summary>
static class TrainSettings
{
    /// <summary>Applies the settings.</summary>
    /// <exception cref="UsageException">A key that nobody knows, or a bad value of a training key.</exception>
    /// <exception cref="ModelException">A bad value of a model key.</exception>
    /// <exception cref="DataException">A bad value of a data key.</exception>
    public static (TConfig Config, DataOptions Data, TrainingOptions Training) Apply<TConfig>(
        TConfig config, Checkpoint? from, TrainingOptions training, List<KeyValuePair<string, string>> settings) where TConfig : ModelConfig
    {
        string[] modelKeys = [.. ModelRegistry.Keys(config).Select(pair => pair.Key)], dataKeys = Names(DataOptions.Keys), trainingKeys = Names(TrainingKeys.All);
        List<KeyValuePair<string, string>> forModel = [], forData = [];
        foreach (var setting in settings)
        {
            if (trainingKeys.Contains(setting.Key) && config is DensityConfig) training = TrainingKeys.With(training, setting.Key, setting.Value);
            else if (modelKeys.Contains(setting.Key)) forModel.Add(setting);
            else if (dataKeys.Contains(setting.Key)) forData.Add(setting);
            else if (ModelRegistry.ModelsWith(setting.Key) is { Length: > 0 } others) throw new UsageException($"--set {setting.Key} is a key of {others}, and not of {config.Name}, which has {string.Join(", ", modelKeys)}");
            else if (trainingKeys.Contains(setting.Key)) throw new UsageException($"--set {setting.Key} is for densities, which are trained step by step; {config.Name} is fitted to all rows, and has {string.Join(", ", modelKeys)}");
            else throw new UsageException($"--set {setting.Key} is unknown{Spelling.Hint(setting.Key, [.. modelKeys, .. dataKeys, .. trainingKeys])}; {config.Name} has {string.Join(", ", modelKeys)}, "
                + $"data have {string.Join(", ", dataKeys)}, training has {string.Join(", ", trainingKeys)}; likely keys explains them");
        }
        if (training is { Lasso: > 0, Muon: > 0 }) throw new UsageException("--set lasso and muon exclude each other: Muon's steps of whole matrices know no prior on single weights");
        return (ModelRegistry.With(config, forModel), ModelFile.DataOptions(from, forData), training);
    }

    static string[] Names(IReadOnlyList<SettingKey> keys) => [.. keys.Select(key => key.Name)];
}
