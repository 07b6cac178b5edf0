using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Likely.Cli;

/// <summary>Options and arguments whose bad values are refused with what is allowed.</summary>
static class Options
{
    public static Option<string?> Text(string name, string description, string valueName) => new(name) { Description = description, HelpName = valueName };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<int?> Whole(string name, string description, int least = 1, int most = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParseWhole(result, name, (ulong)least, (ulong)most) is { } value ? (int)value : null,
    };

    public static Option<ulong?> Seed(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParseWhole(result, name, 0, ulong.MaxValue),
    };

    /// <summary>A number above zero, or from zero on.</summary>
    public static Option<double?> Number(string name, string description, double most, bool zeroAllowed = false, string valueName = "X") => new(name)
    {
        Description = description,
        HelpName = valueName,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value <= most && (value > 0 || zeroAllowed && value == 0)) return value;
            result.AddError(FormattableString.Invariant($"{name} {text} is not allowed; use a number {(zeroAllowed ? "from 0" : "above 0")}{(most < 1e9 ? $", at most {most}" : "")}"));
            return null;
        },
    };

    public static Option<string[]> Settings(string description) => new("--set") { Description = description, HelpName = "key=value" };

    public static Argument<string> Argument(string name, string description) => new(name) { Description = description };

    public static Argument<string?> OptionalArgument(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Key and value of every --set.</summary>
    /// <exception cref="UsageException">One is not of the form key=value, or a key comes twice.</exception>
    public static List<KeyValuePair<string, string>> Pairs(string[]? settings)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var setting in settings ?? [])
        {
            var equals = setting.IndexOf('=');
            if (equals < 1) throw new UsageException($"--set {setting} is not of the form key=value");
            var key = setting[..equals];
            if (pairs.Exists(pair => pair.Key == key)) throw new UsageException($"--set {key} is given twice");
            pairs.Add(new(key, setting[(equals + 1)..]));
        }
        return pairs;
    }

    static ulong? ParseWhole(ArgumentResult result, string name, ulong least, ulong most)
    {
        var text = result.Tokens[0].Value;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        result.AddError($"{name} {text} is not allowed; use a whole number {(most >= int.MaxValue ? $"of at least {least}" : $"from {least} to {most}")}");
        return null;
    }
}
