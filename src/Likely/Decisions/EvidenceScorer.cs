using System.Buffers;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Finds the <see cref="ItemEvidence"/> of items: every item on its own, whatever stands before it in its file. Keeps its memory from call to call, and is for one thread to call.
/// </summary>
public sealed class EvidenceScorer
{
    readonly Checkpoint _checkpoint;
    readonly EvidenceScorer? _background;
    readonly EvidenceScorer[] _others = []; // where several models judge, all but the first
    readonly Modality _modality;
    readonly Tokens? _tokens;
    readonly int _threads;
    readonly Dictionary<Space, Scorer> _scorers = [];

    /// <param name="checkpoint">A density of symbols or of rows.</param>
    /// <param name="background">Another of the same data, see <see cref="DetectionMethod.Ratio"/>; null: none.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <exception cref="ModelException">A model tells no likelihoods, or of other items than the other.</exception>
    public EvidenceScorer(Checkpoint checkpoint, Checkpoint? background = null, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        (_checkpoint, _threads) = (checkpoint, threads);
        if (checkpoint.Model is not (DensityModel or IRowDensity)) throw new ModelException($"{checkpoint.Model.Config.Name} makes features of rows, and tells no likelihoods, which this needs");
        if (checkpoint.Model.Space.Source > 0) throw new ModelException("the model tells how likely an item is given its source, and no item on its own");
        var own = DataOptions.FromCanonical(checkpoint.Preprocessing);
        (_modality, _tokens) = (own.As ?? Modality.Image, Continuation.TokensOf(checkpoint));
        if (background is null) return;
        RequireSameItems(background, "the background model", "the model");
        _background = new EvidenceScorer(background, null, threads);
    }

    /// <param name="checkpoints">Densities that judge together (<see cref="ItemEvidence.ModelNats"/>); the first says how data are opened.</param>
    /// <param name="background">As above.</param>
    /// <param name="threads">As above.</param>
    /// <param name="names">What messages call them; null: model 1 and so on.</param>
    /// <exception cref="ModelException">As above.</exception>
    public EvidenceScorer(IReadOnlyList<Checkpoint> checkpoints, Checkpoint? background = null, int threads = 0, IReadOnlyList<string>? names = null)
        : this(checkpoints is { Count: > 0 } ? checkpoints[0] : throw new ArgumentException("there is no model", nameof(checkpoints)), background, threads)
    {
        string Name(int k) => names?[k] ?? $"model {k + 1}";
        for (var k = 1; k < checkpoints.Count; k++) RequireSameItems(checkpoints[k], Name(k), Name(0));
        _others = [.. checkpoints.Skip(1).Select(checkpoint => new EvidenceScorer(checkpoint, null, threads))];
    }

    // What two models say of an item is comparable only if it is the same numbers or symbols to both.
    void RequireSameItems(Checkpoint other, string name, string own)
    {
        var (mine, its) = (DataOptions.FromCanonical(_checkpoint.Preprocessing), DataOptions.FromCanonical(other.Preprocessing));
        var modality = its.As ?? Modality.Image;
        if (modality != _modality || Continuation.TokensOf(other)?.ToText() != _tokens?.ToText() || !other.Model.Takes(_checkpoint.Model.Space) || (other.Model is DensityModel) != (_checkpoint.Model is DensityModel))
            throw new ModelException($"{name} is one of {Kind(other, modality)}, and {own} one of {Kind(_checkpoint, _modality)}: both must be of the same items");
        if (_tokens is null && mine.Columns != its.Columns || ModelAssets.WordsOf(other)?.ToText() != ModelAssets.WordsOf(_checkpoint)?.ToText())
            throw new ModelException($"{name} was trained on other {(mine.Columns != its.Columns ? "columns" : "words")} than {own}: both must be of the same items");

        static string Kind(Checkpoint checkpoint, Modality modality) => checkpoint.Model.Space is { Levels: 0 } space ? $"{modality.Title} of {space.Dimensions} numbers" : $"{(checkpoint.Model is DensityModel ? "" : "rows of numbers made of ")}{modality.Title}, {checkpoint.Model.Space}";
    }

    /// <summary>The code of which <see cref="ItemEvidence.CodeBits"/> are; null if there is none, as for densities of real numbers.</summary>
    public (string Key, string Words)? Code => _checkpoint.Model is DensityModel ? _modality.Code : null;

    /// <summary>Classes that the model is told; 0: none.</summary>
    public int Classes => (_checkpoint.Model as DensityModel)?.Classes ?? 0;

    int Passes => Math.Max(1, Classes);

    /// <summary>What is known of every item of a split, in order.</summary>
    /// <param name="split">Items that the model takes; labels are not asked for.</param>
    /// <param name="classNats">Receives -log p(x | label) of every item and label, [items, <see cref="Classes"/>]; null if that is not asked for.</param>
    /// <param name="progress">Told what share is done, from worker threads.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">An item is of another space.</exception>
    /// <exception cref="DataException">An item cannot be read, or is too long.</exception>
    public ItemEvidence[] Score(Split split, double[]? classNats = null, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var (count, symbols, done) = (split.Count, 0L, 0L);
        for (var i = 0; i < count; i++) symbols += split.SpaceOf(i).Dimensions;
        var total = symbols * (Passes + (_background?.Passes ?? 0) + _others.Sum(other => (long)other.Passes));
        void Progress(long more) => progress?.Invoke(Math.Min(1, (double)Interlocked.Add(ref done, more) / total));
        var codes = new (double Code, double Plain)?[count];
        double[]? Spread() => Code is null ? null : new double[count];
        var (spread, spreads) = (Spread(), Array.ConvertAll(_others, _ => Spread()));
        var ofClass = Code is not null && Classes > 1 && _others.Length == 0 ? classNats ?? new double[(long)count * Classes] : null;
        var nats = Nats(split, ofClass ?? classNats, Progress, cancellation, Code is null ? null : (symbols, i) => codes[i] ??= CodeBits(symbols, split.SpaceOf(i)), spread);
        var others = _others.Select((other, k) => other.Nats(split, null, Progress, cancellation, null, spreads[k])).ToArray();
        var background = _background?.Nats(split, null, Progress, cancellation);
        var evidence = new ItemEvidence[count];
        ParallelShards.Run(count, ParallelShards.Workers(_threads), (i, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (code, plain) = codes[i] ?? CodeBits(split, i, cancellation);
            evidence[i] = new ItemEvidence(nats[i], split.SpaceOf(i).Dimensions, code, plain, spread?[i] ?? double.NaN, background?[i] ?? double.NaN, null, ofClass is null ? null : LabelLead.Of(ofClass.AsSpan(i * Classes, Classes)));
            if (others.Length > 0) evidence[i] = evidence[i].Of([nats[i], .. others.Select(other => other[i])], (evidence[i].SpreadBits + spreads.Sum(other => other?[i] ?? double.NaN)) / (1 + others.Length));
        });
        return evidence;
    }

    (double Code, double Plain) CodeBits(Split split, int item, CancellationToken cancellation)
    {
        if (Code is null) return (double.NaN, double.NaN);
        var space = split.SpaceOf(item);
        if (space.Dimensions > Evaluation.LongestShown) throw new DataException($"{split.ItemName(item)} has {space.Dimensions} symbols, more than the {Evaluation.LongestShown} of which a complexity is told; judge parts of it, such as its lines.");
        var symbols = new int[space.Dimensions];
        split.Read(item, 0, symbols, cancellation: cancellation);
        return CodeBits(symbols, space);
    }

    (double Code, double Plain) CodeBits(ReadOnlySpan<int> symbols, Space space) => (_modality.CodeBits(symbols, space, _tokens), _modality.PlainBits(symbols, space));

    /// <summary>-log p(x) of every item of a split, in order; of a model that is told labels the mean over them of p(x | label).</summary>
    /// <param name="split">As above.</param>
    /// <param name="classNats">As above.</param>
    /// <param name="progress">Told how many more symbols are scored, from worker threads.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">An item is of another space.</exception>
    /// <exception cref="DataException">An item cannot be read.</exception>
    public double[] Nats(Split split, double[]? classNats = null, Action<long>? progress = null, CancellationToken cancellation = default) => Nats(split, classNats, progress, cancellation, null, null);

    double[] Nats(Split split, double[]? classNats, Action<long>? progress, CancellationToken cancellation, ReadOnlySpanAction<int, int>? seen, double[]? spread)
    {
        ArgumentNullException.ThrowIfNull(split);
        if (_checkpoint.Model is not DensityModel model)
        {
            var width = split.Space.Dimensions;
            return RowLikelihoods.Score((FeatureModel)_checkpoint.Model, new SplitRows(split), _threads, rows => progress?.Invoke((long)rows * width), cancellation);
        }
        var (nats, classes) = (new double[split.Count], model.Classes);
        // A model has one value for all that is none of a column's numbers, and never saw it: how much is beyond them it does not know.
        var strange = _tokens is TableTokens ? new double[split.Count] : [];
        ReadOnlySpanAction<int, int>? told = strange.Length == 0 ? seen : (symbols, item) =>
        {
            strange[item] = ((TableTokens)_tokens!).StrangeNats(symbols);
            seen?.Invoke(symbols, item);
        };
        var ofClass = classes == 0 ? [] : classNats ?? new double[(long)split.Count * classes];
        foreach (var (space, items) in SpaceGroups.Of(model, split))
        {
            var squares = spread is null ? null : new double[items.Length];
            var likeliest = new double[spread is null ? 0 : items.Length];
            Array.Fill(likeliest, double.PositiveInfinity);
            if (!_scorers.TryGetValue(space, out var scorer)) _scorers[space] = scorer = new Scorer(model, _threads, space);
            for (var label = 0; label < Math.Max(1, classes); label++)
            {
                var scores = scorer.Score(classes == 0 ? split : split.Labelled(label), items: items, progress: progress, cancellation: cancellation, seen: label == 0 ? told : null, squares: squares);
                for (var i = 0; i < items.Length; i++)
                    if (classes == 0) nats[items[i]] = scores[i];
                    else ofClass[items[i] * classes + label] = scores[i];
                for (var i = 0; i < likeliest.Length; i++)
                    if (scores[i] < likeliest[i]) (likeliest[i], spread![items[i]]) = (scores[i], Deviation(squares![i], scores[i], split.SpaceOf(items[i]).Dimensions));
            }
        }
        for (var i = 0; i < split.Count && classes > 0; i++) nats[i] = Marginal(ofClass.AsSpan(i * classes, classes));
        for (var i = 0; i < strange.Length; i++) nats[i] += strange[i];
        return nats;
    }

    // Standard deviation of symbols' bits, of the sums of their nats and of their squares.
    static double Deviation(double squares, double nats, long symbols) => ItemEvidence.BitsPerNat * Math.Sqrt(Math.Max(0, squares / symbols - nats / symbols * (nats / symbols)));

    /// <summary>-log of the mean over labels of p(x | label).</summary>
    /// <param name="nats">-log p(x | label) of each label.</param>
    public static double Marginal(ReadOnlySpan<double> nats)
    {
        var least = double.PositiveInfinity;
        foreach (var one in nats) least = Math.Min(least, one);
        var sum = 0.0;
        foreach (var one in nats) sum += ExactMath.Exp(least - one);
        return least - ExactMath.Log(sum / nats.Length);
    }
}
