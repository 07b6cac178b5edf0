using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Likely.Cli;

/// <summary>Options and arguments whose bad values are refused with what is allowed.</summary>
static class Options
{
    /// <summary>A word; an empty one is refused.</summary>
    public static Option<string?> Text(string name, string description, string valueName)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = valueName };
        option.Validators.Add(result => RequireWords(result, name));
        return option;
    }

    /// <summary>The name of a folder, which stdout is not.</summary>
    public static Option<string?> Folder(string name, string description)
    {
        var option = Text(name, description, "DIR");
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value == OutputName.Stdout)) result.AddError($"{name} - is no folder; give one a name");
        });
        return option;
    }

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
    public static Option<double?> Number(string name, string description, double most, bool zeroAllowed = false, string valueName = "X", double least = 0) => new(name)
    {
        Description = description,
        HelpName = valueName,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value <= most && value >= least && (value > 0 || zeroAllowed)) return value;
            result.AddError(FormattableString.Invariant($"{name} {text} is not allowed; use a number {(least > 0 ? $"from {least:0.######}" : zeroAllowed ? "from 0" : "above 0")}{(most < 1e9 ? $", at most {most}" : "")}"));
            return null;
        },
    };

    public static Option<string[]> Settings(string description) => new("--set") { Description = $"{description}; --as text is short for --set as=text", HelpName = "key=value", Arity = ArgumentArity.OneOrMore };

    public static Argument<string> Argument(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result => RequireWords(result, name));
        return argument;
    }

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

    /// <summary>Refuses an empty word.</summary>
    public static void RequireWords(SymbolResult result, string name)
    {
        foreach (var token in result.Tokens)
            if (string.IsNullOrWhiteSpace(token.Value)) result.AddError($"{name} is empty; give it a value");
    }

    static ulong? ParseWhole(ArgumentResult result, string name, ulong least, ulong most)
    {
        var text = result.Tokens[0].Value;
        if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        result.AddError($"{name} {text} is not allowed; use a whole number {(most >= int.MaxValue ? $"of at least {least}" : $"from {least} to {most}")}");
        return null;
    }
}
