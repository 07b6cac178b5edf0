using System.Globalization;

namespace Likely.Cli;

/// <summary>Labels of items as numbers, in a file beside what is made of the items.</summary>
static class SavedLabels
{
    /// <summary>The numbers that the labels of items are called by, else their places among the names, the first of several; null in place of one that an item has not, and null if none has any.</summary>
    public static int?[]? Of(Split split, IReadOnlyList<string> names)
    {
        const int MostOfFloats = 1 << 24; // beyond which not every whole number is one
        var numberOf = new int[names.Count];
        int?[] places = [.. Enumerable.Range(0, split.Count).Select(i => split.Label(i) is >= 0 and var label ? label : (int?)null)];
        var areAll = Array.TrueForAll(places, label => label is not null);
        for (var i = 0; i < numberOf.Length; i++)
            if (!int.TryParse(names[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numberOf[i]) || !areAll && Math.Abs((long)numberOf[i]) > MostOfFloats)
            {
                numberOf = [.. Enumerable.Range(0, names.Count)];
                break;
            }
        return Array.TrueForAll(places, label => label is null) ? null : Array.ConvertAll(places, label => label is { } place ? numberOf[place] : (int?)null);
    }
}
