using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>A learned row per class, [1, classes, outputs], looked up by label: [1, B, outputs], added at every position.</summary>
public sealed class ClassCondition(ParameterScope scope, int classes, int outputs)
{
    readonly Parameter _rows = scope.Weight("weight", 1, classes, outputs, 0.1 * Math.Sqrt(classes));

    public Tensor Forward(Tape tape, ReadOnlySpan<int> labels) => Ops.Lookup(tape, _rows, labels);
}
