using System.Globalization;

namespace Likely.Cli;

/// <summary>Labels of items as numbers, in a file beside what is made of the items.</summary>
static class SavedLabels
{
    /// <summary>The numbers that the labels of items are called by, else their places among the names; null if an item has none.</summary>
    public static int[]? Of(Split split, IReadOnlyList<string> names)
    {
        var numberOf = new int[names.Count];
        for (var i = 0; i < numberOf.Length; i++)
            if (!int.TryParse(names[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numberOf[i]))
            {
                numberOf = [.. Enumerable.Range(0, names.Count)];
                break;
            }
        var labels = new int[split.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            var label = split.Label(i);
            if (label < 0) return null;
            labels[i] = numberOf[label];
        }
        return labels;
    }
}
