using System.Numerics;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Pictures as a data set: arrays that belong together on one scale, one space for all, parts held out by content, labels as a model counts them.
/// </summary>
sealed class ImageContent
{
    readonly ItemSource _source;
    readonly List<string> _notes = [], _partNotes = [];
    readonly ContentHashes _hashes;
    DataOptions _options;
    bool _heldOutByContent;

    ImageContent(ItemSource source, DataOptions options, CancellationToken cancellation) =>
        (_source, _options, _hashes) = (source, options, new ContentHashes(source, cancellation));

    /// <summary>The content of sources, which it owns from here on.</summary>
    /// <exception cref="DataException">if an item cannot be read, or they do not go together</exception>
    public static DataContent Of(SourceParts parts, DataOptions options, KnownDataset? known, CancellationToken cancellation)
    {
        IReadOnlyList<ItemSource> sources = [.. parts.Train, .. parts.Validation, .. parts.Test];
        var source = sources.Count == 1 ? sources[0] : new JoinedSource(sources);
        try
        {
            return new ImageContent(source, options, cancellation).Make(parts, sources, known, cancellation);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    DataContent Make(SourceParts parts, IReadOnlyList<ItemSource> sources, KnownDataset? known, CancellationToken cancellation)
    {
        _options = Scaled(sources, _options, cancellation);
        int train = parts.Train.Sum(part => part.Count), validation = parts.Validation.Sum(part => part.Count);
        var preprocessing = new Preprocessing(_options, new StaticDraw(_source, _hashes));
        var space = CommonSpace(_source, preprocessing);
        var effects = EffectiveOptions.Of(_source, _options, preprocessing);
        if (known is null) _notes.AddRange(parts.Notes);
        if (known is null && parts.PartNote is { } named) _partNotes.Add(named);
        _notes.AddRange(_source.Notes);
        var divided = Divide(train, validation, parts.Test.Count > 0, known);
        if (Patches is { } size) Explain(size, preprocessing, divided.Train.Length);
        if (known is null && !_options.Gray && space.Symbols == 3 && _hashes.IsGrey == true)
            _notes.Add("every pixel is grey, stored in three equal channels; gray=true takes one, a third of the work");
        string[] greys = _options.Gray ? [] : [.. sources.OfType<FolderSource>().SelectMany(folder => folder.GreyAmongColors.Select(folder.ItemName))];
        if (greys.Length > 0) _notes.Add($"{greys.Length} of {_source.Count} pictures, such as '{greys[0]}', are grey among coloured ones, and get three equal channels; gray=true makes all grey");
        var (names, classOf) = Named(_source.ClassNames, known?.ClassNames, _options.ModelClasses);
        return new DataContent(Modality.Image, new PictureItems(_source, preprocessing, _hashes, space.Levels, classOf, known is { IsShuffled: true }), space, _options)
        {
            Source = _source is JoinedSource ? _source.Description : VisibleText.Line(_source.Description),
            Parts = (divided.Train, divided.Validation, divided.Test, ItemIndices.All(_source.Count)),
            Division = _heldOutByContent ? "held out by each item's content, so that a new file moves no other" : "",
            Patches = Patches,
            ClassNames = names,
            Effects = effects,
            Notes = _notes,
            PartNotes = _partNotes,
        };
    }

    (int[] Train, int[] Validation, int[] Test) Divide(int trainCount, int validationCount, bool ownTest, KnownDataset? known)
    {
        int[] train = [.. Enumerable.Range(0, trainCount)], validation = [.. Enumerable.Range(trainCount, validationCount)], test = [.. Enumerable.Range(trainCount + validationCount, _source.Count - trainCount - validationCount)];
        var byContent = known is null && _options.HoldOut == HoldOut.Content;
        if (byContent) train = WithoutTwins(train, validation, test);
        double[] fractions = [.. validation.Length > 0 ? (double[])[] : [_options.Validation], .. ownTest ? (double[])[] : [_options.Test ?? _options.Validation]];
        if (!byContent) _options = _options with { HoldOut = HoldOut.Permutation };
        if (known?.ValidationTail is { } tail && _options.Validation > 0 && train.Length > tail && validation.Length == 0) return (train[..^tail], train[^tail..], test);
        if (fractions.Length == 0 || train.Length == 0) return (train, validation, test);
        _heldOutByContent = byContent && fractions.Sum() > 0;
        var parts = !byContent ? Partition.ByPermutation(_hashes, train.Length, fractions, _options.Seed)
            : fractions.Sum() == 0 ? Partition.ByContent([], train, fractions)
            : Partition.ByContent(Array.ConvertAll(train, item => Partition.Place(_hashes[item], _options.Seed)), train, fractions);
        return (parts[^1], validation.Length > 0 ? validation : parts[0], ownTest ? test : parts[fractions.Length - 1]);
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
