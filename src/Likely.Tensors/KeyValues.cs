using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// Keys and values of one attention layer's past: of each example those of its positions so far, from its beginning on. Keys lie in blocks of sixteen, channels first, so
/// that a query meets sixteen at once; which place a key has depends on its position in its example alone.
/// </summary>
sealed unsafe class KeyValues
{
    const int Block = 16;

    readonly Tape _memory;

    /// <param name="memory">Where they live.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="channels">Of a key, of all heads.</param>
    /// <param name="room">Positions there is room for; it grows if there are more.</param>
    public KeyValues(Tape memory, int batch, int channels, int room)
    {
        (_memory, Counts, Channels) = (memory, new int[batch], channels);
        (Keys, Values) = New(room);
    }

    KeyValues(Tape memory, KeyValues from, ReadOnlySpan<int> examples, Func<Tensor, Tape, int[], Tensor> copy)
    {
        int[] chosen = [.. examples];
        (_memory, Channels, Counts) = (memory, from.Channels, Array.ConvertAll(chosen, example => from.Counts[example]));
        (Keys, Values) = (copy(from.Keys, memory, chosen), copy(from.Values, memory, chosen));
    }

    public int Channels { get; }

    /// <summary>Positions of each example.</summary>
    public int[] Counts { get; }

    /// <summary>[blocks, B, 16 C].</summary>
    public Tensor Keys { get; private set; }

    /// <summary>[positions, B, C].</summary>
    public Tensor Values { get; private set; }

    public KeyValues Copy(Tape memory, ReadOnlySpan<int> examples, Func<Tensor, Tape, int[], Tensor> copy) => new(memory, this, examples, copy);

    /// <summary>Takes in the keys and values of new positions, [T, B, 3C] of queries, keys and values.</summary>
    public void Append(Tensor x)
    {
        Reserve(Counts.Max() + x.Positions);
        for (var b = 0; b < x.Batch; b++)
        {
            for (var t = 0; t < x.Positions && x.Tape.Computes; t++)
            {
                var at = Counts[b] + t;
                var row = x.Data + ((nint)t * x.Batch + b) * x.Stride;
                var keys = Keys.Data + ((nint)(at / Block) * x.Batch + b) * Keys.Stride + at % Block;
                for (var c = 0; c < Channels; c++) keys[c * Block] = row[Channels + c];
                Layout.Copy(row + 2 * Channels, Values.Data + ((nint)at * x.Batch + b) * Values.Stride, Channels);
            }
            Counts[b] += x.Positions;
        }
    }

    /// <summary>Takes over the positions of one example of another's.</summary>
    public void Take(int example, KeyValues from, int source)
    {
        Reserve(from.Counts[source]);
        Counts[example] = from.Counts[source];
        if (!_memory.Computes) return;
        for (var block = 0; block * Block < Counts[example]; block++) from.Keys.Row(block, source).CopyTo(Keys.Row(block, example));
        for (var at = 0; at < Counts[example]; at++) from.Values.Row(at, source).CopyTo(Values.Row(at, example));
    }

    void Reserve(int positions)
    {
        if (positions <= Values.Positions) return;
        var (keys, values) = (Keys, Values);
        (Keys, Values) = New(Math.Max(positions, 2 * values.Positions));
        if (_memory.Computes)
        {
            Layout.Copy(keys.Data, Keys.Data, keys.Length);
            Layout.Copy(values.Data, Values.Data, values.Length);
        }
        _memory.Release(keys);
        _memory.Release(values);
    }

    // What no position has yet been written to is read as well, and weighs nothing: it must be finite.
    (Tensor Keys, Tensor Values) New(int positions)
    {
        var blocks = (positions + Block - 1) / Block;
        var (keys, values) = (_memory.New(new Shape(blocks, Counts.Length, Block * Channels)), _memory.New(new Shape(blocks * Block, Counts.Length, Channels)));
        if (_memory.Computes)
        {
            Clear(keys);
            Clear(values);
        }
        return (keys, values);

        static void Clear(Tensor tensor)
        {
            for (var p = 0; p < tensor.Positions; p++) new Span<float>(tensor.Data + (nint)p * tensor.Batch * tensor.Stride, tensor.Batch * tensor.Stride).Clear();
        }
    }
}
