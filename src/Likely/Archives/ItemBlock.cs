using System.Runtime.InteropServices;
using Likely.Coding;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Items of one size on their way into an archive, and what each symbol will cost: shares of the coder in the order of the stream.</summary>
sealed class ItemBlock(SizedModel sized, int capacity, int symbolBytes)
{
    const double NatsPerBit = 0.693147180559945309;

    readonly byte[] _symbols = new byte[(long)capacity * sized.Space.Dimensions * symbolBytes];
    readonly int[] _labels = new int[capacity];
    readonly int[] _entries = new int[capacity];

    public SizedModel Sized => sized;
    public int Count { get; private set; }
    public bool IsFull => Count == capacity;
    public int Dimensions { get; } = sized.Space.Dimensions;

    /// <summary>Member of each item.</summary>
    public int[] Members { get; private set; } = [];

    /// <summary>Items in the order of the stream.</summary>
    public int[] Places { get; private set; } = [];

    /// <summary>Bits of a binary model, [step, place]: the probability of a 1, and in the highest bit the symbol.</summary>
    public uint[] Bits { get; private set; } = [];

    /// <summary>Shares, [step, place]: start in the high half, frequency in the low one.</summary>
    public ulong[] Shares { get; private set; } = [];

    /// <summary>What it counts for in the work to do.</summary>
    public double Weight { get; private set; }

    /// <summary>The coder itself, if shares come in the order of the stream: those of one item that is visited as it lies. Then none are kept.</summary>
    public RangeEncoder? Stream { get; private set; }

    public ReadOnlySpan<byte> Symbols => _symbols.AsSpan(0, Count * Dimensions * symbolBytes);

    /// <summary>Whether it is a part of a stream that somebody else writes, by <see cref="Code"/>.</summary>
    public bool IsPart { get; init; }

    /// <summary>Makes an item an example of a batch.</summary>
    public void Set(SymbolBatch batch, int example, int item)
    {
        var own = _symbols.AsSpan(item * Dimensions * symbolBytes, Dimensions * symbolBytes);
        if (symbolBytes == 1) batch.Set(example, own, _labels[item]);
        else batch.Set(example, Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(own).ToArray(), symbol => (int)symbol), _labels[item]);
    }

    /// <param name="symbols">In the order row, column, channel.</param>
    /// <param name="label">Its label if the model has classes.</param>
    /// <param name="entry">The entry it is of, if what it takes matters; else -1.</param>
    /// <param name="weight">What it counts for in the work to do.</param>
    public void Add(ReadOnlySpan<byte> symbols, int label, int entry = -1, double weight = 0)
    {
        _entries[Count] = entry;
        Weight += weight;
        symbols.CopyTo(_symbols.AsSpan(Count * Dimensions * symbolBytes, Dimensions * symbolBytes));
        _labels[Count++] = label;
    }

    /// <summary>What items of entries take, in nats; known when the block is finished.</summary>
    public List<(int Entry, double Nats)> Costs { get; } = [];

    /// <summary>Takes the best member of each item and makes room for the shares.</summary>
    public void Begin(int[] members)
    {
        (Members, Places) = (members, BlockLayout.Places(members));
        if (!IsPart && Count == 1 && sized.Model.Members == 1 && sized.Steps(0) is null)
        {
            Stream = new RangeEncoder();
            Stream.EncodeBit(false, BlockLayout.Unmodelled);
        }
        else if (sized.IsBinary) Bits = GC.AllocateUninitializedArray<uint>(Count * Dimensions);
        else Shares = GC.AllocateUninitializedArray<ulong>(Count * Dimensions);
    }

    /// <summary>Codes all that was set; returns the stream with its check sum.</summary>
    public byte[] Finish()
    {
        if (Stream is not null)
        {
            var whole = Stream.Finish();
            Stream = null;
            if (_entries[0] >= 0) Costs.Add((_entries[0], 8 * NatsPerBit * whole.Length));
            return Seal(whole.Length <= Bound() ? whole : Plain(), Symbols);
        }
        var encoder = new RangeEncoder();
        encoder.EncodeBit(false, BlockLayout.Unmodelled);
        Code(encoder);
        var stream = encoder.Finish();
        return Seal(stream.Length <= Bound() ? stream : Plain(), Symbols);
    }

    /// <summary>Writes the members of all items and then the symbols, and lets their shares go.</summary>
    public void Code(RangeEncoder encoder)
    {
        CountCosts();
        var members = sized.Model.Members;
        if (members > 1)
            foreach (var member in Members)
                encoder.Encode(FrequencyTable.Uniform(member, members), FrequencyTable.Uniform(member + 1, members) - FrequencyTable.Uniform(member, members));
        foreach (var bit in Bits) encoder.EncodeBit(bit >> 31 != 0, bit & int.MaxValue);
        foreach (var share in Shares) encoder.Encode((uint)(share >> 32), (uint)share);
        (Bits, Shares) = ([], []);
    }

    void CountCosts()
    {
        for (var item = 0; item < Count; item++)
        {
            if (_entries[item] < 0) continue;
            var nats = 0.0;
            for (var at = (long)Array.IndexOf(Places, item); at < (long)Count * Dimensions; at += Count)
            {
                var frequency = Bits.Length == 0 ? (uint)Shares[at] : Bits[at] >> 31 != 0 ? Bits[at] & int.MaxValue : FrequencyTable.Total - Bits[at];
                nats -= ExactMath.Log((double)frequency / FrequencyTable.Total);
            }
            Costs.Add((_entries[item], nats));
        }
    }

    /// <summary>A stream and the CRC-32 over it and what it decodes to.</summary>
    public static byte[] Seal(byte[] stream, ReadOnlySpan<byte> content)
    {
        var sum = Crc32.Of(stream, content);
        return [.. stream, (byte)sum, (byte)(sum >> 8), (byte)(sum >> 16), (byte)(sum >> 24)];
    }

    // Bytes of the symbols as equally likely ones, or a little more.
    long Bound() => (long)Count * Dimensions * (32 - System.Numerics.BitOperations.LeadingZeroCount((uint)sized.Space.Levels - 1)) / 8 + 2;

    // A model that knows less than nothing of these items is not asked.
    byte[] Plain()
    {
        var encoder = new RangeEncoder();
        encoder.EncodeBit(true, BlockLayout.Unmodelled);
        var levels = sized.Space.Levels;
        var begins = new uint[levels + 1];
        for (var symbol = 0; symbol <= levels; symbol++) begins[symbol] = FrequencyTable.Uniform(symbol, levels);
        for (var at = 0; at < Symbols.Length; at += symbolBytes)
        {
            var symbol = symbolBytes == 1 ? Symbols[at] : Symbols[at] | Symbols[at + 1] << 8;
            encoder.Encode(begins[symbol], begins[symbol + 1] - begins[symbol]);
        }
        return encoder.Finish();
    }
}
