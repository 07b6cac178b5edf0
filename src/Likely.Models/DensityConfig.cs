using System.Text.Json.Serialization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>The hyperparameters of a density that is trained by gradients, and what a trainer asks of them.</summary>
public abstract record DensityConfig : ModelConfig
{
    /// <summary>Highest learning rate that has served this model well.</summary>
    [JsonIgnore] public virtual double LearningRate => 1e-3;

    /// <summary>Most examples of a step where their number is left open: as many as keep the products wide, so that there are many steps in a short time.</summary>
    [JsonIgnore] public virtual int LargestBatch => 64;

    /// <summary>True if the model learns from labels.</summary>
    [JsonIgnore] public virtual bool UsesLabels => false;

    /// <summary>The largest alphabet that the model takes.</summary>
    [JsonIgnore] public virtual int MostLevels => 256;

    /// <summary>Symbols of a training window, of a model that is trained on sequences window by window with the state carried over; null: on examples whole.</summary>
    [JsonIgnore] public virtual int? Window => null;

    /// <summary>True if a training window goes on from the past of the one before it; false if it has none, and the model looks back no further than a window.</summary>
    [JsonIgnore] public virtual bool CarriesPast => true;

    /// <summary>True if the model takes sequences that are given another one each.</summary>
    [JsonIgnore] public virtual bool TakesSources => false;

    /// <summary>Of a model that takes levels in time, such as sound, which are given a sequence in time with them: positions that so many of its symbols last; null: it takes none.</summary>
    public virtual long? Lasts(int source) => null;

    /// <summary>True if the model takes rows of a table, whose columns have alphabets of their own.</summary>
    [JsonIgnore] public virtual bool TakesColumns => false;

    [JsonIgnore] public override DensityConfig Published => ModelRegistry.FindDensity(Name);

    /// <summary>What an example of the model is where the data's are these: of sequences, which are of any length, a training window; of pairs, the longest target.</summary>
    /// <exception cref="ModelException">A value is out of range.</exception>
    public Space SpaceFor(Space data)
    {
        ModelRegistry.Check(this);
        return data.IsSequence && !data.IsGivenWhole && Window is { } window ? data with { Width = window } : data;
    }

    /// <summary>This config with every <c>auto</c> replaced by the number that suits the space, of sequences that of the longest and not of a window: what a built model has.</summary>
    public virtual DensityConfig Fitted(Space space) => this;

    /// <summary>Builds the model and draws its initial weights; without a seed they are zero, to be assigned.</summary>
    /// <exception cref="ModelException">A value is out of range, or the model cannot describe this space.</exception>
    public AutoregressiveModel Build(Space space, int classes, ulong? seed)
    {
        var model = Outline(space, classes);
        model.Parameters.Allocate(seed);
        return model;
    }

    /// <summary>The model with the names and shapes of its weights, and no memory for them yet.</summary>
    internal override AutoregressiveModel Outline(Space space, int classes)
    {
        ModelRegistry.Check(this);
        if (UsesLabels && classes < 2) throw new ModelException($"{Name} with conditional=true needs labelled data with at least two classes");
        if (space.Columns is not null && !TakesColumns) throw new ModelException($"{Name} models symbols of one alphabet, and no rows of a table, whose columns have values of their own; {string.Join(", ", ModelRegistry.Densities.Where(config => config.TakesColumns).Select(config => config.Name))} does");
        if (space.Levels < 2 || space.Columns is null && space.Levels > MostLevels) throw new ModelException($"{Name} models symbols of 2 to {MostLevels} levels, not {space.Levels}");
        if (space.IsSequence && Window is null) throw new ModelException($"{Name} models examples of one size, and no sequences such as text; {string.Join(", ", ModelRegistry.Densities.Where(config => config.Window is not null).Select(config => config.Name))} do");
        if (space.Source > 0 && !(space.IsInTime ? Lasts(1) is not null : TakesSources))
            throw new ModelException($"{Name} models sequences, and none that are given another one, as {(space.IsInTime ? "sounds are what lies beside them" : "those of pairs")}; {string.Join(", ", ModelRegistry.Densities.Where(config => space.IsInTime ? config.Lasts(1) is not null : config.TakesSources).Select(config => config.Name))} do{(space.IsInTime ? "es" : "")}");
        if (!space.IsPossible) throw new ModelException($"{Name} models 1 to 3 symbols at each of at most {Space.MostPositions} positions, not {space}");
        var model = Fitted(space).Create(space, classes);
        if (model.Parameters.Length > FloatBlock.MostLength)
            throw new ModelException($"{Name} of {space} would have {model.Parameters.Length} weights with these keys, and no model can have more than {FloatBlock.MostLength}; make {(space.IsSequence ? "the model" : "the images or the model")} smaller");
        return model;
    }

    /// <summary>Builds the model, every key being within its range.</summary>
    /// <exception cref="ModelException">The model cannot describe this space.</exception>
    protected abstract AutoregressiveModel Create(Space space, int classes);
}
