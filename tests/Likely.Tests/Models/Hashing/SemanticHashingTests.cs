using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models.Hashing;

public sealed class SemanticHashingTests
{
    const int Words = 60, Topics = 4;

    // Documents of forty words, most of which are a topic's own fifteen.
    static float[,] Documents(int count, ulong seed)
    {
        var (values, random) = (new float[count, Words], new Philox(seed, RandomPurpose.Test));
        for (var i = 0; i < count; i++)
            for (var n = 0; n < 40; n++)
                values[i, random.Uniform((ulong)i, 2 * (ulong)n) < 0.8 ? i % Topics * 15 + random.Below((ulong)i, 1000 + (ulong)n, 15) : random.Below((ulong)i, 2000 + (ulong)n, Words)]++;
        return values;
    }

    [Theory, InlineData("noisy", "half"), InlineData("rounded", "half"), InlineData("noisy", "median")]
    public void Documents_of_one_topic_have_codes_that_are_near_each_other(string code, string threshold)
    {
        var model = new SemanticHashingConfig { Bits = 12, Hidden = "24", Code = code, Threshold = threshold, Epochs = 60, Batch = 40, Rate = 0.01 }.Fit(Rows.Of(Documents(400, 3)));
        var codes = new float[100 * 12];
        model.Encode([.. Documents(100, 4).Cast<float>()], 100, codes);
        Assert.All(codes, bit => Assert.True(bit is 0 or 1));
        double same = 0, other = 0;
        for (var i = 0; i < 100; i++)
            for (var j = 0; j < i; j++)
            {
                var distance = Enumerable.Range(0, 12).Count(k => codes[12 * i + k] != codes[12 * j + k]);
                if (i % Topics == j % Topics) same += distance / 1200.0;
                else other += distance / 3750.0;
            }
        Assert.True(same < 0.5 * other, $"{same} within topics, {other} between");
    }

    [Fact]
    public void A_document_without_words_has_a_code_and_counts_below_0_are_refused()
    {
        var values = Documents(40, 5);
        for (var d = 0; d < Words; d++) values[7, d] = 0;
        var model = new SemanticHashingConfig { Bits = 8, Hidden = "8", Epochs = 1 }.Fit(Rows.Of(values));
        var code = new float[8];
        model.Encode(new float[Words], 1, code);
        Assert.All(code, bit => Assert.True(bit is 0 or 1));
        values[9, 2] = -1;
        Assert.Contains("row 9", Assert.Throws<ModelException>(() => new SemanticHashingConfig { Epochs = 1 }.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
    }
}
