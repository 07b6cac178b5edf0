using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>
/// Where the samples of a WAV file lie and what they are, from its chunks: RIFF or RF64, <c>fmt </c> with whole numbers of 8 to 32 bits or floats of 32 or 64, also by
/// WAVE_FORMAT_EXTENSIBLE, then <c>data</c>. Other chunks are passed over, each with the byte that makes it even. A data chunk whose length nobody knew when it was
/// begun (0 or 0xFFFFFFFF, as streams have it, or just below 2^31, as sox does) goes on to the end of the file.
/// </summary>
/// <param name="Rate">Samples a second, 100 to 768,000.</param>
/// <param name="Channels">Side by side in a frame, 1 to 64.</param>
/// <param name="Bits">Bits of the bytes that a sample takes: 8, 16, 24, 32 or 64.</param>
/// <param name="IsFloat">Whether samples are floats.</param>
/// <param name="Start">Where the first sample lies.</param>
/// <param name="Frames">Samples of each channel; what is no whole frame at the end is none.</param>
readonly record struct WavHeader(int Rate, int Channels, int Bits, bool IsFloat, long Start, long Frames)
{
    public const int LeastRate = 100, MostRate = 768_000;

    const int MostChannels = 64, MostChunks = 4096, LongestFormat = 1 << 16, Pcm = 1, Float = 3, Extensible = 0xFFFE;
    const uint Unknown = 0xFFFFFFFF, NearlyUnknown = 0x7FFFF000;

    /// <summary>Bytes of a frame.</summary>
    public int FrameBytes => Channels * Bits / 8;

    /// <summary>Fills a span from a place of the file.</summary>
    delegate void Reader(long at, Span<byte> target);

    /// <summary>Reads a file's header.</summary>
    /// <exception cref="DataException">if it is damaged, promises what is not there, or holds samples of another kind</exception>
    public static WavHeader Of(IStoredBytes file) => Of((at, target) => file.Read(at, target), file.Length, file.Path);

    /// <summary>The header in a file's first bytes.</summary>
    /// <exception cref="DataException">as above, or if the samples begin behind those bytes</exception>
    public static WavHeader Of(ReadOnlySpan<byte> head, long length, string path)
    {
        var bytes = ByteStore.OfMemory(path, head.ToArray());
        return Of((at, target) => bytes.Read(at, target), length, path);
    }

    static WavHeader Of(Reader read, long length, string path)
    {
        Span<byte> head = stackalloc byte[12], chunk = stackalloc byte[8], format = stackalloc byte[40];
        if (length < head.Length) throw new DataException($"'{path}' ends within the header of a WAV file, after {length} bytes; it is cut short or still being written.");
        read(0, head);
        if (!(head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8)) || !head[8..].SequenceEqual("WAVE"u8)) throw new DataException($"'{path}' is no WAV file; fetch it again.");
        var isStreamed = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) is 0 or >= NearlyUnknown;
        var (at, formatLength, longData) = (12L, 0, -1L);
        for (var chunks = 0; at + chunk.Length <= length; chunks++)
        {
            if (chunks == MostChunks) throw new DataException($"'{path}' has more than {MostChunks} chunks in front of its samples; it is damaged.");
            read(at, chunk);
            var (start, size) = (at + chunk.Length, BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]));
            if (chunk.StartsWith("data"u8))
            {
                if (formatLength == 0) throw new DataException($"'{path}' has samples before it says what they are (chunk 'fmt '); it is damaged.");
                var isOpen = size == Unknown && longData < 0 || size == 0 && isStreamed || size >= NearlyUnknown && longData < 0 && start + size > length;
                var bytes = isOpen ? length - start : size == Unknown && longData >= 0 ? longData : size;
                if (bytes > length - start) throw new DataException($"'{path}' promises {bytes} bytes of samples and holds {length - start}; it is cut short or still being written.");
                return Formatted(format[..formatLength], path, start, bytes);
            }
            if (chunk.StartsWith("ds64"u8) && size >= 16 && start + 16 <= length)
            {
                read(start, format[..16]);
                longData = BinaryPrimitives.ReadInt64LittleEndian(format[8..]);
                if (longData < 0) throw new DataException($"'{path}' promises more samples than any file holds; it is damaged.");
            }
            if (chunk.StartsWith("fmt "u8))
            {
                if (size is < 16 or > LongestFormat || start + size > length) throw new DataException($"'{path}' does not say what its samples are: its chunk 'fmt ' has {size} bytes; it is damaged.");
                formatLength = (int)Math.Min(format.Length, size);
                read(start, format[..formatLength]);
            }
            at = start + size + (size & 1);
        }
        throw new DataException($"'{path}' has no samples (chunk 'data'); it is cut short or still being written.");
    }

    /// <summary>Whether a WAV file's first bytes say that its samples are coded in a way that is not read here.</summary>
    public static bool IsCoded(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("fmt "u8);
        return at >= 0 && head.Length >= at + 10 && BinaryPrimitives.ReadUInt16LittleEndian(head[(at + 8)..]) is not (Pcm or Float or Extensible or 0);
    }

    static WavHeader Formatted(ReadOnlySpan<byte> format, string path, long start, long bytes)
    {
        int Number(ReadOnlySpan<byte> from) => BinaryPrimitives.ReadUInt16LittleEndian(from);
        var (kind, channels, rate, align, bits) = (Number(format), Number(format[2..]), BinaryPrimitives.ReadUInt32LittleEndian(format[4..]), Number(format[12..]), Number(format[14..]));
        if (kind == Extensible) kind = format.Length >= 40 ? Number(format[24..]) : 0;
        if (kind is not (Pcm or Float)) throw new DataException($"'{path}' is coded in format {kind}, and PCM or floats are read; convert it, such as by: ffmpeg -i IN.wav -c:a pcm_s16le OUT.wav");
        if (channels is < 1 or > MostChannels) throw new DataException($"'{path}' says that it has {channels} channels, and 1 to {MostChannels} are read; it is damaged, or take some of them.");
        if (rate is < LeastRate or > MostRate) throw new DataException($"'{path}' says that it has {rate} samples a second, and {LeastRate} to {MostRate} are read; it is damaged.");
        var width = (bits + 7) / 8;
        if (kind == Float ? bits is not (32 or 64) : width is < 1 or > 4) throw new DataException($"'{path}' has {(kind == Float ? "floats" : "samples")} of {bits} bits, and {(kind == Float ? "32 or 64" : "1 to 32")} are read; convert it to 16 bits.");
        if (align != channels * width) throw new DataException($"'{path}' contradicts itself: {channels} channels of {bits} bits are {channels * width} bytes, and it says {align}; it is damaged.");
        return new WavHeader((int)rate, channels, 8 * width, kind == Float, start, bytes / align);
    }
}
