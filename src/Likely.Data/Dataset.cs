using System.Text;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// A data set with its splits, as a model wants it. Splits that the source has are kept; the others are held out of its training part: an item's content and the
/// seed decide, so equal items never fall on different sides, or, of one long sequence, its last stretches. Items of the training part that
/// also lie in another part of the source are not trained on.
/// </summary>
public sealed class Dataset : IDisposable
{
    const int MostBeside = 10_000;

    readonly DataContent _content;
    readonly Lazy<string> _fingerprint;

    Dataset(string name, bool isKnown, DataContent content)
    {
        (Name, IsKnown, _content) = (name, isKnown, content);
        _fingerprint = new Lazy<string>(content.Items.Fingerprint);
        Train = MakeSplit("train", content.Parts.Train, training: true);
        Validation = MakeSplit("validation", content.Parts.Validation, training: false);
        Test = MakeSplit("test", content.Parts.Test, training: false);
        All = MakeSplit("all", content.Parts.All, training: false);
    }

    /// <summary>All items, as the modality made them.</summary>
    internal SymbolItems Items => _content.Items;

    /// <summary>The known name, or the last part of the path.</summary>
    public string Name { get; }

    /// <summary>True if it was opened by a known name, which tells what it holds.</summary>
    public bool IsKnown { get; }

    /// <summary>What kind of data these are.</summary>
    public Modality Modality => _content.Modality;

    /// <summary>Shape of an item after preprocessing; of the first one if <see cref="DataOptions.AnySize"/> lets them differ, of a window if items are <see cref="DataOptions.Patches"/>, of the longest of sequences.</summary>
    public Space Space => _content.Space;

    /// <summary>What the symbols are as bytes; null if they are none, as those of pictures.</summary>
    public Tokens? Tokens => _content.Tokens;

    /// <summary>The words that rows are counts of, learned from the training part or a model's; null of other data than <see cref="Modality.Words"/>.</summary>
    public WordVocabulary? Words => _content.Words;

    /// <summary>Names of the labels; empty if there are none.</summary>
    public IReadOnlyList<string> ClassNames => _content.ClassNames;

    public Split Train { get; }
    public Split Validation { get; }
    public Split Test { get; }

    /// <summary>Every item of every split, in the order of the source, without mirroring or redrawing.</summary>
    public Split All { get; }

    /// <summary>
    /// One hash, in hexadecimal digits, over everything the data set holds: the stored pixels or bytes and the label of each picture or file, in order. It depends
    /// on no option but those that say how an array is read. The first call reads all items, unless opening did.
    /// </summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>The data sets that can be opened by name.</summary>
    public static IReadOnlyList<KnownDataset> Known => KnownDatasets.All;

    /// <summary>Opens a known name or a path; a known data set that is not on this machine is fetched.</summary>
    /// <exception cref="DataException">if there is no such data set, it is damaged or of an unfit shape, or an option is out of its range</exception>
    public static Dataset Open(string nameOrPath, DataOptions options, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        ArgumentNullException.ThrowIfNull(options);
        options = options.Required();
        if (KnownDatasets.Find(nameOrPath) is { } known)
        {
            KnownDatasets.RequireClear(nameOrPath, known);
            Modality.Image.RequireOwn(options with { HoldOut = HoldOut.Content }, nameOrPath);
            var parts = known.IsBuiltIn ? StrokesSource.Parts() : SourceParts.Open(KnownDatasets.Locate(known) ?? Fetch(known.Name, progress, cancellation), options, progress, cancellation);
            return new Dataset(known.Name, true, ImageContent.Of(parts, options, known, cancellation));
        }
        if (!File.Exists(nameOrPath) && !Directory.Exists(nameOrPath))
            throw nameOrPath.Contains('\uFFFD') ? new DataException($"'{nameOrPath}' is no name in UTF-8; rename the file, or name the folder that it is in.")
                : new DataException($"There is no file or folder '{nameOrPath}', and no known data set of that name{Meant(nameOrPath)}; known are {string.Join(", ", Known.Select(item => item.Name))}.");
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(nameOrPath)));
        var path = new DataPath(nameOrPath, options, progress, cancellation);
        return new Dataset(name, false, Modality.Of(path).Open(path));
    }

    // The known name, or what lies where the path says, that a mistyped one was meant to be.
    static string Meant(string path)
    {
        if (Spelling.Hint(path, Known.Select(item => item.Name)) is { Length: > 0 } known) return known;
        var (folder, name) = (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path)) ?? "", Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        try
        {
            var near = Spelling.Nearest(name, Directory.EnumerateFileSystemEntries(folder.Length > 0 ? folder : ".").Take(MostBeside).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal));
            return near is null ? "" : $" (did you mean '{Path.Combine(folder, near)}'?)";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ""; // there is nothing to suggest
        }
    }

    /// <summary>True if a known name or a path can be opened without fetching anything.</summary>
    public static bool IsHere(string nameOrPath) => KnownDatasets.Find(nameOrPath) is { } known
        ? known.IsBuiltIn || KnownDatasets.Folder(known) is not null : File.Exists(nameOrPath) || Directory.Exists(nameOrPath);

    /// <summary>Makes sure that a known data set is on this machine and returns its folder (empty for a built-in one).</summary>
    /// <exception cref="DataException">if it is unknown, cannot be fetched, or arrives damaged</exception>
    public static string Fetch(string name, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        var known = KnownDatasets.Find(name)
            ?? throw new DataException($"There is no known data set '{name}'{Spelling.Hint(name, Known.Select(item => item.Name))}; known are {string.Join(", ", Known.Select(item => item.Name))}.");
        return known.IsBuiltIn ? "" : KnownDatasets.Locate(known) ?? Download.Fetch(known, progress ?? (_ => { }), cancellation);
    }

    /// <summary>What people should know about how the data were read and divided, one sentence each.</summary>
    public IReadOnlyList<string> Notes => _content.Notes;

    /// <summary>Those of the <see cref="Notes"/> that say why items are in the parts that they are in.</summary>
    public IReadOnlyList<string> PartNotes => _content.PartNotes;

    /// <summary>The options that shape items and parts, as canonical text, with what was found out about the data: what a model file keeps.</summary>
    public string Preprocessing => _content.Options.ToCanonical();

    /// <summary>Those of the options that change what these items show, as canonical text; empty if none does.</summary>
    public string Effects => _content.Effects;

    /// <summary>The options, with what was found out about the data: other data opened with them are treated as these were.</summary>
    public DataOptions Options => _content.Options with { As = Modality, ModelLevels = Space.Levels, ModelClasses = ClassNames, ModelTokens = Tokens, ModelWords = Words };

    /// <summary>Refuses data that no density can be of.</summary>
    /// <exception cref="DataException">if they are real numbers</exception>
    public void RequireSymbols()
    {
        if (Space.Levels == 0) throw new DataException($"'{Name}' holds rows of real numbers, and no density of symbols takes those; what makes features of rows, such as pca and kmeans, is fitted to them.");
    }

    /// <summary>What there is to say of these data as those of their kind, a name and words each: of text its symbols, an excerpt, and what simple models of it reach.</summary>
    public IEnumerable<(string Name, string Words)> About(CancellationToken cancellation = default) => Modality.Describe(this, cancellation);

    /// <summary>Source, splits, space, classes and preprocessing, as lines of text.</summary>
    public string Describe(CancellationToken cancellation = default)
    {
        var text = new StringBuilder();
        text.AppendLine($"name    {VisibleText.Line(Name)}");
        text.AppendLine($"source  {_content.Source}");
        text.AppendLine($"splits  train {Train.Count}, validation {Validation.Count}, test {Test.Count}{(_content.Division.Length > 0 ? $"; {_content.Division}" : "")}");
        text.AppendLine($"shape   {Modality.Shape(this)}");
        text.AppendLine($"labels  {(ClassNames.Count == 0 ? "none" : $"{ClassNames.Count}: {VisibleText.Line(string.Join(", ", ClassNames.Take(20)))}{(ClassNames.Count > 20 ? ", ..." : "")}")}");
        foreach (var (name, words) in Modality.Describe(this, cancellation)) text.AppendLine($"{name,-7} {VisibleText.Line(words)}");
        foreach (var note in Notes) text.AppendLine($"note    {VisibleText.Line(note)}");
        var settings = (_content.Options with { HoldOut = HoldOut.Permutation }).ToCanonical();
        text.Append($"set     {(settings.Length == 0 ? "nothing: as they are stored" : settings)}");
        return text.ToString();
    }

    /// <summary>Closes the files; whoever reads items afterwards is told by an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _content.Dispose();

    Split MakeSplit(string name, ItemIndices items, bool training) =>
        new Split(name, _content.Items, Space, items, training).Sample(_content.Options.Limit ?? int.MaxValue) is var split && _content.Patches is { } size ? split.InWindows(size, _content.Options.Windows) : split;
}
