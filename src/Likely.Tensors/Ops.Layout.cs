using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>Rows of a table [1, N, C] chosen by index: [1, B, C].</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is not a row of the table.</exception>
    public static Tensor Lookup(Tape tape, Parameter table, ReadOnlySpan<int> indices)
    {
        foreach (var index in indices)
            if ((uint)index >= (uint)table.Inputs) throw new ArgumentOutOfRangeException(nameof(indices), $"index {index} is outside the {table.Inputs} rows of '{table.Name}'");
        var y = tape.New(new Shape(1, indices.Length, table.Outputs), requiresGradient: true);
        for (var b = 0; b < indices.Length; b++)
            Layout.Copy(table.Data + (long)indices[b] * table.Stride, y.Data + (long)b * y.Stride, y.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            if (e.Output!.Gradient is null) return;
            for (var b = 0; b < e.Output.Batch; b++)
                Elementwise.Add(e.Output.Gradient + (long)b * e.Output.Stride, e.Weight!.GradientIn(tape) + (long)e.Indices[b] * e.Weight.Stride, e.Output.Stride);
        });
        entry.Weight = table;
        if (entry.Indices.Length < indices.Length) entry.Indices = new int[indices.Length];
        indices.CopyTo(entry.Indices);
        return y;
    }
}
