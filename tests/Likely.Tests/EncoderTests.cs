using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests;

/// <summary>Codes are the state behind an item or the mean of its states, computed symbol by symbol; threads, neighbours and windows leave no trace.</summary>
public sealed class EncoderTests : IDisposable
{
    static readonly string[] _items = ["a fine film\n", "\n", "x", "dull, dull and long\n", string.Concat(Enumerable.Repeat("again and ", 700))];

    readonly string _folder = Directory.CreateTempSubdirectory("likely-codes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static Checkpoint Made(DensityConfig config, string preprocessing)
    {
        var model = config.Build(Space.Sequence(24, 256), 0, 3);
        foreach (var parameter in model.Parameters.Parameters) parameter.Assign(Array.ConvertAll(parameter.ToArray(), value => 2 * value));
        return new Checkpoint(model, [], preprocessing) { Assets = new SortedDictionary<string, string> { ["tokens"] = Tokens.Bytes.ToText() } };
    }

    // The states behind each symbol, one symbol at a time.
    static float[][] States(SequenceModel model, int state, int[] symbols)
    {
        var states = new List<float[]>();
        var run = new Run(1) { Observer = new StateObserver(state, (_, values) => states.Add(values.Row(0, 0).ToArray())) };
        for (var t = 0; t <= symbols.Length; t++)
        {
            var batch = new SymbolBatch(Space.Sequence(1, 256), 1);
            batch.BeginWindows(1, 1);
            batch.Set(0, [t < symbols.Length ? symbols[t] : 0], -1, t == 0 ? -1 : symbols[t - 1]);
            model.Show(new Tape(), batch, run);
        }
        return [.. states.Skip(1)];
    }

    public static TheoryData<string> Models => ["mlstm", "char-rnn", "transformer", "transformer-xl", "wavenet", "bytenet"];

    [Theory, MemberData(nameof(Models))]
    public void A_code_is_the_state_behind_an_item_or_the_mean_over_its_symbols(string name)
    {
        DensityConfig config = name switch
        {
            "mlstm" => new MultiplicativeLstmConfig { Hidden = 9 },
            "char-rnn" => new CharRnnConfig { Hidden = 9 },
            "transformer" => new TransformerConfig { Layers = 2, Heads = 2, Channels = 12, Context = 24 },
            "transformer-xl" => new TransformerXlConfig { Layers = 2, Heads = 2, Channels = 12, Context = 24, Memory = 8 },
            "wavenet" => new WaveNetConfig { Layers = 3, Stacks = 1, Channels = 8, Skip = 12 },
            _ => new ByteNetConfig { Layers = 2, Stacks = 1, Channels = 6 },
        };
        for (var i = 0; i < _items.Length; i++) File.WriteAllText(Path.Combine(_folder, $"{i}.txt"), _items[i]);
        using var data = Dataset.Open(_folder, new DataOptions { As = Modality.Text, Parts = PartRule.None });
        foreach (var preprocessing in (string[])["as=text", "as=text items=files"])
        {
            var checkpoint = Made(config, preprocessing);
            // To a model of running text an item begins as after the end of a line.
            int[] before = preprocessing == "as=text" ? ['\n'] : [];
            foreach (var (pooling, state) in ((StatePooling, int?)[])[(StatePooling.Last, null), (StatePooling.Mean, 0), (StatePooling.Last, 0)])
            {
                var encoder = new StateEncoder(checkpoint, state, pooling, threads: 1);
                var codes = new float[data.All.Count * encoder.Width];
                encoder.Encode(data.All, 0, codes);
                for (var item = 0; item < data.All.Count; item++)
                {
                    var symbols = new int[data.All.SpaceOf(item).Width];
                    data.All.Read(item, symbols);
                    var states = States((SequenceModel)checkpoint.Density, state ?? checkpoint.Density.States.Count - 1, [.. before, .. symbols]);
                    var expected = states[^1];
                    if (pooling == StatePooling.Mean)
                        for (var c = 0; c < expected.Length; c++) expected[c] = (float)(states.Skip(before.Length).Sum(row => (double)row[c]) / symbols.Length);
                    Bits.AssertEqual(expected, codes.AsSpan(item * encoder.Width, encoder.Width), $"{name}, {preprocessing}, {pooling}, {encoder.State.Name}, item {item}");
                    // Alone.
                    var alone = new float[encoder.Width];
                    new StateEncoder(checkpoint, state, pooling, threads: 2).Encode(data.All, item, alone);
                    Bits.AssertEqual(expected, alone, $"{name}, item {item} alone");
                }
                var threads = new float[codes.Length];
                new StateEncoder(checkpoint, state, pooling, threads: 3).Encode(data.All, 0, threads);
                Bits.AssertEqual(codes, threads, $"{name}, three threads");
            }
        }
    }

    [Fact]
    public void The_end_of_a_line_is_left_out()
    {
        var path = Path.Combine(_folder, "lines.txt");
        File.WriteAllText(path, "a fine film\n\nno end");
        using var lines = Dataset.Open(path, new DataOptions { As = Modality.Text, Items = ItemRule.Lines, Validation = 0 });
        var checkpoint = Made(new CharRnnConfig { Hidden = 9 }, "as=text items=lines");
        foreach (var pooling in (StatePooling[])[StatePooling.Last, StatePooling.Mean])
        {
            var encoder = new StateEncoder(checkpoint, null, pooling);
            var codes = new float[3 * encoder.Width];
            encoder.Encode(lines.All, 0, codes);
            foreach (var (item, text) in ((int, string)[])[(0, "a fine film"), (1, "\n"), (2, "no end")])
            {
                var states = States((SequenceModel)checkpoint.Density, 3, [.. text.Select(letter => (int)letter)]);
                for (var c = 0; c < encoder.Width; c++)
                    Assert.Equal(pooling == StatePooling.Last ? states[^1][c] : (float)(states.Sum(row => (double)row[c]) / text.Length), codes[item * encoder.Width + c]);
            }
        }
    }

    [Fact]
    public void A_picture_is_encoded_by_its_last_position_or_the_mean_over_all()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Limit = 40, Levels = 4, Size = new(12, 12) });
        var model = new GatedPixelCnnConfig { Channels = 6, Layers = 2, Kernel = 5 }.Build(data.Space, 0, 1);
        var checkpoint = new Checkpoint(model, [], "levels=4");
        Assert.Equal(StatePooling.Mean, new StateEncoder(checkpoint).Pooling);
        for (var state = 0; state < model.States.Count; state++)
        {
            var (mean, last) = (new StateEncoder(checkpoint, state), new StateEncoder(checkpoint, state, StatePooling.Last));
            float[] means = new float[data.Test.Count * mean.Width], lasts = new float[means.Length], again = new float[means.Length];
            mean.Encode(data.Test, 0, means);
            last.Encode(data.Test, 0, lasts);
            new StateEncoder(checkpoint, state, threads: 1).Encode(data.Test, 0, again);
            Bits.AssertEqual(means, again, "one thread");
            for (var item = 0; item < data.Test.Count; item += 7)
            {
                var symbols = new int[data.Space.Dimensions];
                data.Test.Read(item, symbols);
                var batch = new SymbolBatch(data.Space, 1);
                batch.Begin(1);
                batch.Set(0, symbols);
                var (sum, final) = (new double[mean.Width], new float[mean.Width]);
                ((GridModel)model).Show(batch, new StateObserver(state, (_, values) =>
                {
                    for (var p = 0; p < values.Positions; p++)
                        for (var c = 0; c < sum.Length; c++) sum[c] += final[c] = values.Row(p, 0)[c];
                }));
                Bits.AssertEqual(Array.ConvertAll(sum, total => (float)(total / data.Space.Positions)), means.AsSpan(item * mean.Width, mean.Width), $"mean of item {item}");
                Bits.AssertEqual(final, lasts.AsSpan(item * mean.Width, mean.Width), $"last of item {item}");
            }
        }
    }

    [Fact]
    public void Binary_variables_are_encoded_by_what_has_read_them_all()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Binarize = Binarization.Threshold, Limit = 40 });
        foreach (var (config, width) in ((DensityConfig, int)[])[(new NadeConfig { Hidden = 4 }, 4), (new MadeConfig { Hidden = 6, Layers = 2 }, 6), (new FvsbnConfig(), 784)])
        {
            var encoder = new StateEncoder(new Checkpoint(config.Build(data.Space, 0, 1), [], ""));
            Assert.Equal((width, StatePooling.Last), (encoder.Width, encoder.Pooling));
            float[] all = new float[9 * width], second = new float[width];
            encoder.Encode(data.All, 0, all);
            encoder.Encode(data.All, 1, second);
            Bits.AssertEqual(all.AsSpan(width, width), second, config.Name);
        }
    }

    [Fact]
    public void What_has_no_state_of_an_item_is_refused()
    {
        var pairs = new Checkpoint(new ByteNetConfig { Layers = 1, Stacks = 1, Channels = 4 }.Build(Space.Sequence(9, 5) with { Source = 6 }, 0, 1), [], "");
        Assert.Contains("is a model of pairs", Assert.Throws<UsageException>(() => new StateEncoder(pairs)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StateEncoder(Made(new CharRnnConfig { Hidden = 4 }, "as=text"), 4));
    }
}
