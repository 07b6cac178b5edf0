using System.Globalization;

namespace Likely.Data;

/// <summary>Numbers as tables write them: a whole number of steps of 10^-d.</summary>
static class NumberText
{
    /// <summary>No number has more decimals here, and none is larger than this many steps.</summary>
    public const int MostDecimals = 15;
    public const long MostSteps = 1L << 53;

    const int Longest = 40;
    static readonly decimal[] _powers = [.. Enumerable.Range(0, MostDecimals + 1).Select(digits => Enumerable.Range(0, digits).Aggregate(1m, (power, _) => power * 10))];

    /// <summary>The number of a cell, and how many decimals it is written with; false if it is none. Several zeros before others are no number's, but a code's.</summary>
    public static bool TryParse(ReadOnlySpan<char> cell, bool comma, out decimal number, out int decimals)
    {
        (number, decimals) = (0, 0);
        cell = cell.Trim();
        if (cell.IsEmpty || cell.Length > Longest) return false;
        var digits = cell[0] is '-' or '+' ? cell[1..] : cell;
        if (digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1])) return false;
        Span<char> plain = stackalloc char[cell.Length];
        cell.CopyTo(plain);
        if (comma && plain.IndexOf(',') is >= 0 and var at)
        {
            if (plain.Contains('.')) return false;
            plain[at] = '.';
        }
        if (!decimal.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)) return false;
        decimals = number.Scale;
        return true;
    }

    /// <summary>A number as steps of 10^-d, rounded to the nearest, and held to what is countable.</summary>
    public static long Steps(decimal number, int decimals)
    {
        const decimal most = MostSteps;
        var power = _powers[decimals];
        return Math.Abs(number) > most / power ? number < 0 ? -MostSteps : MostSteps : (long)Math.Round(number * power, MidpointRounding.ToEven);
    }

    /// <summary>Steps of 10^-d as a number is written.</summary>
    public static string Text(long steps, int decimals, bool comma)
    {
        var text = (steps / _powers[decimals]).ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return comma ? text.Replace('.', ',') : text;
    }
}
