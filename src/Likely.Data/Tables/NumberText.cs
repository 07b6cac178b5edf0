using System.Globalization;

namespace Likely.Data;

/// <summary>Numbers as tables write them: a whole number of steps of 10^-d.</summary>
static class NumberText
{
    /// <summary>No number has more decimals here, and none is larger than this many steps.</summary>
    public const int MostDecimals = 15;
    public const long MostSteps = 1L << 53;

    const int Longest = 40, MostDigits = 18;
    static readonly decimal[] _powers = [.. Enumerable.Range(0, MostDecimals + 1).Select(digits => Enumerable.Range(0, digits).Aggregate(1m, (power, _) => power * 10))];
    static readonly ulong[] _whole = Array.ConvertAll(_powers, power => (ulong)power);

    /// <summary>The number of a cell, and how many decimals it is written with; false if it is none. Several zeros before others are no number's, but a code's.</summary>
    public static bool TryParse(ReadOnlySpan<char> cell, bool comma, out decimal number, out int decimals)
    {
        (number, decimals) = (0, 0);
        cell = cell.Trim();
        if (cell.IsEmpty || cell.Length > Longest) return false;
        var digits = cell[0] is '-' or '+' ? cell[1..] : cell;
        if (digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1])) return false;
        if (TryPlain(digits, comma, out var size, out decimals))
        {
            number = new decimal((int)size, (int)(size >> 32), 0, cell[0] == '-', (byte)decimals);
            return true;
        }
        if (digits.IsEmpty || !char.IsAsciiDigit(digits[0]) && digits[0] is not ('.' or ',')) return false;
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

    /// <summary>The same as steps of 10^-d.</summary>
    public static bool TrySteps(ReadOnlySpan<char> cell, bool comma, int decimals, out long steps)
    {
        steps = 0;
        cell = cell.Trim();
        var digits = cell is ['-' or '+', ..] ? cell[1..] : cell;
        if (!(digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1])) && TryPlain(digits, comma, out var size, out var own) && own <= decimals && decimals - own <= MostDecimals)
        {
            steps = (long)UInt128.Min((UInt128)size * _whole[decimals - own], (UInt128)MostSteps);
            if (cell[0] == '-') steps = -steps;
            return true;
        }
        if (!TryParse(cell, comma, out var number, out _)) return false;
        steps = Steps(number, decimals);
        return true;
    }

    // Digits with at most one mark among them, few enough to be counted.
    static bool TryPlain(ReadOnlySpan<char> digits, bool comma, out ulong size, out int decimals)
    {
        (size, decimals) = (0, 0);
        if (digits.Length > MostDigits) return false;
        var mark = -1;
        for (var i = 0; i < digits.Length; i++)
        {
            if (char.IsAsciiDigit(digits[i])) size = 10 * size + (uint)(digits[i] - '0');
            else if (mark < 0 && (digits[i] == '.' || comma && digits[i] == ',')) mark = i;
            else return false;
        }
        if (mark >= 0) decimals = digits.Length - 1 - mark;
        return digits.Length > (mark >= 0 ? 1 : 0);
    }

    /// <summary>10^-d.</summary>
    public static decimal Finest(int decimals) => 1 / _powers[decimals];

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
