namespace Likely.Data;

/// <summary>Letters of 5 x 7 pixels, for the few words that a picture needs: figures, small letters and some signs; anything else is a space.</summary>
public static class PixelFont
{
    public const int Height = 7;

    const int Width = 5, Step = Width + 1;

    // Five columns from the left, the lowest bit on top.
    const string Letters = "0123456789abcdefghijklmnopqrstuvwxyz.,:-+/()%";
    static readonly ulong[] Columns =
    [
        0x3E5149453E, 0x00427F4000, 0x4261514946, 0x2141454B31, 0x1814127F10, 0x2745454539, 0x3C4A494930, 0x0171090503, 0x3649494936, 0x064949291E,
        0x2054545478, 0x7F48444438, 0x3844444420, 0x384444487F, 0x3854545418, 0x087E090102, 0x0C5252523E, 0x7F08040478, 0x00447D4000, 0x2040443D00, 0x7F10284400, 0x00417F4000, 0x7C04180478,
        0x7C08040478, 0x3844444438, 0x7C14141408, 0x081414187C, 0x7C08040408, 0x4854545420, 0x043F444020, 0x3C4040207C, 0x1C2040201C, 0x3C4030403C, 0x4428102844, 0x0C5050503C, 0x4464544C44,
        0x0060600000, 0x0050300000, 0x0036360000, 0x0808080808, 0x08083E0808, 0x2010080402, 0x001C224100, 0x0041221C00, 0x2313086462,
    ];

    /// <summary>Pixels that a text is wide.</summary>
    public static int WidthOf(string text, int scale) => Math.Max(0, text.Length * Step - 1) * scale;

    /// <summary>Draws a text in one brightness onto pixels [height, width, 3]; what lies outside is left out.</summary>
    public static void Draw(byte[] pixels, int width, string text, int top, int left, int scale, byte brightness)
    {
        var height = pixels.Length / (3 * width);
        for (var n = 0; n < text.Length; n++)
        {
            var glyph = Letters.IndexOf(char.ToLowerInvariant(text[n]), StringComparison.Ordinal);
            for (var column = 0; glyph >= 0 && column < Width; column++)
                for (var row = 0; row < Height; row++)
                    if ((Columns[glyph] >> (8 * (Width - 1 - column) + row) & 1) != 0) Fill(top + row * scale, left + (n * Step + column) * scale);
        }

        void Fill(int y, int x)
        {
            for (var i = Math.Max(0, y); i < Math.Min(height, y + scale); i++)
                for (var j = Math.Max(0, x); j < Math.Min(width, x + scale); j++) pixels.AsSpan(3 * (i * width + j), 3).Fill(brightness);
        }
    }
}
