namespace Likely.Data;

/// <summary>
/// A folder of pictures as parts and labels. On the way from the folder to a picture, the outermost name that tells a part decides it; a
/// sub-folder that tells nothing else is no more than the part, and the first other sub-folder is the label. Either the pictures without a label are the items
/// or those with one, whichever are more of those for training; what is held out has no say in it.
/// </summary>
static class PictureFolder
{
    readonly record struct Picture(string Path, DataPart Part, string? Label, bool LabelIsFromPart);

    /// <exception cref="DataException">if a picture cannot be read</exception>
    public static SourceParts Open(string folder, FolderListing listing, DataOptions options, Action<string>? progress, CancellationToken cancellation)
    {
        Picture[] all = [.. listing.Pictures.Select(path => Place(path, listing.Relative(path).Split('/'), options.Parts))];
        // faces_train beside faces_test, or beside test, is the name of the data and no label.
        if (all.All(picture => picture.Label is null || picture.LabelIsFromPart) && all.Select(picture => picture.Label).OfType<string>().Distinct().Count() == 1)
            all = [.. all.Select(picture => picture with { Label = null })];
        Picture[] plain = [.. all.Where(picture => picture.Label is null)], labelled = [.. all.Where(picture => picture.Label is not null)];
        var (plainVotes, labelledVotes) = (Votes(plain), Votes(labelled));
        if (plainVotes + labelledVotes == 0) (plainVotes, labelledVotes) = (plain.Length, labelled.Length); // nothing but what is held out
        var (items, left) = plainVotes >= labelledVotes ? (plain, labelled) : (labelled, plain);
        string[] labels = [.. items.Select(picture => picture.Label).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        List<ItemSource> sources = [];
        SourceParts parts;
        try
        {
            parts = new SourceParts(Part(DataPart.Unnamed, DataPart.Train), Part(DataPart.Validation), Part(DataPart.Test));
        }
        catch
        {
            foreach (var source in sources) source.Dispose();
            throw;
        }
        parts.WithPartNote();
        if (left.Length > 0)
            parts.Notes.Add($"left out: {listing.Some([.. left.Select(picture => picture.Path)], "picture")} {(left == labelled ? "in sub-folders, as there are more beside them" : $"beside the sub-folders, as there are more in them; each counts in the folder of its label, such as {Labelled(listing.Relative(left[0].Path))}")}");
        return parts;

        static int Votes(Picture[] pictures) => pictures.Count(picture => picture.Part is DataPart.Unnamed or DataPart.Train);

        IReadOnlyList<ItemSource> Part(params DataPart[] those)
        {
            (string, int)[] files = [.. items.Where(picture => those.Contains(picture.Part))
                .Select(picture => (picture.Path, Label: picture.Label is { } label ? Array.BinarySearch(labels, label, StringComparer.Ordinal) : -1))
                .OrderBy(file => file.Label)];
            if (files.Length == 0) return [];
            sources.Add(new FolderSource(folder, files, labels, SampleRule.Of(options), progress, cancellation));
            return [sources[^1]];
        }
    }

    // Where a picture without a label would have one: test_set/LABEL/1.png.
    static string Labelled(string path) => path.LastIndexOf('/') is >= 0 and var slash ? $"{path[..slash]}/LABEL{path[slash..]}" : $"LABEL/{path}";

    static Picture Place(string path, string[] names, PartRule rule)
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
        return new Picture(path, part, label, isFromPart);
    }
}
