using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>
/// Which items of a data set a model is asked about: of data it was trained on the part that was held out, of any others all. A model file
/// has a sketch of the contents it was trained on; in an older one the name of its data is the best evidence.
/// </summary>
/// <param name="Split">The items.</param>
/// <param name="Reason">Which they are and why, for people.</param>
/// <param name="IsTrainedOn">True if the model was trained on these data, or most of them.</param>
/// <param name="TrainedShare">The share of the chosen items that were trained on; null if that cannot be told.</param>
sealed record ItemChoice(Split Split, string Reason, bool IsTrainedOn, double? TrainedShare)
{
    // Shares of items that were trained on: most of them are the data, of fewer than nearly all the others are new; few do not move a mean.
    const double Most = 0.5, Nearly = 0.99, Few = 0.01;

    /// <summary>Chooses the split that is named, or else the one that the evidence asks for.</summary>
    /// <exception cref="UsageException">There is no such split, or it is empty.</exception>
    /// <param name="checkpoint">The model.</param>
    /// <param name="data">The data.</param>
    /// <param name="name">A split; null: chosen.</param>
    /// <param name="seeksNew">Whether data that have grown are asked about for what is new in them, so that all of them are taken.</param>
    public static ItemChoice Of(Checkpoint checkpoint, Dataset data, string? name = null, bool seeksNew = false)
    {
        RequireKnown(name);
        var sketch = ContentSketch.Parse(checkpoint.TrainedOn);
        var sameName = data.Name == checkpoint.DataName;
        var (seen, compared) = data.IsKnown && sameName || sketch is null ? (0, 0) : (data.Train.Count > 0 ? data.Train : data.All).Compare(sketch);
        var unseen = seen > 0 ? null : CannotTell(checkpoint, data, compared);
        var trained = data.IsKnown && sameName || (sketch is null || unseen is not null ? sameName : seen > 0 && (!seeksNew || seen >= Nearly * compared) && (sameName || seen >= Most * compared));
        var grown = trained && sketch is not null && unseen is null && seen < Nearly * compared ? FormattableString.Invariant($"most of these data, about {100.0 * seen / compared:0} %") : "these data";
        var split = name switch
        {
            "train" => data.Train,
            "validation" => data.Validation,
            "test" => data.Test,
            "all" => data.All,
            _ => !trained ? data.All : data.Test.Count > 0 ? data.Test : data.Validation.Count > 0 ? data.Validation : data.All,
        };
        if (split.Count == 0) throw new UsageException($"{data.Name} has no {split.Name} items; use --split all");

        var part = split.Name == "all" ? "" : $": the {split.Name} part";
        var why = name is not null ? "" : !trained ? "" : split.Name == "all" ? "; the model was trained on these data, and nothing of them is held out"
            : $", as the model was trained on {((sketch is null || unseen is not null) && !data.IsKnown ? "data of this name" : grown)}; --split all takes all";
        if (data.IsKnown && sameName) return new ItemChoice(split, part + why, true, split.Name is "test" or "validation" ? 0 : null);
        if (sketch is null) return new ItemChoice(split, part + (trained ? why : $"; the model was trained on data of another name, {checkpoint.DataName}"), trained, null);

        (seen, compared) = split.Compare(sketch);
        unseen = seen > 0 || trained && unseen is null ? null : CannotTell(checkpoint, data, compared);
        var share = compared == 0 || unseen is not null ? (double?)null : (double)seen / compared;
        var flattered = share is null ? $"; whether any was trained on cannot be told {unseen ?? "from so few"}"
            : seen > 0 && compared > split.Count ? FormattableString.Invariant($"; about {100 * share:0} % of what they hold was trained on{(share < Few ? "" : ", so the figure flatters the model")}")
            : seen > 0 ? $"; {(compared == split.Count ? $"{seen}" : $"about {share * split.Count:0}")} of the {split.Count} {(seen == 1 && compared == split.Count ? "was" : "were")} trained on{(share < Few ? "" : ", so the figure flatters the model")}"
            : trained ? "" : compared == split.Count ? "; none was trained on" : "; none was trained on, as far as a sample of them tells";
        return new ItemChoice(split, part + why + (name == "train" ? "" : flattered), trained, share);
    }

    // Why nothing of these data being in the sketch says nothing: a text is known by pieces of some thousand bytes, or where lines are items by its lines.
    static string? CannotTell(Checkpoint checkpoint, Dataset data, int compared)
    {
        const int FewPieces = 3;
        if (!data.Modality.HasTokens || data.Space.Source > 0) return null;
        var (own, other) = (DataOptions.FromCanonical(checkpoint.Preprocessing).Items == ItemRule.Lines, data.Options.Items == ItemRule.Lines);
        if (own != other) return own ? "where they are not lines, as the model's were" : "where they are lines, as the model's were not";
        return !own && compared < FewPieces ? "from so little text" : null;
    }

    /// <summary>The part of a data set of that name.</summary>
    public static Split Part(Dataset data, string name) => name switch { "train" => data.Train, "validation" => data.Validation, "test" => data.Test, _ => data.All };

    /// <summary>Refuses the name of a split that there is not.</summary>
    /// <exception cref="UsageException">There is no such split.</exception>
    public static void RequireKnown(string? split)
    {
        if (split is not (null or "train" or "validation" or "test" or "all")) throw new UsageException($"--split {split} is unknown; use train, validation, test or all");
    }
}
