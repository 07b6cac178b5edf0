using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;

namespace Likely.Cli;

/// <summary>What a model of pairs finds likeliest for each source of a split, beside the targets that are right.</summary>
sealed class AnswerCheck
{
    readonly string[] _answers;
    readonly double[] _nats;
    readonly int[] _errors, _sourceOf;
    readonly int _beam;
    readonly Split _split;
    readonly Tokens _tokens;

    /// <exception cref="UsageException">The model is none of pairs.</exception>
    public AnswerCheck(Session session, Checkpoint checkpoint, Split split, int beam)
    {
        if (checkpoint.Density.Space is { Source: 0 } or { IsInTime: true }) throw new UsageException("--beam searches for the targets of pairs, and the model is none of pairs; leave it out");
        var transduction = new Transduction(checkpoint, session.Threads);
        var (sources, pairs) = TargetErrors.Group(split);
        var done = 0;
        var found = session.Watch(display => transduction.Search(sources, beam, PairPresentation.UsualLength(checkpoint),
            more => display.Update((double)Interlocked.Add(ref done, more) / sources.Length, "searching"), session.Cancellation));
        (_split, _tokens, _beam, _errors, _sourceOf) = (split, transduction.Tokens, beam, new int[sources.Length], new int[split.Count]);
        int[][] best = Array.ConvertAll(found, one => one.Length == 0 ? [] : one[0].Symbols);
        _answers = Array.ConvertAll(best, symbols => Encoding.UTF8.GetString(transduction.Tokens.Decode(symbols)));
        _nats = Array.ConvertAll(found, one => one.Length == 0 ? double.NaN : -one[0].LogProbability);
        Errors = TargetErrors.Of(split, pairs, best, transduction.Tokens, (source, errors, _) => _errors[source] = errors);
        for (var source = 0; source < pairs.Length; source++)
            foreach (var pair in pairs[source]) _sourceOf[pair] = source;
    }

    public TargetErrors Errors { get; }

    /// <summary>The names of its columns of a table of items.</summary>
    public const string Columns = ",source,target,answer,answer_nats,errors";

    /// <summary>Its cells of an item.</summary>
    public string CellsOf(int item) => string.Create(CultureInfo.InvariantCulture, $",{ScoreVerb.Quote(Text(_split.Source(item)))},{ScoreVerb.Quote(Target(item))},{ScoreVerb.Quote(_answers[_sourceOf[item]])},{_nats[_sourceOf[item]]:R},{_errors[_sourceOf[item]]}");

    // Without the end of the line.
    string Target(int item)
    {
        var symbols = new int[_split.SpaceOf(item).Dimensions];
        _split.Read(item, symbols);
        return Text(symbols).TrimEnd('\n');
    }

    string Text(int[] symbols) => Encoding.UTF8.GetString(_tokens.Decode(symbols));

    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"\nanswers     beam {_beam}: exact match {ExactShare(Errors.Exact, Errors.Sources):0.00} % of {Errors.Sources} sources ({Errors.Sources - Errors.Exact} wrong), symbol error rate {Share(Errors.SymbolErrors, Errors.Symbols):0.00} %, of words between blanks {Share(Errors.WordErrors, Errors.Words):0.00} %");

    public void AddTo(JsonObject json)
    {
        json["beam"] = _beam;
        json["sources"] = Errors.Sources;
        json["exact_match"] = Session.Number((double)Errors.Exact / Errors.Sources);
        json["symbol_error_rate"] = Session.Number((double)Errors.SymbolErrors / Errors.Symbols);
        json["word_error_rate"] = Session.Number((double)Errors.WordErrors / Errors.Words);
    }

    /// <summary>In hundredths of a per cent, rounded down: 100 says that none is wrong.</summary>
    internal static double ExactShare(long exact, long sources) => 10_000 * exact / Math.Max(1, sources) / 100.0;

    static double Share(long part, long whole) => 100.0 * part / Math.Max(1, whole);
}
