using System.Globalization;

namespace Likely.Data;

/// <summary>Dates as tables write them, in one of some forms: days, or seconds, since the first day of the year 1.</summary>
static class DateText
{
    /// <summary>The forms that are known; those with a time count seconds.</summary>
    public static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssZ", "yyyy/MM/dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy HH:mm"];

    public static bool HasTime(string form) => form.Contains("HH", StringComparison.Ordinal);

    public static bool TryParse(ReadOnlySpan<char> cell, string form, out long steps)
    {
        steps = 0;
        cell = cell.Trim();
        if (cell.Length != form.Length) return false;
        int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
        for (var i = 0; i < form.Length; i++)
        {
            var digit = cell[i] - '0';
            if (form[i] is not ('y' or 'M' or 'd' or 'H' or 'm' or 's'))
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
                default: second = 10 * second + digit; break;
            }
        }
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        steps = new DateTime(year, month, day, hour, minute, second).Ticks / Unit(form);
        return true;
    }

    public static string Text(long steps, string form) => new DateTime(Math.Clamp(steps, 0, DateTime.MaxValue.Ticks / Unit(form)) * Unit(form)).ToString(Quoted(form), CultureInfo.InvariantCulture);

    static long Unit(string form) => HasTime(form) ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerDay;

    static string Quoted(string form) => form.Replace("T", "'T'").Replace("Z", "'Z'");
}
