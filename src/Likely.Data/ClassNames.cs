using System.Globalization;

namespace Likely.Data;

/// <summary>Classes go by their names. A number stands for a position among them only where no class is called by a number.</summary>
public static class ClassNames
{
    /// <summary>The position of the class that a name, or else a number, means; -1 if there is none.</summary>
    public static int IndexOf(IReadOnlyList<string> names, string text)
    {
        var counted = true;
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == text) return i;
            counted = counted && !IsNumber(names[i], out _);
        }
        return counted && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < names.Count ? number : -1;
    }

    /// <summary>Where each of the names stands in others; null if one does not.</summary>
    internal static int[]? Map(IReadOnlyList<string> names, IReadOnlyList<string> others)
    {
        var map = new int[names.Count];
        for (var i = 0; i < map.Length; i++)
            if ((map[i] = IndexOf(others, names[i])) < 0) return null;
        return map;
    }

    /// <summary>All classes of several lists: numbers in ascending order, other names as they first come.</summary>
    internal static IReadOnlyList<string> Union(IEnumerable<IReadOnlyList<string>> lists)
    {
        string[] names = [.. lists.SelectMany(list => list).Distinct()];
        return names.All(name => IsNumber(name, out _)) ? [.. names.OrderBy(name => IsNumber(name, out var number) ? number : 0)] : names;
    }

    static bool IsNumber(string name, out long number) => long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
