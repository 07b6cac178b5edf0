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
    /// <param name="channels">Of a value, of all heads.</param>
    /// <param name="room">Positions there is room for; it grows if there are more.</param>
    /// <param name="keyWidth">Times the channels of a value: those of a key.</param>
    public KeyValues(Tape memory, int batch, int channels, int room, int keyWidth = 1)
    {
        (_memory, Counts, Channels, ValueChannels) = (memory, new int[batch], keyWidth * channels, channels);
        (Keys, Values) = New(room);
    }

    KeyValues(Tape memory, KeyValues from, ReadOnlySpan<int> examples, Func<Tensor, Tape, int[], Tensor> copy)
    {
        int[] chosen = [.. examples];
        (_memory, Channels, ValueChannels, Counts) = (memory, from.Channels, from.ValueChannels, Array.ConvertAll(chosen, example => from.Counts[example]));
        (Keys, Values) = (copy(from.Keys, memory, chosen), copy(from.Values, memory, chosen));
    }

    /// <summary>Channels of a key.</summary>
    public int Channels { get; }

    public int ValueChannels { get; }

    /// <summary>Positions of each example.</summary>
    public int[] Counts { get; }

    /// <summary>[blocks, B, 16 C].</summary>
    public Tensor Keys { get; private set; }

    /// <summary>[positions, B, C].</summary>
    public Tensor Values { get; private set; }

    public KeyValues Copy(Tape memory, ReadOnlySpan<int> examples, Func<Tensor, Tape, int[], Tensor> copy) => new(memory, this, examples, copy);

    /// <summary>Takes in the keys and values of new positions, [T, B, ..] of queries, keys and values side by side.</summary>
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
                Layout.Copy(row + 2 * Channels, Values.Data + ((nint)at * x.Batch + b) * Values.Stride, ValueChannels);
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

    /// <summary>
    /// Forgets of one example all but the last positions, which become its first; the channels of keys that tell positions, the second half of those of each head, are made anew.
    /// </summary>
    public void Keep(int example, int positions, int heads, Rotation rotation)
    {
        var skipped = Counts[example] - positions;
        if (skipped <= 0) return;
        Counts[example] = positions;
        if (!_memory.Computes) return;
        var size = Channels / heads / 2;
        for (var at = 0; at < positions; at++)
        {
            float* key = Key(at), from = Key(at + skipped);
            for (var c = 0; c < Channels; c++) key[c * Block] = from[c * Block];
            for (var head = 0; head < heads; head++)
                for (var pair = 0; pair < rotation.Pairs; pair++)
                {
                    var channel = key + ((2 * head + 1) * size + pair) * Block;
                    (channel[0], channel[rotation.Pairs * Block]) = (rotation.Cosines[at * rotation.Pairs + pair], rotation.Sines[at * rotation.Pairs + pair]);
                }
            Values.Row(at + skipped, example).CopyTo(Values.Row(at, example));
        }

        float* Key(int at) => Keys.Data + ((nint)(at / Block) * Keys.Batch + example) * Keys.Stride + at % Block;
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
        var (keys, values) = (_memory.New(new Shape(blocks, Counts.Length, Block * Channels)), _memory.New(new Shape(blocks * Block, Counts.Length, ValueChannels)));
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
