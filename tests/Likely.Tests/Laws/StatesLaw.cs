using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// Inner states: every model but those of binary vectors names some, shows each at every position as wide as it says, and the same bits whatever is computed at once; what it shows changes nothing.
/// </summary>
public sealed unsafe class StatesLaw
{
    public static TheoryData<string> Sequences => LawCases.Names(c => c.Build() is SequenceModel);
    public static TheoryData<string> Grids => LawCases.Names(c => c.Build() is GridModel);

    [Fact]
    public void Every_model_that_steps_from_position_to_position_names_its_states()
    {
        foreach (var law in LawCases.All)
        {
            var model = law.Build();
            Assert.True(model is BinaryModel == (model.States.Count == 0), $"{law.Name} names {model.States.Count} inner states");
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

    static float[][] Of(SequenceModel model, LawCase law, int[][] examples, int[] labels, int state, int window) => Shown(law, model, state, examples.Length, observer =>
    {
        var at = 0;
        var run = new Run(examples.Length, labels) { Observer = new StateObserver(state, (first, values) => observer.Read(at + first, values)) };
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
    static float[][] Shown(LawCase law, AutoregressiveModel model, int state, int examples, Action<StateObserver> show)
    {
        var (width, seen) = (model.States[state].Width, new int[law.Space.Positions]);
        var shown = new float[examples][];
        for (var i = 0; i < examples; i++) shown[i] = new float[law.Space.Positions * width];
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
