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
        for (var b = 0; b < indices.Length && tape.Computes; b++)
            Layout.Copy(table.Data + (long)indices[b] * table.Stride, y.Data + (long)b * y.Stride, y.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (y, table) = (e.Output!, e.Weight!);
            var gradient = table.GradientIn(tape);
            for (var b = 0; b < y.Batch && tape.Computes; b++)
                Elementwise.Add(y.Gradient + (long)b * y.Stride, gradient + (long)e.Indices[b] * table.Stride, y.Stride);
        });
        entry.Weight = table;
        if (entry.Indices.Length < indices.Length) entry.Indices = new int[indices.Length];
        indices.CopyTo(entry.Indices);
        return y;
    }

    /// <summary>Rows of a table [1, N, C] chosen by symbols [T, B]: [T, B, C]. A row's gradient is one chain over positions, then examples.</summary>
    /// <param name="symbols">Below N; must keep their values until the tape has run backward.</param>
    internal static Tensor Lookup(Tape tape, int positions, int batch, PinnedSymbols symbols, Parameter table)
    {
        var y = tape.New(new Shape(positions, batch, table.Outputs), requiresGradient: true);
        if (tape.Computes) Layout.Gather(table.Data, table.Stride, symbols.Pointer, y.Data, y.Rows);
        symbols.KeepAlive();
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (y, table) = (e.Output!, e.Weight!);
            var gradient = table.GradientIn(tape);
            if (tape.Computes) Elementwise.Scatter(y.Gradient, y.Stride, e.Symbols.Pointer, gradient, y.Rows);
        });
        entry.Weight = table;
        entry.Symbols = symbols;
        return y;
    }

    /// <summary>
    /// The same with a table [1, N, C] that was computed: what is the same map of each symbol's row, such as a first layer's product, is computed
    /// once a symbol instead of once a position, and is the same number.
    /// </summary>
    /// <param name="onto">Where the rows go; null: where the table is. No gradient reaches a table on another tape.</param>
    internal static Tensor Lookup(Tensor table, int positions, int batch, PinnedSymbols symbols, Tape? onto = null)
    {
        if (table.Positions != 1) throw new ArgumentException($"{table.Shape} is no table");
        var tape = onto ?? table.Tape;
        var y = tape.New(new Shape(positions, batch, table.Channels), table.RequiresGradient, compact: table.Stride == table.Channels);
        if (tape.Computes) Layout.Gather(table.Data, table.Stride, symbols.Pointer, y.Data, y.Rows);
        symbols.KeepAlive();
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (y, table) = (e.Output!, e.A!);
            var gradient = tape.GradientToAddTo(table);
            if (tape.Computes) Elementwise.Scatter(y.Gradient, y.Stride, e.Symbols.Pointer, gradient, y.Rows);
        });
        entry.A = table;
        entry.Symbols = symbols;
        return y;
    }

    /// <summary>
    /// Symbols [T, B, S] as numbers [T, B, S (1 + C)]: for each its value in -1..1, then its row of a table [1, levels, C]. Without a
    /// table the result is compact and nothing is learned.
    /// </summary>
    /// <param name="symbols">Below <paramref name="levels"/>; must keep their values until the tape has run backward.</param>
    internal static Tensor Embed(Tape tape, Shape shape, PinnedSymbols symbols, int levels, Parameter? table)
    {
        if (table is not null && table.Inputs != levels) throw new ArgumentException($"a table {table.Shape} has no rows for {levels} levels");
        var width = 1 + (table?.Outputs ?? 0);
        var y = tape.New(shape with { Channels = shape.Channels * width }, requiresGradient: table is not null, compact: table is null);
        if (tape.Computes)
        {
            if (table is not null) new Span<float>(y.Data, (int)y.Length).Clear();
            var symbol = symbols.Pointer;
            for (var row = 0L; row < y.Rows; row++)
                for (var s = 0; s < shape.Channels; s++) Embed(y.Data + row * y.Stride + s * width, *symbol++, levels, table);
            symbols.KeepAlive();
        }
        if (!tape.Recording || table is null) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (y, table) = (e.Output!, e.Weight!);
            var gradient = table.GradientIn(tape);
            var width = 1 + table.Outputs;
            var count = y.Channels / width;
            if (!tape.Computes) return;
            var symbol = e.Symbols.Pointer;
            for (var row = 0L; row < y.Rows; row++)
                for (var s = 0; s < count; s++)
                    Elementwise.Add(y.Gradient + row * y.Stride + s * width + 1, gradient + (long)*symbol++ * table.Stride, table.Outputs);
        });
        entry.Weight = table;
        entry.Symbols = symbols;
        return y;
    }

    /// <summary>The 1 + C numbers of one symbol.</summary>
    internal static void Embed(float* numbers, int symbol, int levels, Parameter? table)
    {
        numbers[0] = symbol * (2f / (levels - 1)) - 1;
        if (table is not null) Layout.Copy(table.Data + (long)symbol * table.Stride, numbers + 1, table.Outputs);
    }
}
