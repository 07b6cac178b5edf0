using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// The derivative of the loss by parameters against differences of the same model in single precision, summed in double: the central
/// four-point stencil, and three points to the left and to the right, because a rectifier's kink may lie on one side. Several step
/// sizes: the largest is nearly free of rounding, the smallest rarely crosses a kink.
/// </summary>
public sealed unsafe class GradientLaw
{
    public static TheoryData<string> Cases => LawCases.Names();

    [Theory, MemberData(nameof(Cases))]
    public void Gradients_match_differences_of_the_loss(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var (examples, labels) = (law.Examples(8), law.Labels(8));
        var steps = new ShardedSteps(model, 7, threads: 1);
        steps.Step(examples, labels, rate: 0);
        var gradient = steps.Gradient();
        var wrong = new List<string>();
        foreach (var (parameter, index, analytic) in Sample(model.Parameters).Select(at => (at.Parameter, at.Index, (double)gradient[at.Parameter.Offset + at.Index])).ToArray())
        {
            var differences = new[] { 1e-2, 2e-3, 5e-4 }.SelectMany(step => Differences(model, steps, examples, labels, parameter.Data + index, step)).ToArray();
            if (differences.All(numeric => Math.Abs(numeric - analytic) > 0.03 * Math.Abs(numeric) + 3e-3))
                wrong.Add($"{parameter.Name}[{index / parameter.Stride}, {index % parameter.Stride}] is {analytic:G6}, differences {string.Join(" ", differences.Select(d => d.ToString("G6")))}");
        }
        Assert.True(wrong.Count == 0, $"{law}: {string.Join("; ", wrong)}");
    }

    static double[] Differences(AutoregressiveModel model, ShardedSteps steps, int[][] examples, int[] labels, float* weight, double step)
    {
        var value = *weight;
        return Differences(offset =>
        {
            *weight = (float)(value + offset);
            model.Parameters.Changed();
            steps.Number = 0; // the same units are dropped every time
            return steps.Step(examples, labels, rate: 0);
        }, step);
    }

    /// <summary>The stencils, of a function of an offset that is called last with 0.</summary>
    internal static double[] Differences(Func<double, double> at, double step)
    {
        double below2 = at(-2 * step), below = at(-step), above = at(step), above2 = at(2 * step), here = at(0);
        return [(below2 - 8 * below + 8 * above - above2) / (12 * step), (3 * here - 4 * below + below2) / (2 * step), (4 * above - 3 * here - above2) / (2 * step)];
    }

    // Two existing entries of every parameter, at most 24 in all.
    static IEnumerable<(Parameter Parameter, int Index)> Sample(ParameterSet set)
    {
        var random = new Philox(1, RandomPurpose.Test, 40);
        var left = 24;
        for (var round = 0UL; round < 2; round++)
            for (var i = 0; i < set.Parameters.Count && left > 0; i++)
            {
                var parameter = set.Parameters[(int)((i + (int)round * 7) % set.Parameters.Count)];
                for (var attempt = 0UL; attempt < 100; attempt++)
                {
                    var row = random.Below((ulong)i, 2 * (attempt + 1000 * round), (int)parameter.Shape.Rows);
                    var output = random.Below((ulong)i, 2 * (attempt + 1000 * round) + 1, parameter.Outputs);
                    if (parameter.Mask is not null && !parameter.Mask(row / parameter.Inputs, row % parameter.Inputs, output)) continue;
                    left--;
                    yield return (parameter, row * parameter.Stride + output);
                    break;
                }
            }
    }
}
