using System.CommandLine;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>Where detect and classify get the normal items from that others are held against: from --normal, or from the model's file.</summary>
static class NormalItems
{
    public static readonly Option<string?> Normal = Options.Text("--normal", "Normal data that the model was not trained on, which others are held against; those held out in training, which the model's file keeps, if not given", "DATA");

    /// <summary>Their calibration, and what they are, for people.</summary>
    /// <param name="session">The run.</param>
    /// <param name="models">What judges.</param>
    /// <param name="data">The data that are judged, and how they were opened.</param>
    /// <param name="judged">Those of them that are.</param>
    /// <param name="given">What --normal says.</param>
    /// <param name="measure">Measures the normal items.</param>
    /// <exception cref="UsageException">There are none, or too few.</exception>
    public static (Calibration Calibration, string Words) Of(Session session, NamedModels models, Dataset data, Split judged, string? given, Func<Split, Calibration?> measure)
    {
        var (checkpoint, modelPath) = (models.Checkpoints[0], models.Paths[0]);
        if (given is not null)
        {
            using var normal = session.Open(given, As(checkpoint, data));
            var choice = models.Choose(normal);
            var split = !choice.IsTrainedOn ? choice.Split : normal.Validation.Count >= Calibration.LeastItems ? normal.Validation : choice.Split;
            if (split.Count < Calibration.LeastItems) throw new UsageException($"--normal {given} has {split.Count} {(split.Count == 1 ? "item" : "items")}, and fewer than {Calibration.LeastItems} say nothing of what is normal");
            models.RequireFit(split);
            split = split.Sample(Calibration.MostItems);
            var measured = measure(split) ?? throw new UsageException($"--normal {given} has {split.Count} items, of which one has no finite score; leave it out");
            if (judged.CountIn(split) is > 0 and var same) session.Warn($"warning     {same} of the {judged.Count} items are among the normal ones of {given}, and look too normal; judge others");
            return (measured, $"{split.Count} items of {normal.Name} ({split.Name})");
        }
        var kept = Calibration.Of(models.Checkpoints) ?? throw new UsageException(models.Paths.Count > 1 ? $"{string.Join(" and ", models.Paths)} keep fewer than {Calibration.LeastItems} held-out items that are the same, as models do that were trained on other data or by an older version, or too few; name normal data that none was trained on with --normal DATA" : $"{modelPath} keeps no held-out items to compare with, as models of older files, shrunk ones, those of windows of pictures or of one long text, and those with fewer than {Calibration.LeastItems} held-out items do not; name normal data that it was not trained on with --normal DATA");
        var own = DataOptions.FromCanonical(checkpoint.Preprocessing);
        if (data.Modality.HasTokens && own.Items != data.Options.Items) throw new UsageException($"the items that {modelPath} keeps are {Name(own.Items)}, and those of {data.Name} are {Name(data.Options.Items)}; name normal data with --normal DATA, or leave --set items= out");
        return (kept, $"{kept.Items.Count} items held out in training{(models.Paths.Count > 1 ? " of all models" : "")}");

        static string Name(ItemRule? rule) => rule switch { ItemRule.Lines => "lines", ItemRule.Stream => "stretches of one sequence", _ => "files" };
    }

    /// <summary>How other data are opened whose items are held against those of some: as those were, with labels as the model or they themselves count them.</summary>
    public static DataOptions As(Checkpoint checkpoint, Dataset data) => data.Options with { ModelClasses = ModelFile.Classes(checkpoint) > 0 ? checkpoint.ClassNames : null };
}
