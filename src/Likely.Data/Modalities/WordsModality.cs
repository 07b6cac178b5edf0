using System.Globalization;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Bags of words: texts, files or lines of them, as rows of how often they have each word of a vocabulary, which is learned from the training part. Stories of Reuters-21578 come with their own split and
/// topics; other texts with what names of folders and files say, as text does.
/// </summary>
sealed class WordsModality : RowsModality
{
    const int ShownWords = 12, ListedWords = 20;

    public override string Name => "words";
    public override string Title => "bags of words";
    public override IReadOnlyList<string> Keys { get; } = ["vocabulary", "minimum", "stop_words", "stem", "counts", "items", "label"];

    internal override string? Fault(DataOptions options) => options.Items == ItemRule.Stream ? "items=stream is one sequence" : null;

    internal override string Shape(Dataset data) => string.Create(CultureInfo.InvariantCulture, $"{data.All.Count} texts as counts of {data.Space.Width} words");

    internal override IEnumerable<(string Name, string Words)> Describe(Dataset data, CancellationToken cancellation)
    {
        var vocabulary = data.Words!;
        yield return ("words", string.Create(CultureInfo.InvariantCulture, $"{vocabulary.Count}, from {vocabulary.Words[0]} in {vocabulary.TextsWith[0]} of {vocabulary.Texts} training texts to {vocabulary.Words[^1]} in {vocabulary.TextsWith[^1]}: {string.Join(' ', vocabulary.Words.Take(ListedWords))}{(vocabulary.Count > ListedWords ? " ..." : "")}"));
    }

    // Text is read as a sequence if nothing else is said, but what comes with topics is there to be told apart.
    internal override bool Recognises(DataPath path) => path.IsFolder ? path.Listing.Kinds.Count(kind => kind is { Unpacked.IsStories: true }) is > 0 and var stories && 2 * stories >= path.Listing.Texts.Count : path.Kind.Unpacked.IsStories;

    internal override DataContent Open(DataPath path)
    {
        if (path.Options.ModelLevels is > 0) throw new DataException($"'{path.Path}' is opened as bags of words, and the model is one of symbols.");
        return StoryFiles(path) is { Count: > 0 } files ? OfStories(path, files) : OfTexts(path);
    }

    // Those that hold stories; of a folder without any text, the archive that may.
    static List<string> StoryFiles(DataPath path)
    {
        if (!path.IsFolder) return path.Kind.Unpacked is { IsStories: true } or { IsTar: true } ? [path.Path] : [];
        var listing = path.Listing;
        List<string> stories = [.. Enumerable.Range(0, listing.Files.Count).Where(i => listing.Kinds[i] is { Unpacked.IsStories: true }).Select(i => listing.Files[i])];
        if (stories.Count > 0 || listing.Texts.Count > 0) return 2 * stories.Count >= listing.Texts.Count ? stories : [];
        List<string> archives = [.. Enumerable.Range(0, listing.Files.Count).Where(i => listing.Kinds[i] is { Unpacked.IsTar: true }).Select(i => listing.Files[i])];
        return archives.Count <= 1 ? archives : throw new DataException($"The folder '{path.Path}' holds {listing.Some(archives, "tar archive")} and no text; name the archive that is meant, or unpack them.");
    }

    DataContent OfTexts(DataPath path)
    {
        var options = path.Options with { As = this, Items = path.Options.Items ?? ItemRule.Files, Tokens = TokenRule.Bytes, ModelTokens = Tokens.Bytes };
        var content = SequenceContent.Open(this, new DataPath(path.Path, options, path.Progress, path.Cancellation), kind => kind.Unpacked.Format is FileFormat.Text or FileFormat.Unknown, (given, files) => new ByteCoding(given, files));
        return Counted(content, new PlainTexts((TokenItems)content.Items), path.Cancellation);
    }

    DataContent OfStories(DataPath path, List<string> files)
    {
        if (path.Options.Items is { } rule) throw new DataException($"items={rule.ToString().ToLowerInvariant()} is for other texts, and '{path.Path}' has stories; leave it out.");
        if (path.Options.Label is not null) throw new DataException($"label= is for other texts, and the stories of '{path.Path}' have topics; leave it out.");
        var items = StoryItems.Open(files, path.Options.Seed, path.Cancellation);
        try
        {
            var options = path.Options with { As = this };
            var ownParts = options.Parts == PartRule.Names;
            int[] all = [.. Enumerable.Range(0, items.Count)], test = [.. all.Where(i => ownParts && !items.IsTraining[i])], train = [.. all.Where(i => !ownParts || items.IsTraining[i])];
            HashSet<UInt128> tested = [.. test.Select(i => items.Hash(i)!.Value)];
            int[] alone = [.. train.Where(i => !tested.Contains(items.Hash(i)!.Value))];
            List<string> notes = [$"split ModApte: {items.IsTraining.Count(yes => yes)} stories for training and {items.IsTraining.Count(yes => !yes)} for test; {items.LeftOut} others are left out"];
            if (alone.Length < train.Length) notes.Add($"{train.Length - alone.Length} of {train.Length} training stories also lie in the test part, and are not trained on");
            if (all.Count(i => items.Labels(i).Count == 0) is > 0 and var none) notes.Add($"{none} stories have no topic, {all.Count(i => items.Labels(i).Count > 1)} several");
            double[] fractions = [options.Validation, .. ownParts ? (double[])[] : [options.Test ?? options.Validation]];
            var parts = Partition.ByContent(fractions.Sum() > 0 ? Array.ConvertAll(alone, items.Place) : [], alone, fractions);
            var content = new DataContent(this, items, default, options)
            {
                Source = VisibleText.Line($"Reuters-21578 in '{path.Path}', {items.Count} stories"),
                Parts = (parts[^1], parts[0], ownParts ? test : parts[1], all),
                Division = fractions.Sum() > 0 ? "held out by each story's content, so that a new one moves no other" : "",
                ClassNames = items.Topics,
                Notes = notes,
            };
            return Counted(content, new StoryTexts(items), path.Cancellation);
        }
        catch
        {
            items.Dispose();
            throw;
        }
    }

    // Words are counted at once, and the vocabulary before that if no model brings one.
    static DataContent Counted(DataContent content, TextItems texts, CancellationToken cancellation)
    {
        try
        {
            var (options, train) = (content.Options with { ModelTokens = null }, content.Parts.Train);
            var scanner = new WordScanner(options.StopWords, options.Stem);
            var vocabulary = options.ModelWords ?? WordVocabulary.Learn(train.Count, (text, take) => texts.Words(train[text], scanner, take, cancellation), options.VocabularySize, options.Minimum, $"'{content.Source}'");
            var items = new WordItems(texts, vocabulary, options, cancellation);
            var notes = items.Empty == 0 ? content.Notes : [.. content.Notes, $"{items.Empty} of {items.Count} texts have none of the {vocabulary.Count} words, and are rows of zeros"];
            return content with
            {
                Items = items,
                Space = items.SpaceOf(0),
                Options = options,
                Words = vocabulary,
                Tokens = null,
                Notes = notes,
                Effects = string.Join(' ', options.ToCanonical().Split(' ').Where(word => word.Split('=')[0] is "stop_words" or "stem" or "counts" or "items")),
            };
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>The first texts, each with its labels and its most frequent words.</summary>
    public override Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default)
    {
        var table = new StringBuilder("text,words\n");
        var (values, words) = (new float[split.Space.Width], split.Words!.Words);
        for (var i = 0; i < Math.Min(Shown, split.Count); i++)
        {
            split.ReadValues(i, 0, values);
            var shown = Enumerable.Range(0, values.Length).Where(word => values[word] != 0).OrderByDescending(word => values[word]).Take(ShownWords).Select(word => string.Create(CultureInfo.InvariantCulture, $"{words[word]} {values[word]:0.###}"));
            table.Append(CultureInfo.InvariantCulture, $"{Quoted(split.ItemName(i))},{string.Join("; ", shown)}\n");
        }
        return new Rendering(Extension, Encoding.UTF8.GetBytes(table.ToString()));
    }

    protected override string? Header(Split split) => string.Join(',', split.Words!.Words);

    static string Quoted(string name) => name.AsSpan().IndexOfAny(",\"\n\r") < 0 ? name : $"\"{name.Replace("\"", "\"\"")}\"";
}
