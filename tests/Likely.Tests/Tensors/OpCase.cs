using Likely.Tensors;

namespace Likely.Tests.Tensors;

/// <summary>
/// One differentiable operation with its twin in double precision: <see cref="Run"/> computes on a tape, <see cref="Twin"/> the same
/// from arrays without padding. The gradient of sum(c * result) for random c is compared with central differences of the twin.
/// </summary>
/// <param name="Op">Name and number of parameters of the method, as <c>Convolution/5</c>: tells overloads apart.</param>
/// <param name="Variant">What is special about this case.</param>
/// <param name="Tensors">Shapes of the tensors it takes.</param>
/// <param name="Parameters">Shapes of the parameters it takes.</param>
/// <param name="Run">The operation.</param>
/// <param name="Twin">Its formula.</param>
sealed record OpCase(string Op, string Variant, Shape[] Tensors, Shape[] Parameters, OpCase.Operation Run, OpCase.Formula Twin)
{
    public delegate Tensor Operation(Tape tape, Tensor[] tensors, Parameter[] parameters);

    public delegate double[] Formula(double[][] tensors, double[][] parameters);

    /// <summary>Losses set their own gradient, c = -scale; 0: not a loss.</summary>
    public float LossScale { get; init; }

    /// <summary>Values are moved at least this far from 0, away from a kink.</summary>
    public float Gap { get; init; }

    /// <summary>Standard deviation of the values.</summary>
    public double Deviation { get; init; } = 1;

    /// <summary>Which entries of the first parameter exist; null: all.</summary>
    public Func<int, int, int, bool>? Mask { get; init; }

    /// <summary>Tensors have no padding.</summary>
    public bool Compact { get; init; }

    /// <summary>The result on a tape that trains gets a fixed address.</summary>
    public bool Training { get; init; }

    public override string ToString() => $"{Op} {Variant}";

    /// <summary>The same applied twice to the same inputs and added up, so that every gradient has two contributions.</summary>
    public OpCase Twice() => this with
    {
        Variant = $"{Variant}, applied twice",
        Run = (tape, tensors, parameters) => Ops.Add(Run(tape, tensors, parameters), Run(tape, tensors, parameters)),
        Twin = (tensors, parameters) => Array.ConvertAll(Twin(tensors, parameters), value => 2 * value),
    };
}
