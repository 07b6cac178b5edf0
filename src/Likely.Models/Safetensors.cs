using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Likely.Files;

namespace Likely.Models;

/// <summary>
/// The content of a safetensors file in memory: named tensors as raw little-endian bytes, and a map of strings.
/// Layout: header length N (8 bytes, little-endian) | N bytes of JSON {"__metadata__": {string: string}, name:
/// {"dtype", "shape", "data_offsets": [begin, end)}} | data, which the tensors tile without hole or overlap.
/// Source: the safetensors format, https://huggingface.co/docs/safetensors.
/// Equal content gives equal bytes: keys are written in ordinal order, tensors of larger elements first and else in ordinal order. The
/// data starts at a multiple of 64, so that every element is aligned.
/// Files are taken as hostile: every fault is a <see cref="SafetensorsException"/>, and memory stays bounded by the file's size.
/// </summary>
public sealed class Safetensors
{
    const int DataAlignment = 64, ReadPiece = 1 << 20;
    static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    readonly List<Entry> _entries = [];
    readonly Dictionary<string, Entry> _byName = new(StringComparer.Ordinal);

    /// <summary>One tensor: its element type as the format spells it ("F32", "I64", ...), its shape, and shape-many elements, row-major and little-endian.</summary>
    public sealed record Entry(string Name, string DataType, long[] Shape, ReadOnlyMemory<byte> Data)
    {
        /// <summary>Number of elements: the product of the shape.</summary>
        public long Count => Data.Length / SafetensorsHeader.SizeOf(DataType);

        /// <summary>The values of an F32, F16 or BF16 tensor, which float32 holds exactly.</summary>
        /// <exception cref="SafetensorsException">It is of another type.</exception>
        internal float[] ToFloats()
        {
            var values = new float[Count];
            var data = Data.Span;
            switch (DataType)
            {
                case "F32":
                    CopyTo(values);
                    break;
                case "F16":
                    for (var i = 0; i < values.Length; i++) values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(data[(2 * i)..]);
                    break;
                case "BF16":
                    for (var i = 0; i < values.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(data[(2 * i)..]) << 16);
                    break;
                default:
                    throw new SafetensorsException($"Tensor {SafetensorsHeader.Quote(Name)} is of type {DataType}, and F32, F16 and BF16 are read.");
            }
            return values;
        }

        /// <summary>Copies an F32 tensor out; throws <see cref="SafetensorsException"/> if it is of another type or length.</summary>
        public void CopyTo(Span<float> target)
        {
            if (DataType != "F32" || Count != target.Length)
                throw new SafetensorsException($"Tensor {SafetensorsHeader.Quote(Name)} holds {Count} values of type {DataType} where {target.Length} of type F32 are needed.");
            var source = Data.Span;
            if (BitConverter.IsLittleEndian) source.CopyTo(MemoryMarshal.AsBytes(target));
            else for (var i = 0; i < target.Length; i++) target[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(4 * i)..]);
        }
    }

    /// <summary>Strings that belong to the file, such as a model's config.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>The tensors: in the order of their data when read, of their addition when built.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>The tensor of that name, or null.</summary>
    public Entry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A tensor's name from a file, fit for a message.</summary>
    internal static string Quote(string name) => SafetensorsHeader.Quote(name);

    /// <summary>Adds a tensor; throws <see cref="SafetensorsException"/> for a name given twice, an unknown type, or data whose size is not that of the shape.</summary>
    public void Add(Entry entry)
    {
        if (entry.Name == SafetensorsHeader.MetadataKey)
            throw new SafetensorsException($"A tensor cannot be named {SafetensorsHeader.MetadataKey}.");
        if (SafetensorsHeader.ByteLength(entry.DataType, entry.Shape) is not { } length || length != entry.Data.Length)
            throw new SafetensorsException($"Tensor {SafetensorsHeader.Quote(entry.Name)} has {entry.Data.Length} bytes, "
                + $"which is not the size of type {entry.DataType} and shape [{string.Join(", ", entry.Shape)}].");
        if (!_byName.TryAdd(entry.Name, entry))
            throw new SafetensorsException($"Two tensors are named {SafetensorsHeader.Quote(entry.Name)}.");
        _entries.Add(entry);
    }

    /// <summary>Adds an F32 tensor with a copy of the values.</summary>
    public void Add(string name, long[] shape, ReadOnlySpan<float> values)
    {
        var bytes = new byte[4L * values.Length];
        if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(values).CopyTo(bytes);
        else for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), values[i]);
        Add(new Entry(name, "F32", shape, bytes));
    }

    /// <summary>Reads a file; each tensor gets its own array, so that files above 2 GB can be read.</summary>
    /// <exception cref="SafetensorsException">It is not there, cannot be read, or is no whole safetensors file.</exception>
    public static Safetensors Read(string path, CancellationToken cancellation = default)
    {
        try
        {
            using var file = RegularFile.OpenRead(path, FileOptions.SequentialScan);
            return Read(file, path, file.Length, cancellation);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SafetensorsException($"{path} does not exist.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new SafetensorsException($"{path} cannot be read ({fault.Message.TrimEnd('.')}).");
        }
    }

    /// <summary>Reads a file from a stream, to its end and no further; what a stream claims takes no memory before its bytes are there.</summary>
    /// <exception cref="SafetensorsException">It cannot be read, or holds no whole safetensors file.</exception>
    public static Safetensors Read(Stream stream, string name = "The safetensors data", CancellationToken cancellation = default)
    {
        try
        {
            return Read(stream, name, null, cancellation);
        }
        catch (EndOfStreamException)
        {
            throw new SafetensorsException($"{name} is not a safetensors file or is cut short.");
        }
        catch (Exception fault) when (fault is IOException or NotSupportedException)
        {
            throw new SafetensorsException($"{name} cannot be read ({fault.Message.TrimEnd('.')}).");
        }
    }

    static Safetensors Read(Stream stream, string name, long? length, CancellationToken cancellation)
    {
        var prefix = length < 8 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(stream, 8, cancellation));
        var header = ReadBytes(stream, SafetensorsHeader.CheckLength(prefix, length ?? long.MaxValue, name), cancellation);
        return Collect(SafetensorsHeader.Parse(header, length - 8 - header.Length, name), (begin, end) =>
        {
            if (end - begin > Array.MaxLength) throw new SafetensorsException($"{name} holds a tensor above 2 GB, which is not supported.");
            return ReadBytes(stream, (int)(end - begin), cancellation); // parsed tensors come in the order of their data, without holes
        });
    }

    // Room grows with what has come.
    static byte[] ReadBytes(Stream stream, int count, CancellationToken cancellation)
    {
        var bytes = new byte[stream.CanSeek ? (int)Math.Min(count, Math.Max(0, stream.Length - stream.Position)) : Math.Min(count, ReadPiece)];
        for (var read = 0; read < count;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (read == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(count, Math.Max(ReadPiece, 2L * read)));
            var piece = Math.Min(ReadPiece, bytes.Length - read);
            stream.ReadExactly(bytes, read, piece);
            read += piece;
        }
        return bytes;
    }

    /// <summary>Reads a file's bytes; the entries are slices of them, not copies.</summary>
    public static Safetensors Read(ReadOnlyMemory<byte> bytes, string name = "The safetensors data")
    {
        var headerLength = bytes.Length < 8 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span);
        var length = SafetensorsHeader.CheckLength(headerLength, bytes.Length, name);
        var data = bytes[(8 + length)..];
        return Collect(SafetensorsHeader.Parse(bytes.Span.Slice(8, length), data.Length, name), (begin, end) => data[(int)begin..(int)end]);
    }

    /// <summary>Writes the file: tensors by the size of their elements, then in ordinal order of their names; the header padded with spaces.</summary>
    /// <exception cref="SafetensorsException">A name or a string is no text, or the header grows too long.</exception>
    public void Write(Stream stream, CancellationToken cancellation = default)
    {
        var ordered = _entries.ToArray();
        Array.Sort(ordered, (a, b) => SafetensorsHeader.SizeOf(b.DataType).CompareTo(SafetensorsHeader.SizeOf(a.DataType)) is var order and not 0
            ? order : string.CompareOrdinal(a.Name, b.Name));
        var header = HeaderBytes(ordered);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (var entry in ordered)
        {
            cancellation.ThrowIfCancellationRequested();
            stream.Write(entry.Data.Span);
        }
    }

    static Safetensors Collect(SafetensorsHeader header, Func<long, long, ReadOnlyMemory<byte>> data)
    {
        var content = new Safetensors();
        foreach (var (key, value) in header.Metadata) content.Metadata.Add(key, value);
        foreach (var tensor in header.Tensors)
            content.Add(new Entry(tensor.Name, tensor.DataType, tensor.Shape, data(tensor.Begin, tensor.End)));
        return content;
    }

    // Written by hand because the library's encoders escape by Unicode tables that grow from one runtime to the next.
    byte[] HeaderBytes(Entry[] ordered)
    {
        var json = new StringBuilder("{");
        if (Metadata.Count > 0)
        {
            var keys = Metadata.Keys.ToArray();
            Array.Sort(keys, StringComparer.Ordinal);
            AppendString(json, SafetensorsHeader.MetadataKey).Append(":{");
            foreach (var key in keys) AppendString(AppendString(json, key).Append(':'), Metadata[key]).Append(',');
            json.Length--;
            json.Append("},");
        }
        long offset = 0;
        foreach (var entry in ordered)
        {
            AppendString(json, entry.Name).Append(":{\"dtype\":\"").Append(entry.DataType).Append("\",\"shape\":[")
                .AppendJoin(',', entry.Shape).Append("],\"data_offsets\":[").Append(offset).Append(',').Append(offset += entry.Data.Length).Append("]},");
        }
        if (json.Length > 1) json.Length--;
        json.Append('}');
        byte[] text;
        try
        {
            text = _strictUtf8.GetBytes(json.ToString());
        }
        catch (EncoderFallbackException)
        {
            throw new SafetensorsException("A tensor name or a metadata string is not valid Unicode.");
        }
        var padded = new byte[(8 + text.Length + DataAlignment - 1) / DataAlignment * DataAlignment - 8];
        if (padded.Length > SafetensorsHeader.MaximumLength)
            throw new SafetensorsException("The names and metadata take more than the 100 MB that a safetensors header may have.");
        text.CopyTo(padded, 0);
        padded.AsSpan(text.Length).Fill((byte)' ');
        return padded;
    }

    static StringBuilder AppendString(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\') json.Append('\\').Append(c);
            else if (c < ' ') json.Append("\\u00").Append(((int)c).ToString("x2"));
            else json.Append(c);
        }
        return json.Append('"');
    }
}
