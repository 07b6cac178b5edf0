using System.Text.RegularExpressions;

namespace Likely.Data;

/// <summary>Where in names of files their label stands: <c>LABEL</c> is it, <c>*</c> anything, all else itself, as in LABEL_*_* for 7_jackson_32.wav. The ending counts for nothing; each stretch is as short as it can be.</summary>
public sealed class NamePattern
{
    const string Label = "LABEL";

    readonly string _text;
    readonly Regex _names;

    NamePattern(string text) => (_text, _names) = (text,
        new Regex($"^{Regex.Escape(text).Replace(Label, "(.+?)").Replace("\\*", ".*?")}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline));

    /// <summary>Whether a text is a pattern: it names the label once, and has no blanks.</summary>
    public static bool Is(string text) => text.Split(Label).Length == 2 && text.Length <= 100 && !text.Any(char.IsWhiteSpace) && !text.Any(char.IsControl) && !text.Contains('/');

    /// <summary>Reads one.</summary>
    /// <exception cref="DataException">if it is none</exception>
    public static NamePattern Of(string text) => Is(text) ? new NamePattern(text) : throw new DataException($"label={VisibleText.Sentence(text)} does not say where in a file's name the label is; write it as in LABEL_*_*.");

    /// <summary>The label in a file's name; null if it does not fit.</summary>
    public string? LabelOf(string path) => _names.Match(Path.GetFileNameWithoutExtension(path)) is { Success: true } match ? match.Groups[1].Value : null;

    public override string ToString() => _text;
}
