using System.Text;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Data.Text;
using Xunit;

namespace Likely.Tests;

/// <summary>What goes on from a context costs what the joined text costs more than the context, to the last bit of each symbol.</summary>
public sealed class ContinuationScorerTests : IDisposable
{
    static readonly string[] _items = ["er and a mother\n", " cat\n", "s\n", "x", "ir things, the other's\n", "\n", string.Concat(Enumerable.Repeat("again and ", 260))];

    readonly string _folder = Directory.CreateTempSubdirectory("likely-given-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static float[] Logs(Checkpoint checkpoint, string text, int label = -1)
    {
        var symbols = Continuation.TokensOf(checkpoint)!.Encode(Encoding.UTF8.GetBytes(text));
        var logs = new float[symbols.Length];
        if (symbols.Length > 0) checkpoint.Density.Predict(1, label < 0 ? [] : [label], 0, Extent.Open).Observe(symbols, logs);
        return logs;
    }

    Dataset Items(Tokens tokens)
    {
        for (var i = 0; i < _items.Length; i++) File.WriteAllText(Path.Combine(_folder, $"{i}.txt"), _items[i]);
        return Dataset.Open(_folder, new DataOptions { As = Modality.Text, ModelTokens = tokens, Parts = PartRule.None });
    }

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var model in (string[])["char-rnn", "transformer", "wavenet"])
                foreach (var tokens in (string[])["bytes", "characters", "pairs"])
                    foreach (var context in (string[])["the", "the other ", "", "th", "LONG"]) cases.Add(model, tokens, context);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void An_item_costs_the_joined_text_less_the_context(string model, string kind, string given)
    {
        if (given == "LONG") given = string.Concat(Enumerable.Repeat("the mother and the cat, ", 100)) + "th";
        var tokens = kind == "bytes" ? Tokens.Bytes : kind == "pairs" ? PairTokensTests.Small : Tokens.Characters("abcdehinorstx ,'\n".Select(letter => (int)letter));
        DensityConfig config = model == "char-rnn" ? new CharRnnConfig { Hidden = 16, Layers = 2 } : model == "wavenet" ? new WaveNetConfig { Layers = 3, Stacks = 1, Channels = 8, Skip = 8 }
            : new TransformerConfig { Layers = 2, Heads = 2, Channels = 16, Context = 24 };
        var made = config.Build(Space.Sequence(24, tokens.Size), 0, 3);
        foreach (var parameter in made.Parameters.Parameters) parameter.Assign(Array.ConvertAll(parameter.ToArray(), value => 2 * value));
        var checkpoint = new Checkpoint(made, [], "as=text") { Assets = new SortedDictionary<string, string> { ["tokens"] = tokens.ToText() } };
        using var data = Items(tokens);
        var before = Logs(checkpoint, given);
        double[]? first = null;
        foreach (var threads in (int[])[1, 2])
        {
            var scorer = new ContinuationScorer(checkpoint, new MemoryStream(Encoding.UTF8.GetBytes(given)), threads);
            Assert.Equal(before.Length, scorer.GivenSymbols);
            var surprise = new float[data.All.Count][];
            var nats = scorer.Score(data.All, (index, _, symbols) => surprise[index] = symbols.ToArray());
            for (var i = 0; i < nats.Length; i++)
            {
                var item = _items[int.Parse(data.All.ItemName(i).Split('.')[0], System.Globalization.CultureInfo.InvariantCulture)];
                var joined = Logs(checkpoint, given + item);
                var whole = -joined.Sum(log => (double)log) + before.Sum(log => (double)log);
                Assert.Equal(whole, nats[i], 9);
                // Where an item's symbols are its own, so is what each of them costs.
                if (surprise[i].Length == 0) Assert.NotEqual("bytes", kind);
                else Assert.Equal(joined[before.Length..].Select(log => -log), surprise[i]);
            }
            Assert.Equal(first ??= nats, nats);
        }
    }

    [Fact]
    public void Of_each_class_there_is_a_context_of_its_own()
    {
        var made = new WaveNetConfig { Layers = 2, Stacks = 1, Channels = 8, Skip = 8, Conditional = true }.Build(Space.Sequence(24, 256), 2, 3);
        foreach (var parameter in made.Parameters.Parameters) parameter.Assign(Array.ConvertAll(parameter.ToArray(), value => 3 * value + 0.1f));
        var checkpoint = new Checkpoint(made, ["bad", "good"], "as=text") { Assets = new SortedDictionary<string, string> { ["tokens"] = Tokens.Bytes.ToText() } };
        foreach (var name in (string[])["good", "bad"])
        {
            Directory.CreateDirectory(Path.Combine(_folder, name));
            File.WriteAllText(Path.Combine(_folder, name, "text.txt"), $" {name} enough");
        }
        using var data = Dataset.Open(_folder, new DataOptions { As = Modality.Text, ModelClasses = checkpoint.ClassNames });
        var nats = new ContinuationScorer(checkpoint, new MemoryStream("it was"u8.ToArray())).Score(data.All);
        for (var i = 0; i < nats.Length; i++)
        {
            var label = data.All.Label(i);
            Assert.Equal(-Logs(checkpoint, $"it was {data.ClassNames[label]} enough", label)[6..].Sum(log => (double)log), nats[i], 9);
        }
    }
}
