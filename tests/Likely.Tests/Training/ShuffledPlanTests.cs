using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Training;

/// <summary>Which items a batch has.</summary>
public sealed class ShuffledPlanTests
{
    [Theory]
    [InlineData(1, 1), InlineData(5, 2), InlineData(5, 4), InlineData(7, 7), InlineData(10, 7), InlineData(12, 8), InlineData(100, 64), InlineData(1000, 64), InlineData(1001, 100)]
    public void No_batch_repeats_an_item_and_all_items_come_equally_often(int items, int batch)
    {
        var order = new ShuffledPlan(items, 1, batch, 3);
        var visits = new int[items];
        const int Epochs = 20;
        var steps = Epochs * items / batch;
        for (var step = 0L; step < steps; step++)
        {
            order.Prepare(step);
            var met = new HashSet<int>();
            for (var place = 0; place < batch; place++)
            {
                var (index, epoch) = (order.At(place).Item, order.At(place).Epoch);
                Assert.True(met.Add(index), $"item {index} comes twice in step {step}");
                Assert.Equal((step * batch + place) / items, epoch);
                visits[index]++;
            }
        }
        // One visit an epoch, but where an item has come at the end of an epoch and would come again at once.
        Assert.InRange(visits.Min(), 0.5 * Epochs, Epochs);
        Assert.InRange(visits.Max(), Epochs - 1, 1.5 * Epochs);
    }

    [Fact]
    public void Epochs_are_permutations_that_depend_on_the_seed_and_the_epoch_alone()
    {
        const int Items = 50_000, Batch = 64;
        var order = new ShuffledPlan(Items, 1, Batch, 1);
        var random = new Philox(1, RandomPurpose.Shuffle);
        foreach (var step in new[] { 781L, 0, 1562, 40_000 })
        {
            order.Prepare(step);
            var epochs = new[] { step * Batch / Items, (step * Batch + Batch - 1) / Items }.Distinct().ToDictionary(epoch => epoch, epoch => random.Permutation(Items, (ulong)epoch));
            for (var place = 0; place < Batch; place++) Assert.Equal(epochs[(step * Batch + place) / Items][(step * Batch + place) % Items], order.At(place).Item);
        }
    }

    [Theory]
    [InlineData(50_000, 784, 64), InlineData(512, 784, 64), InlineData(511, 784, 32), InlineData(100, 784, 8), InlineData(10, 1024, 2), InlineData(1, 784, 2)]
    [InlineData(50_000, 1024, 64), InlineData(50_000, 64 * 64, 16), InlineData(50_000, 128 * 128, 4), InlineData(50_000, 512 * 512, 2), InlineData(50_000, 1L << 26, 2)]
    [InlineData(50_000, 784, 16, 16), InlineData(100, 784, 8, 16)]
    public void The_batch_follows_the_number_of_items_and_their_size_and_the_model(int items, long positions, int batch, int largest = 64) =>
        Assert.Equal(batch, TrainingOptions.DefaultBatch(largest, items, positions));

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(17), InlineData(1000), InlineData(4097)]
    public void A_permutation_that_is_computed_place_by_place_has_everything_once(int count)
    {
        var (first, second) = (new KeyedPermutation(new Philox(3, RandomPurpose.Shuffle), count, 0), new KeyedPermutation(new Philox(3, RandomPurpose.Shuffle), count, 1));
        int[] order = [.. Enumerable.Range(0, count).Select(place => first[place])], other = [.. Enumerable.Range(0, count).Select(place => second[place])];
        Assert.Equal(Enumerable.Range(0, count), order.Order());
        if (count < 1000) return;
        Assert.InRange(order.Zip(other).Count(pair => pair.First == pair.Second), 0, 8);
        Assert.InRange(order.Where((one, place) => one == place).Count(), 0, 8);
        // Means of stretches of places are those of an even draw, of deviation count / sqrt(12 x length).
        for (var start = 0; start + 200 <= count; start += 200) Assert.InRange(order.Skip(start).Take(200).Average(), count * (0.5 - 4.5 / Math.Sqrt(12 * 200)), count * (0.5 + 4.5 / Math.Sqrt(12 * 200)));
    }

    [Fact]
    public void Of_very_many_examples_none_comes_twice_in_an_epoch()
    {
        const int Batch = 1 << 12;
        var (plan, met) = (new ShuffledPlan(ShuffledPlan.MostHeld + 1, 1, Batch, 1), new HashSet<int>());
        foreach (var step in (int[])[0, 1, 2, 4095])
        {
            plan.Prepare(step);
            for (var place = 0; place < Batch; place++) Assert.True(met.Add(plan.At(place).Item));
        }
        plan.Prepare(4096); // one place of the first epoch is left
        Assert.Equal((0L, 1L), (plan.At(0).Epoch, plan.At(1).Epoch));
        Assert.True(met.Add(plan.At(0).Item));
    }
}
