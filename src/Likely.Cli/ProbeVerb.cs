using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>probe: how well a linear classifier tells the labels of items from an inner state of a model, and how well one unit of it alone.</summary>
static class ProbeVerb
{
    static readonly Argument<string> Model = Options.Argument("MODEL", "A model of features, or a trained density that was told no labels");
    static readonly Argument<string> Data = Options.Argument("DATA", "Labelled data: a known name, or a path such as a folder with a sub-folder for each label");
    static readonly Option<string?> Test = Options.Text("--test", "Labelled data to test on; the test part of DATA if not given", "DATA");
    static readonly Option<string?> PenaltyName = Options.Text("--penalty", "l2: all weights small, if nothing is said; l1: most of them zero. How much is chosen on the validation part", "P");
    static readonly Option<bool> Raw = Options.Flag("--raw", "With --pool and a model of patches=: by the windows' own pixels instead of their codes, for comparison");
    static readonly Option<int?> Words = Options.Whole("--words", "For text, beside the model: the same classifier of which sequences of up to N words are in an item", most: 5);
    static readonly Option<int?> Examples = Options.Whole("--examples", "Of a mixture: instead of a classifier, give its components the classes of N labelled items of each class, drawn again and again");
    static readonly Option<int?> Draws = Options.Whole("--draws", "With --examples: how often they are drawn; 100 if not given", most: 100_000);
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "A picture of how the best unit's values are distributed in each class, runs/MODEL-DATA-unit.png if not given; with --retrieval a page of curves, runs/MODEL-DATA-retrieval.html", "FILE");

    public static Verb Create() => new("probe", "How well a linear classifier tells labels from the model's features, and the best single unit alone",
        ["probe reviews.likely sst/ --set items=lines --penalty l1", "probe reviews.likely train/ --test test/ --layer cell --words 2", "probe digits.likely mnist --layer layers.4", "probe mixture.likely codes.npy --examples 1", "probe lsa.likely reuters21578/ --retrieval"],
        [Model, Data, Test, CodeOptions.Layer, CodeOptions.Pool, CodeOptions.Regions, CodeOptions.Stride, Raw, PenaltyName, Words, Examples, Draws, RetrievalProbe.Retrieves, RetrievalProbe.Among, RetrievalProbe.Distance, RetrievalProbe.Radius, Set, Out], Run);

    // Items of one part: their codes and their classes.
    sealed record Part(float[] Codes, int[] Labels, List<byte[]> Texts);

    static int Run(ParseResult result, Session session)
    {
        var (modelPath, source, testSource) = (result.GetRequiredValue(Model), result.GetRequiredValue(Data), result.GetValue(Test));
        var penalty = result.GetValue(PenaltyName) switch
        {
            null or "l2" => Penalty.L2,
            "l1" => Penalty.L1,
            var unknown => throw new UsageException($"--penalty {unknown} is unknown; use l1 or l2"),
        };
        var retrieves = RetrievalProbe.IsAsked(result, PenaltyName, Words, Examples);
        var checkpoint = ModelFile.Read(modelPath);
        if (ModelFile.Classes(checkpoint) > 0) throw new UsageException($"{modelPath} is told the label of what it reads, so telling it from the model's state shows nothing; probe a model trained without conditional=true");
        var examples = result.GetValue(Examples);
        if (examples is null && result.GetValue(Draws) is not null) throw new UsageException("--draws says how often examples are drawn, and goes with --examples");
        if (examples is not null && checkpoint.Model is not GaussianMixture) throw new UsageException($"--examples is for a mixture of Gaussians, whose components get labels; {modelPath} is {checkpoint.Model.Config.Name}");
        if (examples is not null && ((Option[])[CodeOptions.Layer, CodeOptions.Pool, CodeOptions.Regions, CodeOptions.Stride, Raw, PenaltyName, Words, Out]).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } useless) throw new UsageException($"{useless.Name} is for a classifier, and with --examples there is none; leave it out");
        var raw = result.GetValue(Raw);
        if (raw && !CodeOptions.PoolsWindows(result, checkpoint)) throw new UsageException("--raw is for --pool max or mean with a model of features that was fitted to patches=HxW");
        var encoder = CodeOptions.Encoder(result, session, checkpoint, raw);
        var words = result.GetValue(Words);
        if (words is not null && !ModelFile.Modality(checkpoint).HasTokens) throw new UsageException($"--words is for models of text and other bytes; this one is of {ModelFile.Modality(checkpoint).Title}");
        var picture = (retrieves ? OutputName.Page : OutputName.Of(Modality.Image)).Choose(result.GetValue(Out), $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}-{(retrieves ? "retrieval" : "unit")}", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source, testSource);
        if (examples is null) outputs.Claim(picture);
        // How much the model's own training held out is nothing to these data.
        var settings = Options.Pairs(result.GetValue(Set));
        var options = CodeOptions.Items(result, checkpoint, settings);
        if (!settings.Exists(pair => pair.Key is "validation" or "test")) options = options with { Validation = DataOptions.Default.Validation, Test = DataOptions.Default.Test };
        using var data = session.Open(source, options, checkpoint);
        if (data.ClassNames.Count < 2) throw new UsageException($"{data.Name} has {(data.ClassNames.Count == 0 ? "no labels" : "one label")}, and a classifier tells at least two apart; a sub-folder for each is the usual way");
        using var other = testSource is null ? null : session.Open(testSource, data.Options);
        if (other is not null && !other.ClassNames.SequenceEqual(data.ClassNames)) throw new UsageException($"the labels of {other.Name} ({string.Join(", ", other.ClassNames.Take(20))}) are not those of {data.Name} ({string.Join(", ", data.ClassNames.Take(20))})");
        if (retrieves) return RetrievalProbe.Run(result, session, checkpoint, encoder, data.Train, other?.All ?? data.Test, picture, $"{DefaultName.Stem(modelPath)} of {data.Name}");
        Split[] all = [data.Train, data.Validation, other?.All ?? data.Test], parts = [.. all.Select(part => part.WithOneLabel())];
        int items = all.Sum(part => part.Count), leftOut = items - parts.Sum(part => part.Count);
        if (leftOut > 0) session.Say($"left out    {leftOut} of {items} items, which have no label or several: a classifier tells one");
        if (parts[2].CountIn(parts[0]) is > 0 and var seen && other is not null) session.Warn($"warning     {seen} of {parts[2].Count} test items are also trained on, so the accuracy flatters the model");
        if (examples is { } few)
        {
            RequireItems(parts[0], "training");
            RequireItems(parts[2], "test");
            return ExampleProbe.Run(session, (GaussianMixture)checkpoint.Model, parts[0], parts[2], data.ClassNames, few, result.GetValue(Draws));
        }
        var (train, heldOut, test) = (Read(parts[0], "training"), Read(parts[1], "validation"), Read(parts[2], "test"));
        session.Say($"items       {train.Labels.Length} to train on, {heldOut.Labels.Length} to choose the penalty's strength by, {test.Labels.Length} to test on; {encoder.Width} numbers of {encoder.Name}");
        var (classes, labels) = (data.ClassNames.Count, (train.Labels, heldOut.Labels, test.Labels));
        var seconds = 0.0;
        var (probe, unit, bag) = session.Watch(display =>
        {
            var begin = Stopwatch.GetTimestamp();
            var fitted = LinearProbe.OfCodes(train.Codes, heldOut.Codes, test.Codes, encoder.Width, labels, classes, penalty, session.Threads, session.Cancellation, Tell("codes", 0, 0.5));
            seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            display.Update(0.5, "looking at single units");
            var best = UnitThreshold.Best(train.Codes, encoder.Width, train.Labels, classes, session.Threads, session.Cancellation);
            return (fitted, best, words is { } longest ? LinearProbe.OfWords(train.Texts, heldOut.Texts, test.Texts, longest, labels, classes, penalty, session.Threads, session.Cancellation, Tell("words", 0.6, 0.4)) : null);

            Action<int, int> Tell(string what, double begin, double share) => (tried, all) => display.Update(begin + share * tried / all, $"fitting to {what}: strength {tried + 1} of at most {all}");
        });
        var alone = Proportion.Of(unit.Tell(test.Codes, encoder.Width), test.Labels);
        var histogram = new UnitHistogram(test.Codes, encoder.Width, unit, test.Labels, data.ClassNames);
        var own = checkpoint.Model is IRowClassifier { Classes: > 0 } classifier && checkpoint.ClassNames.SequenceEqual(data.ClassNames) ? (Proportion?)RowClassification.Of(classifier, parts[2], session.Threads, session.Cancellation) : null;
        var usual = new Proportion(test.Labels.Count(label => label == Usual(train.Labels, classes)), test.Labels.Length);
        AtomicFile.Write(picture, session.Force, histogram.Draw(string.Create(CultureInfo.InvariantCulture, $"unit {unit.Unit} of {encoder.Name}: {100 * alone.Share:0.0} %")).Save);
        var name = penalty.ToString().ToLowerInvariant();
        session.Answer($"""
            accuracy    {Confident(probe.Test)}; {penalty} of {Short(probe.Strength)}, {probe.Used} of {probe.Features} numbers used; the most usual label alone {100 * usual.Share:0.0} %
            unit        {unit.Unit} alone {Confident(alone)}: {data.ClassNames[unit.Below]} below {Short(unit.Threshold)}, {data.ClassNames[unit.Above]} from there on
            {(bag is null ? "" : $"words       {Confident(bag.Test)} by which of {bag.Features} sequences of up to {words} words are in a text\n")}{(own is { } told ? $"own         {Confident(told)} by the classes that the model itself has learned\n" : "")}picture     {picture}: that unit's values in each class
            """, new JsonObject
        {
            ["accuracy"] = Session.Number(probe.Test.Share),
            ["interval"] = Interval(probe.Test),
            ["best_unit"] = new JsonObject
            {
                ["unit"] = unit.Unit,
                ["accuracy"] = Session.Number(alone.Share),
                ["interval"] = Interval(alone),
                ["train_accuracy"] = Session.Number(unit.Found.Share),
                ["threshold"] = Session.Number(unit.Threshold),
                ["below"] = data.ClassNames[unit.Below],
                ["above"] = data.ClassNames[unit.Above],
                ["low"] = Session.Number(histogram.Low),
                ["high"] = Session.Number(histogram.High),
                ["histogram"] = new JsonObject([.. data.ClassNames.Select((label, k) => KeyValuePair.Create(label, (JsonNode?)new JsonArray([.. histogram.Counts[k].Select(count => (JsonNode)count)])))]),
            },
            ["words"] = bag is null ? null : new JsonObject { ["accuracy"] = Session.Number(bag.Test.Share), ["interval"] = Interval(bag.Test), ["features"] = bag.Features, ["strength"] = Session.Number(bag.Strength) },
            ["own"] = own is { } self ? new JsonObject { ["accuracy"] = Session.Number(self.Share), ["interval"] = Interval(self) } : null,
            ["usual"] = Session.Number(usual.Share),
            ["penalty"] = name,
            ["strength"] = Session.Number(probe.Strength),
            ["weakest_strength"] = Session.Number(probe.Weakest),
            ["objective"] = Session.Number(probe.Objective),
            ["seconds"] = Session.Number(seconds),
            ["train_accuracy"] = Session.Number(probe.Train.Share),
            ["used"] = probe.Used,
            ["left_out"] = leftOut,
            ["train_items"] = train.Labels.Length,
            ["validation_items"] = heldOut.Labels.Length,
            ["test_items"] = test.Labels.Length,
            ["layer"] = encoder.Name,
            ["width"] = encoder.Width,
            ["output"] = picture,
        });
        return 0;

        void RequireItems(Split split, string what)
        {
            if (split.Count == 0) throw new UsageException($"{data.Name} has no {what} items{(leftOut > 0 ? " of exactly one label" : "")}; hold {(what == "test" || data.Options.Validation == 0 ? "some" : "more")} out with --set {(what == "test" ? "test=0.2, or name others with --test" : "validation=0.2")}");
            CodeOptions.RequireFit(checkpoint, split, encoder);
        }

        Part Read(Split split, string what)
        {
            RequireItems(split, what);
            var (codes, classOf, texts) = (new float[checked(split.Count * encoder.Width)], new int[split.Count], new List<byte[]>());
            for (var i = 0; i < split.Count; i++) classOf[i] = split.Label(i);
            var at = 0;
            CodeOptions.Encode(encoder, split, session, some =>
            {
                some.CopyTo(codes, at);
                at += some.Length;
            });
            for (var i = 0; i < split.Count && words is not null; i++)
            {
                var symbols = new int[split.SpaceOf(i).Dimensions];
                split.Read(i, symbols);
                texts.Add(data.Tokens!.Decode(symbols));
            }
            return new Part(codes, classOf, texts);
        }
    }

    static int Usual(int[] labels, int classes)
    {
        var counts = new int[classes];
        foreach (var label in labels) counts[label]++;
        return Array.IndexOf(counts, counts.Max());
    }

    static string Confident(Proportion part) => string.Create(CultureInfo.InvariantCulture, $"{100 * part.Share:0.0} % of {part.Count} test items, {100 * part.Interval.Low:0.0} to {100 * part.Interval.High:0.0} % with 95 % confidence");

    static string Short(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    static JsonArray Interval(Proportion part) => [.. new[] { part.Interval.Low, part.Interval.High }.Select(bound => Session.Number(bound))];
}
