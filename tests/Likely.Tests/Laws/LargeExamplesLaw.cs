using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>An example too large for one pass is scored some rows at a time: the bits of all at once, with the memory of some rows.</summary>
public sealed class LargeExamplesLaw
{
    public static TheoryData<string> Cases => ["gated-pixelcnn: RGB mixture", "gated-pixelcnn: RGB mixture linear", "gated-pixelcnn: grey mixture linear", "gated-pixelcnn: conditional", "pixelcnn: RGB of 4 levels"];

    [Theory, MemberData(nameof(Cases))]
    public void Rows_give_the_bits_of_the_whole(string name)
    {
        var law = LawCases.Find(name);
        var model = (GridModel)law.Build();
        // Chunks end within the picture, the last one is lower; enough symbols to be large.
        var space = law.Space with { Height = 700, Width = law.Space.Symbols == 3 ? 130 : 380 };
        Assert.Same(model, RowScorer.Takes(model, space));
        var examples = new LawCase(law.Name, law.Config, space, law.Classes, false).Examples(2);
        var labels = law.Labels(2);
        var batch = new SymbolBatch(space, 1);
        var scored = new Dictionary<int, float[]>();
        var (coded, squares) = (new double[2], new double[2]);
        var nats = new Scorer(model, 2, space).Score(examples, labels, each: (index, _, symbols) =>
        {
            lock (scored) scored[index] = symbols.ToArray();
        }, coded: coded, squares: squares);
        for (var i = 0; i < 2; i++)
        {
            batch.Begin(1);
            batch.Set(0, examples[i], labels.Length > 0 ? labels[i] : -1);
            var logs = model.LogProbabilities(new Tape(), batch);
            var (total, square) = (0.0, 0.0);
            for (var p = 0; p < logs.Positions; p++)
                foreach (var (log, s) in logs.Row(p, 0).ToArray().Select((log, s) => (log, s)))
                {
                    total += log;
                    square += (double)log * log;
                    Assert.Equal(-log, scored[i][p * space.Symbols + s]);
                }
            Assert.Equal((-total, -total, square), (nats[i], coded[i], squares[i]));
        }
    }

    [Fact]
    public void A_photograph_of_24_million_pixels_takes_the_memory_of_its_bytes_and_some_rows()
    {
        var model = (GridModel)new GatedPixelCnnConfig { Channels = 8, Layers = 2, Head = "mixture", Linear = 5 }.Build(Space.Image(32, 32, 3, 256), 0, null);
        var photograph = Space.Image(4000, 6000, 3, 256);
        Assert.InRange(RowScorer.Bytes(model, photograph, out _), 1 << 20, 200L << 20);
        Assert.InRange(Evaluation.MemoryOf(model, photograph, 1), photograph.Dimensions, 600L << 20);
    }
}
