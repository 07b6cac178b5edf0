using Likely.Data;
using Xunit;

namespace Likely.Tests;

/// <summary>Edit distances, and answers beside all targets of their sources.</summary>
public sealed class TargetErrorsTests
{
    [Theory]
    [InlineData("", "", 0), InlineData("abc", "", 3), InlineData("", "ab", 2), InlineData("kitten", "sitting", 3), InlineData("abc", "abc", 0), InlineData("flaw", "lawn", 2)]
    public void A_distance_is_the_fewest_changes(string from, string to, int distance)
    {
        Assert.Equal(distance, TargetErrors.Distance<char>(from, to));
        Assert.Equal(distance, TargetErrors.Distance<char>(to, from));
    }

    [Fact]
    public void An_answer_is_compared_with_the_nearest_target_of_its_source()
    {
        var path = Path.Combine(Path.GetTempPath(), $"likely-errors-{Guid.NewGuid():N}.tsv");
        try
        {
            File.WriteAllText(path, "read\tR IY D\nlead\tL EH D\nread\tR EH D\n");
            using var data = Dataset.Open(path, DataOptions.Parse(new Dictionary<string, string> { ["as"] = "pairs", ["validation"] = "0" }));
            var (sources, pairs) = TargetErrors.Group(data.All);
            Assert.Equal([[0, 2], [1]], pairs);
            Assert.Equal("read"u8.ToArray().Select(value => (int)value), sources[0]);
            var errors = TargetErrors.Of(data.All, pairs, [data.Tokens!.Encode("R EH D"u8), data.Tokens.Encode("L IY D"u8)], data.Tokens);
            Assert.Equal(new TargetErrors(2, 1, 12, 2, 6, 1), errors);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
