namespace Likely.Cli;

/// <summary>Names of output files where --out is not given, in the folder runs.</summary>
static class DefaultName
{
    /// <summary>Where outputs go.</summary>
    public const string Folder = "runs";

    /// <summary>runs/NAME.EXTENSION, or with a number if that is taken and may not be overwritten.</summary>
    public static string Free(string name, string extension, bool overwrite)
    {
        var path = $"{Folder}/{Clean(name)}{extension}";
        for (var number = 2; !overwrite && File.Exists(path); number++) path = $"{Folder}/{Clean(name)}-{number}{extension}";
        return path;
    }

    /// <summary>The file's name without folder and extension, fit for a name.</summary>
    public static string Stem(string path) => Clean(Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path[(path.LastIndexOf(':') + 1)..])));

    /// <summary>Letters, digits, dots, dashes and underscores stay; all else becomes a dash.</summary>
    public static string Clean(string name)
    {
        var clean = string.Create(name.Length, name, (target, source) =>
        {
            for (var i = 0; i < target.Length; i++) target[i] = char.IsLetterOrDigit(source[i]) || source[i] is '.' or '_' ? source[i] : '-';
        }).Trim('-', '.');
        return clean.Length == 0 ? "data" : clean;
    }
}
