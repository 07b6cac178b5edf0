using System.CommandLine;

namespace Likely.Cli;

/// <summary>
/// How items of a kind are drawn and completed on the command line, and which options that takes: what a <see cref="Modality"/> leaves to a program. A verb asks for
/// that of its model, and never which it is. A new kind is a line in <see cref="Known"/>, and a class if it is drawn in a way of its own.
/// </summary>
abstract class Presentation
{
    static readonly Dictionary<Modality, Presentation> Known = new() { [Modality.Image] = new ItemPresentation(), [Modality.Audio] = new SoundPresentation(), [Modality.Text] = new SequencePresentation(), [Modality.Bytes] = new SequencePresentation(), [Modality.Pairs] = new PairPresentation(), [Modality.Table] = new TablePresentation() };

    /// <summary>Every option that some kind takes for sample.</summary>
    public static IReadOnlyList<Option> AllForSample => [.. Known.Values.SelectMany(known => known.ForSample).Distinct()];

    /// <summary>Every option that some kind takes for complete.</summary>
    public static IReadOnlyList<Option> AllForComplete => [.. Known.Values.SelectMany(known => known.ForComplete).Distinct()];

    /// <summary>The options that sample takes.</summary>
    public abstract IReadOnlyList<Option> ForSample { get; }

    /// <summary>The options that complete takes.</summary>
    public abstract IReadOnlyList<Option> ForComplete { get; }

    /// <summary>Whether there are models of a kind of data.</summary>
    public static bool Takes(Modality modality) => Known.ContainsKey(modality);

    /// <summary>That of the data that a model was trained on.</summary>
    /// <exception cref="UsageException">There are no models of such data.</exception>
    public static Presentation Of(Checkpoint checkpoint)
        => Known.GetValueOrDefault(ModelFile.Modality(checkpoint)) ?? throw new UsageException(checkpoint.Model is Models.IRowDensity ? $"{checkpoint.Model.Config.Name} is a density of whole rows: it can be drawn from and scored by, but does not complete" : $"a model of {ModelFile.Modality(checkpoint).Title} can be neither drawn from nor completed by");

    /// <summary>Draws new items, and answers.</summary>
    public abstract int Sample(ParseResult result, Session session, Checkpoint checkpoint, string model);

    /// <summary>Keeps a part of an item and draws the rest, and answers.</summary>
    public abstract int Complete(ParseResult result, Session session, Checkpoint checkpoint, string model, string input);

    /// <summary>Refuses options that are for data of another kind.</summary>
    /// <exception cref="UsageException">One was given.</exception>
    protected static void RequireOwn(ParseResult result, Checkpoint checkpoint, IReadOnlyList<Option> own)
    {
        foreach (var option in result.CommandResult.Command.Options)
            if (!own.Contains(option) && result.GetResult(option) is { Implicit: false } && (AllForSample.Contains(option) || AllForComplete.Contains(option)))
                throw new UsageException($"{option.Name} is not for a model of {ModelFile.Modality(checkpoint).Title}; leave it out");
    }
}
