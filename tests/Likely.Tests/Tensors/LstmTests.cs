using System.Runtime.Intrinsics;
using Likely.Tensors;
using Likely.Tensors.Kernels;
using Likely.Tests.Reference;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>LSTM cells have the bits of plain chains, whatever the windows, the batch and the width of vectors, forward and back.</summary>
public sealed unsafe class LstmTests
{
    [Theory]
    [InlineData(1, 1, 1), InlineData(3, 2, 5), InlineData(4, 7, 16), InlineData(2, 6, 33), InlineData(2, 3, 70), InlineData(1, 17, 20)]
    public void Values_and_gradients_are_the_bits_of_plain_chains(int positions, int batch, int units)
    {
        var weight = Weight(units, out var set);
        var naive = new NaiveLstm(batch, units, weight.ToArray());
        float[] z = Bits.Normal(positions * batch * 4 * units, 1), h0 = Bits.Normal(batch * units, 2, 0.5), c0 = Bits.Normal(batch * units, 3), dy = Bits.Normal(positions * batch * units, 4);
        var (gates, h, c) = naive.Forward(z, h0, c0);
        var (dz, dU) = naive.Backward(gates, h, c, h0, c0, dy);

        var tape = new Tape(recording: true) { ParameterGradients = new FloatBlock(set.Length) };
        var (sums, hidden, cell) = (PaddedTensors.Filled(tape, positions, batch, z), PaddedTensors.Filled(tape, 1, batch, h0), PaddedTensors.Filled(tape, 1, batch, c0));
        var y = Ops.Lstm(sums, weight, hidden, cell, out var cells);
        Bits.AssertEqual(h, PaddedTensors.Values(y, y.Data), "h");
        Bits.AssertEqual(c, PaddedTensors.Values(cells, cells.Data), "c");
        // The states may go on before the way back.
        Ops.KeepLast(y, hidden);
        Ops.KeepLast(cells, cell);
        Bits.AssertEqual(h.AsSpan(^(batch * units)..), PaddedTensors.Values(hidden, hidden.Data), "last h");
        Bits.AssertEqual(c.AsSpan(^(batch * units)..), PaddedTensors.Values(cell, cell.Data), "last c");
        tape.GradientOf(y, out _);
        PaddedTensors.Fill(y, y.Gradient, dy);
        tape.Backward();
        Bits.AssertEqual(dz, PaddedTensors.Values(sums, sums.Gradient), "dz");
        var gradient = new float[dU.Length];
        for (var k = 0; k < units; k++) tape.ParameterGradients.Span(k * weight.Stride, 4 * units).CopyTo(gradient.AsSpan(k * 4 * units));
        Bits.AssertEqual(dU, gradient, "dU");
        Assert.True(hidden.Gradient is null && cell.Gradient is null);
    }

    [Fact]
    public void Windows_of_any_size_and_batches_of_any_size_have_the_same_bits()
    {
        const int Positions = 14, Most = 17, Units = 20;
        var weight = Weight(Units, out _);
        var z = Bits.Normal(Positions * Most * 4 * Units, 1);
        var whole = Ops.Lstm(PaddedTensors.Filled(new Tape(), Positions, Most, z), weight, null, null, out var wholeCells);
        foreach (var batch in new[] { 1, 2, 3, 4, 5, Most })
            foreach (var window in new[] { 1, 2, 3, 7, Positions })
            {
                Tape memory = new(), tape = new(recording: window == 2);
                var (hidden, cell) = (PaddedTensors.Filled(memory, 1, batch, new float[batch * Units]), PaddedTensors.Filled(memory, 1, batch, new float[batch * Units]));
                for (var first = 0; first < Positions; first += window)
                {
                    var count = Math.Min(window, Positions - first);
                    var part = new List<float>();
                    for (var p = first; p < first + count; p++) part.AddRange(z.AsSpan(p * Most * 4 * Units, batch * 4 * Units));
                    var h = Ops.Lstm(PaddedTensors.Filled(tape, count, batch, [.. part]), weight, hidden, cell, out var cells);
                    for (var p = 0; p < count; p++)
                        for (var b = 0; b < batch; b++)
                        {
                            Bits.AssertEqual(whole.Row(first + p, b), h.Row(p, b), $"h, batch {batch}, windows of {window}, position {first + p}");
                            Bits.AssertEqual(wholeCells.Row(first + p, b), cells.Row(p, b), $"c, batch {batch}, windows of {window}, position {first + p}");
                        }
                    Ops.KeepLast(h, hidden);
                    Ops.KeepLast(cells, cell);
                    tape.Reset();
                }
            }
    }

    [Fact]
    public void Packed_products_of_all_widths_are_the_bits_of_plain_chains()
    {
        foreach (var (units, outputs) in new[] { (5, 20), (33, 32), (300, 48) }) // the last in blocks of the inner index
            for (var rows = 1; rows <= 8; rows++)
            {
                Check<Lanes128, Vector128<float>>(units, outputs, rows);
                Check<Lanes256, Vector256<float>>(units, outputs, rows);
                Check<Lanes512, Vector512<float>>(units, outputs, rows);
            }
    }

    static void Check<TLanes, TVector>(int inner, int columns, int rows) where TLanes : ILanes<TVector> where TVector : struct
    {
        float[] a = Bits.Normal(rows * inner, 1), w = Bits.Normal(inner * columns, 2), start = Bits.Normal(rows * columns, 3);
        var turned = new float[w.Length];
        for (var i = 0; i < w.Length; i++) turned[i % columns * inner + i / columns] = w[i];
        var (inputs, weights, result) = (new GuardedBlock(rows, inner, a), new GuardedBlock(columns, inner, turned), new GuardedBlock(rows, Shape.RoundUp(columns) + 63 & ~63));
        var width = Panels.Vectors * TLanes.Count;
        var panels = (columns + width - 1) / width;
        var packed = new FloatBlock((long)panels * inner * width);
        Panels.PackTurned(weights.Pointer, columns, inner, weights.Stride, TLanes.Count, packed.Pointer);
        for (var r = 0; r < rows; r++) start.AsSpan(r * columns, columns).CopyTo(new Span<float>(result.Pointer + r * result.Stride, columns));
        Panels.Multiply<TLanes, TVector>(new Panels.Product
        {
            Inner = inner,
            Count = panels,
            Rows = inputs.Pointer,
            Weights = packed.Pointer,
            Start = result.Pointer,
            Result = result.Pointer,
            RowStride = inputs.Stride,
            StartStride = result.Stride,
            StartPanelStep = width,
            StartVectorStep = TLanes.Count,
            ResultStride = result.Stride,
            ResultPanelStep = width,
            ResultVectorStep = TLanes.Count,
        }, rows);
        for (var r = 0; r < rows; r++)
        {
            for (var n = 0; n < columns; n++)
                for (var k = 0; k < inner; k++) start[r * columns + n] = MathF.FusedMultiplyAdd(a[r * inner + k], w[k * columns + n], start[r * columns + n]);
            Bits.AssertEqual(start.AsSpan(r * columns, columns), new Span<float>(result.Pointer + r * result.Stride, columns), $"row {r} of {rows}, {inner} -> {columns}, {TLanes.Count} lanes");
        }
        result.AssertUntouched("packed product");

        // The same with the four vectors of a panel apart: gates.
        if (columns % 4 != 0) return;
        var units = columns / 4;
        var natural = new GuardedBlock(inner, columns, w);
        var apart = new FloatBlock((long)inner * 4 * Shape.RoundUp(units));
        var sums = new GuardedBlock(rows, 4 * Shape.RoundUp(units));
        start = Bits.Normal(rows * columns, 3);
        var begin = new GuardedBlock(rows, columns, start);
        Panels.PackApart(natural.Pointer, inner, units, natural.Stride, TLanes.Count, Shape.RoundUp(units) / TLanes.Count, apart.Pointer);
        Panels.Multiply<TLanes, TVector>(new Panels.Product
        {
            Inner = inner,
            Count = Shape.RoundUp(units) / TLanes.Count,
            Rows = inputs.Pointer,
            Weights = apart.Pointer,
            Start = begin.Pointer,
            Result = sums.Pointer,
            RowStride = inputs.Stride,
            StartStride = begin.Stride,
            StartPanelStep = TLanes.Count,
            StartVectorStep = units,
            ResultStride = sums.Stride,
            ResultPanelStep = TLanes.Count,
            ResultVectorStep = Shape.RoundUp(units),
        }, rows);
        for (var i = 0; i < start.Length; i++)
        {
            var (r, n) = (i / columns, i % columns);
            for (var k = 0; k < inner; k++) start[i] = MathF.FusedMultiplyAdd(a[r * inner + k], w[k * columns + n], start[i]);
            Assert.True(Bits.Same(start[i], sums.Pointer[r * sums.Stride + n / units * Shape.RoundUp(units) + n % units]), $"gates, row {r} of {rows}, column {n} of {columns}, {TLanes.Count} lanes");
        }
        sums.AssertUntouched("gates");
        GC.KeepAlive((packed, apart));
    }

    [Fact]
    public void A_repeated_step_allocates_no_buffer_and_shapes_that_do_not_fit_are_refused()
    {
        var weight = Weight(20, out var set);
        var tape = new Tape(recording: true) { ParameterGradients = new FloatBlock(set.Length) };
        var z = Bits.Normal(3 * 2 * 80, 1);
        void Step()
        {
            var y = Ops.Lstm(PaddedTensors.Filled(tape, 3, 2, z), weight, null, null, out _);
            PaddedTensors.Fill(y, tape.GradientOf(y, out _), new float[3 * 2 * 20]);
            tape.Backward();
            tape.Reset();
            set.Changed();
        }
        Step();
        Step();
        var (buffers, managed) = (tape.Allocations, GC.GetAllocatedBytesForCurrentThread());
        Step();
        Assert.Equal(buffers, tape.Allocations);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, 20_000);

        var x = tape.New(new Shape(3, 2, 80));
        Assert.Contains("[3 x 2 x 60]", Assert.Throws<ArgumentException>(() => Ops.Lstm(tape.New(new Shape(3, 2, 60)), weight, null, null, out _)).Message);
        Assert.Contains("[1 x 2 x 20]", Assert.Throws<ArgumentException>(() => Ops.Lstm(x, weight, tape.New(new Shape(1, 3, 20)), null, out _)).Message);
        Assert.Contains("[2 x 2 x 20]", Assert.Throws<ArgumentException>(() => Ops.KeepLast(x, tape.New(new Shape(2, 2, 20)))).Message);
    }

    static Parameter Weight(int units, out ParameterSet set)
    {
        set = new ParameterSet();
        var weight = set.Add(new Parameter("recurrent", new Shape(1, units, 4 * units), (normal, _) => normal / Math.Sqrt(units)));
        set.Allocate(1);
        return weight;
    }
}
