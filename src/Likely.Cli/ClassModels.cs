using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>What tells p(x | y) for classify: one model that is told labels, or one model a class.</summary>
sealed class ClassModels
{
    readonly EvidenceScorer[] _scorers;

    ClassModels(IReadOnlyList<Checkpoint> models, IReadOnlyList<string> names, int threads) => (First, Names, _scorers) = (models[0], names, [.. models.Select(model => new EvidenceScorer(model, null, threads))]);

    /// <summary>The model whose preprocessing the data get.</summary>
    public Checkpoint First { get; }

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether one model tells all.</summary>
    public bool IsOne => _scorers.Length == 1;

    /// <summary>Reads them.</summary>
    /// <param name="model">A model that is told labels, or that of the first class.</param>
    /// <param name="others">Those of the other classes, each FILE, which names its class, or CLASS=FILE; empty: none.</param>
    /// <param name="threads">Worker threads.</param>
    /// <param name="paths">Receives the files.</param>
    /// <exception cref="UsageException">There is only one class, two have one name, or the models are not of the same items.</exception>
    public static ClassModels Read(string model, string[] others, int threads, out IReadOnlyList<string> paths)
    {
        (var models, var names, paths) = NamedModels.Read([model, .. others], "CLASS");
        if (others.Length == 0)
        {
            if (ModelFile.Classes(models[0]) < 2) throw new UsageException($"{paths[0]} is told no labels, so it tells no p(x | label): classify by a model trained with --set conditional=true, or name those of other classes with --models");
            return new ClassModels(models, models[0].ClassNames, threads);
        }
        for (var i = 0; i < models.Count; i++)
        {
            if (ModelFile.Classes(models[i]) > 0) throw new UsageException($"{paths[i]} is told labels itself; --models names models of one class each");
            if (models[i].Model.Space.Alphabet != models[0].Model.Space.Alphabet || !models[i].Model.Takes(models[0].Model.Space) || ModelFile.Modality(models[i]) != ModelFile.Modality(models[0]) || ModelFile.Tokens(models[i])?.ToText() != ModelFile.Tokens(models[0])?.ToText())
                throw new UsageException($"{paths[i]} is a model of {ModelFile.Modality(models[i]).Title}, {models[i].Model.Space}, and {paths[0]} of {ModelFile.Modality(models[0]).Title}, {models[0].Model.Space}: what they say of an item is comparable only of the same symbols{(ModelFile.Modality(models[0]) == Modality.Table && ModelFile.Modality(models[i]) == Modality.Table ? ", and each table has levels and names of its own: train one model on the rows of all classes, without the label's column, and each class's from it by --from" : "")}");
        }
        return new ClassModels(models, names, threads);
    }

    /// <summary>What is known of items whatever their class, and -log p(x | y), [items, classes].</summary>
    public (ItemEvidence[] Evidence, double[] Nats) Score(Split split, Action<double>? progress, CancellationToken cancellation)
    {
        var (classes, nats) = (Names.Count, new double[checked(split.Count * Names.Count)]);
        if (IsOne) return (_scorers[0].Score(split, nats, progress, cancellation), nats);
        var evidence = new ItemEvidence[split.Count];
        for (var y = 0; y < classes; y++)
        {
            var own = _scorers[y].Score(split, null, share => progress?.Invoke((y + share) / classes), cancellation);
            for (var i = 0; i < own.Length; i++)
            {
                if (y == 0 || own[i].Nats < evidence[i].Nats) evidence[i] = own[i]; // their spread is that of the likeliest
                nats[i * classes + y] = own[i].Nats;
            }
        }
        for (var i = 0; i < evidence.Length; i++)
        {
            var own = nats.AsSpan(i * classes, classes);
            evidence[i] = evidence[i] with { Nats = EvidenceScorer.Marginal(own), Lead = LabelLead.Of(own) };
        }
        return (evidence, nats);
    }

    /// <summary>The key of the code that evidence has bits of; empty if none.</summary>
    public string Code => _scorers[0].Code?.Key ?? "";

    /// <summary>The class of each item by the names of its labels; -1 where it has none, or one that is no class.</summary>
    public int[] LabelsOf(Split split, IReadOnlyList<string> labelNames)
    {
        int[] classOf = [.. labelNames.Select(name => Names.ToList().IndexOf(name))];
        var labels = new int[split.Count];
        for (var i = 0; i < labels.Length; i++) labels[i] = split.Label(i) is >= 0 and var label ? classOf[label] : -1;
        return labels;
    }
}
