using System.Text.RegularExpressions;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A setting that a refusal recommends is one that helps: whoever follows hint after hint gets there.</summary>
[Collection(nameof(CliFolder))]
public sealed partial class HintsTests
{
    const string Tiny = " --steps 2 --batch 2 --out hinted.likely --force --quiet";

    [Theory]
    [InlineData("score plain.likely color.png --out hinted.csv --force", 1)]
    [InlineData("score fixed.likely small.png --set size=20x20 --out hinted.csv --force", 1)]
    [InlineData("score grey.likely color.png --out hinted.csv --force", 1)]
    [InlineData("score grey.likely strokes --limit 3 --set levels=8 --out hinted.csv --force", 1)]
    [InlineData("score plain.likely strokes --limit 3 --set binarize=none --out hinted.csv --force", 1)]
    [InlineData("complete plain.likely color.png --out hinted.png --force", 1)]
    [InlineData("data show uneven --out hinted.png --force", 1)]
    [InlineData("train uneven --model gated-pixelcnn --set channels=4 layers=1 validation=0.4" + Tiny, 1)]
    [InlineData("train strokes --model nade --set hidden=4 limit=8" + Tiny, 1)]
    [InlineData("train strokes --model gated-pixelcnn --set head=bernoulli channels=4 layers=1 limit=8" + Tiny, 1)]
    [InlineData("train strokes --model gated-pixelcnn --set channels=4 layers=1 limit=8 conditionl=true" + Tiny, 1)]
    public void Following_the_hints_leads_to_the_end(string arguments, int least)
    {
        var words = arguments.Split(' ').ToList();
        for (var followed = 0; ; followed++)
        {
            var run = CliRun.Of([.. words]);
            if (run.Code == 0)
            {
                Assert.True(followed >= least, $"likely {arguments} needed no hint");
                return;
            }
            var typo = DidYouMean().Match(run.Error);
            var hint = Setting().Match(run.Error);
            Assert.True(followed < 4 && (typo.Success || hint.Success), $"likely {string.Join(' ', words)}: no hint that helps in: {run.Error}");
            if (typo.Success)
            {
                var wrong = words.FindIndex(word => word.StartsWith(typo.Groups[1].Value + "=", StringComparison.Ordinal));
                words[wrong] = typo.Groups[2].Value + words[wrong][words[wrong].IndexOf('=')..];
                continue;
            }
            // A setting that is there already is replaced.
            var key = hint.Groups[1].Value;
            var at = words.FindIndex(word => word.StartsWith(key + "=", StringComparison.Ordinal));
            if (at >= 0) words[at] = hint.Groups[1].Value + hint.Groups[2].Value;
            else words.AddRange(["--set", hint.Groups[1].Value + hint.Groups[2].Value]);
        }
    }

    [GeneratedRegex(@"(?:set |such as |with |use )([a-z_]+)(=[a-z0-9]+)")]
    private static partial Regex Setting();

    [GeneratedRegex(@"--set ([a-z_]+) is unknown \(did you mean '([a-z_]+)'\?\)")]
    private static partial Regex DidYouMean();
}
