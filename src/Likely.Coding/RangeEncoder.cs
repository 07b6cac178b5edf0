using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Likely.Coding;

/// <summary>
/// A range encoder (Martin 1979): the stream is one long binary fraction, and each symbol narrows the interval
/// [low, low + range) to its share, low += start * (range / 2^24), range = frequency * (range / 2^24).
/// Whole bytes that can no longer change move out of the 64-bit window, so range stays above 2^56 and a symbol loses less
/// than 2^-31 bits by rounding; a carry runs back through the bytes already written. A stream ends with the shortest
/// fraction inside the interval: the decoder reads zeros beyond it.
/// </summary>
public sealed class RangeEncoder
{
    byte[] _buffer = new byte[256];
    int _position;
    ulong _low, _range = ulong.MaxValue;

    /// <summary>Bytes written so far; up to eight more are still open.</summary>
    public int Length => _position;

    /// <summary>Codes a symbol by cumulative frequencies from 0 to 2^24, one more than there are symbols; throws ArgumentException when they do not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(ReadOnlySpan<uint> cumulative, int symbol)
    {
        if ((uint)symbol >= (uint)(cumulative.Length - 1)) ThrowSymbol(symbol, cumulative.Length - 1);
        var start = cumulative[symbol];
        Encode(start, cumulative[symbol + 1] - start);
    }

    /// <summary>Codes the share [start, start + frequency) of 2^24; throws ArgumentException when it is empty or does not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Encode(uint start, uint frequency)
    {
        if (frequency == 0 || (ulong)start + frequency > FrequencyTable.Total) ThrowShare(start, frequency);
        var unit = _range >> FrequencyTable.Bits;
        Advance(unit * start, unit * frequency);
    }

    /// <summary>Codes a bit by the probability that it is 1, in units of 2^-24 (1 .. 2^24 - 1); throws ArgumentException outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EncodeBit(bool bit, uint probabilityOfOne)
    {
        if (probabilityOfOne - 1 >= FrequencyTable.Total - 1) ThrowShare(0, probabilityOfOne);
        var split = (_range >> FrequencyTable.Bits) * probabilityOfOne;
        var zero = (bit ? 1UL : 0UL) - 1; // all ones for a 0: a mask instead of a branch that nobody can predict
        Advance(split & zero, (_range - split & zero) | (split & ~zero));
    }

    /// <summary>Codes the low <paramref name="bits"/> bits of a value (0 to 24 of them) as they are.</summary>
    public void EncodeUniform(uint value, int bits)
    {
        if ((uint)bits > FrequencyTable.Bits || value >> bits != 0)
            throw new ArgumentException($"The value {value} does not fit into {bits} bits (24 at most).");
        Encode(value << (FrequencyTable.Bits - bits), 1u << (FrequencyTable.Bits - bits));
    }

    /// <summary>Ends the stream with as few bytes as possible, returns it, and starts a new one.</summary>
    public byte[] Finish()
    {
        // The highest bits that some number of the interval shares with a shorter fraction: round low up to ever more bytes.
        for (var bytes = 0; bytes <= 8; bytes++)
        {
            var below = bytes == 8 ? 0 : ulong.MaxValue >> (8 * bytes);
            var gap = unchecked(0UL - _low) & below; // to the next multiple
            if (gap >= _range) continue;
            Reserve();
            _low += gap;
            if (_low < gap) Carry();
            BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_position), _low);
            _position += bytes;
            break;
        }
        while (_position > 0 && _buffer[_position - 1] == 0) _position--;
        var stream = _buffer.AsSpan(0, _position).ToArray();
        (_position, _low, _range) = (0, 0, ulong.MaxValue);
        return stream;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Advance(ulong offset, ulong range)
    {
        var low = _low + offset;
        if (low < offset) Carry();
        var shift = BitOperations.LeadingZeroCount(range) & ~7; // 0 to 24 bits leave, without a branch
        if (_position > _buffer.Length - 8) Reserve();
        BinaryPrimitives.WriteUInt64BigEndian(_buffer.AsSpan(_position), low);
        _position += shift >> 3;
        _low = low << shift;
        _range = range << shift;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Carry()
    {
        var i = _position;
        while (++_buffer[--i] == 0) { } // ends inside: the whole fraction stays below 1
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Reserve()
    {
        if (_position <= _buffer.Length - 8) return;
        if (_buffer.Length == Array.MaxLength)
            throw new InvalidOperationException("A coded stream cannot exceed 2 GB; code the data in blocks.");
        Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, Array.MaxLength));
    }

    [DoesNotReturn]
    static void ThrowSymbol(int symbol, int count) =>
        throw new ArgumentException($"Symbol {symbol} is outside an alphabet of {count}.");

    [DoesNotReturn]
    static void ThrowShare(uint start, uint frequency) =>
        throw new ArgumentException($"A symbol of frequency {frequency} at {start} does not fit into a total of {FrequencyTable.Total}.");
}
