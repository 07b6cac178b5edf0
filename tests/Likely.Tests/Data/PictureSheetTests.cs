using Likely.Data;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Data;

public sealed class PictureSheetTests
{
    [Fact]
    public void A_grid_has_gaps_between_enlarged_cells()
    {
        var sheet = ImageGrid.Arrange([[10, 20], [30, 40], [50, 60]], 1, 2, 1, columns: 2, scale: 2, gap: 1);
        Assert.Equal((7, 11, 1), (sheet.Height, sheet.Width, sheet.Channels));
        const byte gap = 96;
        Assert.Equal([gap, 10, 10, 20, 20, gap, 30, 30, 40, 40, gap], sheet.Pixels[11..22]);
        Assert.Equal([gap, 50, 50, 60, 60, gap, gap, gap, gap, gap, gap], sheet.Pixels[55..66]);
        Assert.Throws<ArgumentException>(() => ImageGrid.Arrange([[1]], 1, 2, 1));
    }

    [Fact]
    public void Symbols_are_spread_over_the_display()
    {
        var sheet = ImageGrid.ArrangeSymbols([[0, 1, 2]], Space.Image(1, 3, 1, 3), scale: 1, gap: 0);
        Assert.Equal([0, 128, 255], sheet.Pixels);
    }

    [Fact]
    public void Surprise_rises_in_brightness()
    {
        var colors = SurpriseMap.Render([.. Enumerable.Range(0, 100).Select(i => i / 10.0)]);
        var last = -1;
        for (var i = 0; i < 100; i++)
        {
            var brightness = 299 * colors[3 * i] + 587 * colors[3 * i + 1] + 114 * colors[3 * i + 2];
            Assert.True(brightness >= last, $"value {i} is darker than the one before");
            last = brightness;
        }
        Assert.Equal((0, 0, 4), SurpriseMap.Color(-5, 0, 1));
        Assert.Equal((252, 255, 210), SurpriseMap.Color(double.PositiveInfinity, 0, 1));
        Assert.Equal((128, 128, 128), SurpriseMap.Color(double.NaN, 0, 1));
        Assert.Equal((0, 0, 4), SurpriseMap.Color(3, 3, 3));
    }
}
