using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// What a causal convolution remembers: the last inputs of every example, as many as its farthest tap reaches back, [reach, B, C] in a ring, so that a step costs the same
/// however long the sequence is. What was before an example's beginning is zeros, which to a product is what is not there.
/// </summary>
sealed unsafe class PastInputs
{
    readonly Tensor _ring;

    /// <param name="memory">Where they live.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="channels">Of an input.</param>
    /// <param name="reach">Positions, at least one.</param>
    public PastInputs(Tape memory, int batch, int channels, int reach)
    {
        _ring = memory.New(new Shape(reach, batch, channels));
        for (var position = 0; position < reach && memory.Computes; position++) new Span<float>(Row(position), batch * _ring.Stride).Clear();
    }

    PastInputs(Tensor ring, int oldest) => (_ring, Oldest) = (ring, oldest);

    public Shape Shape => _ring.Shape;

    internal float* Data => _ring.Data;

    /// <summary>The ring's position that is the farthest back.</summary>
    internal int Oldest { get; private set; }

    /// <summary>The same past of other examples.</summary>
    /// <param name="copy">Copies the examples' rows.</param>
    public PastInputs Copy(Func<Tensor, Tensor> copy) => new(copy(_ring), Oldest);

    /// <summary>Takes in the inputs of new positions, [T, B, C].</summary>
    public void Append(Tensor x)
    {
        if (!x.Tape.Computes) return;
        var (reach, row) = (_ring.Positions, (nint)_ring.Batch * _ring.Stride);
        for (var position = Math.Max(0, x.Positions - reach); position < x.Positions;)
        {
            var count = Math.Min(x.Positions - position, reach - Oldest);
            Layout.Copy(x.Data + position * row, Row(Oldest), count * row);
            (position, Oldest) = (position + count, (Oldest + count) % reach);
        }
    }

    /// <summary>A copy on a tape, oldest first.</summary>
    public Tensor InOrder(Tape tape)
    {
        var copy = tape.New(_ring.Shape);
        if (!tape.Computes) return copy;
        var (row, left) = ((nint)_ring.Batch * _ring.Stride, _ring.Positions - Oldest);
        Layout.Copy(Row(Oldest), copy.Data, left * row);
        Layout.Copy(_ring.Data, copy.Data + left * row, Oldest * row);
        return copy;
    }

    /// <summary>Forgets the past of one example.</summary>
    public void Cut(int example)
    {
        if (!_ring.Tape.Computes) return;
        for (var position = 0; position < _ring.Positions; position++) _ring.Row(position, example).Clear();
    }

    /// <summary>Makes what another remembers of one of its examples the past of one of these.</summary>
    public void Take(int example, PastInputs from, int source)
    {
        var reach = _ring.Positions;
        for (var i = 0; i < reach && _ring.Tape.Computes; i++) from._ring.Row((from.Oldest + i) % reach, source).CopyTo(_ring.Row((Oldest + i) % reach, example));
    }

    /// <summary>Appends all that is remembered, oldest first.</summary>
    public void Write(List<float> values)
    {
        for (var i = 0; i < _ring.Positions; i++)
            for (var example = 0; example < _ring.Batch; example++) values.AddRange(_ring.Row((Oldest + i) % _ring.Positions, example));
    }

    /// <summary>Reads what was written from the beginning of <paramref name="values"/>; returns how many numbers that are.</summary>
    public int Read(ReadOnlySpan<float> values)
    {
        Oldest = 0;
        var read = 0;
        for (var position = 0; position < _ring.Positions; position++)
            for (var example = 0; example < _ring.Batch; example++, read += _ring.Channels) values.Slice(read, _ring.Channels).CopyTo(_ring.Row(position, example));
        return read;
    }

    float* Row(int position) => _ring.Data + (nint)position * _ring.Batch * _ring.Stride;
}
