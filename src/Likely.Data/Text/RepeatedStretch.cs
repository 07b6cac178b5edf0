namespace Likely;

/// <summary>
/// A loop in a text: a stretch of at least <see cref="LeastBytes"/> bytes that is the same p bytes again and again, <see cref="LeastTimes"/> times or more one after the other, the last of which may be cut off,
/// with p at most <see cref="LongestPeriod"/>.
/// </summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Period">p, the smallest that there is.</param>
public sealed record RepeatedStretch(int Start, int Length, int Period)
{
    public const int LeastBytes = 64, LeastTimes = 3, LongestPeriod = 1024;

    /// <summary>How often the p bytes are there, the last time perhaps in part.</summary>
    public double Times => (double)Length / Period;

    /// <summary>The longest loop of a text, of equal ones the first; null: there is none.</summary>
    public static RepeatedStretch? Find(ReadOnlySpan<byte> text)
    {
        RepeatedStretch? longest = null;
        for (var period = 1; period <= Math.Min(LongestPeriod, text.Length / LeastTimes); period++)
        {
            // Bytes that equal those a period before them, as many in a row as a loop has: every step of so many meets one of them.
            var step = Math.Max(LeastBytes, LeastTimes * period) - period;
            for (var at = period + step - 1; at < text.Length;)
            {
                if (text[at] != text[at - period])
                {
                    at += step;
                    continue;
                }
                int first = at, end = at + 1;
                while (first > period && text[first - 1] == text[first - 1 - period]) first--;
                while (end < text.Length && text[end] == text[end - period]) end++;
                var length = end - first + period;
                if (end - first >= step && length > (longest?.Length ?? 0)) longest = new RepeatedStretch(first - period, length, period);
                at = end + step;
            }
        }
        return longest;
    }
}
