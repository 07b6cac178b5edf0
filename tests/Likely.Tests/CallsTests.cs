using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Data;
using Xunit;

namespace Likely.Tests;

/// <summary>Calls of the library that are wrong: each ends in the exception that is documented, with a plain sentence.</summary>
public sealed class CallsTests
{
    static readonly CharRnnConfig _small = new() { Hidden = 4, Layers = 1, Context = 8 };

    static AutoregressiveModel Model(int levels) => _small.Build(Space.Sequence(8, levels), 0, 1);

    public static TheoryData<string, DataOptions, string> OptionsOutOfRange => new()
    {
        { "gap", new() { Gap = -5 }, "gap=-5 is not allowed; use a whole number from 0 to" },
        { "NaN", new() { Validation = double.NaN }, "validation=NaN is not allowed; use a fraction from 0 to 0.45" },
        { "below", new() { Validation = -0.1 }, "validation=-0.1 is not allowed" },
        { "above", new() { Test = 2 }, "test=2 is not allowed" },
        { "infinite", new() { Test = double.PositiveInfinity }, "test=Infinity is not allowed" },
        { "limit", new() { Limit = 0 }, "limit=0 is not allowed" },
        { "levels", new() { Levels = 1 }, "levels=1 is not allowed" },
        { "size", new() { Size = (0, 4) }, "size=0x4 is not allowed" },
        { "range", new() { Range = (1, 1) }, "range=1:1 is not allowed" },
        { "axes", new() { Axes = "N H" }, "axes=N H is not allowed" },
        { "binarize", new() { Binarize = (Binarization)9 }, "binarize=9 is not allowed" },
        { "recolor", new() { Recolor = (Recoloring)9 }, "recolor=9 is not allowed" },
        { "hold_out", new() { HoldOut = (HoldOut)9 }, "hold_out=9 is not allowed" },
        { "parts", new() { Parts = (PartRule)9 }, "parts=9 is not allowed" },
        { "items", new() { Items = (ItemRule)9 }, "items=9 is not allowed" },
        { "tokens", new() { Tokens = (TokenRule)9 }, "tokens=9 is not allowed" },
        { "both", new() { Binarize = Binarization.Static, Levels = 4 }, "contradict each other" },
    };

    [Theory, MemberData(nameof(OptionsOutOfRange))]
    public void Data_options_that_code_sets_are_held_to_what_their_keys_take(string name, DataOptions options, string message)
    {
        _ = name;
        using var samples = new Samples();
        var path = samples.File("a.txt", [.. Enumerable.Repeat((byte)'a', 5000)]);
        Assert.Contains(message, Assert.Throws<DataException>(() => Dataset.Open(path, options).Dispose()).Message);
        Assert.Contains(message, Assert.Throws<DataException>(() => Dataset.Open("strokes", options).Dispose()).Message);
    }

    [Fact]
    public void Options_that_their_keys_take_are_taken()
    {
        var options = new DataOptions { Gap = 0, Validation = 0, Test = 0.45, Limit = 3, Items = ItemRule.Lines, Seed = ulong.MaxValue };
        Assert.Equal(options.ToCanonical(), options.Required().ToCanonical());
        Assert.Equal(options, DataOptions.FromCanonical(options.ToCanonical()));
    }

    [Fact]
    public void An_index_that_is_no_items_is_refused()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Limit = 3 });
        foreach (var index in (int[])[-1, 3, int.MaxValue, int.MinValue])
        {
            Assert.Contains("3 test items", Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.SpaceOf(index)).Message);
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.Label(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.Number(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.ItemName(index));
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.Read(index, new int[784]));
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.Read(index, new byte[784]));
            Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.Read(index, 0, new int[1]));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Test.Sample(-1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(70)]
    public void A_data_set_that_is_closed_is_read_no_more(int files)
    {
        using var samples = new Samples();
        for (var i = 0; i < files; i++) samples.File($"data/{i}.txt", [.. $"{i}: some text\n".Select(letter => (byte)letter)]);
        var data = Dataset.Open(Path.Combine(samples.Folder, "data"), new DataOptions { Validation = 0 });
        data.Train.Read(0, new int[data.Train.SpaceOf(0).Width]);
        data.Dispose();
        data.Dispose();
        var room = new int[data.Train.SpaceOf(0).Width];
        Assert.Throws<ObjectDisposedException>(() => data.Train.Read(0, room));
        Assert.Throws<ObjectDisposedException>(() => data.Train.InStretches(2).Read(0, 0, room.AsSpan(0, 1)));
        Assert.Throws<ObjectDisposedException>(() => new Scorer(Model(256), 1).Score(data.Train));
        var drawn = Dataset.Open("strokes", DataOptions.Default);
        drawn.Dispose();
        Assert.Throws<ObjectDisposedException>(() => drawn.Test.Read(0, new byte[784]));
    }

    [Fact]
    public void Examples_of_another_space_than_the_models_are_not_scored()
    {
        using var samples = new Samples();
        var path = samples.File("a.txt", [.. Enumerable.Range(0, 5000).Select(i => (byte)('a' + i % 7))]);
        using var bytes = Dataset.Open(path, DataOptions.Default);
        using var characters = Dataset.Open(path, new DataOptions { Tokens = TokenRule.Characters });
        using var pictures = Dataset.Open("strokes", new DataOptions { Limit = 2 });
        Assert.Contains("item 0 is of", Assert.Throws<ArgumentException>(() => Evaluation.Score(Model(256), characters.Test)).Message);
        Assert.Throws<ArgumentException>(() => Evaluation.Score(Model(263), bytes.Test));
        Assert.Throws<ArgumentException>(() => Evaluation.Score(Model(256), pictures.Test));
        var nade = new NadeConfig { Hidden = 4 }.Build(pictures.Space with { Levels = 2 }, 0, 1);
        Assert.Throws<ArgumentException>(() => Evaluation.Score(nade, bytes.Test));
        Assert.Throws<ArgumentException>(() => Evaluation.Score(nade, pictures.Test));
        Assert.Throws<ArgumentException>(() => Evaluation.Score(nade, pictures.Test, space: pictures.Space));
        Assert.Throws<ArgumentException>(() => Walk.Sample(nade, 1, space: Space.Image(3, 3, 1, 2)));
        Assert.Single(Evaluation.Score(Model(263), characters.Test));
    }

    [Fact]
    public void A_config_out_of_range_is_refused_before_anything_is_counted_with_it()
    {
        using var samples = new Samples();
        using var data = Dataset.Open(samples.File("a.txt", [.. Enumerable.Repeat((byte)'a', 5000)]), DataOptions.Default);
        foreach (var config in (DensityConfig[])[_small with { Context = 0 }, _small with { Context = -3 }, _small with { Dropout = double.NaN }, new TransformerConfig { Context = 0 }])
        {
            Assert.Contains("is not allowed; use", Assert.Throws<ModelException>(() => new Trainer(config, data, new TrainingOptions { Steps = 1 })).Message);
            Assert.Throws<ModelException>(() => TrainingForecast.Measure(config, data, new TrainingOptions { Steps = 1 }));
            Assert.Throws<ModelException>(() => config.SpaceFor(data.Space));
        }
    }

    [Fact]
    public void Symbols_that_are_no_characters_are_refused()
    {
        foreach (var codePoint in (int[])[-1, 0xD800, 0x110000, int.MaxValue])
            Assert.Throws<ArgumentOutOfRangeException>(() => Tokens.Characters(['a', codePoint]));
        Assert.Equal(258, Tokens.Characters(['a', 'b', 'a']).Size);
    }

    [Fact]
    public void Nothing_where_something_is_needed_is_named()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Limit = 2 });
        var model = Model(256);
        (string Name, Action Call)[] calls =
        [
            ("nameOrPath", () => Dataset.Open(null!, DataOptions.Default)),
            ("options", () => Dataset.Open("strokes", null!)),
            ("settings", () => DataOptions.Parse(null!)),
            ("text", () => DataOptions.FromCanonical(null!)),
            ("config", () => new Trainer(null!, data, new TrainingOptions())),
            ("data", () => new Trainer(_small, null!, new TrainingOptions())),
            ("options", () => new Trainer(_small, data, null!)),
            ("model", () => Evaluation.Score(null!, data.Test)),
            ("split", () => Evaluation.Score(model, null!)),
            ("items", () => Evaluation.Score(model, null!, [])),
            ("labels", () => Evaluation.Score(model, [], null!)),
            ("model", () => Walk.Sample(null!, 1)),
            ("item", () => Walk.Complete(model, null!, [true], 1)),
            ("known", () => Walk.IsExact(model, null!)),
            ("checkpoint", () => _ = new Continuation(null!)),
            ("other", () => data.Test.CountIn(null!)),
            ("sketch", () => data.Test.Compare(null!)),
            ("codePoints", () => Tokens.Characters(null!)),
            ("text", () => Tokens.Parse(null!)),
            ("path", () => Tokens.Read(null!)),
            ("model", () => Archive.Compress(null!, ["a"], "b")),
            ("inputs", () => Archive.Compress(new Checkpoint(model, [], ""), null!, "b")),
            ("archive", () => Archive.Verify(null!, null)),
            ("archive", () => Archive.Decompress(null!, null, "a")),
        ];
        foreach (var (name, call) in calls) Assert.Equal(name, Assert.Throws<ArgumentNullException>(call).ParamName);
    }

    [Fact]
    public void Memory_of_scoring_sequences_is_forecast_and_bounded_by_the_alphabet()
    {
        long Of(int levels) => Evaluation.MemoryOf(Model(levels), Space.Sequence(1 << 20, levels), threads: 1);
        Assert.InRange(Of(256), 1 << 16, 64 << 20);
        Assert.InRange(Of(1 << 16), 32 << 20, 160 << 20);
        Assert.Equal(2 * Of(256), Evaluation.MemoryOf(Model(256), Space.Sequence(100, 256), threads: 2));
    }

    [Fact]
    public void Lines_where_they_stand_are_lines_of_a_text()
    {
        using var samples = new Samples();
        for (var i = 0; i < 70; i++) samples.File($"data/{i}.txt", [.. Enumerable.Range(0, 3000).Select(at => (byte)(at % 30 == 29 ? '\n' : 'a' + at * (i + 1) % 26))]);
        using var data = Dataset.Open(Path.Combine(samples.Folder, "data"), new DataOptions { Items = ItemRule.Lines });
        using var files = Dataset.Open(Path.Combine(samples.Folder, "data"), DataOptions.Default);
        Assert.True(data.All.AreLines);
        var (one, two) = (new Scorer(Model(256), 1).ScoreLines(data.All), new Scorer(Model(256), 2).ScoreLines(data.All));
        Assert.Equal(one, two);
        var some = data.All.Sample(20);
        var drawn = new Scorer(Model(256), 2).ScoreLines(some);
        for (var i = 0; i < drawn.Length; i++) Assert.Equal(one[some.Number(i)], drawn[i]);
        Assert.Throws<ArgumentException>(() => new Scorer(Model(256), 1).ScoreLines(files.All));
    }
}
