namespace Likely;

/// <summary>Whole numbers as bytes: 7 bits each, the lowest first, the highest bit set on all but the last.</summary>
sealed class VarintWriter
{
    readonly MemoryStream _bytes = new();

    public void Write(long value)
    {
        var rest = (ulong)value;
        for (; rest > 127; rest >>= 7) _bytes.WriteByte((byte)(rest | 128));
        _bytes.WriteByte((byte)rest);
    }

    public void Write(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public byte[] ToArray() => _bytes.ToArray();
}

/// <summary>The inverse of <see cref="VarintWriter"/>; every number has a bound, and every count is bounded by the bytes that are left.</summary>
ref struct VarintReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    public long Read(long most)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            if (_rest.IsEmpty || shift > 56) throw Damaged();
            var next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return next == 0 && shift > 0 || value > (ulong)most ? throw Damaged() : (long)value;
        }
    }

    /// <summary>A number from 1 on.</summary>
    public int Size(int most) => Read(most) is > 0 and var value ? (int)value : throw Damaged();

    /// <summary>A number of things that take at least so many bytes each.</summary>
    public int Count(int least) => (int)Read(_rest.Length / least);

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length) throw Damaged();
        var result = _rest[..count];
        _rest = _rest[count..];
        return result;
    }

    public readonly void RequireEnd()
    {
        if (!_rest.IsEmpty) throw Damaged();
    }

    public static ArchiveException Damaged() => new("its directory makes no sense");
}
