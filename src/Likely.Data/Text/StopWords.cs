using System.Collections.Frozen;

namespace Likely.Data;

/// <summary>English words that say nothing of what a text is about: pronouns, articles, prepositions, conjunctions, auxiliaries, and what an apostrophe cuts off (don't, we'll). Part of what a model of words is: it never changes.</summary>
static class StopWords
{
    static readonly FrozenSet<string> English = """
        about above after again against all also am an and any are aren as at be because been before being below between both but by can cannot could couldn did didn do does doesn doing don down during each
        else ever few for from further had hadn has hasn have haven having he her here hers herself him himself his how however if in into is isn it its itself just let ll may me might mine more most much must my
        myself no nor not now of off on once only or other ought our ours ourselves out over own re same shall shan she should shouldn since so some such than that the their theirs them themselves then there these
        they this those though through thus to too under until up upon us ve very was wasn we were weren what when where whether which while who whom whose why will with within without would wouldn yet you your
        yours yourself yourselves
        """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ByLetters = English.GetAlternateLookup<ReadOnlySpan<char>>();

    public static bool Has(ReadOnlySpan<char> word) => ByLetters.Contains(word);
}
