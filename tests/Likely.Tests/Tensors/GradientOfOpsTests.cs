using System.Reflection;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>
/// Values and gradients of every operation against its twin in double precision: derivatives by the four-point stencil
/// (f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12h, relative tolerance 1e-3.
/// </summary>
public sealed unsafe class GradientOfOpsTests
{
    const double Step = 1e-3, Tolerance = 1e-3;

    /// <summary>Seed, step and first example of the tapes under test.</summary>
    public static (ulong Seed, long Step, int FirstExample) Address => (5, 3, 40);

    // Operations that return a tensor and have no way back, with the reason.
    static readonly Dictionary<string, string> _notDifferentiable = new()
    {
        ["Convolution/9"] = "a walk's face; compared with the whole in TapeTests",
        ["Stretch/3"] = "a walk's face",
        ["Variables/6"] = "made of symbols alone",
        ["ColumnInputs/4"] = "made of symbols alone",
        ["Zeros/2"] = "made of nothing",
        ["Given/2"] = "made of rows that are given",
    };

    public static TheoryData<string> Cases => [.. OpCases.All.Select(c => c.ToString())];

    [Fact]
    public void Every_public_operation_has_a_gradient_case()
    {
        var methods = typeof(Ops).GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(Tensor) && !method.IsPrivate).Select(method => $"{method.Name}/{method.GetParameters().Length}").Distinct();
        var cases = OpCases.All.Select(c => c.Op).ToHashSet();
        Assert.DoesNotContain(methods, method => !cases.Contains(method) && !_notDifferentiable.ContainsKey(method));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Value_and_gradient_match_the_twin_in_double(string name)
    {
        var c = OpCases.All.Single(c => c.ToString() == name);
        var set = new ParameterSet();
        var parameters = c.Parameters.Select((shape, i) => set.Add(new Parameter($"p{i}", shape, (_, _) => 0, i == 0 ? c.Mask : null))).ToArray();
        set.Allocate(1);
        var tensorValues = c.Tensors.Select((shape, i) => Values(c, shape, i)).ToArray();
        var parameterValues = c.Parameters.Select((shape, i) => Values(c, shape, 10 + i)).ToArray();
        for (var i = 0; c.Mask is not null && i < parameterValues[0].Length; i++)
        {
            var (row, output) = (i / parameters[0].Outputs, i % parameters[0].Outputs);
            if (!c.Mask(row / parameters[0].Inputs, row % parameters[0].Inputs, output)) parameterValues[0][i] = 0;
        }
        for (var i = 0; i < parameters.Length; i++) parameters[i].Assign(parameterValues[i]);
        var gradients = new FloatBlock(set.Length);
        var gradientBlock = gradients.Pointer;
        var tape = new Tape(recording: true) { Training = c.Training, Address = Address, ParameterGradients = gradients };
        var tensors = c.Tensors.Select((shape, i) => Fill(tape.New(shape, requiresGradient: true, c.Compact), tensorValues[i])).ToArray();

        var y = c.Run(tape, tensors, parameters);
        var doubles = (Tensors: tensorValues.Select(Widen).ToArray(), Parameters: parameterValues.Select(Widen).ToArray());
        var expected = c.Twin(doubles.Tensors, doubles.Parameters);
        var actual = RealValues(y, y.Data);
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-5 * (1 + largest), $"{name}: value {i} is {actual[i]:G9} instead of {expected[i]:G9}");

        var coefficients = c.LossScale != 0 ? Enumerable.Repeat(-c.LossScale, expected.Length).ToArray() : Bits.Normal(expected.Length, 20);
        if (c.LossScale == 0) SetGradient(tape, y, coefficients);
        tape.Backward();
        set.ClearMasked(gradientBlock);

        for (var i = 0; i < tensors.Length; i++)
            Compare(c, $"tensor {i}", doubles.Tensors[i], RealValues(tensors[i], tensors[i].Gradient), () => Loss(c, doubles, coefficients));
        for (var i = 0; i < parameters.Length; i++)
        {
            var stride = parameters[i].Stride;
            var gradient = new float[parameters[i].Shape.Count];
            for (var k = 0; k < gradient.Length; k++)
                gradient[k] = gradientBlock[parameters[i].Offset + k / parameters[i].Outputs * stride + k % parameters[i].Outputs];
            Compare(c, $"parameter {i}", doubles.Parameters[i], gradient, () => Loss(c, doubles, coefficients));
        }
        GC.KeepAlive(gradients);
    }

    static double Loss(OpCase c, (double[][] Tensors, double[][] Parameters) at, float[] coefficients)
    {
        var y = c.Twin(at.Tensors, at.Parameters);
        var sum = 0.0;
        for (var i = 0; i < y.Length; i++) sum += coefficients[i] * y[i];
        return sum;
    }

    // Compares all elements, or 60 spread over the array.
    static void Compare(OpCase c, string which, double[] at, float[] gradient, Func<double> loss)
    {
        var stride = Math.Max(1, at.Length / 60);
        for (var i = 0; i < at.Length; i += stride)
        {
            var value = at[i];
            double At(double x)
            {
                at[i] = x;
                return loss();
            }
            var numeric = (At(value - 2 * Step) - 8 * At(value - Step) + 8 * At(value + Step) - At(value + 2 * Step)) / (12 * Step);
            at[i] = value;
            Assert.True(Math.Abs(numeric - gradient[i]) <= Tolerance * (Math.Abs(numeric) + 0.01),
                $"{c}: derivative {i} of {which} is {gradient[i]:G9}, central difference {numeric:G9}");
        }
    }

    static float[] Values(OpCase c, Shape shape, int stream)
    {
        var values = Bits.Normal((int)shape.Count, (ulong)stream, c.Deviation);
        for (var i = 0; i < values.Length; i++)
            if (Math.Abs(values[i]) < c.Gap) values[i] = values[i] < 0 ? -c.Gap : c.Gap;
        return values;
    }

    static double[] Widen(float[] values) => Array.ConvertAll(values, value => (double)value);

    static Tensor Fill(Tensor tensor, float[] values)
    {
        PaddedTensors.Fill(tensor, tensor.Data, values);
        return tensor;
    }

    static void SetGradient(Tape tape, Tensor y, float[] coefficients) => PaddedTensors.Fill(y, tape.GradientOf(y, out _), coefficients);

    static float[] RealValues(Tensor tensor, float* data)
    {
        Assert.True(data is not null, "no gradient has reached the tensor");
        return PaddedTensors.Values(tensor, data);
    }
}
