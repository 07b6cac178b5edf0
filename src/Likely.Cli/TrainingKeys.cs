using System.Globalization;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>The keys of a training's plan that --set takes: a line each, from which they are read, refused and listed.</summary>
static class TrainingKeys
{
    /// <summary>The value of a key that is left to the trainer.</summary>
    const string Auto = "auto";

    static readonly TrainingOptions Usual = new();

    static readonly Key[] Table =
    [
        new(new("schedule", "cosine", "cosine, exponential or constant", "how the learning rate falls after the warm-up"), (options, text) => text switch
        {
            "cosine" => options with { Schedule = RateSchedule.Cosine },
            "exponential" => options with { Schedule = RateSchedule.Exponential },
            "constant" => options with { Schedule = RateSchedule.Constant },
            _ => null,
        }),
        Number("final_rate", Usual.FinalRate, 1e-6, 1, "the last learning rate as a share of the highest", (options, value) => options with { FinalRate = value }),
        Whole("warm_up", Usual.WarmUp, 0, "steps in which the learning rate rises; auto: the smaller of 500 and a twentieth of all", (options, value) => options with { WarmUp = value }),
        Number("clip", Usual.Clip, 0, 1e9, "largest norm of the gradient of the loss in nats per dimension; 0: no limit", (options, value) => options with { Clip = value }),
        Number("weight_decay", Usual.WeightDecay, 0, 10, "AdamW's weight decay: each step takes this share, times the learning rate, off every weight", (options, value) => options with { WeightDecay = value }),
        Number("ridge", Usual.Ridge, 0, 1e3, "a Gaussian prior on the weights: 1 / (deviation^2 times the number of training examples)", (options, value) => options with { Ridge = value }),
        Number("lasso", Usual.Lasso, 0, 1e3, "a Laplacian prior on the weights but the biases: 1 / (scale times the number of training examples); what does not pay for itself becomes 0", (options, value) => options with { Lasso = value }),
        Number("epsilon", Usual.Epsilon, 0, 1, "Adam's epsilon; large values regularise models of many inputs", (options, value) => options with { Epsilon = value }),
        Number("muon", Usual.Muon, 0, 10, "Muon's learning rate for the hidden matrices of models that have such, 0.02 say, from some 4,000 symbols a step on; 0: Adam for all", (options, value) => options with { Muon = value }),
        Number("average", Usual.Average, 0, 0.999999, "decay of the running average of the weights, which is what is kept", (options, value) => options with { Average = value }),
        new(new("plan", Auto, $"{Auto} or step:steps in all:steps between validations, such as 0:1000:50,400:800:40", "when which number of steps was decided: printed after a run of minutes, repeats it"), (options, text)
            => text == Auto ? options with { Plan = null } : TrainingPlan.TryParse(text) is { } plan ? options with { Plan = plan } : null),
        Whole("validate_every", Usual.ValidateEvery, 1, "steps between validations; auto: an epoch or less, but a hundredth of the plan", (options, value) => options with { ValidateEvery = value }),
        Whole("patience", Usual.Patience, 0, "validations without improvement in the second half of the plan before training stops; 0: never", (options, value) => options with { Patience = (int)value! }),
        Whole("validation_limit", Usual.ValidationLimit, 1, "at most so many validation examples at each validation, spread evenly; fewer if they would take more than 2 % of the minutes", (options, value) => options with { ValidationLimit = (int)value! }),
    ];

    /// <summary>Every key.</summary>
    public static IReadOnlyList<SettingKey> All { get; } = [.. Table.Select(key => key.Line)];

    /// <summary>The plan with one key set.</summary>
    /// <exception cref="UsageException">There is no such key, or it does not take this value.</exception>
    public static TrainingOptions With(TrainingOptions options, string name, string text)
    {
        var key = Array.Find(Table, key => key.Line.Name == name) ?? throw new UsageException($"--set {name} is no key of training");
        return key.Set(options, text) ?? throw new UsageException($"--set {name}={text} is not allowed; use {key.Line.Values}");
    }

    static Key Number(string name, double usual, double least, double most, string meaning, Func<TrainingOptions, double, TrainingOptions> set)
        => new(new(name, usual.ToString(CultureInfo.InvariantCulture), SettingKey.Range(least, most, whole: false), meaning), (options, text)
            => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? set(options, number) : null);

    // Without a usual value, the word auto is one.
    static Key Whole(string name, long? usual, int least, string meaning, Func<TrainingOptions, long?, TrainingOptions> set)
    {
        var values = SettingKey.Range(least, int.MaxValue, whole: true);
        return new(new(name, usual?.ToString(CultureInfo.InvariantCulture) ?? Auto, usual is null ? $"{Auto} or {values}" : values, meaning), (options, text)
            => usual is null && text == Auto ? set(options, null)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= int.MaxValue ? set(options, number) : null);
    }

    sealed record Key(SettingKey Line, Func<TrainingOptions, string, TrainingOptions?> Set);
}
