using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Search;

/// <summary>Precision and recall of what is found by codes, against all orders of what is equally near.</summary>
public sealed class RetrievalTests
{
    static LabelledCodes Codes(int count, int width, ulong address, bool bits, bool several = true)
    {
        var random = new Philox(5, RandomPurpose.Test, address);
        var values = new float[count * width];
        for (var i = 0; i < values.Length; i++) values[i] = bits ? random.Below((ulong)i, 0, 2) : (float)random.Normal((ulong)i, 0);
        return new LabelledCodes(values, width, [.. Enumerable.Range(0, count).Select(i => (IReadOnlyList<int>)[.. Enumerable.Range(0, 4).Where(label => several ? random.Below((ulong)i, 1 + (ulong)label, 3) == 0 : (int)random.Below((ulong)i, 1, 4) == label)])]);
    }

    // By its definition, of one order of the items.
    static (double Average, double[] AtRecall, double[] AtCount) Naive(List<bool> relevant)
    {
        var total = relevant.Count(hit => hit);
        var (average, found) = (0.0, 0);
        var ranks = new List<int>();
        for (var i = 0; i < relevant.Count; i++)
            if (relevant[i])
            {
                average += ++found / (i + 1.0) / total;
                ranks.Add(i + 1);
            }
        return (average, [.. ranks.Select(rank => (double)rank)], [.. ((int[])[1, 3]).Select(count => relevant.Take(count).Count(hit => hit) / (double)count)]);
    }

    static IEnumerable<List<int>> Orders(List<int> items) => items.Count == 0 ? [[]] : items.SelectMany(item => Orders([.. items.Where(other => other != item)]).Select(rest => (List<int>)[item, .. rest]));

    [Fact]
    public void Of_equally_near_items_the_mean_over_all_orders_is_told()
    {
        // Three bits away 0, 1, 1, 1, 2, 2 and 3; one label.
        float[] values = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1];
        var items = new LabelledCodes(values, 3, [[], [0], [], [0], [0], [], [0]]);
        var result = Retrieval.Of(new LabelledCodes([0, 0, 0], 3, [[0]]), items, threads: 1);
        Assert.Equal((CodeDistance.Hamming, 1, 4.0 / 7), (result.Distance, result.Queries, result.Chance));
        var all = (from one in Orders([1, 2, 3]) from two in Orders([4, 5]) select Naive([.. ((List<int>)[0, .. one, .. two, 6]).Select(item => items.Labels[item].Count > 0)])).ToList();
        Assert.Equal(all.Average(order => order.Average), result.MeanAveragePrecision, 12);
        for (var k = 0; k < 2; k++) Assert.Equal(all.Average(order => order.AtCount[k]), result.AtCount[k].Precision, 12);
        // The second of four is the half of recall, the t-th at its mean rank.
        Assert.Equal(2 / all.Average(order => order.AtRecall[1]), result.AtRecall.First(point => point.Recall == 0.5).Precision, 12);
        Assert.Equal(4.0 / 7, result.AtRecall[^1].Precision, 12);
        Assert.Equal([(0, 1.0, 0.0, 0.0), (1, 4, 0.5, 0.5), (2, 6, 0.5, 0.75), (3, 7, 4.0 / 7, 1)], result.AtRadius);
    }

    [Theory]
    [InlineData(CodeDistance.Cosine)]
    [InlineData(CodeDistance.Euclidean)]
    public void It_is_what_sorting_tells(CodeDistance distance)
    {
        var (queries, items) = (Codes(20, 5, 1, false), Codes(150, 5, 2, false));
        var result = Retrieval.Of(queries, items, distance, threads: 2);
        double sum = 0, atThree = 0, half = 0;
        for (var q = 0; q < 20; q++)
        {
            double Near(int item)
            {
                double dot = 0, squares = 0, own = 0, distant = 0;
                for (var d = 0; d < 5; d++)
                {
                    double x = queries.Values[5 * q + d], y = items.Values[5 * item + d];
                    (dot, squares, own, distant) = (dot + x * y, squares + y * y, own + x * x, distant + (x - y) * (x - y));
                }
                return distance == CodeDistance.Cosine ? -dot / Math.Sqrt(squares * own) : distant;
            }
            var order = Enumerable.Range(0, 150).OrderBy(Near).Select(item => items.Labels[item].Intersect(queries.Labels[q]).Any()).ToList();
            if (!order.Contains(true)) continue;
            var (average, ranks, atCount) = Naive(order);
            var wanted = (int)Math.Ceiling(0.5 * ranks.Length);
            (sum, atThree, half) = (sum + average, atThree + atCount[1], half + wanted / ranks[wanted - 1]);
        }
        Assert.Equal(sum / result.Queries, result.MeanAveragePrecision, 6);
        Assert.Equal(atThree / result.Queries, result.AtCount[1].Precision, 6);
        Assert.Equal(half / result.Queries, result.AtRecall.First(point => point.Recall == 0.5).Precision, 6);
        Assert.Empty(result.AtRadius);
    }

    [Fact]
    public void Nothing_finds_itself_and_nothing_depends_on_threads()
    {
        var codes = Codes(200, 12, 3, true, several: false);
        Retrieval first = Retrieval.Of(codes, codes, threads: 1), second = Retrieval.Of(codes, codes, threads: 3);
        Assert.Equal((first.MeanAveragePrecision, first.AtRecall, first.AtCount, first.AtRadius), (second.MeanAveragePrecision, second.AtRecall, second.AtCount, second.AtRadius), (a, b) =>
            a.Item1 == b.Item1 && a.Item2.SequenceEqual(b.Item2) && a.Item3.SequenceEqual(b.Item3) && a.Item4.SequenceEqual(b.Item4));
        // Codes by chance find by chance; with itself the nearest would always be right.
        Assert.InRange(first.AtCount[0].Precision, 0.1, 0.45);
        Assert.Equal(first.Chance, first.AtRecall[^1].Precision, 0.05);
    }

    [Fact]
    public void Items_of_the_short_list_come_first()
    {
        // By the row the query (0) finds 3, 2, 1, by its code 1 and 2 are one bit away and 3 is two: in the list rows decide, behind it bits.
        var rows = new LabelledCodes([1, 0, 0, 1, 1, 1, 2, 0.1f], 2, [[0], [0], [1], [1]]);
        var codes = new LabelledCodes([0, 0, 0, 1, 1, 0, 1, 1], 2, [[0], [0], [1], [1]]);
        Assert.Equal(1.0 / 3, Precision(null), 6);
        Assert.Equal(1.0 / 2, Precision(1), 6);
        Assert.Equal(1.0 / 3, Precision(2), 6);
        Assert.Equal(0.75, Precision(0), 6); // 1 and 2 are as near as each other

        double Precision(int? radius)
        {
            var first = (LabelledCodes all) => new LabelledCodes(all.Values[..2], 2, [[0]]);
            var others = (LabelledCodes all) => new LabelledCodes(all.Values[2..], 2, [.. all.Labels.Skip(1)]);
            return Retrieval.Of(first(rows), others(rows), CodeDistance.Cosine, radius is { } near ? new ShortList(first(codes), others(codes), near) : null, threads: 1).MeanAveragePrecision;
        }
    }

    [Theory, InlineData(1e4f), InlineData(1e5f)]
    public void What_is_near_is_near_wherever_the_rows_lie(float shift)
    {
        var random = new Philox(5, RandomPurpose.Test, 9);
        float[] values = [.. Enumerable.Range(0, 200 * 8).Select(i => random.Below((ulong)i, 0, 256) / 64f)];
        IReadOnlyList<int>[] labels = [.. Enumerable.Range(0, 200).Select(i => (int[])[(int)values[8 * i]])];
        LabelledCodes here = new(values, 8, labels), there = new([.. values.Select(value => value + shift)], 8, labels);
        Assert.Equal(Retrieval.Of(here, here, CodeDistance.Euclidean).MeanAveragePrecision, Retrieval.Of(there, there, CodeDistance.Euclidean).MeanAveragePrecision, 3);
    }

    [Fact]
    public void Directions_that_hardly_differ_have_the_order_of_double_precision()
    {
        var (near, labels) = (Codes(120, 6, 3, false).Values, Enumerable.Range(0, 120).Select(i => (IReadOnlyList<int>)[i % 4]).ToArray());
        var items = new LabelledCodes([.. near.Select((value, i) => 1e4f + value + 3 * (i / 6 % 4 == i % 6 ? 1 : 0))], 6, labels);
        var sum = 0.0;
        for (var q = 0; q < 120; q++)
        {
            double Cosine(int item)
            {
                // 1 - cos^2 by the cross products, which lose nothing.
                double cross = 0, squares = 0;
                for (var d = 0; d < 6; d++)
                    for (var e = 0; e < 6; e++)
                    {
                        double x = items.Values[6 * q + d], y = items.Values[6 * item + e], z = items.Values[6 * q + e], w = items.Values[6 * item + d];
                        (cross, squares) = (cross + (x * y - z * w) * (x * y - z * w), squares + w * w / 6);
                    }
                return cross / squares;
            }
            sum += Naive([.. Enumerable.Range(0, 120).Where(item => item != q).OrderBy(Cosine).Select(item => item % 4 == q % 4)]).Average;
        }
        Assert.Equal(sum / 120, Retrieval.Of(items, items, CodeDistance.Cosine).MeanAveragePrecision, 3);
    }

    [Theory]
    [InlineData(CodeDistance.Cosine)]
    [InlineData(CodeDistance.Euclidean)]
    public void The_smallest_numbers_have_an_order_too_and_none_is_refused(CodeDistance distance)
    {
        var tiny = new LabelledCodes([float.Epsilon, 0, 0, 1e-44f, 2e-39f, 1e-39f, 1, 2], 2, [[0], [1], [0], [1]]);
        Assert.InRange(Retrieval.Of(tiny, tiny, distance).MeanAveragePrecision, 0.3, 1);
        foreach (var wrong in new[] { float.NaN, float.PositiveInfinity, 1e30f })
            Assert.StartsWith("item 1 has ", Assert.Throws<UsageException>(() => Retrieval.Of(tiny, new LabelledCodes([1, 2, 3, wrong], 2, [[0], [1]]), distance)).Message, StringComparison.Ordinal);
        using var source = new CancellationTokenSource();
        var all = Codes(400, 3, 7, true, several: false);
        Assert.ThrowsAny<OperationCanceledException>(() => Retrieval.Of(all, all, distance, null, 1, _ => source.Cancel(), source.Token));
    }

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        var none = new LabelledCodes([1, 0], 1, [[], []]);
        Assert.Contains("nothing to find", Assert.Throws<UsageException>(() => Retrieval.Of(none, none)).Message, StringComparison.Ordinal);
        var halves = new LabelledCodes([0.5f, 0], 1, [[0], [0]]);
        Assert.Contains("have no Hamming distance", Assert.Throws<UsageException>(() => Retrieval.Of(halves, halves, CodeDistance.Hamming)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Retrieval.Of(halves, new LabelledCodes([1, 2], 2, [[0]])));
        // Zeros have no direction, and are no nearer than anything.
        Assert.True(double.IsFinite(Retrieval.Of(new LabelledCodes([0, 0, 1, 2], 2, [[0], [0]]), new LabelledCodes([0, 0, 1, 2, -1, 0], 2, [[0], [0], [0]]), CodeDistance.Cosine).MeanAveragePrecision));
    }
}
