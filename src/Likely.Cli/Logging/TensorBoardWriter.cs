using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Likely.Cli;

/// <summary>
/// An event file that TensorBoard reads: scalars and PNG images by tag and step.
/// A file is a row of TFRecords: length (8 bytes) | masked CRC of it | event | masked CRC of it, all little-endian, with
/// masked(c) = (c rotated right by 15) + 0xA282EAD8 over CRC-32C. An event is a protocol buffer; the four messages used
/// (Event, Summary.Value, Summary.Image, SessionLog of tensorflow/core/util/event.proto and framework/summary.proto) are
/// encoded here by hand, field by field, because the generated classes would be longer than this file.
/// The wall time is for display only. One instance writes one file and is not for several threads at once.
/// </summary>
sealed class TensorBoardWriter : IDisposable
{
    static int _filesOpened;

    readonly string _path;
    readonly FileStream _stream;

    /// <summary>Starts a new event file in the folder; a resumed run names the step it goes on from, and TensorBoard drops the steps after it that an earlier file holds. Throws <see cref="UsageException"/> if it cannot be written.</summary>
    public TensorBoardWriter(string folder, long? continuesFrom = null)
    {
        // Seconds first: TensorBoard reads the files of a folder in the order of their names.
        _path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{(long)Now():D10}.likely.{Environment.ProcessId}.{Interlocked.Increment(ref _filesOpened)}"));
        try
        {
            Directory.CreateDirectory(folder);
            _stream = new FileStream(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(_path, fault);
        }
        WriteEvent(Now(), 0, new Message().Text(3, "brain.Event:2"));                                       // Event.file_version
        if (continuesFrom is { } step) WriteEvent(Now(), step + 1, new Message().Nested(7, new Message().Integer(1, 1))); // Event.session_log, status START
    }

    /// <summary>One value of a curve.</summary>
    public void Scalar(string tag, float value, long step, double? wallTime = null) =>
        WriteSummary(step, wallTime, new Message().Text(1, tag).Single(2, value));                          // Value.tag, simple_value

    /// <summary>One image as the bytes of a PNG file, with 1 to 4 channels.</summary>
    public void Image(string tag, byte[] png, int height, int width, int channels, long step, double? wallTime = null) =>
        WriteSummary(step, wallTime, new Message().Text(1, tag).Nested(4, new Message()                     // Value.image
            .Integer(1, height).Integer(2, width).Integer(3, channels).Bytes(4, png)));

    public void Dispose() => _stream.Dispose();

    /// <summary>CRC-32C (Castagnoli).</summary>
    static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    static uint Masked(ReadOnlySpan<byte> bytes) => unchecked(BitOperations.RotateRight(Crc32C(bytes), 15) + 0xA282EAD8);

    static double Now() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;

    void WriteSummary(long step, double? wallTime, Message value) =>
        WriteEvent(wallTime ?? Now(), step, new Message().Nested(5, new Message().Nested(1, value)));       // Event.summary, Summary.value

    void WriteEvent(double wallTime, long step, Message what)
    {
        var data = new Message().Double(1, wallTime).Integer(2, step).Append(what).Content;
        var record = new byte[data.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Masked(data));
        try
        {
            _stream.Write(record);
            _stream.Flush();
        }
        catch (IOException fault)
        {
            throw AtomicFile.Explain(_path, fault);
        }
    }

    /// <summary>Protocol-buffer fields, each a key (number * 8 + wire type) and a value.</summary>
    sealed class Message
    {
        readonly MemoryStream _bytes = new();

        public ReadOnlySpan<byte> Content => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

        public Message Integer(int field, long value) => Varint((ulong)field << 3).Varint((ulong)value);

        public Message Double(int field, double value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
            return Varint((ulong)field << 3 | 1).Raw(bytes);
        }

        public Message Single(int field, float value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            return Varint((ulong)field << 3 | 5).Raw(bytes);
        }

        public Message Bytes(int field, ReadOnlySpan<byte> value) => Varint((ulong)field << 3 | 2).Varint((ulong)value.Length).Raw(value);

        public Message Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public Message Nested(int field, Message value) => Bytes(field, value.Content);

        public Message Append(Message fields) => Raw(fields.Content);

        Message Raw(ReadOnlySpan<byte> value)
        {
            _bytes.Write(value);
            return this;
        }

        Message Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
            _bytes.WriteByte((byte)value);
            return this;
        }
    }
}
