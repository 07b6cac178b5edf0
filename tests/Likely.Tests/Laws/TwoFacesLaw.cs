using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>All at once, symbol by symbol and in chunks are the same numbers, bit for bit, whatever batch an example is in.</summary>
public sealed class TwoFacesLaw
{
    public static TheoryData<string> Cases => LawCases.Names();
    public static TheoryData<string> GridCases => LawCases.Names(c => c.Build() is GridModel);

    [Theory, MemberData(nameof(Cases))]
    public void Predictor_and_parallel_pass_give_the_same_bits(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        for (var member = 0; member < Math.Min(3, model.Members); member++)
            foreach (var count in new[] { 1, 3, 17 })
            {
                var (examples, labels) = (law.Examples(count), law.Labels(count));
                var expected = Faces.Parallel(model, examples, labels, member);
                foreach (var ask in new[] { false, true })
                    Same(expected, Faces.Stepwise(model, examples, labels, member, ask), $"{law}, member {member}, batch {count}, {(ask ? "" : "not ")}asked for probabilities");
            }
    }

    [Theory, MemberData(nameof(GridCases))]
    public void Chunks_of_any_size_give_the_bits_of_the_whole(string name)
    {
        var law = LawCases.Find(name);
        var model = (GridModel)law.Build();
        foreach (var count in new[] { 1, 3, 17 })
        {
            var (examples, labels) = (law.Examples(count), law.Labels(count));
            var expected = Faces.Parallel(model, examples, labels);
            foreach (var chunk in new[] { 1, 2, 3, 7, law.Space.Width, law.Space.Positions })
                Same(expected, Faces.Chunked(model, examples, labels, chunk), $"{law}, batch {count}, chunks of {chunk}");
        }
    }

    [Theory, MemberData(nameof(GridCases))]
    public void A_large_example_is_scored_in_chunks_with_the_bits_of_the_whole(string name)
    {
        var law = LawCases.Find(name);
        if (law.Space.Height < 3) return; // the same configs on smaller grids
        var large = new LawCase(law.Name, law.Config, law.Space with { Height = 150, Width = 110 }, law.Classes, law.Dropout);
        var model = large.Build();
        var batch = Faces.Batch(model, large.Examples(1), large.Labels(1));
        var (chunks, whole) = (model.LogProbabilities(new Tape(), batch), model.LogProbabilities(new Tape(recording: true), batch));
        for (var p = 0; p < whole.Positions; p++) Bits.AssertEqual(whole.Row(p, 0), chunks.Row(p, 0), $"{large}, position {p}");
    }

    [Theory, MemberData(nameof(Cases))]
    public void An_example_has_the_same_bits_in_every_batch(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var (examples, labels) = (law.Examples(17), law.Labels(17));
        var whole = Faces.Parallel(model, examples, labels);
        foreach (var count in new[] { 1, 2, 5 })
            for (var first = 0; first + count <= 17; first += count)
            {
                var part = Faces.Parallel(model, examples[first..(first + count)], labels.Length == 0 ? [] : labels[first..(first + count)]);
                Same(whole[first..(first + count)], part, $"{law}, examples {first} to {first + count - 1} of 17 alone");
            }
    }

    static void Same(float[][] expected, float[][] actual, string what)
    {
        for (var b = 0; b < expected.Length; b++) Bits.AssertEqual(expected[b], actual[b], $"{what}, example {b}");
    }
}
