using System.Reflection;
using System.Runtime.CompilerServices;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>No public call can read or write memory that is not its own: what does not fit is an exception with a sentence, whatever the model.</summary>
public sealed class PublicBoundsTests
{
    public static TheoryData<string> Cases => LawCases.Names();

    static readonly int[] _levelsOnly = [0];

    [Fact]
    public void Nothing_public_takes_or_gives_a_pointer()
    {
        var found = new List<string>();
        foreach (var assembly in new[] { typeof(Tape).Assembly, typeof(DensityModel).Assembly, typeof(Walk).Assembly, typeof(Dataset).Assembly, typeof(Likely.Coding.RangeEncoder).Assembly })
            foreach (var type in assembly.GetExportedTypes())
                foreach (var member in typeof(Delegate).IsAssignableFrom(type) ? [] : type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
                {
                    var types = member switch
                    {
                        MethodBase { IsPublic: true } or MethodBase { IsFamily: true } or MethodBase { IsFamilyOrAssembly: true } => ((MethodBase)member).GetParameters().Select(parameter => parameter.ParameterType).Append((member as MethodInfo)?.ReturnType),
                        FieldInfo { IsPublic: true } field => [field.FieldType],
                        _ => [],
                    };
                    if (types.Any(used => used is not null && (used.IsPointer || used == typeof(nint) || used.HasElementType && used.GetElementType()!.IsPointer))) found.Add($"{type.Name}.{member.Name}");
                }
        Assert.Empty(found);
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_batch_takes_only_what_fits(string name)
    {
        var law = LawCases.Find(name);
        var batch = new SymbolBatch(law.Space, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Set(0, new byte[law.Space.Dimensions])); // not begun
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Begin(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Begin(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Begin(-1));
        batch.Begin(2);
        foreach (var example in new[] { -1, 2, int.MaxValue }) Assert.Throws<ArgumentOutOfRangeException>(() => batch.Set(example, new byte[law.Space.Dimensions]));
        foreach (var length in new[] { 0, law.Space.Dimensions - 1, law.Space.Dimensions + 1 }) Assert.Throws<ArgumentException>(() => batch.Set(0, new byte[length]));
        foreach (var wrong in new[] { law.Space.Levels, -1, int.MaxValue })
        {
            var symbols = new int[law.Space.Dimensions];
            symbols[^1] = wrong;
            Assert.Contains($"{law.Space.AlphabetAt(law.Space.Dimensions - 1).Size} levels", Assert.Throws<ArgumentException>(() => batch.Set(0, symbols)).Message);
        }
        foreach (var capacity in new[] { 0, -1, int.MaxValue })
            if (capacity < int.MaxValue || law.Space.Dimensions > 1) Assert.Throws<ArgumentOutOfRangeException>(() => new SymbolBatch(law.Space, capacity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SymbolBatch(law.Space with { Height = -law.Space.Height }, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SymbolBatch(Space.Image(1 << 20, 1 << 20, 3, 256), 1));
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_parallel_pass_takes_only_a_batch_of_the_model(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        Assert.Throws<ArgumentException>(() => model.LogProbabilities(new Tape(), new SymbolBatch(law.Space, 2)));
        foreach (var other in law.Space.Columns is { } columns ? [Space.Table([.. columns, columns[0]]), Space.Table([columns[0] with { Size = columns[0].Size + 1 }, .. columns.Skip(1)]), Space.Image(1, columns.Count, 1, law.Space.Levels)] : (Space[])[.. model.AnyExtent ? (Space[])[] : [Wider(law.Space)], law.Space with { Symbols = law.Space.Symbols == 1 ? 3 : 1 }, law.Space with { Levels = law.Space.Levels == 2 ? 3 : 2 }, law.Space with { Alphabet = law.Space.Alphabet with { Scale = law.Space.Alphabet.Scale == AlphabetScale.Ordinal ? AlphabetScale.Categorical : AlphabetScale.Ordinal } }])
        {
            var batch = new SymbolBatch(other, 1);
            batch.Begin(1);
            Assert.Throws<ArgumentException>(() => model.LogProbabilities(new Tape(), batch));
        }
        var good = Faces.Batch(model, law.Examples(2), law.Labels(2));
        foreach (var member in new[] { -1, model.Members }) Assert.Throws<ArgumentOutOfRangeException>(() => model.LogProbabilities(new Tape(), good, member: member));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Distributions(new Tape(), good, (_, _) => { }, model.Members));
        foreach (var label in new[] { -1, law.Classes, int.MaxValue })
            if (law.Classes > 0)
            {
                var bad = Faces.Batch(model, law.Examples(2), [0, label]);
                Assert.Contains($"{label}", Assert.Throws<ArgumentException>(() => model.LogProbabilities(new Tape(), bad)).Message);
                Assert.Throws<ArgumentException>(() => model.Distributions(new Tape(), bad, (_, _) => { }));
            }
        var tape = new Tape();
        var logs = model.LogProbabilities(tape, good);
        foreach (var (position, example) in new[] { (-1, 0), (0, -1), (logs.Positions, 0), (0, logs.Batch), (int.MaxValue, int.MaxValue) })
            Assert.Throws<ArgumentOutOfRangeException>(() => logs.Row(position, example).Length);
        var row = logs.Row(0, 0);
        tape.Reset();
        Assert.Throws<InvalidOperationException>(() => logs.Row(0, 0).Length);
        row[0] = 1; // the tape's, and nothing else's
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_predictor_takes_only_what_fits(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var levels = law.Space.AlphabetAt(model.Predict(1, law.Labels(1)).DimensionAt(0)).Size;
        foreach (var batch in new[] { 0, -1, int.MinValue }) Assert.Throws<ArgumentOutOfRangeException>(() => model.Predict(batch, law.Labels(1)));
        foreach (var member in new[] { -1, model.Members }) Assert.Throws<ArgumentOutOfRangeException>(() => model.Predict(1, law.Labels(1), member: member));
        if (law.Classes > 0)
            foreach (var labels in new int[][] { [], [0], [0, 0, 0], [0, -1], [law.Classes, 0] }) Assert.Throws<ArgumentException>(() => model.Predict(2, labels));

        var predictor = model.Predict(2, law.Labels(2));
        foreach (var step in new[] { -1, law.Space.Dimensions, int.MaxValue }) Assert.Throws<ArgumentOutOfRangeException>(() => predictor.DimensionAt(step));
        foreach (var length in new[] { 0, 1, 3 }) Assert.Throws<ArgumentException>(() => predictor.Observe(new int[length]));
        Assert.Throws<ArgumentException>(() => predictor.Observe(new int[2], new float[1]));
        foreach (var wrong in new[] { levels, -1, int.MinValue }) Assert.Throws<ArgumentException>(() => predictor.Observe([0, wrong]));
        Assert.Equal(0, predictor.Position); // nothing has happened

        var kept = predictor.Next();
        Use(kept, levels);
        var probabilities = new double[levels];
        foreach (var example in new[] { 2, -1 }) Assert.Throws<ArgumentOutOfRangeException>(() => kept.Probabilities(example, probabilities));
        foreach (var temperature in new[] { 0, -1, float.NaN, float.PositiveInfinity }) Assert.Throws<ArgumentOutOfRangeException>(() => kept.Probabilities(0, probabilities, temperature));
        Assert.Throws<ArgumentException>(() => kept.Probabilities(0, new double[levels - 1]));
        for (var step = 0; step < law.Space.Dimensions; step++) predictor.Observe([0, 1]);
        AssertOver(kept, levels);
        Assert.Throws<InvalidOperationException>(() => predictor.Observe([0, 1]));
        Assert.Throws<InvalidOperationException>(() => predictor.Next());
    }

    [Theory, MemberData(nameof(Cases))]
    public void Distributions_outlive_their_call_only_as_exceptions_and_their_predictor_as_themselves(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var kept = new List<SymbolDistributions>();
        model.Distributions(new Tape(), Faces.Batch(model, law.Examples(2), law.Labels(2)), (_, distributions) => kept.Add(distributions));
        foreach (var distributions in kept) AssertOver(distributions, law.Space.Levels);
        AssertOver(default, law.Space.Levels);

        var abandoned = Abandoned(law);
        var fresh = model.Predict(2, law.Labels(2)).Next();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _ = new byte[1 << 16];
        }
        double[] expected = new double[law.Space.Levels], actual = new double[law.Space.Levels];
        fresh.Probabilities(1, expected);
        abandoned.Probabilities(1, actual);
        Assert.Equal(expected, actual);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static SymbolDistributions Abandoned(LawCase law) => law.Build().Predict(2, law.Labels(2)).Next();

    [Fact]
    public void Weights_take_as_many_values_as_they_are_and_the_set_no_more_weights()
    {
        var model = LawCases.Find("gated-pixelcnn: binary").Build();
        foreach (var parameter in model.Parameters.Parameters)
            foreach (var length in new[] { 0, (int)parameter.Shape.Count - 1, (int)parameter.Shape.Count + 1 })
                Assert.Contains(parameter.Name, Assert.Throws<ArgumentException>(() => parameter.Assign(new float[length])).Message);
        Assert.Throws<InvalidOperationException>(() => model.Parameters.Add(new Parameter("late", new Shape(1, 1, 1), (_, _) => 0)));
        var outline = new ParameterSet();
        var early = outline.Add(new Parameter("early", new Shape(1, 1, 1), (_, _) => 0));
        Assert.Throws<InvalidOperationException>(() => early.ToArray());
        Assert.Throws<InvalidOperationException>(() => early.Assign([1]));
        var masked = LawCases.Find("fvsbn: binary").Build().Parameters.Parameters.Single(parameter => parameter.Mask is not null);
        var values = masked.ToArray();
        values[^1] = 1;
        Assert.Throws<ArgumentException>(() => masked.Assign(values));
        Assert.Equal(0, masked.ToArray()[^1]);
    }

    [Fact]
    public void Walks_and_scores_refuse_what_does_not_fit()
    {
        var law = LawCases.Find("gated-pixelcnn: conditional");
        var model = law.Build();
        var item = new int[law.Space.Dimensions];
        Assert.Throws<ArgumentOutOfRangeException>(() => Walk.Sample(model, -1));
        Assert.Throws<ArgumentException>(() => Walk.Sample(model, 2, labels: [0]));
        Assert.Throws<ArgumentException>(() => Walk.Sample(model, 1, labels: [law.Classes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Walk.Sample(model, 1, temperature: 0));
        Assert.Throws<ArgumentException>(() => Walk.Complete(model, new int[3], new bool[3], 1));
        Assert.Throws<ArgumentException>(() => Walk.Complete(model, [.. item.Select(_ => 2)], [.. item.Select(_ => true)], 1));
        Assert.Throws<ArgumentException>(() => Walk.IsExact(model, new bool[item.Length + 1]));
        Assert.Throws<ArgumentException>(() => Evaluation.Score(model, [item[1..]], _levelsOnly, 1));
        Assert.Throws<ArgumentException>(() => Evaluation.Score(model, [item, item], _levelsOnly, 1));
        Assert.Throws<ArgumentException>(() => Evaluation.Score(model, [[.. item.Select(_ => 2)]], _levelsOnly, 1));
        Assert.Throws<ArgumentException>(() => Walk.Run(model.Predict(1, [0]), (_, _, _) => { }, new float[1]));
        Assert.Throws<ArgumentException>(() => Walk.Run(model.Predict(1, [0]), (_, _, symbols) => symbols[0] = 2));
    }

    static Space Wider(Space space) => space with { Width = space.Width + 1 };

    static void Use(SymbolDistributions distributions, int levels)
    {
        distributions.Probabilities(0, new double[levels]);
        if (distributions.Head.IsBit)
        {
            distributions.ProbabilitiesOfOne(new float[distributions.Count]);
            distributions.ProbabilitiesOfBoth(new float[2 * distributions.Count]);
            Assert.Throws<ArgumentException>(() => distributions.ProbabilitiesOfOne(new float[distributions.Count - 1]));
            Assert.Throws<ArgumentException>(() => distributions.ProbabilitiesOfBoth(new float[2 * distributions.Count - 1]));
        }
        else
        {
            Assert.Throws<InvalidOperationException>(() => distributions.ProbabilitiesOfOne(new float[distributions.Count]));
            Assert.Throws<InvalidOperationException>(() => distributions.ProbabilitiesOfBoth(new float[2 * distributions.Count]));
        }
        var cumulative = distributions.NewCumulative();
        distributions.Begin(0, cumulative);
        Assert.Throws<ArgumentOutOfRangeException>(() => distributions.Begin(distributions.Count, cumulative));
        Assert.Throws<ArgumentException>(() => distributions.Begin(0, new SoftmaxHead(1, 7).NewCumulative()));
        foreach (var level in new[] { -1, levels + 1 }) Assert.Throws<ArgumentOutOfRangeException>(() => cumulative.Below(level));
        foreach (var u in new[] { 0, 0.5, 1, 2, -1, double.NaN }) Assert.InRange(cumulative.Draw(u), 0, levels - 1);
    }

    static void AssertOver(SymbolDistributions distributions, int levels)
    {
        Assert.Contains("over", Assert.Throws<InvalidOperationException>(() => distributions.ProbabilitiesOfOne(new float[2])).Message);
        if (distributions.Head is null) return;
        Assert.Throws<InvalidOperationException>(() => distributions.Probabilities(0, new double[levels]));
        Assert.Throws<InvalidOperationException>(() => distributions.Begin(0, distributions.NewCumulative()));
    }
}
