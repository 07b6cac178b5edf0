using System.Buffers;
using System.Buffers.Binary;
using Likely.Files;

namespace Likely.Data;

/// <summary>
/// The samples of a WAV file in one form, whatever it holds: one channel of 16 bits, little-endian, at the rate that is wanted. Channels become their mean; whole
/// numbers of more bits, floats (1 is 32,768), means and what another rate makes are rounded to the nearest, halves upward, and held within the range.
/// </summary>
sealed class SoundStore : IStoredBytes
{
    const int Piece = 1 << 13, Ahead = 1 << 16, Block = 1 << 20; // samples made at once, samples for them, and bytes of the file

    readonly IStoredBytes _file;
    readonly WavHeader _header;
    readonly RateChange? _change;

    /// <param name="file">The WAV file, which this disposes of.</param>
    /// <param name="header">Its header.</param>
    /// <param name="change">To another rate; null: its own.</param>
    public SoundStore(IStoredBytes file, WavHeader header, RateChange? change) => (_file, _header, _change, Length) = (file, header, change, LengthOf(header, change));

    public string Path => _file.Path;
    public long Length { get; }
    public FileStatus Status => _file.Status;
    public bool HasChanged => _file.HasChanged;

    /// <summary>Bytes that a file with this header has here.</summary>
    public static long LengthOf(WavHeader header, RateChange? change) => sizeof(short) * (change?.LengthOf(header.Frames) ?? header.Frames);

    public void Read(long offset, Span<byte> target, CancellationToken cancellation = default)
    {
        if (offset < 0 || offset + target.Length > Length) throw new DataException($"'{Path}' ends early; it is damaged or still being written.");
        if (_change is null && _header is { Channels: 1, Bits: 16 } && BitConverter.IsLittleEndian)
        {
            _file.Read(_header.Start + offset, target, cancellation);
            return;
        }
        if (offset % 2 != 0 || target.Length % 2 != 0) // within a sample
        {
            ReadWithin(offset, target, cancellation);
            return;
        }
        // A sample may be made of half a million: as many are made at once as need few more than that.
        var most = _change is null ? Piece : (int)Math.Clamp(_change.Reach(Math.Max(Ahead, 4L * _change.Taps)), 1, Piece);
        for (var first = offset / sizeof(short); target.Length > 0;)
        {
            var count = Math.Min(most, target.Length / sizeof(short));
            Take(first, target[..(sizeof(short) * count)], cancellation);
            first += count;
            target = target[(sizeof(short) * count)..];
        }
    }

    public void Dispose() => _file.Dispose();

    void ReadWithin(long offset, Span<byte> target, CancellationToken cancellation)
    {
        var (start, end) = (offset & ~1L, (offset + target.Length + 1) & ~1L);
        var whole = new byte[end - start];
        Read(start, whole, cancellation);
        whole.AsSpan((int)(offset - start), target.Length).CopyTo(target);
    }

    void Take(long first, Span<byte> target, CancellationToken cancellation)
    {
        var count = target.Length / sizeof(short);
        var from = _change?.First(first) ?? first;
        var needed = _change is null ? count : (int)(_change.First(first + count - 1) - from) + _change.Taps;
        var samples = ArrayPool<double>.Shared.Rent(needed);
        Mono(from, samples.AsSpan(0, needed), cancellation);
        for (var i = 0; i < count; i++)
        {
            var value = _change is null ? samples[i] : _change.At(first + i, samples.AsSpan((int)(_change.First(first + i) - from)));
            BinaryPrimitives.WriteInt16LittleEndian(target[(sizeof(short) * i)..], (short)Math.Clamp(Math.Floor(value + 0.5), short.MinValue, short.MaxValue));
        }
        ArrayPool<double>.Shared.Return(samples);
    }

    // Means of the channels in steps of 16 bits, not rounded; silence beyond the ends.
    void Mono(long first, Span<double> samples, CancellationToken cancellation)
    {
        var (from, end) = (Math.Clamp(first, 0, _header.Frames), Math.Clamp(first + samples.Length, 0, _header.Frames));
        samples.Clear();
        if (end <= from) return;
        samples = samples[(int)(from - first)..(int)(end - first)];
        var (frame, most) = (_header.FrameBytes, Math.Min(samples.Length, Block / _header.FrameBytes));
        var raw = ArrayPool<byte>.Shared.Rent(most * frame);
        for (int count; samples.Length > 0; samples = samples[count..], from += count)
        {
            cancellation.ThrowIfCancellationRequested();
            count = Math.Min(most, samples.Length);
            var bytes = raw.AsSpan(0, count * frame);
            _file.Read(_header.Start + from * frame, bytes, cancellation);
            for (var i = 0; i < count; i++) samples[i] = Mean(bytes.Slice(i * frame, frame), from + i);
        }
        ArrayPool<byte>.Shared.Return(raw);
    }

    double Mean(ReadOnlySpan<byte> frame, long place)
    {
        var (sum, width) = (0.0, _header.Bits / 8);
        for (var at = 0; at < frame.Length; at += width) sum += Value(frame[at..], width);
        if (!double.IsFinite(sum)) throw NotFinite(frame, width, place);
        return _header.Channels == 1 ? sum : sum / _header.Channels;
    }

    DataException NotFinite(ReadOnlySpan<byte> frame, int width, long place)
    {
        for (var at = 0; at < frame.Length; at += width)
            if (!double.IsFinite(width == 4 ? BinaryPrimitives.ReadSingleLittleEndian(frame[at..]) : BinaryPrimitives.ReadDoubleLittleEndian(frame[at..])))
                return new DataException($"'{Path}' holds a value that is no number, at sample {place}; convert it again.");
        return new DataException($"'{Path}' holds a value out of any range, at sample {place}, and floats of sound lie between -1 and 1; convert it again.");
    }

    double Value(ReadOnlySpan<byte> bytes, int width) => width switch
    {
        1 => (bytes[0] - 128) * 256.0,
        2 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        3 => ((sbyte)bytes[2] << 16 | bytes[1] << 8 | bytes[0]) / 256.0,
        4 when !_header.IsFloat => BinaryPrimitives.ReadInt32LittleEndian(bytes) / 65536.0,
        4 => BinaryPrimitives.ReadSingleLittleEndian(bytes) * 32768.0,
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes) * 32768.0,
    };
}
