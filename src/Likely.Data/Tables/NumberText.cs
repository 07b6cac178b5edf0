using System.Globalization;

namespace Likely.Data;

/// <summary>Numbers as tables write them: a whole number of steps of 10^-d.</summary>
static class NumberText
{
    /// <summary>No number has more decimals here, and none is larger than this many steps.</summary>
    public const int MostDecimals = 15;
    public const long MostSteps = 1L << 53;

    /// <summary>No number is longer as text.</summary>
    public const int Longest = 40;

    const int MostDigits = 18, Thousands = 3;
    static readonly decimal[] _powers = [.. Enumerable.Range(0, MostDecimals + 1).Select(digits => Enumerable.Range(0, digits).Aggregate(1m, (power, _) => power * 10))];
    static readonly ulong[] _whole = Array.ConvertAll(_powers, power => (ulong)power);

    /// <summary>The number of a cell, and how many decimals it is written with; false if it is none. Several zeros before others are no number's, but a code's.</summary>
    public static bool TryParse(scoped ReadOnlySpan<char> cell, bool comma, out decimal number, out int decimals)
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

    /// <summary>The same as steps of 10^-d, and whether it is a whole number of those.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="comma">Whether numbers have a decimal comma.</param>
    /// <param name="thousands">What may stand between thousands; 0: nothing.</param>
    /// <param name="decimals">d.</param>
    /// <param name="steps">The number, rounded to the nearest and held to what is countable.</param>
    /// <param name="isExact">False if it was rounded.</param>
    public static bool TrySteps(scoped ReadOnlySpan<char> cell, bool comma, char thousands, int decimals, out long steps, out bool isExact)
    {
        (steps, isExact) = (0, true);
        cell = cell.Trim();
        Span<char> plain = stackalloc char[Longest];
        if (thousands != 0 && TryUngroup(cell, comma, ref thousands, plain, out var length)) cell = plain[..length];
        var digits = cell is ['-' or '+', ..] ? cell[1..] : cell;
        if (!(digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1])) && TryPlain(digits, comma, out var size, out var own) && own <= decimals && decimals - own <= MostDecimals)
        {
            steps = (long)UInt128.Min((UInt128)size * _whole[decimals - own], (UInt128)MostSteps);
            if (cell[0] == '-') steps = -steps;
            return true;
        }
        if (!TryParse(cell, comma, out var number, out _)) return false;
        steps = Steps(number, decimals);
        isExact = steps / _powers[decimals] == number;
        return true;
    }

    /// <summary>A number with marks between thousands, such as 1,234,567.8 or 1'234, without them; false if a cell is none such.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="comma">Whether numbers have a decimal comma.</param>
    /// <param name="mark">The mark that is looked for; 0: any, and then which it is.</param>
    /// <param name="plain">Room for <see cref="Longest"/> characters.</param>
    /// <param name="length">How many they are.</param>
    public static bool TryUngroup(ReadOnlySpan<char> cell, bool comma, ref char mark, Span<char> plain, out int length)
    {
        length = 0;
        cell = cell.Trim();
        if (cell.IsEmpty || cell.Length > Longest) return false;
        var (at, digits, own) = (0, 0, '\0');
        if (cell[0] is '-' or '+') plain[length++] = cell[at++];
        if (at < cell.Length && cell[at] == '0') return false;
        for (; at < cell.Length && cell[at] != (comma ? ',' : '.'); at++)
        {
            if (char.IsAsciiDigit(cell[at]))
            {
                plain[length++] = cell[at];
                if (++digits > Thousands) return false;
                continue;
            }
            if (digits == 0 || own != 0 && (digits != Thousands || cell[at] != own) || !IsGroupMark(cell[at])) return false;
            (own, digits) = (cell[at], 0);
        }
        if (own == 0 || digits != Thousands || mark != 0 && mark != own || cell[at..].Length == 1 || cell[at..].Length > 1 && cell[(at + 1)..].ContainsAnyExceptInRange('0', '9')) return false;
        cell[at..].CopyTo(plain[length..]);
        (length, mark) = (length + cell.Length - at, own);
        return true;
    }

    /// <summary>What can stand between thousands: a decimal mark that is not the numbers' own, a blank, or an apostrophe.</summary>
    public static bool IsGroupMark(char mark) => mark is ',' or '.' or ' ' or '\'' or '\u2019' or '\u00A0' or '\u202F';

    /// <summary>A number's text with marks between thousands.</summary>
    public static string Grouped(string text, char mark, bool comma)
    {
        if (mark == 0 || mark == (comma ? ',' : '.')) return text;
        var (first, end) = (text is ['-', ..] ? 1 : 0, text.IndexOf(comma ? ',' : '.') is >= 0 and var point ? point : text.Length);
        for (var at = end - Thousands; at > first; at -= Thousands) text = text.Insert(at, mark.ToString());
        return text;
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
