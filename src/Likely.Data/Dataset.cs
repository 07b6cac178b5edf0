using System.Numerics;
using System.Text;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// A data set with its splits, preprocessed as a model wants it. Splits that the source has are kept; the others are held
/// out of its training part: an item's content and the seed decide, so equal items never fall on different sides. Items of the training part that
/// also lie in another part of the source are not trained on.
/// </summary>
public sealed class Dataset : IDisposable
{
    const int MostBeside = 10_000;

    readonly ItemSource _source;
    readonly List<string> _notes = [], _partNotes = [];
    readonly ContentHashes _hashes;
    readonly Lazy<string> _fingerprint;
    readonly int[]? _classOf;
    DataOptions _options;
    bool _heldOutByContent;

    Dataset(string name, SourceParts parts, DataOptions options, KnownDataset? known, CancellationToken cancellation)
    {
        (Name, IsKnown) = (name, known is not null);
        _options = options;
        IReadOnlyList<ItemSource> sources = [.. parts.Train, .. parts.Validation, .. parts.Test];
        _source = sources.Count == 1 ? sources[0] : new JoinedSource(sources);
        _hashes = new ContentHashes(_source, cancellation);
        _fingerprint = new Lazy<string>(_hashes.Fingerprint);
        try
        {
            _options = options = Scaled(sources, options, cancellation);
            int train = parts.Train.Sum(part => part.Count), validation = parts.Validation.Sum(part => part.Count);
            var preprocessing = new Preprocessing(options, new StaticDraw(_source, _hashes));
            Space = CommonSpace(_source, preprocessing);
            Effects = EffectiveOptions.Of(_source, options, preprocessing);
            if (known is null) _notes.AddRange(parts.Notes);
            if (known is null && parts.PartNote is { } named) _partNotes.Add(named);
            _notes.AddRange(_source.Notes);
            var (trainItems, validationItems, testItems) = Divide(train, validation, parts.Test.Count > 0, known);
            if (Patches is { } size) Explain(size, preprocessing, trainItems.Length);
            if (known is null && !options.Gray && Space.Symbols == 3 && _hashes.IsGrey == true)
                _notes.Add("every pixel is grey, stored in three equal channels; gray=true takes one, a third of the work");
            string[] greys = options.Gray ? [] : [.. sources.OfType<FolderSource>().SelectMany(folder => folder.GreyAmongColors.Select(folder.ItemName))];
            if (greys.Length > 0) _notes.Add($"{greys.Length} of {_source.Count} pictures, such as '{greys[0]}', are grey among coloured ones, and get three equal channels; gray=true makes all grey");
            (ClassNames, _classOf) = Named(_source.ClassNames, known?.ClassNames, options.ModelClasses);
            Func<int, double>? place = known is { IsShuffled: true } ? null : index => Partition.Place(_hashes[index], options.Seed);
            Train = MakeSplit("train", trainItems, preprocessing, place, training: true);
            Validation = MakeSplit("validation", validationItems, preprocessing, place, training: false);
            Test = MakeSplit("test", testItems, preprocessing, place, training: false);
            All = MakeSplit("all", [.. Enumerable.Range(0, _source.Count)], preprocessing, place, training: false);
        }
        catch
        {
            _source.Dispose();
            throw;
        }
    }

    /// <summary>The known name, or the last part of the path.</summary>
    public string Name { get; }

    /// <summary>True if it was opened by a known name, which tells what it holds.</summary>
    public bool IsKnown { get; }

    /// <summary>Shape of an item after preprocessing; of the first one if <see cref="DataOptions.AnySize"/> lets them differ, and of a window if items are <see cref="DataOptions.Patches"/>.</summary>
    public Space Space { get; }

    /// <summary>Names of the labels; empty if there are none.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    public Split Train { get; }
    public Split Validation { get; }
    public Split Test { get; }

    /// <summary>Every item of every split, in the order of the source, without mirroring or redrawing.</summary>
    public Split All { get; }

    /// <summary>
    /// One hash, in hexadecimal digits, over everything the data set holds: the stored pixels and the label of each item, in order. It depends
    /// on no option but those that say how an array is read. The first call reads all items, unless opening did.
    /// </summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>The data sets that can be opened by name.</summary>
    public static IReadOnlyList<KnownDataset> Known => KnownDatasets.All;

    /// <summary>Opens a known name or a path; a known data set that is not on this machine is fetched.</summary>
    /// <exception cref="DataException">if there is no such data set, or it is damaged or of an unfit shape</exception>
    public static Dataset Open(string nameOrPath, DataOptions options, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        if (KnownDatasets.Find(nameOrPath) is { } known)
        {
            KnownDatasets.RequireClear(nameOrPath, known);
            var parts = known.IsBuiltIn ? StrokesSource.Parts() : SourceParts.Open(KnownDatasets.Locate(known) ?? Fetch(known.Name, progress, cancellation), options, progress, cancellation);
            return new Dataset(known.Name, parts, options, known, cancellation);
        }
        if (!File.Exists(nameOrPath) && !Directory.Exists(nameOrPath))
            throw new DataException($"There is no file or folder '{nameOrPath}', and no known data set of that name{Meant(nameOrPath)}; known are {string.Join(", ", Known.Select(item => item.Name))}.");
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(nameOrPath)));
        return new Dataset(name, SourceParts.Open(nameOrPath, options, progress, cancellation), options, null, cancellation);
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
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Those of the <see cref="Notes"/> that say why items are in the parts that they are in.</summary>
    public IReadOnlyList<string> PartNotes => _partNotes;

    /// <summary>The options that shape items and parts, as canonical text, with what was found out about the data: what a model file keeps.</summary>
    public string Preprocessing => _options.ToCanonical();

    /// <summary>Those of the options that change what these items show, as canonical text; empty if none does.</summary>
    public string Effects { get; }

    /// <summary>The options, with what was found out about the data: other data opened with them are treated as these were.</summary>
    public DataOptions Options => _options with { ModelLevels = Space.Levels, ModelClasses = ClassNames };

    /// <summary>Source, splits, space, classes and preprocessing, as lines of text.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.AppendLine($"name    {VisibleText.Line(Name)}");
        text.AppendLine($"source  {(_source is JoinedSource ? _source.Description : VisibleText.Line(_source.Description))}");
        text.AppendLine($"splits  train {Train.Count}, validation {Validation.Count}, test {Test.Count}{(_heldOutByContent ? "; held out by each item's content, so that a new file moves no other" : "")}");
        text.AppendLine($"shape   {Space}{(_options.Patches is not null ? " (windows of pictures)" : _options.AnySize ? " (the first; sizes may differ)" : "")}");
        text.AppendLine($"labels  {(ClassNames.Count == 0 ? "none" : $"{ClassNames.Count}: {VisibleText.Line(string.Join(", ", ClassNames.Take(20)))}{(ClassNames.Count > 20 ? ", ..." : "")}")}");
        foreach (var note in _notes) text.AppendLine($"note    {VisibleText.Line(note)}");
        var settings = (_options with { HoldOut = HoldOut.Permutation }).ToCanonical();
        text.Append($"set     {(settings.Length == 0 ? "nothing: pixels as they are stored" : settings)}");
        return text.ToString();
    }

    public void Dispose() => _source.Dispose();

    (int[] Train, int[] Validation, int[] Test) Divide(int trainCount, int validationCount, bool ownTest, KnownDataset? known)
    {
        int[] train = [.. Enumerable.Range(0, trainCount)], validation = [.. Enumerable.Range(trainCount, validationCount)], test = [.. Enumerable.Range(trainCount + validationCount, _source.Count - trainCount - validationCount)];
        var byContent = known is null && _options.HoldOut == HoldOut.Content;
        if (byContent) train = WithoutTwins(train, validation, test);
        var heldOut = (validation.Length > 0 ? 0 : 1) + (ownTest ? 0 : 1);
        if (!byContent) _options = _options with { HoldOut = HoldOut.Permutation };
        if (known?.ValidationTail is { } tail && train.Length > tail && validation.Length == 0) return (train[..^tail], train[^tail..], test);
        if (heldOut == 0 || train.Length == 0) return (train, validation, test);
        _heldOutByContent = byContent && _options.Validation > 0;
        var parts = byContent ? Partition.ByContent(_hashes, train, _options.Validation, heldOut, _options.Seed)
            : Partition.ByPermutation(_hashes, train.Length, _options.Validation, heldOut, _options.Seed);
        return (parts[^1], validation.Length > 0 ? validation : parts[0], ownTest ? test : parts[heldOut - 1]);
    }

    /// <summary>The training items that lie in no other part of the source.</summary>
    int[] WithoutTwins(int[] train, int[] validation, int[] test)
    {
        if (train.Length == 0 && validation.Length == 0 || validation.Length + test.Length == 0) return train;
        HashSet<UInt128> tested = [.. test.Select(item => _hashes[item])], validated = [.. validation.Select(item => _hashes[item])];
        int[] alone = [.. train.Where(item => !tested.Contains(_hashes[item]) && !validated.Contains(_hashes[item]))];
        var twins = train.Length - alone.Length;
        if (twins > 0) _partNotes.Add($"{(alone.Length == 0 ? "all" : $"{twins} of")} {train.Length} training items also lie in the test or validation part, and are not trained on");
        if (twins > 0) _notes.Add(_partNotes[^1]);
        var both = validation.Count(item => tested.Contains(_hashes[item]));
        if (both > 0) _notes.Add($"{both} of {validation.Length} validation items also lie in the test part");
        return alone;
    }

    // Arrays that belong together are on one scale, and other data for the same model will be.
    DataOptions Scaled(IReadOnlyList<ItemSource> sources, DataOptions options, CancellationToken cancellation)
    {
        ArraySource[] arrays = [.. sources.OfType<ArraySource>()];
        if (arrays.Length == 0) return Deep(sources, options);
        var scale = ArrayScale.Of(arrays, options, cancellation);
        foreach (var array in arrays) array.Use(scale);
        if (scale.Note is { } found) _notes.Add(found);
        return scale.Keep ? options with { Range = (scale.Low, scale.High) } : options;
    }

    // Pictures of 16 bits have the whole range unless something says otherwise; where a quarter of it would do, cameras of fewer bits are likelier.
    DataOptions Deep(IReadOnlyList<ItemSource> sources, DataOptions options)
    {
        (string Name, int Most)[] deep = [.. sources.SelectMany(source => source.LargestSamples.Select(item => (source.ItemName(item.Key), item.Value)))];
        if (deep.Length == 0) return options;
        var most = deep.Max(item => item.Most);
        if (most is > 0 and < (SampleRule.Deepest + 1) / 4)
        {
            var bits = most < 256 ? 8 : Math.Max(10, (33 - BitOperations.LeadingZeroCount((uint)most)) / 2 * 2);
            throw new DataException($"'{deep[0].Name}'{(deep.Length == 1 ? " has" : $" and {deep.Length - 1} other pictures have")} samples of 16 bits, but none above {most}: set range=0:{(1 << bits) - 1} if that is white, or range=0:{SampleRule.Deepest} if they are that dark.");
        }
        _notes.Add($"{deep.Length} of {_source.Count} pictures, such as '{deep[0].Name}', have samples of 16 bits, taken as range=0:{SampleRule.Deepest}");
        return options with { Range = (0, SampleRule.Deepest) };
    }

    // Labels as the known set calls them, then as the model counts them, where each has a place there.
    static (IReadOnlyList<string> Names, int[]? ClassOf) Named(IReadOnlyList<string> names, params ReadOnlySpan<IReadOnlyList<string>?> others)
    {
        int[]? classOf = null;
        foreach (var other in others)
            if (names.Count > 0 && other?.Count > 0 && Data.ClassNames.Map(names, other) is { } map)
                (names, classOf) = (other, classOf is null ? map : Array.ConvertAll(classOf, label => map[label]));
        return (names, classOf);
    }

    Split MakeSplit(string name, int[] items, Preprocessing preprocessing, Func<int, double>? place, bool training) =>
        new Split(name, _source, preprocessing, Space, items, training, _hashes, place, _classOf).Sample(_options.Limit ?? int.MaxValue) is var split && Patches is { } size ? split.InWindows(size) : split;

    PatchSize? Patches => _options.Patches is var (height, width) ? new PatchSize(height, width) : null;

    // What windows are cut from, and what is too small for them.
    void Explain(PatchSize size, Preprocessing preprocessing, int trained)
    {
        Space[] spaces = [.. Enumerable.Range(0, _source.Count).Select(i => preprocessing.SpaceOf(_source.SpaceOf(i), () => _source.ItemName(i)))];
        int[] small = [.. Enumerable.Range(0, spaces.Length).Where(i => !size.FitsInto(spaces[i]))];
        if (small.Length == spaces.Length)
            throw new DataException($"No picture is as large as patches={size}: '{_source.ItemName(small[0])}' has {spaces[small[0]].Height} x {spaces[small[0]].Width} pixels; make the patches smaller.");
        _notes.Add($"windows of {size}, in training cut anew in every epoch, from {trained} whole pictures for training and others held out");
        if (small.Length > 0)
        {
            _partNotes.Add($"left out: {small.Length} of {spaces.Length} pictures, such as '{_source.ItemName(small[0])}' of {spaces[small[0]].Height}x{spaces[small[0]].Width}, are smaller than patches={size}");
            _notes.Add(_partNotes[^1]);
        }
        if (_source.IsSlow && spaces.Sum(space => (long)space.Dimensions) is > PatchSize.MostKept and var bytes)
            _notes.Add($"the decoded pictures take {bytes >> 20} MiB, of which {PatchSize.MostKept >> 20} are kept in memory; the others are decoded anew for every window, which is slow: resize them first, or train on fewer with limit=N");
    }

    static Space CommonSpace(ItemSource source, Preprocessing preprocessing)
    {
        var first = preprocessing.SpaceOf(source.SpaceOf(0), () => source.ItemName(0));
        for (var i = 1; i < source.Count; i++)
        {
            var index = i;
            var other = preprocessing.SpaceOf(source.SpaceOf(i), () => source.ItemName(index));
            if (other.Symbols != first.Symbols)
                throw new DataException($"'{source.ItemName(0)}' has {first.Symbols} channels but '{source.ItemName(i)}' has {other.Symbols}; set gray=true.");
            if ((other.Height, other.Width) != (first.Height, first.Width) && !preprocessing.Options.AnySize && preprocessing.Options.Patches is null)
                throw new DataException($"'{source.ItemName(0)}' has {first.Height} x {first.Width} pixels but '{source.ItemName(i)}' has " +
                    $"{other.Height} x {other.Width}; make them equal with size=HxW or crop=HxW, such as crop={Math.Min(first.Height, other.Height)}x{Math.Min(first.Width, other.Width)}, or train on windows of them with patches=HxW.");
            if (other.Levels > first.Levels) first = first with { Levels = other.Levels };
        }
        return preprocessing.Options.Patches is var (height, width) ? first with { Height = height, Width = width } : first;
    }
}
