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
        if (!DateTime.TryParseExact(cell.Trim(), Quoted(form), CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return false;
        steps = time.Ticks / Unit(form);
        return true;
    }

    public static string Text(long steps, string form) => new DateTime(Math.Clamp(steps, 0, DateTime.MaxValue.Ticks / Unit(form)) * Unit(form)).ToString(Quoted(form), CultureInfo.InvariantCulture);

    static long Unit(string form) => HasTime(form) ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerDay;

    static string Quoted(string form) => form.Replace("T", "'T'").Replace("Z", "'Z'");
}
