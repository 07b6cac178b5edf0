using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Likely.Cli;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>The page stands alone, escapes what it is given, and draws curves inside their frame.</summary>
public sealed class ReportTests
{
    const string Hostile = "<script>alert('x')</script> & \"quotes\"";

    [Fact]
    public void Everything_given_is_escaped_and_nothing_is_loaded_from_outside()
    {
        var html = new Report(Hostile, Hostile).Heading(Hostile).Paragraph(Hostile).Preformatted(Hostile).Facts((Hostile, Hostile))
            .Image([1, 2, 3], Hostile, Hostile).Table([Hostile], [[Hostile]]).Curve(Hostile, [(Hostile, [(0, 0), (1, 1)])], Hostile, Hostile).ToString();
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("\"quotes\"", html);
        Assert.DoesNotContain("http:", html);
        Assert.DoesNotContain("https:", html);
        Assert.Contains("src=\"data:image/png;base64,AQID\"", html);
        Assert.Equal(17, Regex.Count(html, "&lt;script&gt;")); // title twice, subtitle, 5 + 2 + 2 + 2 and four of the curve
    }

    [Fact]
    public void A_small_picture_is_enlarged_by_a_whole_factor()
    {
        var png = new byte[24];
        png[19] = 100;
        png[23] = 50;
        Assert.Contains("width=\"700\" height=\"350\"", new Report("r").Image(png, "", "x").ToString());
    }

    [Fact]
    public void Columns_of_numbers_are_set_to_the_right()
    {
        var html = new Report("r").Table(["model", "bits"], [["a 1", "1,234.5"], ["b", "-0.5 %"], ["c", "-"]]).ToString();
        Assert.Contains("<th>model</th><th class=\"number\">bits</th>", html);
        Assert.Contains("<td>a 1</td><td class=\"number\">1,234.5</td>", html);
        Assert.Throws<ArgumentException>(() => new Report("r").Table(["a"], [["1", "2"]]));
    }

    public static TheoryData<double[]> Values => [
        [], [5], [0, 0], [3, 3, 3], [1, 2, 4], [-1e-9, 1e-9], [1e12, 1e12 + 1], [-1e200, 1e200], [double.NaN, 1, double.PositiveInfinity, 2],
        [1e-250, 2e-250], [.. Enumerable.Range(0, 5000).Select(i => i % 7 == 0 ? double.NaN : (i * 37 % 1001) / 10.0)],
    ];

    [Theory]
    [MemberData(nameof(Values))]
    public void A_curve_stays_inside_its_frame(double[] values)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
        try
        {
            var points = values.Select((y, i) => ((double)i, y)).ToArray();
            var html = new Report("r").Curve("c", [("s", points)], "step", "bits").ToString();
            var svg = XElement.Parse(Regex.Match(html, "<svg.*</svg>").Value);
            foreach (var text in svg.Elements("text").Where(t => t.Attribute("x") != null)) InFrame((double)text.Attribute("x")!, (double)text.Attribute("y")!);
            foreach (var path in svg.Elements("path"))
                foreach (var point in path.Attribute("d")!.Value.Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries))
                {
                    var pair = point.Split(' ');
                    InFrame(double.Parse(pair[0], CultureInfo.InvariantCulture), double.Parse(pair[1], CultureInfo.InvariantCulture));
                }
            Assert.InRange(svg.Elements("line").Count(), 2, 9);
            Assert.True(html.Length < 40_000, $"{html.Length} characters");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        static void InFrame(double x, double y)
        {
            Assert.InRange(x, 0, 720);
            Assert.InRange(y, 0, 300);
        }
    }

    [Fact]
    public void Equal_calls_give_equal_pages_and_a_page_is_not_overwritten()
    {
        var folder = Directory.CreateTempSubdirectory("likely-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "report.html");
            new Report("r").Paragraph("x").Write(path, overwrite: false);
            Assert.Equal(new Report("r").Paragraph("x").ToString(), File.ReadAllText(path));
            Assert.Throws<UsageException>(() => new Report("r").Write(path, overwrite: false));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
