using System.Globalization;

namespace Likely.Data;

/// <summary>
/// Labels that are numbers, from an .npy or IDX file of any whole or boolean type, or of real numbers that are whole. Classes are the numbers that
/// occur, in ascending order: labels 1 to 26 are 26 classes, not 27. An item whose number is not a number (NaN) has none.
/// </summary>
sealed class ItemLabels
{
    readonly int[] _classOf;

    ItemLabels(string path, long?[] numbers)
    {
        Path = path;
        long[] classes = [.. numbers.OfType<long>().Distinct().Order()];
        var numberOf = new Dictionary<long, int>(classes.Length);
        for (var i = 0; i < classes.Length; i++) numberOf[classes[i]] = i;
        _classOf = Array.ConvertAll(numbers, number => number is { } label ? numberOf[label] : -1);
        Names = Array.ConvertAll(classes, number => number.ToString(CultureInfo.InvariantCulture));
    }

    ItemLabels(string path, IReadOnlyList<string> labels, string[] names)
    {
        (Path, Names) = (path, names);
        _classOf = [.. labels.Select(label => Array.BinarySearch(names, label, StringComparer.Ordinal) is >= 0 and var at ? at : -1)];
    }

    public string Path { get; }

    /// <summary>The numbers as text.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The class of an item, an index into <see cref="Names"/>; -1 if it has none.</summary>
    public int this[int item] => _classOf[item];

    /// <summary>Labels that are names, in the order of their characters; a missing one is none.</summary>
    public static ItemLabels OfNames(string path, IReadOnlyList<string> labels) => new(path, labels, [.. labels.Where(label => !TableColumn.IsMissing(label)).Distinct().Order(StringComparer.Ordinal)]);

    /// <summary>Reads the labels of so many items.</summary>
    /// <exception cref="DataException">if these are no labels, or not as many</exception>
    public static ItemLabels Read(string path, int count)
    {
        using var file = ArrayFile.Open(path);
        var header = file.Header;
        if (header.ElementCount != count)
            throw new DataException(!IsLabels(header) && header.Shape[0] == count
                ? $"'{path}' holds no labels: it has {header.ElementCount / count} numbers for each item, shape {header.ShapeText}; save one number for each, such as numpy.argmax(labels, 1)."
                : $"'{path}' has {header.ElementCount} labels for {count} images; the two files do not belong together.");
        if (!IsLabels(header)) throw new DataException($"'{path}' holds no labels: it has shape {header.ShapeText} instead of one dimension.");
        if ((long)count * header.ElementLength > Image.LargestSize) throw new DataException($"'{path}' has {count} labels, too many; save the images in smaller pieces.");
        var raw = new byte[count * header.ElementLength];
        file.Read(0, raw);
        var numbers = new long?[count];
        for (var i = 0; i < count; i++)
            numbers[i] = header.Element.IsFloat() && double.IsNaN(file.Value(raw, i)) ? null : header.Element.Whole(raw, i, header.BigEndian) ?? throw new DataException(string.Create(CultureInfo.InvariantCulture,
                $"'{path}' has {file.Value(raw, i)} at {header.Place(i)}, which is no label; labels are whole numbers."));
        return new ItemLabels(path, numbers);
    }

    /// <summary>Whether an array has one number for each item: (N), (N, 1) or (1, N).</summary>
    public static bool IsLabels(ArrayHeader header) => header.Shape.Count(extent => extent > 1) <= 1 && header.Shape.Length is 1 or 2;

    /// <summary>The file of labels beside a file of images, by the names in use, or null: images and labels, idx3 and idx1, x and y, NAME and NAME_labels.</summary>
    public static string? Beside(string path) => AllBeside(path).FirstOrDefault();

    /// <summary>Every such file, the one that is taken first.</summary>
    public static IEnumerable<string> AllBeside(string path)
    {
        var (folder, file) = (System.IO.Path.GetDirectoryName(path) ?? "", System.IO.Path.GetFileName(path));
        var bare = Without(file, ".gz");
        string[] endings = [".npy", ".idx", ".idx3"];
        var ending = Array.Find(endings, known => bare.EndsWith(known, StringComparison.OrdinalIgnoreCase)) is { } found ? bare[^found.Length..] : "";
        var endingOfLabels = ending.Replace("idx3", "idx1", StringComparison.Ordinal);
        foreach (var name in Names(bare[..^ending.Length]))
            foreach (var candidate in (string[])[name + ending, name + endingOfLabels, name + ending + ".gz", name + endingOfLabels + ".gz"])
            {
                var full = System.IO.Path.Combine(folder, candidate);
                if (candidate != bare && candidate != file && File.Exists(full) && !IsPictures(full)) yield return full;
            }

        // What goes with x may be another picture.
        static bool IsPictures(string path)
        {
            using var other = ArrayFile.Open(path);
            return other.Header.Shape.Length > 2;
        }

        static IEnumerable<string> Names(string stem)
        {
            yield return stem + "_labels";
            yield return stem + "-labels";
            foreach (var (images, labels) in (IEnumerable<(string, string)>)[("images", "labels"), ("Images", "Labels"), ("image", "label"), ("data", "labels"), ("data", "targets"), ("data", "target")])
                if (stem.Contains(images, StringComparison.Ordinal)) yield return stem.Replace(images, labels, StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
            // x and X as a word of its own.
            for (var i = 0; i < stem.Length; i++)
                if (stem[i] is 'x' or 'X' && (i == 0 || stem[i - 1] is '_' or '-' or '.') && (i + 1 == stem.Length || stem[i + 1] is '_' or '-' or '.'))
                {
                    yield return $"{stem[..i]}y{stem[(i + 1)..]}";
                    yield return $"{stem[..i]}Y{stem[(i + 1)..]}";
                }
        }
    }

    static string Without(string name, string ending) => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;
}
