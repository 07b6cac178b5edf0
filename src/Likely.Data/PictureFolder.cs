namespace Likely.Data;

/// <summary>A folder of pictures as parts and labels.</summary>
static class PictureFolder
{
    /// <exception cref="DataException">if a picture cannot be read</exception>
    public static SourceParts Open(string folder, FolderListing listing, DataOptions options, Action<string>? progress, CancellationToken cancellation)
    {
        var places = new FolderPlaces(listing, listing.Pictures, options.Parts, "picture");
        List<ItemSource> sources = [];
        SourceParts parts;
        try
        {
            parts = new SourceParts(Part(DataPart.Train), Part(DataPart.Validation), Part(DataPart.Test));
        }
        catch
        {
            foreach (var source in sources) source.Dispose();
            throw;
        }
        parts.WithPartNote();
        if (places.LeftOut is { } left) parts.Notes.Add(left);
        return parts;

        IReadOnlyList<ItemSource> Part(DataPart part)
        {
            var files = places.Of(part);
            if (files.Length == 0) return [];
            sources.Add(new FolderSource(folder, files, places.Labels, SampleRule.Of(options), progress, cancellation));
            return [sources[^1]];
        }
    }
}
