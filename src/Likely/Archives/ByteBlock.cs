using Likely.Coding;

namespace Likely;

/// <summary>Plain bytes as one stream: a bit that tells whether they are stored as they are, then the bytes, stored or by <see cref="ByteModel"/>, whichever is shorter.</summary>
static class ByteBlock
{
    /// <summary>The stream of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="ends">Ascending lengths of beginnings of the bytes; on return, how long their streams are, to a few bytes.</param>
    public static byte[] Encode(ReadOnlySpan<byte> bytes, Span<int> ends = default) => Encode(new RangeEncoder(), bytes, ends, () => new RangeEncoder());

    /// <summary>The same behind the bit that says that no model codes them.</summary>
    public static byte[] EncodeUnmodelled(ReadOnlySpan<byte> bytes, Span<int> ends) => Encode(Unmodelled(), bytes, ends, Unmodelled);

    /// <summary>Writes such a stream into one that has been begun.</summary>
    public static void Write(RangeEncoder encoder, ReadOnlySpan<byte> bytes)
    {
        var isStored = new RangeDecoder(Encode(bytes)).DecodeBit(FrequencyTable.Total / 16);
        encoder.EncodeBit(isStored, FrequencyTable.Total / 16);
        var model = isStored ? null : new ByteModel();
        foreach (var value in bytes)
            if (model is null) encoder.EncodeUniform(value, 8);
            else model.Encode(encoder, value);
    }

    static RangeEncoder Unmodelled()
    {
        var encoder = new RangeEncoder();
        encoder.EncodeBit(true, BlockLayout.Unmodelled);
        return encoder;
    }

    static byte[] Encode(RangeEncoder encoder, ReadOnlySpan<byte> bytes, Span<int> ends, Func<RangeEncoder> again)
    {
        encoder.EncodeBit(false, FrequencyTable.Total / 16);
        var model = new ByteModel();
        Span<int> coded = new int[ends.Length];
        var done = 0;
        for (var i = 0; i < ends.Length; i++)
        {
            for (; done < ends[i]; done++) model.Encode(encoder, bytes[done]);
            coded[i] = encoder.Length;
        }
        for (; done < bytes.Length; done++) model.Encode(encoder, bytes[done]);
        var stream = encoder.Finish();
        if (stream.Length <= bytes.Length + 1)
        {
            for (var i = 0; i < ends.Length; i++) ends[i] = Math.Min(coded[i], stream.Length); // zeros at the end are not written
            return stream;
        }
        encoder = again();
        encoder.EncodeBit(true, FrequencyTable.Total / 16);
        foreach (var value in bytes) encoder.EncodeUniform(value, 8);
        return encoder.Finish();
    }

    /// <summary>As many bytes as asked for.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> stream, int count) => Decode(new RangeDecoder(stream), count);

    /// <summary>The same from where a stream goes on.</summary>
    public static byte[] Decode(RangeDecoder decoder, int count)
    {
        var bytes = new byte[count];
        if (decoder.DecodeBit(FrequencyTable.Total / 16))
            for (var i = 0; i < count; i++) bytes[i] = (byte)decoder.DecodeUniform(8);
        else
        {
            var model = new ByteModel();
            for (var i = 0; i < count; i++) bytes[i] = model.Decode(decoder);
        }
        return bytes;
    }
}
