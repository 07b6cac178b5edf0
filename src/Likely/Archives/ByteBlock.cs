using Likely.Coding;

namespace Likely;

/// <summary>Plain bytes as one stream: a bit that tells whether they are stored as they are, then the bytes, stored or by <see cref="ByteModel"/>, whichever is shorter.</summary>
static class ByteBlock
{
    /// <summary>The stream of some bytes.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> bytes)
    {
        var encoder = new RangeEncoder();
        encoder.EncodeBit(false, FrequencyTable.Total / 16);
        var model = new ByteModel();
        foreach (var value in bytes) model.Encode(encoder, value);
        var stream = encoder.Finish();
        if (stream.Length <= bytes.Length + 1) return stream;
        encoder = new RangeEncoder();
        encoder.EncodeBit(true, FrequencyTable.Total / 16);
        foreach (var value in bytes) encoder.EncodeUniform(value, 8);
        return encoder.Finish();
    }

    /// <summary>As many bytes as asked for.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> stream, int count)
    {
        var decoder = new RangeDecoder(stream);
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
