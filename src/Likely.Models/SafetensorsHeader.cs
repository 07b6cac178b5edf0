using System.Text;
using System.Text.Json;

namespace Likely.Models;

/// <summary>
/// The checked header of a safetensors file: metadata, and tensors in the order of their data.
/// Beyond the JSON grammar it refuses: a length above 100 MB or beyond the file, names given twice, unknown fields and
/// types, more than 65,536 tensors or strings, more than 32 dimensions, sizes that overflow or do not match type and shape, and tensors that overlap, leave
/// a hole or do not end where the file ends.
/// </summary>
sealed class SafetensorsHeader
{
    internal const string MetadataKey = "__metadata__";
    internal const int MaximumLength = 100_000_000;
    const int MaximumRank = 32;
    const int MaximumCount = 1 << 16; // an entry takes a few bytes of the file, and some hundred of memory

    internal readonly record struct Tensor(string Name, string DataType, long[] Shape, long Begin, long End);

    internal Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);
    internal List<Tensor> Tensors { get; } = [];

    /// <summary>Bytes per element; 0 for an unknown type.</summary>
    internal static int SizeOf(string dataType) => dataType switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => 1,
        "F16" or "BF16" or "U16" or "I16" => 2,
        "F32" or "U32" or "I32" => 4,
        "F64" or "U64" or "I64" => 8,
        _ => 0,
    };

    /// <summary>Bytes of a tensor; null for an unknown type, a negative dimension or a size beyond 63 bits.</summary>
    internal static long? ByteLength(string dataType, ReadOnlySpan<long> shape)
    {
        long length = SizeOf(dataType);
        if (length == 0) return null;
        foreach (var dimension in shape)
        {
            if (dimension < 0) return null;
            var product = (Int128)length * dimension;
            if (product > long.MaxValue) return null;
            length = (long)product;
        }
        return length;
    }

    /// <summary>A name from a file, fit for a message: in quotes, without control characters, at most 80 characters.</summary>
    internal static string Quote(string name)
    {
        var text = new StringBuilder("'");
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, 80))) text.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return text.Append(name.Length > 80 ? "...'" : "'").ToString();
    }

    /// <summary>The header's length, if a file of that size can hold it.</summary>
    internal static int CheckLength(ulong headerLength, long fileLength, string file)
    {
        if (fileLength < 10) throw new SafetensorsException($"{file} is not a safetensors file: it has only {fileLength} bytes.");
        if (headerLength > MaximumLength || headerLength > (ulong)(fileLength - 8))
            throw new SafetensorsException($"{file} is not a safetensors file or is cut short: its header would take {headerLength} bytes.");
        return (int)headerLength;
    }

    /// <summary>Reads and checks a header; <paramref name="dataLength"/> is null where the end of the data is not known before.</summary>
    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long? dataLength, string file)
    {
        if (json.Length == 0 || json[0] != '{') throw new SafetensorsException($"{file} is not a safetensors file: its header is not a JSON object.");
        var header = new SafetensorsHeader();
        try
        {
            header.ReadRoot(json);
            header.CheckTiling(dataLength);
        }
        catch (SafetensorsException fault)
        {
            throw new SafetensorsException($"{file} is damaged: {fault.Message}.");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // the latter: text that is not Unicode
        {
            throw new SafetensorsException($"{file} is damaged: its header is not valid JSON.");
        }
        return header;
    }

    void ReadRoot(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        var names = new HashSet<string>(StringComparer.Ordinal);
        reader.Read(); // the opening brace
        while (NextName(ref reader) is { } name)
        {
            if (!names.Add(name)) throw new SafetensorsException($"{Quote(name)} appears twice");
            Expect(ref reader, JsonTokenType.StartObject, name);
            if (name == MetadataKey) ReadMetadata(ref reader);
            else ReadTensor(ref reader, name);
        }
        reader.Read(); // refuses anything but white space after the closing brace
    }

    void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (NextName(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String, key);
            if (Metadata.Count == MaximumCount) throw new SafetensorsException($"it has more than {MaximumCount} metadata keys");
            if (!Metadata.TryAdd(key, reader.GetString()!)) throw new SafetensorsException($"the metadata key {Quote(key)} appears twice");
        }
    }

    void ReadTensor(ref Utf8JsonReader reader, string name)
    {
        string? dataType = null;
        long[]? shape = null, offsets = null;
        while (NextName(ref reader) is { } field)
        {
            var known = (field, dataType, shape, offsets) switch
            {
                ("dtype", null, _, _) or ("shape", _, null, _) or ("data_offsets", _, _, null) => true,
                _ => false,
            };
            if (!known) throw new SafetensorsException($"tensor {Quote(name)} has an unknown or repeated field {Quote(field)}");
            Expect(ref reader, field == "dtype" ? JsonTokenType.String : JsonTokenType.StartArray, name);
            if (field == "dtype") dataType = reader.GetString();
            else if (field == "shape") shape = ReadIntegers(ref reader, name);
            else offsets = ReadIntegers(ref reader, name);
        }
        if (dataType == null || shape == null || offsets is not { Length: 2 })
            throw new SafetensorsException($"tensor {Quote(name)} lacks its type, its shape or its two offsets");
        if (ByteLength(dataType, shape) is not { } length)
            throw new SafetensorsException($"tensor {Quote(name)} has an unknown type or an impossible shape");
        if (offsets[0] > offsets[1] || offsets[1] - offsets[0] != length)
            throw new SafetensorsException($"tensor {Quote(name)} should take {length} bytes by type and shape, but its offsets say otherwise");
        if (Tensors.Count == MaximumCount) throw new SafetensorsException($"it has more than {MaximumCount} tensors");
        Tensors.Add(new Tensor(name, dataType, shape, offsets[0], offsets[1]));
    }

    static long[] ReadIntegers(ref Utf8JsonReader reader, string name)
    {
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0 || values.Count == MaximumRank)
                throw new SafetensorsException($"tensor {Quote(name)} has a shape or offset that is not a short list of whole numbers");
            values.Add(value);
        }
        return [.. values];
    }

    static string? NextName(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string name)
    {
        reader.Read();
        if (reader.TokenType != type) throw new SafetensorsException($"{Quote(name)} has a value of the wrong kind");
    }

    void CheckTiling(long? dataLength)
    {
        Tensors.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin)
            : a.End != b.End ? a.End.CompareTo(b.End) : string.CompareOrdinal(a.Name, b.Name));
        long position = 0;
        foreach (var tensor in Tensors)
        {
            if (tensor.Begin != position)
                throw new SafetensorsException($"the data of tensor {Quote(tensor.Name)} {(tensor.Begin < position ? "overlaps another's" : "leaves a hole before it")}");
            position = tensor.End;
            if (position > dataLength) throw new SafetensorsException($"the data of tensor {Quote(tensor.Name)} lies beyond the end of the file");
        }
        if (dataLength is { } length && position != length) throw new SafetensorsException($"{length - position} bytes at its end belong to no tensor");
    }
}
