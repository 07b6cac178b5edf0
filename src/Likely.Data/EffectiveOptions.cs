namespace Likely.Data;

/// <summary>
/// Which of the options change what people see of these data: a model brings its own along, and whoever gives it other data should know what is done to
/// them. What only divides or draws items (parts, limits, seeds) is none of them, nor is a size that all items have already.
/// </summary>
static class EffectiveOptions
{
    /// <summary>Their canonical text, such as "size=28x28 transpose=true".</summary>
    public static string Of(ItemSource source, DataOptions options, Preprocessing preprocessing)
    {
        ItemSource[] files = [.. source.Files.Select(file => file.Source)];
        var (hasArrays, hasPictures) = (files.Any(file => file is ArraySource), files.Any(file => file is FolderSource or PictureSource));
        HashSet<string> keys = [];
        if (options.Flip) keys.Add("flip");
        if (options.Mutate > 0) keys.Add("mutate");
        if (options.Recolor != Recoloring.None) keys.Add("recolor");
        if (options.Patches is not null) keys.Add("patches");
        if (hasArrays) keys.Add("axes");
        if (hasPictures) keys.Add("background"); // whether any is transparent is seen only when it is decoded
        if (files.Any(file => file.IsScaled)) keys.Add("range");
        for (var i = 0; i < source.Count; i++)
        {
            var (height, width, channels, levels) = source.SpaceOf(i);
            var index = i;
            var seen = preprocessing.SpaceOf(source.SpaceOf(i), () => source.ItemName(index));
            if (options.Transpose && height * width > 1) keys.Add("transpose");
            if (options.Transpose) (height, width) = (width, height);
            if (options.Crop is { } crop && crop != (height, width)) keys.Add("crop");
            if (options.Crop is { } cropped) (height, width) = cropped;
            if (options.Size is { } size && size != (height, width)) keys.Add("size");
            if (options.Gray && channels != 1) keys.Add("gray");
            // Two levels stay what they are, however pixels are made black or white.
            if (seen.Levels != levels) keys.UnionWith(["binarize", "levels"]);
        }
        return string.Join(' ', options.ToCanonical().Split(' ').Where(word => keys.Contains(word.Split('=')[0])));
    }
}
