using Xunit;

namespace Likely.Tests.Training;

/// <summary>Which windows of which items the lanes of a batch read.</summary>
public sealed class LanePlanTests
{
    [Theory]
    [InlineData(new[] { 1000 }, 50, 4), InlineData(new[] { 1003 }, 50, 7), InlineData(new[] { 10, 0, 25, 7, 1, 60 }, 8, 3), InlineData(new[] { 1, 1, 1, 1, 1 }, 50, 5), InlineData(new[] { 7 }, 50, 1), InlineData(new[] { 0, 0, 9 }, 2, 5)]
    public void Every_symbol_comes_once_an_epoch_in_lanes_that_go_on(int[] lengths, int window, int lanes)
    {
        var plan = new LanePlan(lengths, window, lanes, 3);
        Assert.Equal(lengths.Sum(length => (length + window - 1) / window), plan.Examples);
        var steps = (plan.Examples + lanes - 1) / lanes;
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var seen = Array.ConvertAll(lengths, length => new int[length]);
            var before = new BatchWindow[lanes];
            for (var step = 0L; step < steps; step++)
            {
                plan.Prepare(epoch * steps + step);
                var positions = 0L;
                for (var lane = 0; lane < lanes; lane++)
                {
                    var at = plan.At(lane);
                    positions += at.Count;
                    if (at.Count == 0) continue;
                    Assert.Equal(epoch, at.Epoch);
                    Assert.InRange(at.Count, 1, window);
                    for (var p = at.First; p < at.First + at.Count; p++) seen[at.Item][p]++;
                    var follows = step > 0 && before[lane].Item == at.Item && before[lane].First + before[lane].Count == at.First;
                    Assert.Equal(follows, at.GoesOn);
                    Assert.True(at.GoesOn || at.First == 0 || step == 0, "only a lane's first window begins within an item");
                    before[lane] = at;
                }
                Assert.Equal(positions, plan.Positions);
            }
            Assert.All(seen.SelectMany(item => item), times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void Items_come_in_another_order_every_epoch_and_a_step_is_the_same_whenever_it_is_asked_for()
    {
        int[] lengths = [.. Enumerable.Repeat(10, 100)];
        var plan = new LanePlan(lengths, 10, 4, 1);
        List<int> Items(long epoch)
        {
            var items = new List<int>();
            for (var step = 0; step < 25; step++)
            {
                plan.Prepare(epoch * 25 + step);
                for (var lane = 0; lane < 4; lane++) items.Add(plan.At(lane).Item);
            }
            return items;
        }
        var (first, second) = (Items(0), Items(1));
        Assert.NotEqual(first, second);
        Assert.Equal(first.Order(), second.Order());
        Assert.Equal(first, Items(0));
    }

    [Fact]
    public void There_are_no_more_lanes_than_windows() => Assert.Throws<ArgumentException>(() => new LanePlan([100], 50, 3, 1));
}
