using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// Inner states: every model names some, shows each at every position (of binary variables that are read at once, once) as wide as it says, and the same bits whatever is computed at once; what it shows changes nothing, and what is held of one is what everything behind it reads.
/// </summary>
public sealed unsafe class StatesLaw
{
    public static TheoryData<string> Sequences => LawCases.Names(c => c.Build() is SequenceModel);
    public static TheoryData<string> Vectors => LawCases.Names(c => c.Build() is BinaryModel);
    public static TheoryData<string> Grids => LawCases.Names(c => c.Build() is GridModel);

    [Fact]
    public void Every_model_names_its_states()
    {
        foreach (var law in LawCases.All)
        {
            var model = law.Build();
            Assert.True(model.States.Count > 0, $"{law.Name} names no inner states");
            Assert.Equal(model.States.Count, model.States.Select(state => state.Name).Distinct().Count());
        }
    }

    [Theory, MemberData(nameof(Sequences))]
    public void Windows_of_any_size_and_batches_show_the_same_states(string name)
    {
        var law = LawCases.Find(name);
        var model = (SequenceModel)law.Build();
        var (examples, labels) = (law.Examples(5), law.Labels(5));
        for (var state = 0; state < model.States.Count; state++)
        {
            var expected = Of(model, law, examples, labels, state, law.Space.Positions);
            foreach (var window in new[] { 1, 2, 3, 7 })
                Same(expected, Of(model, law, examples, labels, state, window), $"{law}, {model.States[state].Name}, windows of {window}");
            Same(expected[3..4], Of(model, law, examples[3..4], labels.Length == 0 ? [] : labels[3..4], state, law.Space.Positions), $"{law}, {model.States[state].Name}, alone");
        }
    }

    [Theory, MemberData(nameof(Grids))]
    public void Chunks_of_any_size_and_batches_show_the_same_states(string name)
    {
        var law = LawCases.Find(name);
        var model = (GridModel)law.Build();
        var (examples, labels) = (law.Examples(5), law.Labels(5));
        for (var state = 0; state < model.States.Count; state++)
        {
            var expected = Shown(law, model, state, 5, observer => model.Show(Faces.Batch(model, examples, labels), observer));
            foreach (var chunk in new[] { 1, 2, 3, 7, law.Space.Width })
                Same(expected, Shown(law, model, state, 5, observer => Faces.Chunked(model, examples, labels, chunk, observer)), $"{law}, {model.States[state].Name}, chunks of {chunk}");
            var alone = Shown(law, model, state, 1, observer => model.Show(Faces.Batch(model, examples[3..4], labels.Length == 0 ? [] : labels[3..4]), observer));
            Same(expected[3..4], alone, $"{law}, {model.States[state].Name}, alone");
        }
    }

    [Theory, MemberData(nameof(Vectors))]
    public void Batches_show_the_same_states_of_binary_variables(string name)
    {
        var law = LawCases.Find(name);
        var model = (BinaryModel)law.Build();
        var examples = law.Examples(5);
        for (var state = 0; state < model.States.Count; state++)
        {
            float[][] expected = Shown(law, model, state, 5, observer => model.Show(Faces.Batch(model, examples, []), observer), 1), alone = Shown(law, model, state, 1, observer => model.Show(Faces.Batch(model, examples[3..4], []), observer), 1);
            Same(expected[3..4], alone, $"{law}, {model.States[state].Name}, alone");
            Assert.True(law.Space.Dimensions == 1 || expected.Select(row => string.Join(' ', row)).Distinct().Count() > 1, $"{law}: {model.States[state].Name} does not depend on the item");
        }
    }

    [Theory, MemberData(nameof(Sequences))]
    public void Units_that_are_held_have_their_value_at_every_position_whatever_is_computed_at_once(string name)
    {
        var law = LawCases.Find(name);
        var model = (SequenceModel)law.Build();
        var (examples, labels, last) = (law.Examples(3), law.Labels(3), model.States.Count - 1);
        var free = Faces.Stepwise(model, examples, labels);
        for (var state = 0; state <= last; state++)
        {
            var (width, held) = (model.States[state].Width, Array.ConvertAll(new UnitValue[model.States.Count][], _ => Array.Empty<UnitValue>()));
            held[state] = [new(width - 1, 1.75f), new(0, -3)];
            var shown = Of(model, law, examples, labels, state, law.Space.Positions, held);
            foreach (var row in shown)
                for (var at = 0; at < row.Length; at += width) Assert.Equal((-3, 1.75f), (row[at], row[at + width - 1]));
            Same(Of(model, law, examples, labels, last, law.Space.Positions, held), Of(model, law, examples, labels, last, 3, held), $"{law}, {model.States[state].Name} held, windows of 3");

            Clamp[] clamps = [.. held[state].Select(unit => new Clamp(model.States[state].Name, unit.Unit, unit.Value))];
            float[] single = Logs(1), whole = Logs(law.Space.Dimensions);
            Bits.AssertEqual(single, whole, $"{law}, {model.States[state].Name} held, observed at once");
            Bits.AssertEqual(single, Logs(2, fork: true), $"{law}, {model.States[state].Name} held, forked");
            Assert.True(single.Where((log, i) => !Bits.Same(log, free[i / 3][i % 3])).Any(), $"{law}: holding {model.States[state].Name} changes nothing");

            float[] Logs(int stretch, bool fork = false)
            {
                var walk = model.Predict(3, labels, clamps: clamps);
                var logs = new float[3 * walk.Count];
                while (walk.Position < walk.Count)
                {
                    var (first, count) = (walk.Position, Math.Min(stretch, walk.Count - walk.Position));
                    if (fork) walk = walk.Fork([0, 1, 2]);
                    walk.Observe([.. Enumerable.Range(0, 3 * count).Select(i => examples[i % 3][first + i / 3])], logs.AsSpan(3 * first));
                }
                return logs;
            }
        }
    }

    [Fact]
    public void What_cannot_be_held_is_refused_by_its_name()
    {
        var lstm = new CharRnnConfig { Hidden = 8, Layers = 2 }.Build(Space.Sequence(9, 5), 0, 1);
        foreach (var (model, clamp, words) in new (AutoregressiveModel, Clamp, string)[]
        {
            (lstm, new("cell", 0, 1), "char-rnn has no inner state cell; they are layers.0.cell, layers.0.hidden, layers.1.cell, layers.1.hidden"),
            (lstm, new("layers.0.cell", 8, 1), "layers.0.cell has 8 units, from 0 on, and no unit 8"),
            (lstm, new("layers.0.cell", 2, float.NaN), "not finite"),
            (lstm, new("layers.0.cell", 1, 2), "clamped twice"),
            (new PixelCnnConfig { Channels = 4, Layers = 1 }.Build(Space.Image(3, 3, 1, 2), 0, 1), new("layers.0", 2, 1), "the inner states of pixelcnn cannot be clamped"),
        })
            Assert.Contains(words, Assert.Throws<ModelException>(() => model.Predict(1, clamps: [clamp, new(model.States[0].Name, 1, 1)])).Message, StringComparison.Ordinal);
    }

    static float[][] Of(SequenceModel model, LawCase law, int[][] examples, int[] labels, int state, int window, UnitValue[][]? held = null) => Shown(law, model, state, examples.Length, observer =>
    {
        var at = 0;
        var run = new Run(examples.Length, labels) { Held = held ?? [], Observer = new StateObserver(state, (first, values) => observer.Read(at + first, values)) };
        for (; at < law.Space.Positions; at += window)
        {
            var batch = new SymbolBatch(law.Space, examples.Length);
            batch.BeginWindows(examples.Length, Math.Min(window, law.Space.Positions - at));
            for (var i = 0; i < examples.Length; i++)
                batch.Set(i, examples[i].AsSpan(at, batch.Space.Positions), labels.Length == 0 ? -1 : labels[i], at == 0 ? -1 : examples[i][at - 1]);
            model.Show(new Tape(), batch, run);
        }
    });

    // Of each example its rows, one after the other.
    static float[][] Shown(LawCase law, AutoregressiveModel model, int state, int examples, Action<StateObserver> show, int? positions = null)
    {
        var (width, seen) = (model.States[state].Width, new int[positions ?? law.Space.Positions]);
        var shown = new float[examples][];
        for (var i = 0; i < examples; i++) shown[i] = new float[seen.Length * width];
        show(new StateObserver(state, (first, values) =>
        {
            Assert.Equal((examples, width), (values.Batch, values.Channels));
            for (var p = 0; p < values.Positions; p++)
            {
                seen[first + p]++;
                for (var i = 0; i < examples; i++) values.Row(p, i).CopyTo(shown[i].AsSpan((first + p) * width));
            }
        }));
        Assert.All(seen, count => Assert.Equal(1, count));
        return shown;
    }

    static void Same(float[][] expected, float[][] actual, string what)
    {
        for (var b = 0; b < expected.Length; b++) Bits.AssertEqual(expected[b], actual[b], $"{what}, example {b}");
    }
}
