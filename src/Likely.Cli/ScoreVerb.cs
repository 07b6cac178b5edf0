using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>score: how likely a model finds every item of a data set, and where each item surprises it.</summary>
static class ScoreVerb
{
    const int MostMaps = 10_000, Window = 1 << 14;

    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained model");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all; test if the model was trained on these data, else all", "S");
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "Table of items, or - for stdout; runs/MODEL-DATA-scores.csv if not given", "FILE");
    static readonly Option<string?> Map = Options.Folder("--map", "Write each item with its surprise into this folder: a picture beside a map, text coloured on a page, sound under its spectrogram");
    static readonly Option<bool> Show = Options.Flag("--show", "Print text coloured by its surprise, for a terminal of 256 colours");
    static readonly Option<string?> Given = Options.Text("--given", "Score every item as what comes after this text: log p(item | text); or after @FILE; @@ begins a text with @. Of rows, @FILE is the same table with gaps, whose cells are scored given the others", "TEXT");
    static readonly Option<string?> Label = Options.Text("--label", "Score every item as if it had this label, by name or number; its own if not given", "L");
    static readonly Option<int?> Beam = Options.Whole("--beam", "Of pairs: search for each source's likeliest target with K beginnings kept, and tell how many are right", most: BeamSearch.MostBeam);
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items: drawn evenly over all, and of data that come shuffled, as the known ones, the first");

    public static Verb Create() => new("score", "Log-likelihood of every item, in nats and bits per dimension, of text per byte and character too, of sound per sample",
        ["score digits.likely mnist --split test", "score digits.likely scans/ --set size=28x28 gray=true --out scans.csv --map maps/ --limit 100", "score plays.likely letter.txt --show", "score plays.likely mail.txt --set items=lines --out lines.csv", "score plays.likely answers.txt --set items=lines --given @question.txt", "score spoken.likely clips/ --label seven --map maps/", "score dates.likely dates.tsv --beam 4", "score people.likely people.csv --given @gaps.csv"],
        [Model, Data, SplitName, Set, Out, Map, Show, Given, Label, Beam, Limit], Run);

    static int Run(ParseResult result, Session session)
    {
        var (modelPath, source) = (result.GetRequiredValue(Model), result.GetRequiredValue(Data));
        var checkpoint = ModelFile.Read(modelPath);
        if (checkpoint.Model is IRowDensity)
        {
            if (((Option[])[Map, Show, Given, Label, Beam]).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } other) throw new UsageException($"{other.Name} is not for a density of rows of numbers, which tells the likelihood of whole rows; leave it out");
            return RowScoring.Run(session, checkpoint, modelPath, source, Options.Pairs(result.GetValue(Set)), result.GetValue(SplitName), result.GetValue(Limit), result.GetValue(Out));
        }
        var options = ModelFile.WholeItems(checkpoint, Options.Pairs(result.GetValue(Set)));
        var given = result.GetValue(Given) is { } text ? TextPrompt.Of(Given.Name, text) : null;
        if (given is not null && checkpoint.Density.Space.Source > 0) throw new UsageException("--given is what all items come after, and this model scores each item given its own source; leave it out");
        if (given is not null && ModelFile.Modality(checkpoint) == Modality.Table)
        {
            if (((Option[])[SplitName, Map, Show, Label, Beam, Limit]).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } other) throw new UsageException($"{other.Name} does not go with --given, which scores the open cells of all rows; leave it out");
            return CellScoring.Run(session, checkpoint, modelPath, source, given.File ?? throw new UsageException($"{Given.Name} of rows is a table with gaps: {Given.Name} @FILE"), options, result.GetValue(Out));
        }
        if (given is not null && !ModelFile.Modality(checkpoint).HasTokens) throw new UsageException($"--given is for models of text and other bytes, of which a part comes after another; this one is of {ModelFile.Modality(checkpoint).Title}");
        var splitName = result.GetValue(SplitName);
        ItemChoice.RequireKnown(splitName);
        var suffix = splitName is null or "test" ? "" : $"-{splitName}";
        var output = OutputName.Table.Choose(result.GetValue(Out), $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}{suffix}-scores", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source, given?.File);
        if (output != OutputName.Stdout) outputs.Claim(output);
        using var data = session.Open(source, options, checkpoint);
        var label = result.GetValue(Label) is { } asked ? ModelFile.Label(checkpoint, asked) : (int?)null;
        var overLabels = label is null && checkpoint.Density.Classes > 0 && data.ClassNames.Count == 0;
        if (overLabels && checkpoint.Density.Space.Source > 0) throw new UsageException($"{data.Name} has no labels, and the model needs one beside what items are given; give --label");
        if (overLabels && ((Option[])[Map, Show, Given, Beam]).FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } needy) throw new UsageException($"{data.Name} has no labels, so that items are scored by the mean over the model's labels, and {needy.Name} needs one; give --label");
        if (label is null && !overLabels) ModelFile.RequireLabels(checkpoint, data);
        var choice = ItemChoice.Of(checkpoint, data, splitName);
        var split = choice.Split.Sample(result.GetValue(Limit) ?? int.MaxValue);
        if (label is { } one) split = split.Labelled(one);
        var count = split.Count;
        var classNames = label is null ? data.ClassNames : checkpoint.ClassNames;
        var (modality, tokens, map, show) = (data.Modality, data.Tokens, result.GetValue(Map), result.GetValue(Show));
        if (map is not null && count > MostMaps) throw new UsageException($"--map would write {count} files; say how many with --limit N, at most {MostMaps}");
        if (show && modality.Coloured([], [], tokens, 1) is null) throw new UsageException($"--show is not for {modality.Title}; --map DIR shows their surprise");
        var surprises = map is not null || show ? new Surprises(split, checkpoint.Density) : null;
        var maps = map is not null ? new SurpriseMaps(map, split, surprises!, checkpoint.Density, modality, tokens, outputs) : null;
        var groups = Group(checkpoint, split, labelled: !overLabels);
        session.Say($"items       {count} of {data.All.Count}{split.DrawnFrom(choice.Split.Count)}{choice.Reason}");
        if (overLabels) session.Say($"note        {data.Name} has no labels, and the model tells p(x | label): p(x) is the mean over its {checkpoint.Density.Classes} labels");
        if (checkpoint.Density.Members > 1) session.Say($"note        an ensemble of {checkpoint.Density.Members}: the average of the members' probabilities of whole items");
        var inText = given is null && ModelFile.ReadsOn(checkpoint) && split.AreLines && !overLabels;
        if (inText) session.Say("note        each line is scored behind the lines before it in its file, as the model was trained on running text");
        if (modality.Units.Count > 0) session.Say($"perplexity  of a symbol, the e-th power of its mean nats; {Conventions(checkpoint.Density, given is not null || inText)}");
        var continuations = given is null ? null : session.Watch(display =>
        {
            using var stream = given.Open();
            return new ContinuationScorer(checkpoint, stream, session.Threads, bytes => display.Update((double)bytes / Math.Max(1, given.Length), "reading what is given"), session.Cancellation);
        });
        if (continuations is not null) session.Say($"given       {continuations.GivenSymbols} symbols, after which each item is scored{(split.AreLines ? ", with the end of its line" : "")}");
        var nats = new double[count];
        var (dimensions, archived, done) = (0L, 0.0, 0L);
        for (var i = 0; i < count; i++) dimensions += split.SpaceOf(i).Dimensions;
        var clock = Stopwatch.StartNew();
        session.Watch(display =>
        {
            foreach (var (space, items) in groups)
            {
                var coded = new double[items.Length];
                var model = checkpoint.Density;
                if (Evaluation.MemoryOf(model, space, session.Threads) is > 1_000_000_000 and var bytes) display.Line($"note        scoring {(space.IsSequence ? $"by {space.Levels} symbols" : $"{space.Height}x{space.Width}")} takes up to {MachineMemory.Text(bytes)} of memory");
                Evaluation.PerExample? keep = surprises is null ? null : (index, _, symbols) =>
                {
                    if (symbols.IsEmpty && continuations is not null) throw new UsageException($"the end of what is given and the beginning of {split.ItemName(index)} make one symbol together, so its surprise cannot be shown symbol by symbol; end --given where a word ends, or leave --map and --show out");
                    surprises.Keep(index, symbols);
                };
                void Progress(long more)
                {
                    var share = Math.Min(1, (double)Interlocked.Add(ref done, more) / dimensions);
                    display.Update(share, $"scoring, {ProgressDisplay.Duration(clock.Elapsed.TotalSeconds * (1 / share - 1))} left");
                }
                var scores = overLabels ? new EvidenceScorer(checkpoint, null, session.Threads).Nats(split.Choose(items), null, more => Progress(more / checkpoint.Density.Classes), session.Cancellation) : continuations is not null ? continuations.Score(split, keep, Progress, session.Cancellation) : inText ? new Scorer(model, session.Threads).ScoreLines(split, keep, Progress, session.Cancellation)
                    : Evaluation.Score(model, split, session.Threads, items: items, coded: coded, space: space, each: keep, progress: Progress, cancellation: session.Cancellation);
                if (overLabels || inText || continuations is not null) scores.CopyTo(coded, 0);
                for (var i = 0; i < items.Length; i++) nats[items[i]] = scores[i];
                foreach (var item in coded) archived += item;
            }
            return 0;
        });
        var seconds = clock.Elapsed.TotalSeconds;
        if (nats.Count(score => !double.IsFinite(score)) is > 0 and var lost) throw new NotFiniteNumberException(
            $"{lost} of {count} items have no finite score, such as {split.ItemName(Array.FindIndex(nats, score => !double.IsFinite(score)))}, and nothing was written; the weights of {modelPath} are too large, from training at too high a rate or a damaged file");

        var answers = result.GetValue(Beam) is { } beam ? new AnswerCheck(session, checkpoint, split, beam) : null;
        var units = Count(split, modality, tokens, session.Cancellation);
        using var files = new OutputSet(session.Remark, session.Force);
        if (output != OutputName.Stdout) files.Write(output, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            Write(writer, split, nats, classNames, modality.Units, units, answers);
        });
        maps?.Write(files, nats, session.Cancellation);
        files.Complete();
        maps?.RemoveStale();
        if (show) Print(session, split, surprises!, modality, tokens!);
        if (output == OutputName.Stdout) session.Stream(writer => Write(writer, split, nats, classNames, modality.Units, units, answers));
        var total = Evaluation.Mean(nats) * count;
        var (bits, codedBits) = (total / (dimensions * 0.693147180559945309), archived / (dimensions * 0.693147180559945309));
        var rest = modality.HasRest ? Rest(split, count, modality, tokens) : (double?)null;
        var json = new JsonObject
        {
            ["count"] = count,
            ["nats_per_example"] = Session.Number(total / count),
            ["bits_per_dim"] = Session.Number(bits),
            ["archive_bits_per_dim"] = Session.Number(codedBits),
            ["dims"] = dimensions,
            ["seconds"] = Session.Number(seconds),
            ["split"] = split.Name,
            ["of"] = data.All.Count,
            ["trained_on"] = Session.Number(choice.TrainedShare),
            ["output"] = output,
            ["maps"] = maps?.Folder,
            ["map_highest_nats"] = Session.Number(maps is null ? null : surprises!.High),
        };
        if (rest is not null) json["rest_nats_per_example"] = Session.Number(rest.Value);
        if (modality.Units.Count > 0)
        {
            json["running_text"] = inText;
            (json["window"], json["stride"], json["first_scored"]) = (checkpoint.Density.Windows?.Length, checkpoint.Density.Windows?.Stride, true);
            json["given_symbols"] = continuations?.GivenSymbols;
        }
        var odd = OddItems.Of(nats, units);
        if (odd.Length > 0) json["most_surprising"] = OddItems.Json(odd, split, nats, units, modality.Units[^1]);
        // Of sound a symbol is a sample, and one figure says it.
        var words = new StringBuilder(modality.Units.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{bits:0.00000} {(modality.Units.Count == 0 ? modality.BitsUnit(tokens) : "bits/symbol")}"));
        for (var u = 0; u < modality.Units.Count; u++)
        {
            var sum = units[u].Sum(number => (long)number);
            (json[$"{modality.Units[u]}s"], json[$"bits_per_{modality.Units[u]}"]) = (sum, Session.Number(total / (sum * 0.693147180559945309)));
            words.Append(CultureInfo.InvariantCulture, $"{(words.Length > 0 ? ", " : "")}{total / (sum * 0.693147180559945309):0.00000} bits/{modality.Units[u]}");
        }
        if (modality.Units.Count > 0)
        {
            var perplexity = ExactMath.Exp(total / dimensions);
            (json["perplexity"], json["nats_per_symbol"]) = (Session.Number(perplexity), Session.Number(total / dimensions));
            words.Append(CultureInfo.InvariantCulture, $", perplexity {perplexity:0.000}{(split.Space.Source > 0 ? $", {total / dimensions:0.00000} nats/symbol" : "")}");
        }
        answers?.AddTo(json);
        session.Answer($"""
            {count} of {data.All.Count} items of {data.Name} ({split.Name}): {total / count:0.0000} nats each, {words}{(checkpoint.Density.Members > 1 ? $"; in an archive {codedBits:0.00000}, by the likeliest member and its number" : "")}{(rest > 0 ? string.Create(CultureInfo.InvariantCulture, $"\nas written  {total / count + rest:0.0000} nats each: {rest:0.0000} more for numbers within the levels that hold them") : "")}
            each item is {(output == OutputName.Stdout ? "above" : $"in {output}")}{(maps is null ? "" : $", its map in {maps.Folder}: -log p of every position from {(modality == Modality.Table ? "white" : "black")}, 0, to the brightest, {surprises!.High:0.00} nats{(modality == Modality.Table ? $", {surprises.High / 0.693147180559945309:0.00} bits," : "")} and more")}{(odd.Length == 0 ? "" : OddItems.Line(odd, split, nats, units, modality.Units[^1]))}{answers?.Line}
            """, json);
        return 0;
    }

    // What perplexities differ by from program to program.
    static string Conventions(AutoregressiveModel model, bool hasPast)
        => $"every symbol counts, the first {(hasPast ? "too" : "as well, of which nothing is known")}; {(model.Windows is var (length, stride) ? length == stride ? $"each is told by those before it in its segment of {length} and by what layers keep of the one before" : $"each is told by those before it in windows of {length}, a new one each {stride}, so that all but the first {length} see {length - stride} to {length - 1}" : model.ReceptiveField is { } field ? $"each is told by the {field} before it" : "each is told by all before it")}";

    // Of each unit, how many each item is.
    static int[][] Count(Split split, Modality modality, Tokens? tokens, CancellationToken cancellation)
    {
        int[][] counts = [.. modality.Units.Select(_ => new int[split.Count])];
        Span<long> sums = stackalloc long[counts.Length];
        var window = new int[counts.Length == 0 ? 0 : Window];
        for (var i = 0; i < split.Count && counts.Length > 0; i++)
        {
            sums.Clear();
            for (int at = 0, length = split.SpaceOf(i).Dimensions; at < length; at += Window)
            {
                cancellation.ThrowIfCancellationRequested();
                var symbols = window.AsSpan(0, Math.Min(Window, length - at));
                split.Read(i, at, symbols, cancellation: cancellation);
                modality.Count(symbols, tokens, sums);
            }
            for (var u = 0; u < counts.Length; u++) counts[u][i] = (int)Math.Min(int.MaxValue, sums[u]);
        }
        return counts;
    }

    // Text of several items stands under their names.
    static void Print(Session session, Split split, Surprises surprises, Modality modality, Tokens tokens)
    {
        for (var i = 0; i < split.Count; i++)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            var item = new int[split.SpaceOf(i).Dimensions];
            split.Read(i, item);
            var text = modality.Coloured(item, surprises[i], tokens, surprises.High)!;
            if (split.Count > 1) session.Print($"{(i == 0 ? "" : "\n")}--- {VisibleText.Line(split.ItemName(i))} ---");
            session.PrintColoured(text);
        }
    }

    /// <summary>The items of a split by their size.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <param name="split">The items.</param>
    /// <param name="labelled">Whether each needs a label, where the model needs one.</param>
    /// <exception cref="UsageException">An item does not fit the model, or has no label where it needs one.</exception>
    public static IReadOnlyList<(Space Space, int[] Items)> Group(Checkpoint checkpoint, Split split, bool labelled = true)
    {
        for (var i = 0; i < split.Count; i++)
        {
            ModelFile.RequireFit(checkpoint, split.SpaceOf(i), $"{split.ItemName(i)}");
            if (labelled && checkpoint.Density.Classes > 0 && split.Label(i) < 0) throw new UsageException($"{split.ItemName(i)} has no label, and the model tells p(x | label)");
        }
        return SpaceGroups.Of(checkpoint.Density, split);
    }

    // Nats of what the symbols leave open, a mean of all items.
    static double Rest(Split split, int count, Modality modality, Tokens? tokens)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            var item = new int[split.SpaceOf(i).Dimensions];
            split.Read(i, item);
            sum += modality.Rest(item, tokens);
        }
        return sum / count;
    }

    static void Write(TextWriter writer, Split split, double[] nats, IReadOnlyList<string> classNames, IReadOnlyList<string> units, int[][] counts, AnswerCheck? answers)
    {
        writer.WriteLine($"index,name,label,nats,bits_per_dim{string.Concat(units.Select(unit => $",bits_per_{unit}"))}{(answers is null ? "" : AnswerCheck.Columns)}");
        for (var i = 0; i < nats.Length; i++)
        {
            var label = split.Label(i);
            var bits = Evaluation.BitsPerDimension(nats[i], split.SpaceOf(i));
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{split.Number(i)},{Quote(split.ItemName(i))},{(label < 0 ? "" : Quote(classNames[label]))},{nats[i]:R},{bits:R}"));
            foreach (var count in counts) writer.Write(count[i] == 0 ? "," : string.Create(CultureInfo.InvariantCulture, $",{nats[i] / (count[i] * 0.693147180559945309):R}"));
            writer.WriteLine(answers?.CellsOf(i));
        }
    }

    /// <summary>A cell of a table. What a spreadsheet would take for a formula, as names of files may be, begins with an apostrophe.</summary>
    public static string Quote(string text) => Quoted(text.Length > 1 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !double.TryParse(text, CultureInfo.InvariantCulture, out _) ? $"'{text}" : text);

    static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
}
