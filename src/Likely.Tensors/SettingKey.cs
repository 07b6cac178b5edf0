namespace Likely.Tensors;

/// <summary>
/// One key of the settings key=value, of data, of a model or of a training, in the words that people read. The line stands where the key
/// is read, and refusals, help and lists are made from it.
/// </summary>
/// <param name="Name">The key.</param>
/// <param name="Default">Its value if it is not set; - if nothing is done.</param>
/// <param name="Values">What it takes, to be read after "use": "a whole number from 1 to 16", "true or false".</param>
/// <param name="Meaning">What it does.</param>
public sealed record SettingKey(string Name, string Default, string Values, string Meaning)
{
    /// <summary>"a, b or c".</summary>
    public static string Or(params IReadOnlyList<string> words) => words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";

    /// <summary>"a, b and c".</summary>
    public static string And(params IReadOnlyList<string> words) => words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} and {words[^1]}";

    /// <summary>A range in words, such as "an odd whole number from 3 to 99".</summary>
    public static string Range(double least, double most, bool whole, bool odd = false) => FormattableString.Invariant(
        $"{(odd ? "an odd whole number" : whole ? "a whole number" : "a number")} from {least}{(most >= 1e9 ? " on" : $" to {most}")}");
}
