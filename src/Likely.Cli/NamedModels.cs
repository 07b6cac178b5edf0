using Likely.Models;

namespace Likely.Cli;

/// <summary>Models that are asked together, each named FILE, which is its name as well, or NAME=FILE.</summary>
/// <param name="Checkpoints">The models.</param>
/// <param name="Names">What each is called.</param>
/// <param name="Paths">Their files.</param>
sealed record NamedModels(IReadOnlyList<Checkpoint> Checkpoints, IReadOnlyList<string> Names, IReadOnlyList<string> Paths)
{
    /// <summary>Reads them.</summary>
    /// <param name="words">The first, and what --models says.</param>
    /// <param name="what">What a name is: CLASS or NAME.</param>
    /// <exception cref="UsageException">A file is no model, or two have one name.</exception>
    public static NamedModels Read(IReadOnlyList<string> words, string what)
    {
        var (models, names, paths) = (new List<Checkpoint>(), new List<string>(), new List<string>());
        foreach (var word in words)
        {
            var equals = File.Exists(word) ? -1 : word.IndexOf('=');
            paths.Add(word[(equals + 1)..]);
            models.Add(ModelFile.Read(paths[^1]));
            names.Add(equals > 0 ? word[..equals] : DefaultName.Stem(paths[^1]));
        }
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count) throw new UsageException($"two models are {(what == "CLASS" ? "of one class" : "called the same")}; name each as {what}=FILE: {string.Join(", ", names)}");
        return new NamedModels(models, names, paths);
    }

    /// <summary>What is chosen of data if any of the models was trained on them, see <see cref="ItemChoice"/>.</summary>
    /// <exception cref="UsageException">There is no such split, or it is empty.</exception>
    public ItemChoice Choose(Dataset data, string? split = null)
    {
        var first = ItemChoice.Of(Checkpoints[0], data, split, seeksNew: true);
        for (var k = 1; k < Checkpoints.Count && !first.IsTrainedOn; k++)
            if (ItemChoice.Of(Checkpoints[k], data, split, seeksNew: true) is { IsTrainedOn: true } other) first = other;
        return first;
    }

    /// <summary>Refuses items that one of them does not take.</summary>
    /// <exception cref="UsageException">Another size, number of channels or of levels.</exception>
    public void RequireFit(Split split)
    {
        foreach (var checkpoint in Checkpoints)
            for (var i = 0; i < split.Count; i++) ModelFile.RequireFit(checkpoint, split.SpaceOf(i), split.ItemName(i));
    }
}
