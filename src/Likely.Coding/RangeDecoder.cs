using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Likely.Coding;

/// <summary>
/// The inverse of <see cref="RangeEncoder"/>, given the same frequencies in the same order: it keeps
/// code = fraction - low and the encoder's range, and takes the symbol in whose share code lies. Beyond the end it reads
/// zeros. A damaged stream gives wrong symbols and nothing worse: it neither fails, hangs nor reads outside; a checksum
/// above must notice.
/// </summary>
public sealed class RangeDecoder
{
    readonly byte[] _stream; // with 8 zeros behind it
    int _position;
    ulong _code, _range = ulong.MaxValue;

    /// <summary>Starts at the first symbol of a stream.</summary>
    public RangeDecoder(ReadOnlySpan<byte> stream)
    {
        _stream = new byte[stream.Length + 16];
        stream.CopyTo(_stream);
        _code = BinaryPrimitives.ReadUInt64BigEndian(_stream);
        _position = 8;
    }

    /// <summary>The next symbol by cumulative frequencies from 0 to 2^24; throws ArgumentException for another total.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Decode(ReadOnlySpan<uint> cumulative)
    {
        if (cumulative.Length < 2 || cumulative[^1] != FrequencyTable.Total) ThrowTable();
        var target = Target();
        ref var table = ref MemoryMarshal.GetReference(cumulative);
        var symbol = 0;
        var count = cumulative.Length - 1;
        for (; count > 12; count -= count >> 1) // invariant: the symbol is one of [symbol, symbol + count)
            symbol += count >> 1 & -(Unsafe.Add(ref table, symbol + (count >> 1)) <= target ? 1 : 0);
        var first = symbol;
        for (var i = 1; i < count; i++) symbol += Unsafe.Add(ref table, first + i) <= target ? 1 : 0; // loads that do not wait
        var start = cumulative[symbol];
        Consume(start, cumulative[symbol + 1] - start);
        return symbol;
    }

    /// <summary>The number below 2^24 in whose share the next symbol lies; <see cref="Consume"/> must follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Target() => (uint)Math.Min(_code / (_range >> FrequencyTable.Bits), FrequencyTable.Total - 1);

    /// <summary>Takes the share [start, start + frequency) that holds <see cref="Target"/>; throws ArgumentException when it is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Consume(uint start, uint frequency)
    {
        if (frequency == 0 || (ulong)start + frequency > FrequencyTable.Total) ThrowTable();
        var unit = _range >> FrequencyTable.Bits;
        Advance(_code - unit * start, unit * frequency);
    }

    /// <summary>The next bit by the probability that it is 1, in units of 2^-24 (1 .. 2^24 - 1); throws ArgumentException outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool DecodeBit(uint probabilityOfOne)
    {
        if (probabilityOfOne - 1 >= FrequencyTable.Total - 1) ThrowProbability(probabilityOfOne);
        var split = (_range >> FrequencyTable.Bits) * probabilityOfOne;
        var bit = _code < split;
        var zero = (bit ? 1UL : 0UL) - 1;
        Advance(_code - (split & zero), (_range - split & zero) | (split & ~zero));
        return bit;
    }

    /// <summary>The next <paramref name="bits"/> bits (0 to 24 of them) as they are.</summary>
    public uint DecodeUniform(int bits)
    {
        if ((uint)bits > FrequencyTable.Bits) throw new ArgumentException($"{bits} bits do not fit into 24.");
        var value = Target() >> (FrequencyTable.Bits - bits);
        Consume(value << (FrequencyTable.Bits - bits), 1u << (FrequencyTable.Bits - bits));
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Advance(ulong code, ulong range)
    {
        var shift = BitOperations.LeadingZeroCount(range) & ~7; // 0 to 24 bits
        var next = BinaryPrimitives.ReadUInt64BigEndian(_stream.AsSpan(_position));
        _position = Math.Min(_position + (shift >> 3), _stream.Length - 8);
        _code = code << shift | next >> 1 >> (63 - shift);
        _range = range << shift;
    }

    [DoesNotReturn]
    static void ThrowTable() => throw new ArgumentException($"Cumulative frequencies must rise from 0 to {FrequencyTable.Total}.");

    [DoesNotReturn]
    static void ThrowProbability(uint probability) =>
        throw new ArgumentException($"The probability {probability} of a bit is outside 1 .. {FrequencyTable.Total - 1}.");
}
