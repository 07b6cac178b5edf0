namespace Likely.Data;

/// <summary>A file of a folder, the part it is in and its label: an index into the labels, -1 if it has none.</summary>
readonly record struct PlacedFile(string Path, DataPart Part, int Label);

/// <summary>
/// Files of a folder as parts and labels. On the way from the folder to a file, the outermost name that tells a part decides it; a
/// sub-folder that tells nothing else is no more than the part, and the first other sub-folder is the label. Either the files without a label are the items
/// or those with one, whichever are more of those for training; what is held out has no say in it.
/// </summary>
sealed class FolderPlaces
{
    readonly record struct Place(string Path, DataPart Part, string? Label, bool LabelIsFromPart);

    /// <param name="listing">The folder.</param>
    /// <param name="paths">Its files that count.</param>
    /// <param name="rule">Whether names tell parts.</param>
    /// <param name="what">What one of them is called.</param>
    /// <param name="withLabels">Whether sub-folders are labels; else all files are items.</param>
    /// <param name="pattern">How names of files tell labels, if they do and not sub-folders.</param>
    public FolderPlaces(FolderListing listing, IReadOnlyList<string> paths, PartRule rule, string what, bool withLabels = true, NamePattern? pattern = null)
    {
        Place[] all = [.. paths.Select(path => PlaceOf(path, listing.Relative(path).Split('/'), rule))];
        if (pattern is not null) all = [.. all.Select(file => file with { Label = pattern.LabelOf(file.Path), LabelIsFromPart = false })];
        // faces_train beside faces_test, or beside test, is the name of the data and no label.
        if (!withLabels || pattern is null && all.All(file => file.Label is null || file.LabelIsFromPart) && all.Select(file => file.Label).OfType<string>().Distinct().Count() == 1)
            all = [.. all.Select(file => file with { Label = null })];
        Place[] plain = [.. all.Where(file => file.Label is null)], labelled = [.. all.Where(file => file.Label is not null)];
        var (plainVotes, labelledVotes) = (Votes(plain), Votes(labelled));
        if (plainVotes + labelledVotes == 0) (plainVotes, labelledVotes) = (plain.Length, labelled.Length); // nothing but what is held out
        var (items, left) = plainVotes >= labelledVotes ? (plain, labelled) : (labelled, plain);
        Labels = [.. items.Select(file => file.Label).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        Files = [.. items.Select(file => new PlacedFile(file.Path, file.Part, file.Label is { } label ? Array.BinarySearch(Labels, label, StringComparer.Ordinal) : -1))];
        if (left.Length > 0 && pattern is not null)
            LeftOut = $"left out: {listing.Some([.. left.Select(file => file.Path)], what)} {(left == labelled ? $"whose names fit label={pattern}, as more do not" : $"whose names do not fit label={pattern}")}";
        else if (left.Length > 0)
            LeftOut = $"left out: {listing.Some([.. left.Select(file => file.Path)], what)} {(left == labelled ? "in sub-folders, as there are more beside them" : $"beside the sub-folders, as there are more in them; each counts in the folder of its label, such as {Labelled(listing.Relative(left[0].Path))}")}";
    }

    /// <summary>The files that are items, in the order of the folder.</summary>
    public PlacedFile[] Files { get; }

    /// <summary>Names of the labels, in ordinal order.</summary>
    public string[] Labels { get; }

    /// <summary>A note on what was left out; null if nothing was.</summary>
    public string? LeftOut { get; }

    /// <summary>The files of one part, label after label; what no name places is for training.</summary>
    public (string Path, int Label)[] Of(DataPart part) =>
        [.. Files.Where(file => file.Part == part || part == DataPart.Train && file.Part == DataPart.Unnamed).Select(file => (file.Path, file.Label)).OrderBy(file => file.Label)];

    static int Votes(Place[] files) => files.Count(file => file.Part is DataPart.Unnamed or DataPart.Train);

    // Where a file without a label would have one: test_set/LABEL/1.png.
    static string Labelled(string path) => path.LastIndexOf('/') is >= 0 and var slash ? $"{path[..slash]}/LABEL{path[slash..]}" : $"LABEL/{path}";

    static Place PlaceOf(string path, string[] names, PartRule rule)
    {
        var part = DataPart.Unnamed;
        string? label = null;
        var isFromPart = false;
        for (var i = 0; i < names.Length; i++)
        {
            var own = rule == PartRule.Names && part == DataPart.Unnamed ? PartNames.Of(names[i]) : DataPart.Unnamed;
            if (i < names.Length - 1)
            {
                var rest = own == DataPart.Unnamed ? names[i] : PartNames.WithoutPart(names[i]);
                if (rest.Length > 0 && label is null) (label, isFromPart) = (rest, own != DataPart.Unnamed);
            }
            if (own != DataPart.Unnamed) part = own;
        }
        return new Place(path, part, label, isFromPart);
    }
}
