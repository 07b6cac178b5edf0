using System.Globalization;
using System.Text;
using Likely.Files;

namespace Likely;

/// <summary>Names in an archive: relative paths that mean the same file below the target folder on every system, or are refused.</summary>
static class EntryName
{
    public const int LongestPath = 4096;
    const int LongestPart = 255;

    static readonly HashSet<string> _reserved = new(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. "0123456789\u00B9\u00B2\u00B3".SelectMany(digit => new[] { $"COM{digit}", $"LPT{digit}" })], StringComparer.OrdinalIgnoreCase);

    static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _reservedParts = _reserved.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Fault(string name)
    {
        if (name.Length == 0) return "is empty";
        if (Encoding.UTF8.GetByteCount(name) > LongestPath) return "is too long";
        if (name.Contains('\uFFFD') || !IsText(name)) return "is no valid text";
        if (name[0] == '/') return "is an absolute path";
        foreach (var range in name.AsSpan().Split('/'))
        {
            var part = name.AsSpan(range);
            if (part is "" or "." or "..") return "leads out of its folder or is no plain path";
            if (Encoding.UTF8.GetByteCount(part) > LongestPart) return "is too long";
            foreach (var c in part)
                if (char.IsControl(c) || c is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|') return "has a character that not every system allows";
            if (!Ascii.IsValid(part) && FoldedName.Of(part.ToString()).Length == 0) return "has nothing in it that shows";
            if (part[^1] is '.' or ' ') return "ends in a dot or a space, which not every system allows";
            if (OwnName.Is(part)) return "is one that likely gives to what it keeps while it writes";
            var dot = part.IndexOf('.');
            if (_reservedParts.Contains((dot < 0 ? part : part[..dot]).TrimEnd())) return "is reserved on some systems";
        }
        return null;
    }

    // Half a pair of surrogates has no UTF-8.
    static bool IsText(string name)
    {
        for (var i = 0; i < name.Length; i++)
            if (char.IsSurrogate(name[i]) && (!char.IsHighSurrogate(name[i]) || ++i == name.Length || !char.IsLowSurrogate(name[i]))) return false;
        return true;
    }

    /// <summary>The name with its last number raised by one: what most often follows, 00001.png after 00000.png.</summary>
    public static string? Successor(string? name)
    {
        if (name is null) return null;
        var end = name.Length;
        while (end > 0 && !char.IsAsciiDigit(name[end - 1])) end--;
        var start = end;
        while (start > 0 && char.IsAsciiDigit(name[start - 1]) && end - start < 18) start--;
        if (start == end) return null;
        var number = long.Parse(name.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture) + 1;
        return string.Concat(name.AsSpan(0, start), number.ToString($"D{end - start}", CultureInfo.InvariantCulture), name.AsSpan(end));
    }
}
