using System.Collections.Concurrent;
using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Tells whether an item is like those that a model has learned, by p-values (<see cref="ConformalTest"/>) beside normal items that it was not trained on. May be asked from many threads.
/// </summary>
public sealed class Detector
{
    const int MostOfDensity = 500, FewItems = 100;

    readonly IReadOnlyList<Checkpoint> _checkpoints;
    readonly Checkpoint _checkpoint; // the first
    readonly Checkpoint? _background;
    readonly DataOptions _options;
    readonly Abnormality[] _regards;
    readonly EvidenceDensity? _density;
    readonly ItemEvidence[] _normal; // those that others are ranked among
    readonly double[] _middles; // where several models judge, of each the median nats a dimension of normal items
    readonly ConcurrentBag<EvidenceScorer> _idle = [];

    /// <param name="checkpoint">A density.</param>
    /// <param name="calibration">Normal items; null: those that its file keeps.</param>
    /// <param name="method">By what they are told; null: <see cref="DetectionMethod.Combined"/>, or where that would have fewer than 100 normal items, or its density leave too few of them for anything to be called abnormal, the likelihood with all of them (with a background model the ratio).</param>
    /// <param name="alpha">An item of at most this p is called abnormal: so are at most that share of normal items, on average.</param>
    /// <param name="background">See <see cref="DetectionMethod.Ratio"/>; the calibration then has to be measured with it.</param>
    /// <exception cref="ModelException">The model keeps no normal items, is none that tells likelihoods, is damaged, or the method needs what is not there.</exception>
    public Detector(Checkpoint checkpoint, Calibration? calibration = null, DetectionMethod? method = null, double alpha = 0.01, Checkpoint? background = null) : this([checkpoint], calibration, method, alpha, background) { }

    /// <summary>Several models that judge together, by the mean of their nats a dimension: a product of experts, which finds what one alone has no eye for.</summary>
    /// <param name="checkpoints">Densities of the same items; the first says how data are opened.</param>
    /// <param name="calibration">Normal items, measured with all of them; null: those that all of their files keep.</param>
    /// <param name="method">As above.</param>
    /// <param name="alpha">As above.</param>
    /// <param name="background">As above.</param>
    /// <param name="names">What verdicts call the models; null: model 1 and so on.</param>
    /// <exception cref="ModelException">As above, or the models are not of the same items.</exception>
    public Detector(IReadOnlyList<Checkpoint> checkpoints, Calibration? calibration = null, DetectionMethod? method = null, double alpha = 0.01, Checkpoint? background = null, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        var scorer = new EvidenceScorer(checkpoints, background, 1, names);
        _idle.Add(scorer);
        (_checkpoints, _checkpoint, _background, Alpha, _options) = (checkpoints, checkpoints[0], background, alpha, DataOptions.FromCanonical(checkpoints[0].Preprocessing));
        Models = checkpoints.Count == 1 ? [] : names ?? [.. checkpoints.Select((_, k) => $"model {k + 1}")];
        if (Models.Count > 0 && Models.Count != checkpoints.Count) throw new ArgumentException($"{checkpoints.Count} models have {Models.Count} names", nameof(names));
        Calibration = calibration ?? Calibration.Of(checkpoints) ?? throw new ModelException(checkpoints.Count == 1 ? "the model keeps no normal items to compare with, as older and shrunk ones and those with few held-out items do not; measure some"
            : $"the models' files have fewer than {Calibration.LeastItems} normal items in common to compare with, as older and shrunk ones and those that were trained on other data do; measure some");
        if (Calibration.Items.Any(item => (item.ModelNats?.Count ?? 0) != Models.Count)) throw new ModelException($"the normal items were not measured with {(Models.Count == 0 ? "this model alone" : "these models")}; measure them with {(Models.Count == 0 ? "it" : "all of them")}");
        _middles = [.. Enumerable.Range(0, Models.Count).Select(k => Calibration.Items.Select(item => item.ModelNats![k] / item.Dimensions).Order().ElementAt((Calibration.Items.Count - 1) / 2))];
        var (hasCode, every) = (Calibration.Code.Length > 0 && Calibration.Code == scorer.Code?.Key, Math.Max(2, (Calibration.Items.Count + MostOfDensity - 1) / MostOfDensity));
        var ranked = Calibration.Items.Count - (Calibration.Items.Count + every - 1) / every; // by a density
        Method = method ?? (!hasCode || Calibration.Items.Count >= FewItems && 1.0 / (ranked + 1) <= alpha ? DetectionMethod.Combined : background is null ? DetectionMethod.Likelihood : DetectionMethod.Ratio);
        var hasSpread = Calibration.Items.All(item => double.IsFinite(item.SpreadBits));
        var labels = Calibration.Items[0].Lead?.Labels ?? 0;
        if (Calibration.Items.Any(item => (item.Lead?.Labels ?? 0) != labels)) labels = 0;
        _regards = Regards(Method, hasCode, hasSpread, labels > 1, background is not null);
        if (Array.Exists(_regards, regard => Calibration.Items.Any(item => double.IsNaN(item.Score(regard))))) throw new ModelException("the normal items were not measured with the background model; measure them with it");
        _normal = [.. Calibration.Items];
        if (Method == DetectionMethod.Combined && Array.IndexOf(_regards, Abnormality.Complexity) >= 0)
        {
            // A density has to be of other items than those that are ranked by it, if the judged one is to be like them.
            // Drawn, not every second or fourth: where items come in an order that repeats, label after label, those would be of one label and the ranked ones of the others.
            var order = new Philox(0, RandomPurpose.Split, Philox.Hash("density")).Permutation(_normal.Length, 0);
            var (density, others) = (order[ranked..], order[..ranked]);
            Array.Sort(density);
            Array.Sort(others);
            _density = new EvidenceDensity([.. density.Select(i => _normal[i])], hasSpread, labels, background is not null);
            _normal = [.. others.Select(i => _normal[i])];
        }
        Test = new ConformalTest(_density is null ? Array.ConvertAll(_regards, regard => Array.ConvertAll(_normal, item => item.Score(regard))) : [Array.ConvertAll(_normal, item => _density.Judge(item).Score)]);
    }

    /// <summary>The same of several, which keep some normal items in common; verdicts call them by their files' names.</summary>
    /// <exception cref="ModelException">As above.</exception>
    /// <exception cref="SafetensorsException">As below.</exception>
    public static Detector Load(IReadOnlyList<string> paths, DetectionMethod? method = null, double alpha = 0.01) => new([.. paths.Select(path => Checkpoint.Load(path))], null, method, alpha, null, [.. paths.Select(path => Path.GetFileNameWithoutExtension(path))]);

    /// <summary>Reads a model that keeps normal items, as those do that were trained with some held out.</summary>
    /// <exception cref="ModelException">As above.</exception>
    /// <exception cref="SafetensorsException">It is not there, or no model.</exception>
    public static Detector Load(string path, DetectionMethod? method = null, double alpha = 0.01) => new(Checkpoint.Load(path), null, method, alpha);

    /// <summary>The names of the models, where several judge together; else empty.</summary>
    public IReadOnlyList<string> Models { get; }

    /// <summary>The one that was asked for, or else chosen.</summary>
    public DetectionMethod Method { get; }

    /// <summary>The level.</summary>
    public double Alpha { get; }

    /// <summary>The normal items.</summary>
    public Calibration Calibration { get; }

    /// <summary>The regards in which items are judged.</summary>
    public IReadOnlyList<Abnormality> InRegards => _regards;

    /// <summary>Ranks among the normal items.</summary>
    public ConformalTest Test { get; }

    /// <summary>The least p that an item can have which is far out in one regard alone.</summary>
    public double LeastP => (double)(_density is null ? _regards.Length : 1) / (Test.Count + 1);

    /// <summary>How data are to be opened that are judged.</summary>
    public DataOptions Options => _options with { Limit = null, AnySize = _checkpoint.Model.AnyExtent, Flip = false, Mutate = 0, Recolor = Recoloring.None, ModelTokens = Continuation.TokensOf(_checkpoint), ModelWords = ModelAssets.WordsOf(_checkpoint), ModelLevels = _checkpoint.Model.Space.Levels };

    /// <summary>Judges a picture, preprocessed as the model's data were.</summary>
    /// <exception cref="ArgumentException">The model takes no pictures, or none of this size or these channels.</exception>
    /// <exception cref="DataException">The picture is too small to be cropped.</exception>
    public Verdict Judge(Image picture) => Judge(Split.Of(picture, Options, _checkpoint.Model.Space.Levels), 1)[0];

    /// <summary>Judges a text, in UTF-8; a model of lines takes it as one.</summary>
    /// <exception cref="ArgumentException">It is empty, or the model takes no texts.</exception>
    public Verdict Judge(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Judge(Encoding.UTF8.GetBytes(_options.Items == ItemRule.Lines && !text.EndsWith('\n') ? text + "\n" : text));
    }

    /// <summary>Judges bytes, of which a model's tokens are made.</summary>
    /// <exception cref="ArgumentException">There are none, or the model takes none.</exception>
    public Verdict Judge(ReadOnlySpan<byte> bytes)
    {
        if (Continuation.TokensOf(_checkpoint) is not { } tokens) throw new ArgumentException("the model is none of texts or bytes", nameof(bytes));
        var symbols = tokens.Encode(bytes);
        return Judge(Split.Of(symbols, _checkpoint.Model.Space with { Width = symbols.Length }), 1)[0];
    }

    /// <summary>Judges an item of a model's symbols, all of its space.</summary>
    /// <exception cref="ArgumentException">There are more or fewer, or one that the model has not.</exception>
    public Verdict Judge(ReadOnlySpan<int> symbols) => Judge(Split.Of(symbols.ToArray(), _checkpoint.Model.Space), 1)[0];

    /// <summary>Judges a row of real numbers.</summary>
    /// <exception cref="ArgumentException">There are more or fewer than the model's, or it takes none.</exception>
    /// <exception cref="DataException">A number is not finite.</exception>
    public Verdict Judge(ReadOnlySpan<float> row)
    {
        if (_checkpoint.Model.Space.Levels != 0) throw new ArgumentException("the model is none of rows of real numbers", nameof(row));
        return Judge(Split.Of(row.ToArray(), _checkpoint.Model.Space), 1)[0];
    }

    /// <summary>Judges all items of a split, in order.</summary>
    /// <param name="split">Items of data opened with <see cref="Options"/>.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="progress">Told what share is done, from worker threads.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">The model takes no such items.</exception>
    /// <exception cref="DataException">An item cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">An item has no finite likelihood.</exception>
    public Verdict[] Judge(Split split, int threads = 0, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        if (split.Count > 0 && !_checkpoint.Model.Takes(split.SpaceOf(0))) throw new ArgumentException($"the model is one of {_checkpoint.Model.Space}, and the item is {split.SpaceOf(0)}", nameof(split));
        var pooled = threads == 1;
        var scorer = pooled && _idle.TryTake(out var idle) ? idle : new EvidenceScorer(_checkpoints, _background, threads);
        var evidence = scorer.Score(split, null, progress, cancellation);
        if (pooled) _idle.Add(scorer);
        var verdicts = new Verdict[evidence.Length];
        ParallelShards.Run(evidence.Length, ParallelShards.Workers(threads), (i, _) =>
            verdicts[i] = double.IsFinite(evidence[i].Nats) ? Judge(evidence[i]) : throw new NotFiniteNumberException($"{split.ItemName(i)} has no finite likelihood; it holds numbers that are not finite or far too large, or the model is damaged"));
        return verdicts;
    }

    /// <summary>Judges what is known of an item.</summary>
    /// <exception cref="ArgumentException">It is not what is known of the normal ones: of other models, or without its labels' <see cref="ItemEvidence.Lead"/>.</exception>
    public Verdict Judge(ItemEvidence evidence)
    {
        if (_density?.Judge(evidence) is var (unusual, farthest, _))
        {
            var probability = Test.Judge([unusual]).P;
            return new Verdict(probability, probability <= Alpha, farthest, unusual, evidence, Speaker(evidence, farthest));
        }
        Span<double> scores = stackalloc double[_regards.Length];
        for (var k = 0; k < scores.Length; k++) scores[k] = evidence.Score(_regards[k]);
        var (p, regard) = Test.Judge(scores);
        return new Verdict(p, p <= Alpha, _regards[regard], Test.Distance(regard, scores[regard]), evidence, Speaker(evidence, _regards[regard]));
    }

    /// <summary>What would be said of one of the normal items, beside the others.</summary>
    public Verdict OfNormal(int item)
    {
        var (p, regard) = Test.Among(item);
        var evidence = _normal[item];
        if (_density?.Judge(evidence) is var (unusual, farthest, _)) return new Verdict(p, p <= Alpha, farthest, unusual, evidence, Speaker(evidence, farthest));
        return new Verdict(p, p <= Alpha, _regards[regard], Test.Distance(regard, evidence.Score(_regards[regard])), evidence, Speaker(evidence, _regards[regard]));
    }

    // Which model's nats a dimension are the most above the middle of its normal ones, or below where too few are what is odd: by that the mean is moved most.
    string Speaker(ItemEvidence evidence, Abnormality regard)
    {
        var (speaker, farthest, sign) = ("", double.NegativeInfinity, regard is Abnormality.TooLikely or Abnormality.TooPredictable or Abnormality.Even ? -1 : 1);
        for (var k = 0; k < _middles.Length; k++)
        {
            if (evidence.ModelNats?.Count != _middles.Length) throw new ArgumentException($"{_middles.Length} models judge, and the evidence is of others", nameof(evidence));
            var excess = sign * (evidence.ModelNats[k] / evidence.Dimensions - _middles[k]);
            if (excess > farthest) (speaker, farthest) = (Models[k], excess);
        }
        return speaker;
    }

    static Abnormality[] Regards(DetectionMethod method, bool hasCode, bool hasSpread, bool hasLead, bool hasBackground)
    {
        if (method == DetectionMethod.Complexity && !hasCode) throw new ModelException("the complexity needs a code of such items and normal ones measured by it, and there is none");
        if (method == DetectionMethod.Ratio && !hasBackground) throw new ModelException("the ratio needs a background model");
        return method switch
        {
            DetectionMethod.Likelihood => [Abnormality.Unlikely],
            DetectionMethod.Typicality => [Abnormality.Unlikely, Abnormality.TooLikely],
            DetectionMethod.Complexity => [Abnormality.Complexity],
            DetectionMethod.Ratio => [Abnormality.Ratio],
            _ when !hasCode => hasBackground ? [Abnormality.Unlikely, Abnormality.Ratio] : [Abnormality.Unlikely],
            _ => [Abnormality.Unlikely, Abnormality.TooLikely, Abnormality.Complexity, Abnormality.TooPredictable, .. hasSpread ? (Abnormality[])[Abnormality.Uneven, Abnormality.Even] : [], .. hasLead ? (Abnormality[])[Abnormality.LabelsApart, Abnormality.LabelsClose] : [], .. hasBackground ? (Abnormality[])[Abnormality.Ratio] : []],
        };
    }
}
