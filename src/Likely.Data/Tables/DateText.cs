using System.Globalization;

namespace Likely.Data;

/// <summary>
/// Dates as tables write them, in one of some forms: days, seconds or thousandths since the first day of the year 1, millionths, of which more would not be exact, since that of 1970 and of the years
/// 1685 to 2254 alone. A zone is that of all of a form.
/// </summary>
static class DateText
{
    /// <summary>The forms that are known; those with a time count seconds, or what their fractions are of.</summary>
    public static readonly string[] Forms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-dd HH:mm:ss+00:00", "yyyy-MM-ddTHH:mm:ss+00:00",
        "yyyy-MM-dd HH:mm:ss.fff", "yyyy-MM-ddTHH:mm:ss.fff", "yyyy-MM-ddTHH:mm:ss.fffZ", "yyyy-MM-ddTHH:mm:ss.fff+00:00",
        "yyyy-MM-dd HH:mm:ss.ffffff", "yyyy-MM-ddTHH:mm:ss.ffffff", "yyyy-MM-ddTHH:mm:ss.ffffffZ", "yyyy-MM-dd HH:mm:ss.ffffff+00:00", "yyyy-MM-ddTHH:mm:ss.ffffff+00:00",
        "yyyy/MM/dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "yyyy/MM/dd HH:mm:ss", "dd.MM.yyyy HH:mm", "dd.MM.yyyy HH:mm:ss", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mm:ss", "MM/dd/yyyy HH:mm", "MM/dd/yyyy HH:mm:ss",
    ];

    const int FirstOfMillionths = 1685, LastOfMillionths = 2254;

    /// <summary>What the steps of a form are called.</summary>
    public static string StepName(string form) => Unit(form) switch { TimeSpan.TicksPerDay => "days", TimeSpan.TicksPerSecond => "seconds", TimeSpan.TicksPerMillisecond => "milliseconds", _ => "microseconds" };

    public static bool TryParse(ReadOnlySpan<char> cell, string form, out long steps)
    {
        steps = 0;
        cell = cell.Trim();
        if (cell.Length != form.Length) return false;
        int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0;
        for (var i = 0; i < form.Length; i++)
        {
            var digit = cell[i] - '0';
            if (form[i] is not ('y' or 'M' or 'd' or 'H' or 'm' or 's' or 'f'))
            {
                if (cell[i] != form[i]) return false;
                continue;
            }
            if (digit is < 0 or > 9) return false;
            switch (form[i])
            {
                case 'y': year = 10 * year + digit; break;
                case 'M': month = 10 * month + digit; break;
                case 'd': day = 10 * day + digit; break;
                case 'H': hour = 10 * hour + digit; break;
                case 'm': minute = 10 * minute + digit; break;
                case 's': second = 10 * second + digit; break;
                default: fraction = 10 * fraction + digit; break;
            }
        }
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        var unit = Unit(form);
        if (unit == TimeSpan.TicksPerMicrosecond && year is < FirstOfMillionths or > LastOfMillionths) return false;
        steps = (new DateTime(year, month, day, hour, minute, second).Ticks - Origin(unit)) / unit + fraction;
        return true;
    }

    public static string Text(long steps, string form)
    {
        var unit = Unit(form);
        var (least, most) = unit == TimeSpan.TicksPerMicrosecond ? (new DateTime(FirstOfMillionths, 1, 1).Ticks, new DateTime(LastOfMillionths + 1, 1, 1).Ticks - unit) : (0, DateTime.MaxValue.Ticks);
        var origin = Origin(unit);
        return new DateTime(Math.Clamp(steps, (least - origin) / unit, (most - origin) / unit) * unit + origin).ToString(Quoted(form), CultureInfo.InvariantCulture);
    }

    // In ticks.
    static long Unit(string form) => form.Contains("ffffff", StringComparison.Ordinal) ? TimeSpan.TicksPerMicrosecond : form.Contains("fff", StringComparison.Ordinal) ? TimeSpan.TicksPerMillisecond
        : form.Contains("HH", StringComparison.Ordinal) ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerDay;

    static long Origin(long unit) => unit == TimeSpan.TicksPerMicrosecond ? DateTime.UnixEpoch.Ticks : 0;

    static string Quoted(string form) => form.Replace("T", "'T'", StringComparison.Ordinal).Replace("Z", "'Z'", StringComparison.Ordinal).Replace("+00:00", "'+00:00'", StringComparison.Ordinal);
}
