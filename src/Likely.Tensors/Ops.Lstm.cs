using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>
    /// A layer of LSTM cells over T positions: sums z = W x + b [T, B, 4H], from <see cref="Linear"/>, gates i, f, o, g side by side, become h [T, B, H].
    /// At each position the sums' chains are continued by U h of the position before, units ascending; then i, f, o = sigmoid, g = tanh,
    /// c = fma(f, c, i g), h = o tanh(c). Each position is the same arithmetic in any company, so positions may come in windows of any size.
    /// Takes over the buffer of z, which nothing else may read.
    /// </summary>
    /// <param name="z">What the gates begin with.</param>
    /// <param name="recurrent">U, [1, H, 4H].</param>
    /// <param name="hidden">h before the first position, [1, B, H]: a constant, no gradient reaches it. It is read at once, and may be overwritten then. Null: zeros.</param>
    /// <param name="cell">c before the first position, likewise.</param>
    /// <param name="cells">c of every position, [T, B, H], until the way back: the last is the state for the next window (<see cref="KeepLast"/>), as is the last of h.</param>
    /// <param name="heldCells">Units whose c is set at every position, whatever the gates say; h = o tanh(c) of them.</param>
    /// <param name="heldHidden">Units whose h is set.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or units are held on a tape that records: no gradient goes through them.</exception>
    public static Tensor Lstm(Tensor z, Parameter recurrent, Tensor? hidden, Tensor? cell, out Tensor cells, ReadOnlySpan<UnitValue> heldCells = default, ReadOnlySpan<UnitValue> heldHidden = default)
    {
        RequireCells(z, recurrent);
        return Cells(z, null, null, recurrent, hidden, cell, out cells, heldCells, heldHidden);
    }

    /// <summary>
    /// A layer of multiplicative LSTM cells (Krause et al. 2016; Radford et al. 2017): as <see cref="Lstm"/>, but where cells would see h of the position before they see
    /// m = a (V h), the product of factors a [T, B, H], which are linear in the input, with one chain each over h, units ascending.
    /// </summary>
    /// <param name="z">What the gates begin with, [T, B, 4H]; its buffer is taken over.</param>
    /// <param name="factors">a.</param>
    /// <param name="inner">V, [1, H, H].</param>
    /// <param name="recurrent">U, [1, H, 4H], which m is multiplied with.</param>
    /// <param name="hidden">h before the first position, as in <see cref="Lstm"/>.</param>
    /// <param name="cell">c before the first position.</param>
    /// <param name="cells">c of every position.</param>
    /// <param name="heldCells">Units whose c is set, as in <see cref="Lstm"/>.</param>
    /// <param name="heldHidden">Units whose h is set.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    public static Tensor MultiplicativeLstm(Tensor z, Tensor factors, Parameter inner, Parameter recurrent, Tensor? hidden, Tensor? cell, out Tensor cells, ReadOnlySpan<UnitValue> heldCells = default, ReadOnlySpan<UnitValue> heldHidden = default)
    {
        RequireCells(z, recurrent);
        if (inner.Shape != new Shape(1, recurrent.Inputs, recurrent.Inputs) || factors.Shape != z.Shape with { Channels = recurrent.Inputs })
            throw new ArgumentException($"cells with weights {inner.Shape} and {recurrent.Shape} cannot take {z.Shape} and factors {factors.Shape}");
        return Cells(z, factors, inner, recurrent, hidden, cell, out cells, heldCells, heldHidden);
    }

    static void RequireCells(Tensor z, Parameter recurrent)
    {
        if (recurrent.Taps != 1 || recurrent.Outputs != 4 * recurrent.Inputs || z.Channels != recurrent.Outputs)
            throw new ArgumentException($"cells with weight {recurrent.Shape} cannot take {z.Shape}");
    }

    // What multiplicative cells keep for their way back: V h, then m.
    sealed record Multiplied(Tensor Factors, Parameter Inner, Tensor Products, Tensor Seen);

    static Tensor Cells(Tensor z, Tensor? factors, Parameter? inner, Parameter recurrent, Tensor? hidden, Tensor? cell, out Tensor cells, ReadOnlySpan<UnitValue> heldCells, ReadOnlySpan<UnitValue> heldHidden)
    {
        if (z.Tape.Recording && !(heldCells.IsEmpty && heldHidden.IsEmpty)) throw new ArgumentException("units are held where a gradient is asked for", nameof(heldCells));
        var shape = z.Shape with { Channels = recurrent.Inputs };
        var tape = z.Tape;
        var begin = tape.New(shape with { Positions = 2 }); // h, then c
        Begin(begin, 0, hidden);
        Begin(begin, 1, cell);
        var h = tape.New(shape, requiresGradient: true);
        cells = tape.New(shape);
        var multiplied = factors is null ? null : new Multiplied(factors, inner!, tape.New(shape), tape.New(shape));
        var gates = tape.TakeOver(z, requiresGradient: false);
        var sums = tape.RentScratch((long)4 * h.Stride * z.Batch);
        var panels = recurrent.Recurrent.Forward(tape);
        var zeros = multiplied is null ? null : tape.Zeros(h.Stride);
        if (tape.Computes) LstmForward(gates, panels, begin, h, cells, sums.Pointer, multiplied, zeros, heldCells, heldHidden);
        tape.ReturnScratch(sums);
        if (!tape.Recording)
        {
            tape.Release(begin);
            tape.Release(gates);
            Release(tape, multiplied);
            return h;
        }
        var entry = tape.Record(h, static (tape, e) => LstmBackward(tape, e));
        (entry.A, entry.B, entry.C, entry.State, entry.Weight) = (z, gates, begin, multiplied is null ? cells : (cells, multiplied), recurrent);
        return h;
    }

    static void Release(Tape tape, Multiplied? multiplied)
    {
        if (multiplied is null) return;
        tape.Release(multiplied.Products);
        tape.Release(multiplied.Seen);
    }

    /// <summary>Copies the last position of x [T, B, C] to a state [1, B, C], which lives on another tape. No gradient follows it.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void KeepLast(Tensor x, Tensor state)
    {
        if (x.Positions == 0 || state.Shape != x.Shape with { Positions = 1 } || state.Stride != x.Stride)
            throw new ArgumentException($"a state {state.Shape} cannot keep the last position of {x.Shape}");
        if (x.Tape.Computes) Layout.Copy(x.Data + (x.Positions - 1L) * state.Length, state.Data, state.Length);
    }

    // A copy of the state, so that its owner may go on while this window waits for its way back.
    static void Begin(Tensor begin, int position, Tensor? state)
    {
        var shape = begin.Shape with { Positions = 1 };
        if (state is not null && (state.Shape != shape || state.Stride != begin.Stride)) throw new ArgumentException($"cells begin with a state {shape}, not {state.Shape}");
        if (!begin.Tape.Computes) return;
        var length = (long)begin.Batch * begin.Stride;
        if (state is not null) Layout.Copy(state.Data, begin.Data + position * length, length);
        else new Span<float>(begin.Data + position * length, (int)length).Clear();
    }

    static void LstmForward(Tensor gates, float* panels, Tensor begin, Tensor h, Tensor cells, float* sums, Multiplied? multiplied, float* zeros, ReadOnlySpan<UnitValue> heldCells, ReadOnlySpan<UnitValue> heldHidden)
    {
        var (batch, units, stride) = (h.Batch, h.Channels, h.Stride);
        nint step = (nint)batch * stride;
        var product = new Panels.Product
        {
            Inner = units,
            Count = stride / Panels.Lanes,
            Weights = panels,
            Result = sums,
            RowStride = stride,
            StartStride = gates.Stride,
            StartPanelStep = Panels.Lanes,
            StartVectorStep = units,
            ResultStride = 4 * stride,
            ResultPanelStep = Panels.Lanes,
            ResultVectorStep = stride,
        };
        float* before = begin.Data, cellBefore = before + step;
        for (var t = 0; t < h.Positions; t++)
        {
            float* row = gates.Data + (nint)t * batch * gates.Stride, hidden = h.Data + t * step, cell = cells.Data + t * step;
            product.Rows = before;
            product.Start = row;
            if (multiplied is not null)
            {
                float* products = multiplied.Products.Data + t * step, seen = multiplied.Seen.Data + t * step;
                Kernels.Convolution.Pointwise(before, stride, batch, units, multiplied.Inner.Data, multiplied.Inner.Stride, zeros, products, stride, stride);
                Kernels.Lstm.Multiply(multiplied.Factors.Data + t * step, products, seen, step);
                product.Rows = seen;
            }
            Panels.Multiply(product, batch);
            Kernels.Lstm.Activate(sums, cellBefore, cell, hidden, stride, gates.Tape.Recording ? row : null, gates.Stride, batch, units);
            foreach (var (unit, value) in heldCells) Kernels.Lstm.Hold(sums, cell, hidden, stride, batch, unit, value);
            foreach (var (unit, value) in heldHidden)
                for (var b = 0; b < batch; b++) hidden[b * stride + unit] = value;
            before = hidden;
            cellBefore = cell;
        }
    }

    // Backward through the positions: dh_t = dy_t, continued by U^T dz_(t+1), sums ascending, or if cells are multiplicative by V^T dp_(t+1), where p = V h and
    // dp = a dm with dm = U^T dz; the gates become dz in place, and p dp. Then dU, and dV, are one product over all positions and examples.
    static void LstmBackward(Tape tape, TapeEntry e)
    {
        Tensor h = e.Output!, z = e.A!, gates = e.B!, begin = e.C!;
        var (cells, multiplied) = e.State is Tensor alone ? (alone, null) : ((Tensor, Multiplied?))e.State!;
        var recurrent = e.Weight!;
        nint step = (nint)h.Batch * h.Stride;
        var stride = RecurrentPanels.BackwardStride(h.Channels);
        var scratch = tape.RentScratch(step + (multiplied is null ? 1L : 2L) * h.Batch * stride);
        var panels = recurrent.Recurrent.Backward(tape);
        var dU = recurrent.GradientIn(tape);
        float* dV = null, turned = null, dFactors = null;
        var isNew = false;
        if (multiplied is not null)
        {
            dV = multiplied.Inner.GradientIn(tape);
            turned = multiplied.Inner.Transposed(tape);
            if (multiplied.Factors.RequiresGradient) dFactors = tape.GradientOf(multiplied.Factors, out isNew);
        }
        if (tape.Computes)
        {
            LstmBackward(h, gates, begin, cells, panels, scratch.Pointer, scratch.Pointer + step, stride, multiplied, turned, dFactors, isNew);
            nint later = (nint)h.Batch * gates.Stride;
            if (multiplied is null)
            {
                Kernels.Convolution.PointwiseGradient(begin.Data, h.Stride, gates.Data, gates.Stride, h.Batch, h.Channels, dU, recurrent.Stride, recurrent.Stride);
                Kernels.Convolution.PointwiseGradient(h.Data, h.Stride, gates.Data + later, gates.Stride, h.Rows - h.Batch, h.Channels, dU, recurrent.Stride, recurrent.Stride);
            }
            else
            {
                var dp = multiplied.Products.Data;
                Kernels.Convolution.PointwiseGradient(multiplied.Seen.Data, h.Stride, gates.Data, gates.Stride, h.Rows, h.Channels, dU, recurrent.Stride, recurrent.Stride);
                Kernels.Convolution.PointwiseGradient(begin.Data, h.Stride, dp, h.Stride, h.Batch, h.Channels, dV, multiplied.Inner.Stride, multiplied.Inner.Stride);
                Kernels.Convolution.PointwiseGradient(h.Data, h.Stride, dp + step, h.Stride, h.Rows - h.Batch, h.Channels, dV, multiplied.Inner.Stride, multiplied.Inner.Stride);
            }
        }
        tape.ReturnScratch(scratch);
        tape.Release(cells);
        tape.Release(begin);
        Release(tape, multiplied);
        (gates.GradientBuffer, gates.Buffer) = (gates.Buffer, null);
        tape.PassGradient(gates, z);
        tape.Release(gates);
    }

    static void LstmBackward(Tensor h, Tensor gates, Tensor begin, Tensor cells, float* panels, float* dCell, float* dHidden, int dStride, Multiplied? multiplied, float* turned, float* dFactors, bool isNew)
    {
        var (batch, units, stride) = (h.Batch, h.Channels, h.Stride);
        nint step = (nint)batch * stride, gateStep = (nint)batch * gates.Stride;
        new Span<float>(dCell, (int)step + batch * dStride).Clear();
        var dSeen = dHidden + (multiplied is null ? 0 : (nint)batch * dStride);
        var product = new Panels.Product
        {
            Inner = gates.Channels,
            Count = RecurrentPanels.BackwardPanels(units),
            Weights = panels,
            Start = dSeen,
            Result = dSeen,
            RowStride = gates.Stride,
            StartStride = dStride,
            StartPanelStep = Panels.Vectors * Panels.Lanes,
            StartVectorStep = Panels.Lanes,
            ResultStride = dStride,
            ResultPanelStep = Panels.Vectors * Panels.Lanes,
            ResultVectorStep = Panels.Lanes,
        };
        for (var t = h.Positions - 1; t >= 0; t--)
        {
            for (var b = 0; b < batch; b++) Layout.Copy(h.Gradient + t * step + b * (nint)stride, dHidden + b * dStride, stride);
            if (t + 1 < h.Positions && multiplied is not null)
                Kernels.Convolution.Pointwise(multiplied.Products.Data + (t + 1) * step, stride, batch, units, turned, stride, null, dHidden, dStride, stride);
            else if (t + 1 < h.Positions)
            {
                product.Rows = gates.Data + (t + 1) * gateStep;
                Panels.Multiply(product, batch);
            }
            float* cell = cells.Data + t * step, before = t == 0 ? begin.Data + step : cell - step;
            Kernels.Lstm.Backward(gates.Data + t * gateStep, gates.Stride, before, cell, stride, dHidden, dStride, dCell, batch, units);
            if (multiplied is null) continue;
            new Span<float>(dSeen, batch * dStride).Clear();
            product.Rows = gates.Data + t * gateStep;
            Panels.Multiply(product, batch);
            for (var b = 0; b < batch; b++)
            {
                nint at = t * step + b * (nint)stride;
                Kernels.Lstm.MultiplyBackward(dSeen + b * dStride, multiplied.Factors.Data + at, multiplied.Products.Data + at, dFactors is null ? null : dFactors + at, isNew, stride);
            }
        }
    }
}
