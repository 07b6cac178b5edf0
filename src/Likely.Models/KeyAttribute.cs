using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What a config's key means and which values it takes; beside its property, and checked before a model is built. The JSON type
/// information carries it, so that trimming keeps it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public class KeyAttribute : Attribute
{
    /// <summary>A flag.</summary>
    public KeyAttribute(string meaning) => Meaning = meaning;

    /// <summary>A number in a range.</summary>
    public KeyAttribute(string meaning, double least, double most) : this(meaning) => (Least, Most) = (least, most);

    /// <summary>One of some words.</summary>
    public KeyAttribute(string meaning, params string[] words) : this(meaning) => Words = words;

    public string Meaning { get; }
    public double Least { get; }
    public double Most { get; }
    public IReadOnlyList<string> Words { get; } = [];

    /// <summary>Whether it takes whole numbers of the range with commas between them, at most <see cref="MostNumbers"/>, as text.</summary>
    public bool List { get; init; }

    const int MostNumbers = 32;

    /// <summary>The numbers of such a key, which was checked.</summary>
    internal static int[] Numbers(string list) => Array.ConvertAll(list.Split(','), one => int.Parse(one, CultureInfo.InvariantCulture));

    /// <summary>Only odd numbers.</summary>
    public bool Odd { get; init; }

    /// <summary>Whether a whole number may be left to <see cref="DensityConfig.Fitted"/>, or of a model of features to its rows: <c>auto</c> in words, 0 in the record.</summary>
    public bool Automatic { get; init; }

    /// <summary>What stands for 0 where that is <see cref="Automatic"/>.</summary>
    internal const string Auto = "auto";

    /// <summary>What the key takes, in words.</summary>
    internal string Values(Type type) => Words.Count > 0 ? SettingKey.Or(Words) : type == typeof(bool) ? "true or false" : List ? $"{SettingKey.Range(Least, Most, whole: true)}, or at most {MostNumbers} with commas between them" : SettingKey.Range(Least, Most, type == typeof(int), Odd) + (Automatic ? $" or {Auto}" : "");

    /// <exception cref="ModelException">The value is none of those.</exception>
    internal void Check(string key, object? value)
    {
        var good = value switch
        {
            0 when Automatic => true,
            int number => number >= Least && number <= Most && !(Odd && number % 2 == 0),
            double number => number >= Least && number <= Most,
            string list when List => list.Split(',') is { Length: <= MostNumbers } numbers && Array.TrueForAll(numbers, one => int.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Least && number <= Most),
            string word => Words.Contains(word),
            bool => true,
            _ => false,
        };
        if (!good) throw new ModelException(FormattableString.Invariant($"{key}={value} is not allowed; use {Values(value?.GetType() ?? typeof(string))}"));
    }
}
