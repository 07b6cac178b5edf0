namespace Likely.Data;

/// <summary>
/// Values as a heat map: black, violet, red, orange, yellow, white from low to high, by linear interpolation between six
/// fixed colours of rising brightness, so that it reads in grey too. Values outside the range take the end colours.
/// </summary>
public static class SurpriseMap
{
    static readonly (int R, int G, int B)[] Colors = [(0, 0, 4), (66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 165, 10), (252, 255, 210)];

    /// <summary>The colour of a value between <paramref name="low"/> and <paramref name="high"/>; not a number is grey.</summary>
    public static (byte R, byte G, byte B) Color(double value, double low, double high)
    {
        if (double.IsNaN(value)) return (128, 128, 128);
        var place = high > low ? Math.Clamp((value - low) / (high - low), 0, 1) * (Colors.Length - 1) : 0;
        var from = Math.Min((int)place, Colors.Length - 2);
        var share = place - from;
        return (Mix(Colors[from].R, Colors[from + 1].R), Mix(Colors[from].G, Colors[from + 1].G), Mix(Colors[from].B, Colors[from + 1].B));

        byte Mix(int a, int b) => (byte)(a + (b - a) * share + 0.5);
    }

    /// <summary>[values] to RGB [values, 3]; the range is the values' own unless it is given.</summary>
    public static byte[] Render(ReadOnlySpan<double> values, double? low = null, double? high = null)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (var value in values)
            if (double.IsFinite(value)) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        var pixels = new byte[values.Length * 3];
        for (var i = 0; i < values.Length; i++)
            (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = Color(values[i], low ?? least, high ?? most);
        return pixels;
    }
}
