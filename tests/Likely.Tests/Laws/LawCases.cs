using Likely.Models;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Laws;

/// <summary>
/// The tiny configurations: for every registered model the combinations below that it accepts. A key is set where the model has
/// it; a combination that needs a key is left out where it does not, or where the model refuses to be built.
/// </summary>
public static class LawCases
{
    // Sizes that make any model small; 9 channels give uneven groups for R, G, B.
    static readonly Dictionary<string, string> _small =
        Parse("channels=9 head_channels=9 hidden=10 layers=2 kernel=3 components=3 masks=2 orderings=2 dropout=0 heads=3 stacks=2 skip=7");

    static readonly Dictionary<string, string> _large = Parse("channels=18 head_channels=36 hidden=40 layers=3 kernel=7 masks=1 orderings=1 stacks=3 skip=40");

    static readonly (string Name, Space Space, int Classes, (string Key, string Value)[] Wanted, (string Key, string Value)[] Needed)[] _combinations =
    [
        ("binary", Space.Image(4, 3, 1, 2), 0, [], []),
        ("binary vector", Space.Image(1, 8, 1, 2), 0, [], []),
        ("binary RGB", Space.Image(2, 2, 3, 2), 0, [], []),
        ("grey of 4 levels", Space.Image(3, 3, 1, 4), 0, [("head", "softmax")], []),
        ("grey of 3 levels", Space.Image(2, 3, 1, 3), 0, [("head", "softmax")], []),
        ("grey mixture", Space.Image(5, 4, 1, 256), 0, [("kernel", "5")], [("head", "mixture")]),
        ("grey softmax of 256", Space.Image(3, 2, 1, 256), 0, [("head", "softmax")], []),
        ("RGB of 4 levels", Space.Image(3, 3, 3, 4), 0, [("head", "softmax")], []),
        ("RGB of 3 levels", Space.Image(1, 2, 3, 3), 0, [("head", "softmax")], []),
        ("RGB mixture", Space.Image(3, 3, 3, 256), 0, [], [("head", "mixture")]),
        ("grey embedded", Space.Image(3, 3, 1, 4), 0, [("head", "softmax")], [("embedding", "5")]),
        ("RGB embedded", Space.Image(3, 3, 3, 4), 0, [("head", "softmax")], [("embedding", "5")]),
        ("RGB mixture embedded", Space.Image(3, 3, 3, 256), 0, [("head", "mixture")], [("embedding", "3")]),
        ("grey mixture linear", Space.Image(5, 4, 1, 256), 0, [("head", "mixture")], [("linear", "5")]),
        ("RGB mixture linear", Space.Image(4, 5, 3, 256), 0, [("head", "mixture")], [("linear", "3")]),
        ("conditional", Space.Image(4, 3, 1, 2), 3, [], [("conditional", "true")]),
        ("conditional RGB", Space.Image(1, 2, 3, 3), 2, [], [("conditional", "true")]),
        ("dropout", Space.Image(3, 3, 1, 2), 0, [], [("dropout", "0.3")]),
        ("random order", Space.Image(4, 3, 1, 2), 0, [], [("ordering", "random")]),
        ("random order RGB", Space.Image(2, 2, 3, 2), 0, [], [("ordering", "random")]),
        ("three masks", Space.Image(4, 3, 1, 2), 0, [("orderings", "1")], [("masks", "3")]),
        ("three orderings", Space.Image(4, 3, 1, 2), 0, [("masks", "1")], [("orderings", "3")]),
        ("one layer", Space.Image(4, 3, 1, 2), 0, [], [("layers", "1")]),
        ("no position before", Space.Image(1, 1, 1, 2), 0, [], []),
        ("one column", Space.Image(7, 1, 1, 2), 0, [], []),
        ("sequence", Space.Sequence(9, 5), 0, [], []),
        ("tiny sequence", Space.Sequence(5, 3), 0, [], []),
        ("sequence of bytes", Space.Sequence(7, 256), 0, [], []),
        ("sequence embedded", Space.Sequence(6, 5), 0, [], [("embedding", "6")]),
        ("sequence of bytes embedded", Space.Sequence(5, 256), 0, [], [("embedding", "6")]),
        ("sequence rotary", Space.Sequence(6, 5), 0, [("norm", "rms"), ("activation", "squared-relu"), ("query_key_norm", "true"), ("token_shift", "true")], [("positions", "rotary")]),
        ("sequence of bytes rotary", Space.Sequence(7, 256), 0, [("norm", "rms")], [("positions", "rotary")]),
        ("sequence local", Space.Sequence(11, 5), 0, [], [("attention", "local"), ("stride", "3")]),
        ("sequence strided", Space.Sequence(11, 5), 0, [], [("attention", "strided"), ("stride", "3")]),
        ("sequence strided, merged", Space.Sequence(11, 5), 0, [], [("attention", "strided"), ("stride", "3"), ("merged", "true")]),
        ("sequence fixed", Space.Sequence(11, 5), 0, [], [("attention", "fixed"), ("stride", "4"), ("summaries", "2")]),
        ("sequence strided, by heads", Space.Sequence(11, 5), 0, [], [("attention", "strided"), ("stride", "3"), ("by_heads", "true"), ("heads", "2")]),
        ("sequence fixed, by heads", Space.Sequence(11, 5), 0, [], [("attention", "fixed"), ("stride", "4"), ("summaries", "1"), ("by_heads", "true"), ("heads", "2")]),
        ("sequence merged", Space.Sequence(11, 5), 0, [], [("attention", "fixed"), ("stride", "4"), ("summaries", "1"), ("merged", "true")]),
        ("sequence of levels", Space.Sequence(7, 300, AlphabetScale.Ordinal), 0, [], []),
        ("sequence of levels by a mixture", Space.Sequence(7, 300, AlphabetScale.Ordinal), 0, [], [("head", "mixture")]),
        ("sequence of levels, linear", Space.Sequence(7, 300, AlphabetScale.Ordinal), 0, [("head", "mixture")], [("linear", "4")]),
        ("linear", Space.Sequence(36, 16, AlphabetScale.Ordinal), 0, [("head", "mixture")], [("linear", "3")]), // fitted once
        ("conditional sequence", Space.Sequence(7, 4), 3, [], [("conditional", "true")]),
        ("sequence with dropout", Space.Sequence(8, 4), 0, [], [("dropout", "0.3")]),
        ("pairs", Space.Sequence(9, 5) with { Source = 6 }, 0, [("extra", "3")], []),
        ("tiny pairs", Space.Sequence(5, 3) with { Source = 2 }, 0, [("stretch", "1.5"), ("extra", "1"), ("kernel", "2")], []),
        ("stretched pairs", Space.Sequence(8, 4) with { Source = 3 }, 0, [("stretch", "2"), ("around", "2"), ("extra", "1")], []),
        ("pairs of bytes", Space.Sequence(7, 256) with { Source = 4 }, 0, [("dropout", "0.3"), ("extra", "2")], []),
        ("sound", Space.Sequence(9, 300, AlphabetScale.Ordinal) with { Source = 4 }, 0, [("stretch", "2")], []),
        ("sound of labels by a mixture", Space.Sequence(7, 300, AlphabetScale.Ordinal) with { Source = 3 }, 3, [("stretch", "3"), ("around", "2"), ("head", "mixture")], [("conditional", "true")]),
        ("table", Space.Table([Alphabet.OfColumn(2, 0), Alphabet.OfColumn(3, 40), Alphabet.OfColumn(5, 0), Alphabet.OfColumn(2, 9)]), 0, [], []),
        ("tiny table", Space.Table([Alphabet.OfColumn(3, 0), Alphabet.OfColumn(2, 17), Alphabet.OfColumn(2, 0)]), 0, [("direct", "false"), ("masks", "1"), ("orderings", "1")], []),
        ("table in any order", Space.Table([Alphabet.OfColumn(2, 30), Alphabet.OfColumn(2, 0), Alphabet.OfColumn(4, 0), Alphabet.OfColumn(3, 16)]), 0, [("dropout", "0.3")], [("orderings", "0")]),
        ("table of one column", Space.Table([Alphabet.OfColumn(2, 300)]), 0, [], []),
        ("any order", Space.Image(4, 3, 1, 2), 0, [("masks", "3")], [("orderings", "0")]),
        ("larger grid", Space.Image(12, 9, 1, 2), 0, [("context", "128")], []), // more positions than a walk's windows hold
        ("larger RGB grid", Space.Image(9, 6, 3, 4), 0, [("head", "softmax")], []),
    ];

    // Where a head is tried that no combination names.
    static readonly Space[] _spacesOfHeads =
        [Space.Image(2, 3, 1, 3), Space.Image(3, 3, 1, 4), Space.Image(5, 4, 1, 256), Space.Image(1, 2, 3, 3), Space.Image(3, 3, 3, 4), Space.Image(3, 3, 3, 256)];

    static readonly string[] _otherHeads = [.. Head.Names.Except(_combinations.SelectMany(one => one.Wanted.Concat(one.Needed)).Where(pair => pair.Key == "head").Select(pair => pair.Value))];

    public static IReadOnlyList<LawCase> All { get; } = [.. ModelRegistry.Densities.SelectMany(Accepted)];

    /// <summary>Theory data: the names of all cases that satisfy a condition.</summary>
    public static TheoryData<string> Names(Func<LawCase, bool>? condition = null) => [.. All.Where(condition ?? (_ => true)).Select(c => c.Name)];

    public static LawCase Find(string name) => All.Single(c => c.Name == name);

    /// <summary>The config grown until every symbol is within reach of every later one and there is room to remember examples.</summary>
    public static DensityConfig WithReach(LawCase law)
    {
        var keys = ModelRegistry.Keys(law.Config).ToDictionary(pair => pair.Key, pair => pair.Value);
        return ModelRegistry.With(law.Config, _large.Where(pair => keys.ContainsKey(pair.Key)));
    }

    static IEnumerable<LawCase> Accepted(DensityConfig published)
    {
        var keys = ModelRegistry.Keys(published).ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var (name, space, classes, wanted, needed) in _combinations)
        {
            if (needed.Any(pair => !keys.ContainsKey(pair.Key))) continue;
            if (Try($"{published.Name}: {name}", published, Settings(keys, [.. wanted, .. needed]), space, classes) is { } found) yield return found;
        }
        if (keys.ContainsKey("head"))
            foreach (var head in _otherHeads)
                foreach (var space in _spacesOfHeads)
                    if (Try($"{published.Name}: {head} of {space}", published, Settings(keys, ("head", head)), space, 0) is { } found) yield return found;
        // Every switch of a model is tried the other way round.
        foreach (var (key, value) in keys)
            if (key != "conditional" && bool.TryParse(value, out var flag)
                && Try($"{published.Name}: {key}={!flag}", published, Settings(keys, (key, flag ? "false" : "true")), Space.Image(4, 3, 1, 2), 0) is { } found)
                yield return found;
    }

    static Dictionary<string, string> Settings(Dictionary<string, string> keys, params (string Key, string Value)[] special)
    {
        var settings = _small.Where(pair => keys.ContainsKey(pair.Key)).ToDictionary();
        foreach (var (key, value) in special)
            if (keys.ContainsKey(key)) settings[key] = value;
        return settings;
    }

    static Dictionary<string, string> Parse(string settings)
        => settings.Split(' ').Select(setting => setting.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);

    static LawCase? Try(string name, DensityConfig published, Dictionary<string, string> settings, Space space, int classes)
    {
        try
        {
            var config = ModelRegistry.With(published, settings);
            config.Build(space, classes, 1);
            return new LawCase(name, config, space, classes, settings.GetValueOrDefault("dropout", "0") != "0");
        }
        catch (ModelException)
        {
            return null;
        }
    }
}
