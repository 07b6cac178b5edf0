using System.Globalization;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Text, bytes and sound as a data set. Lines and files are held out by their content; of a stream the last stretches are, behind a gap that nobody reads. Parts that
/// names of files tell stay what they are.
/// </summary>
static class SequenceContent
{
    const int SmallestShareOfGap = 20;

    /// <summary>Opens a file or a folder of files.</summary>
    /// <param name="modality">Whose they are.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="takes">Which files are taken.</param>
    /// <param name="coded">What their bytes and symbols are, given the files.</param>
    /// <exception cref="DataException">if something cannot be read, or the file is none that the modality takes</exception>
    public static DataContent Open(Modality modality, DataPath path, Func<FileKind, bool> takes, Func<DataOptions, IReadOnlyList<PlacedPath>, SequenceCoding> coded)
    {
        var options = path.Options with { As = modality };
        var notes = new List<string>();
        var rule = options.Items ?? (path.IsFolder || options.Beside is not null ? ItemRule.Files : ItemRule.Stream);
        var (places, folder, labels) = path.IsFolder ? OfFolder(modality, path, takes, rule, notes) : OfFile(modality, path, takes);
        PlacedPath[] paths = [.. places.Select(place => new PlacedPath(System.IO.Path.Combine(folder, place.Path), place.Kind))];
        var coding = coded(options, paths);
        options = coding.Options;
        notes.AddRange(coding.Notes);
        var files = new FileSequence(folder, [.. places.Select(place => place.Path)], coding.Opening, path.Cancellation);
        try
        {
            if (files.Length == 0) throw new DataException($"'{path.Path}' has no {coding.UnitsName}{(files.Count > 1 ? $" in any of its {files.Count} files" : "")}, and there is nothing in it to learn from; fetch it again.");
            int[] fileCounts = [.. ((DataPart[])[DataPart.Train, DataPart.Validation, DataPart.Test]).Select(part => places.Count(place => place.Part == part))];
            var partNotes = fileCounts[1] + fileCounts[2] > 0 ? [$"parts by their names: train {fileCounts[0]}, validation {fileCounts[1]}, test {fileCounts[2]} files (parts=none ignores names)"] : new List<string>();
            var (items, division) = rule == ItemRule.Stream ? Divided(files, fileCounts, coding, notes) : Drawn(files, fileCounts, rule, options, partNotes, path.Cancellation);
            var tokens = coding.Tokens(items, division.Train, path.Cancellation);
            var classOf = labels.Length > 0 && options.ModelClasses?.Count > 0 ? ClassNames.Map(labels, options.ModelClasses) : null;
            var symbols = new TokenItems(items, tokens, labels.Length == 0 ? null : [.. places.Select(place => place.Label)], labels, classOf, options.Seed, path.Cancellation);
            var sourced = options.Beside is { } ending ? new SourcedItems(symbols, path.IsFolder ? Array.ConvertAll(paths, file => file.Path) : [path.Path], ending, path.Cancellation) : null;
            if (sourced?.Describe().Note is { } note) notes.Add(note);
            var given = sourced ?? (SymbolItems)symbols;
            return new DataContent(modality, given, given.Count == 0 ? default : given.SpaceOf(0) with { Width = symbols.Longest }, options)
            {
                Source = VisibleText.Line(path.IsFolder ? $"folder '{path.Path}', {files.Count} files, {files.Length / coding.Unit} {coding.UnitsName}" : $"file '{path.Path}', {files.Length / coding.Unit} {coding.UnitsName}"),
                Parts = (division.Train, division.Validation, division.Test, division.All),
                Division = division.Words,
                ClassNames = classOf is null ? labels : options.ModelClasses!,
                Effects = string.Join(' ', options.ToCanonical().Split(' ').Where(word => coding.EffectiveKeys.Contains(word.Split('=')[0]))),
                Tokens = tokens,
                Notes = [.. notes, .. partNotes],
                PartNotes = partNotes,
            };
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    readonly record struct Placed(string Path, DataPart Part, int Label, FileKind? Kind);

    readonly record struct Division(int[] Train, int[] Validation, int[] Test, int[] All, string Words);

    static (Placed[] Files, string Folder, string[] Labels) OfFile(Modality modality, DataPath path, Func<FileKind, bool> takes)
    {
        var kind = path.Kind;
        if (kind.Format == FileFormat.Empty || kind.Content?.Format == FileFormat.Empty) throw new DataException($"'{path.Path}' is {kind.Words}, and there is nothing in it to learn from; fetch it again.");
        if (kind.IsUnreadSound && !takes(kind)) throw kind.Refusal(path.Path);
        if (!takes(kind)) throw new DataException($"'{path.Path}' is {kind.Words} and no {modality}; set as={Modality.Bytes} to take its bytes as they are.");
        var full = System.IO.Path.GetFullPath(path.Path);
        var label = path.Options.Label is { } pattern ? NamePattern.Of(pattern).LabelOf(full) : null;
        return ([new(System.IO.Path.GetFileName(full), DataPart.Train, label is null ? -1 : 0, kind)], System.IO.Path.GetDirectoryName(full)!, label is null ? [] : [label]);
    }

    static (Placed[] Files, string Folder, string[] Labels) OfFolder(Modality modality, DataPath path, Func<FileKind, bool> takes, ItemRule rule, List<string> notes)
    {
        var listing = path.Listing;
        List<string> taken = [], left = [], empty = [];
        Dictionary<string, FileKind> kinds = []; // of what is not read as it is
        for (var i = 0; i < listing.Files.Count; i++)
        {
            // A copy that is unpacked already is not taken twice.
            var isCopy = listing.Kinds[i]?.Format == FileFormat.Gzip && listing.Files[i].EndsWith(".gz", StringComparison.OrdinalIgnoreCase) && File.Exists(listing.Files[i][..^3]);
            // What lies beside sounds is none, whatever it looks like.
            var isTaken = listing.Kinds[i] is { } kind && kind.Unpacked.Format != FileFormat.Empty && takes(kind) && !isCopy && (path.Options.Beside is not { } ending || !listing.Files[i].EndsWith($".{ending}", StringComparison.Ordinal));
            (isTaken ? taken : listing.Kinds[i]?.Unpacked.Format == FileFormat.Empty ? empty : left).Add(listing.Files[i]);
            if (isTaken && listing.Kinds[i] is { } other && (other.Content ?? (object?)other.SoundDemuxer) is not null) kinds.Add(listing.Files[i], other);
        }
        if (path.Options.Beside is { } beside)
        {
            HashSet<string> sources = [.. taken.Select(file => SourceFile.PathOf(file, beside))];
            left.RemoveAll(sources.Contains);
            empty.RemoveAll(sources.Contains);
        }
        if (taken.Count == 0) throw new DataException($"The folder '{path.Path}' has no {modality}{(path.Options.Beside is null ? "" : $" that does not end with .{path.Options.Beside}")}{(left.Count > 0 ? $" but {listing.Some(left, "other file")}" : empty.Count > 0 ? $" but {listing.Some(empty, "empty file")}" : "")}; put files into it, or set as={Modality.Bytes} to take whatever there is.");
        if (left.Count > 0) notes.Add($"left out: {listing.Some(left, "other file")}");
        if (empty.Count > 0) notes.Add($"left out: {listing.Some(empty, "empty file")}");
        if (listing.Trainings.Count > 0) notes.Add($"left out, as a training wrote what is in there: {listing.Some(listing.Trainings, "folder")}");
        if (listing.Links.Count > 0) notes.Add($"left out, as links to folders are not followed: {listing.Some(listing.Links, "link")}");
        var places = new FolderPlaces(listing, taken, path.Options.Parts, "file", withLabels: rule != ItemRule.Stream, path.Options.Label is { } pattern ? NamePattern.Of(pattern) : null);
        if (places.LeftOut is { } unlabelled) notes.Add(unlabelled);
        return ([.. ((DataPart[])[DataPart.Train, DataPart.Validation, DataPart.Test])
            .SelectMany(part => places.Of(part).Select(file => new Placed(listing.Relative(file.Path), part, file.Label, kinds.GetValueOrDefault(file.Path))))], path.Path, places.Labels);
    }

    // The parts of a stream: what names hold out is that, of the rest the last stretches.
    static (ByteItems, Division) Divided(FileSequence files, int[] fileCounts, SequenceCoding coding, List<string> notes)
    {
        var (options, unit) = (coding.Options, coding.Unit);
        long trained = files.Starts[fileCounts[0]], validated = files.Starts[fileCounts[0] + fileCounts[1]];
        var test = fileCounts[2] > 0 ? 0 : (long)((options.Test ?? options.Validation) * trained);
        var validation = fileCounts[1] > 0 ? 0 : (long)(options.Validation * trained);
        var gap = unit * Math.Min(options.Gap, trained / unit / SmallestShareOfGap);
        if (gap < (long)unit * options.Gap && test + validation > 0) notes.Add($"the gap between the parts has {gap / unit} {coding.UnitsName}, a twentieth of all, and not {options.Gap}");
        var (first, second) = (coding.Boundary(files, trained - test - validation), coding.Boundary(files, trained - test));
        var ownValidation = (Start: trained, End: validated);
        var ownTest = (Start: validated, End: files.Length);
        (long Start, long End)[] stretches =
        [
            (0, first < trained ? first - gap : trained),
            fileCounts[1] > 0 ? ownValidation : (first, second < trained && validation > 0 ? second - gap : second),
            fileCounts[2] > 0 ? ownTest : (second, trained),
            (0, files.Length),
        ];
        var items = ByteItems.OfStretches(files, stretches, out var counts);
        var words = test + validation > 0 ? $"the last stretches of one sequence are held out, behind a gap of {gap / unit} {coding.UnitsName}" : "";
        return (items, new Division(Some(0), Some(1), Some(2), Some(3), words));

        int[] Some(int stretch) => [.. Enumerable.Range(counts[..stretch].Sum(), counts[stretch])];
    }

    static (ByteItems, Division) Drawn(FileSequence files, int[] fileCounts, ItemRule rule, DataOptions options, List<string> partNotes, CancellationToken cancellation)
    {
        var items = rule == ItemRule.Lines ? ByteItems.OfLines(files, cancellation) : ByteItems.OfFiles(files);
        long trained = files.Starts[fileCounts[0]], validated = files.Starts[fileCounts[0] + fileCounts[1]];
        int first = items.From(trained), second = items.From(validated);
        int[] train = Span(0, first), validation = Span(first, second), test = Span(second, items.Count);
        double[] fractions = [.. validation.Length > 0 ? (double[])[] : [options.Validation], .. test.Length > 0 ? (double[])[] : [options.Test ?? options.Validation]];
        var places = fractions.Sum() > 0 || validation.Length + test.Length > 0 ? items.Places(options.Seed, cancellation) : null;
        if (places is not null && rule == ItemRule.Files && validation.Length + test.Length > 0)
        {
            HashSet<double> heldOut = [.. places[first..]];
            int[] alone = [.. train.Where(item => !heldOut.Contains(places[item]))];
            places = Array.ConvertAll(alone, item => places[item]);
            if (alone.Length < train.Length) partNotes.Add($"{train.Length - alone.Length} of {train.Length} training files also lie in the test or validation part, and are not trained on");
            train = alone;
        }
        var words = places is null || fractions.Sum() == 0 ? "" : $"held out by each {(rule == ItemRule.Lines ? "line" : "file")}'s content, so that a new one moves no other";
        if (places is not null && fractions.Length > 0)
        {
            if (places.Length > train.Length) Array.Resize(ref places, train.Length);
            var parts = Partition.ByContent(places, train, fractions);
            (train, validation, test) = (parts[^1], validation.Length > 0 ? validation : parts[0], test.Length > 0 ? test : parts[fractions.Length - 1]);
        }
        return (items, new Division(train, validation, test, Span(0, items.Count), words));

        static int[] Span(int from, int to) => [.. Enumerable.Range(from, to - from)];
    }
}
