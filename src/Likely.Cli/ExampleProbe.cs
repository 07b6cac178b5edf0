using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely.Cli;

/// <summary>probe with a few examples: how well a mixture that was fitted without labels tells them when it is shown some items of each class.</summary>
static class ExampleProbe
{
    const int Usual = 100;

    /// <summary>Draws examples, labels the components by them, and answers.</summary>
    /// <param name="session">The run.</param>
    /// <param name="mixture">The model.</param>
    /// <param name="train">Items of one label each that examples are drawn from.</param>
    /// <param name="test">Such items that are told a class.</param>
    /// <param name="classNames">The classes.</param>
    /// <param name="examples">Examples of each class.</param>
    /// <param name="draws">How often, or null.</param>
    public static int Run(Session session, GaussianMixture mixture, Split train, Split test, IReadOnlyList<string> classNames, int examples, int? draws)
    {
        var (own, other) = (Labelled(train), Labelled(test));
        session.Say($"items       {train.Count} to draw {examples} of each of {classNames.Count} classes from, {draws ?? Usual} times; {test.Count} to test on");
        var found = session.Watch(display =>
        {
            display.Update(0, "telling classes");
            return FewLabels.Of(mixture, own, other, classNames.Count, examples, draws ?? Usual, session.Seed, session.Threads, session.Cancellation);
        });
        session.Answer($"""
            mixture     {Words(found.Mixture)}: each of {mixture.Width} components has the class of the example likeliest under it
            nearest     {Words(found.NearestExample)}: the class of the nearest of the same examples
            all labels  {Percent(found.Majority.Share)} where each component has the class of most of its labelled items; {Percent(found.OneToOne.Share)} where each class has one component
            """, new JsonObject
        {
            ["accuracy"] = Session.Number(found.Mixture.Mean),
            ["interval"] = Interval(found.Mixture),
            ["nearest_example"] = new JsonObject { ["accuracy"] = Session.Number(found.NearestExample.Mean), ["interval"] = Interval(found.NearestExample) },
            ["majority"] = Session.Number(found.Majority.Share),
            ["one_to_one"] = Session.Number(found.OneToOne.Share),
            ["components"] = mixture.Width,
            ["examples"] = examples,
            ["draws"] = found.Mixture.Count,
            ["train_items"] = train.Count,
            ["test_items"] = test.Count,
        });
        return 0;

        static (IRows, int[]) Labelled(Split split) => (new SplitRows(split), [.. Enumerable.Range(0, split.Count).Select(split.Label)]);
    }

    static string Words(AccuracyBand band) => $"{Percent(band.Mean)} on average of {band.Count} draws, 9 in 10 from {Percent(band.Low)} to {Percent(band.High)}";

    static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    static JsonArray Interval(AccuracyBand band) => [Session.Number(band.Low), Session.Number(band.High)];
}
