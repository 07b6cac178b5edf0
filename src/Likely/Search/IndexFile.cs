using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using System.Text;
using Likely.Files;
using Likely.Models;

namespace Likely;

/// <summary>
/// An index in a file that is mapped into memory, so that it is open at once and only what a search looks at is read (docs/formats.md). It is a safetensors file: codes, tables of addresses, names, labels, and the model that
/// made the codes. Opening checks the description's check sum and the lengths of all; what a stranger put into the tables is bounded where it is used, and <see cref="Verify"/> compares all check sums.
/// </summary>
public sealed unsafe class IndexFile : CodeIndex
{
    /// <summary>What the metadata of an index has, and of no other safetensors file.</summary>
    public const string Mark = "likely_index";

    internal const string SumKey = "likely_index_sha256", Codes = "codes", Names = "names", NameEnds = "name_ends", Labels = "labels", ModelBytes = "model";

    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly Dictionary<string, (long Offset, long Length)> _tensors = new(StringComparer.Ordinal);
    readonly CodeTables? _tables;
    byte* _data;

    IndexFile(string path, FileStream stream)
    {
        Path = path;
        var parsed = ReadHeader(stream, path, out var start);
        if (!parsed.Metadata.TryGetValue(Mark, out var text)) throw new DataException($"{path} is no index") { Remedy = Remedy.MakeIndex };
        if (parsed.Metadata.GetValueOrDefault(SumKey) != SumOf(Encoding.UTF8.GetBytes(text))) throw new DataException($"{path} is damaged: its description is not the one whose check sum it has");
        Description = IndexDescription.FromText(text, path);
        var (count, isHere) = ((long)Description.Count, Description.Server.Length == 0);
        foreach (var tensor in parsed.Tensors) _tensors[tensor.Name] = (start + tensor.Begin, tensor.End - tensor.Begin);
        Require(parsed, ModelBytes, "U8", null);
        if (isHere)
        {
            Require(parsed, Codes, "U64", count * BinaryCodes.Words(Description.Bits));
            Require(parsed, NameEnds, "U32", count);
            Require(parsed, Names, "U8", null);
            if (Description.ClassNames.Count > 0) Require(parsed, Labels, "I32", count);
            for (var t = 0; t < Description.Tables.Count; t++)
            {
                Require(parsed, Offsets(t), "U32", (1L << Description.Tables[t].Length) + 1);
                Require(parsed, Ids(t), "U32", count);
            }
        }
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _data);
        if (isHere) _tables = new CodeTables(Description, path, (ulong*)At(Codes), [.. Enumerable.Range(0, Description.Tables.Count).Select(t => ((nint)At(Offsets(t)), (nint)At(Ids(t))))]);
    }

    public string Path { get; }

    public override IndexDescription Description { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => _view.Capacity;

    /// <summary>Opens an index.</summary>
    /// <exception cref="DataException">It is not there, no index, or damaged.</exception>
    /// <exception cref="SafetensorsException">It is no whole file.</exception>
    public static IndexFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            return new IndexFile(path, stream = RegularFile.OpenRead(path, FileOptions.RandomAccess));
        }
        catch (Exception fault)
        {
            stream?.Dispose();
            if (fault is FileNotFoundException or DirectoryNotFoundException) throw new DataException($"there is no index {path}") { Remedy = Remedy.MakeIndex };
            if (fault is IOException or UnauthorizedAccessException or NotSupportedException) throw new DataException($"{path} cannot be read: {fault.Message.TrimEnd('.')}", fault);
            throw;
        }
    }

    /// <summary>True if a safetensors file is an index, damaged or not; reads its header alone.</summary>
    /// <exception cref="SafetensorsException">It is no whole safetensors file.</exception>
    public static bool IsIndex(string path)
    {
        try
        {
            using var stream = RegularFile.OpenRead(path);
            return ReadHeader(stream, path, out _).Metadata.ContainsKey(Mark);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SafetensorsException($"{path} cannot be read: {fault.Message.TrimEnd('.')}");
        }
    }

    static SafetensorsHeader ReadHeader(FileStream stream, string path, out long start)
    {
        Span<byte> prefix = stackalloc byte[8];
        var length = stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var header = new byte[SafetensorsHeader.CheckLength(length, stream.Length, path)];
        stream.ReadExactly(header);
        start = 8 + header.Length;
        return SafetensorsHeader.Parse(header, stream.Length - start, path);
    }

    /// <summary>The model that made the codes, which encodes what is searched for.</summary>
    /// <exception cref="ModelException">It is damaged, or not the one that the index names.</exception>
    public Checkpoint ReadModel()
    {
        var checkpoint = Checkpoint.Load(Bytes(ModelBytes).ToArray(), $"the model in {Path}");
        if (checkpoint.Identity() != Description.Identity) throw new ModelException($"{Path} is damaged: the model in it is not the one that made its codes");
        if (checkpoint.Model is not FeatureModel model || model.Bits != Description.Bits) throw new ModelException($"{Path} is damaged: the model in it makes no codes of {Description.Bits} bits");
        return checkpoint;
    }

    /// <summary>The code of an item, in words.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    public ReadOnlySpan<ulong> Code(int id)
    {
        RequireItem(id);
        var words = BinaryCodes.Words(Description.Bits);
        return new((ulong*)At(Codes) + (long)id * words, words);
    }

    public override string Name(int id)
    {
        RequireItem(id);
        var ends = (uint*)At(NameEnds);
        var length = _tensors[Names].Length;
        long first = id == 0 ? 0 : ends[id - 1], end = ends[id];
        if (first > end || end > length) throw new DataException($"{Path} is damaged: the name of item {id} does not lie in it; index the data again");
        return Encoding.UTF8.GetString(At(Names) + first, (int)(end - first));
    }

    public override int Label(int id)
    {
        RequireItem(id);
        if (Description.ClassNames.Count == 0) return -1;
        var label = ((int*)At(Labels))[id];
        return label < Description.ClassNames.Count ? Math.Max(-1, label) : throw new DataException($"{Path} is damaged: item {id} has label {label} of {Description.ClassNames.Count}; index the data again");
    }

    /// <summary>How the codes are spread over the addresses that they are themselves, which goes over all of these; null where codes are found in another way.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public AddressSpread? Spread()
    {
        ObjectDisposedException.ThrowIf(_data == null, this);
        if (_tables is null || Description.Tables is not [var table]) return null;
        var isWhole = AddressSpread.TryMeasure(new ReadOnlySpan<uint>(At(Offsets(0)), (1 << table.Length) + 1), Description.Count, out var spread);
        GC.KeepAlive(this);
        return isWhole ? spread : throw new DataException($"{Path} is damaged: the items of its addresses are not all its items; index the data again");
    }

    /// <summary>Compares all check sums.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    public void Verify(CancellationToken cancellation = default)
    {
        const int Piece = 1 << 20;
        ObjectDisposedException.ThrowIf(_data == null, this);
        foreach (var (name, (offset, length)) in _tensors)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (long at = 0, some; at < length; at += some)
            {
                cancellation.ThrowIfCancellationRequested();
                some = Math.Min(Piece, length - at);
                hash.AppendData(new ReadOnlySpan<byte>(_data + offset + at, (int)some));
            }
            if (Description.Sums.GetValueOrDefault(name) != Convert.ToHexStringLower(hash.GetHashAndReset())) throw new DataException($"{Path} is damaged in its part '{name}'; index the data again");
        }
    }

    protected override IReadOnlyList<Neighbour> Find(ReadOnlySpan<ulong> code, int radius, int most, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_data == null, this);
        var found = (_tables ?? throw new InvalidOperationException($"the codes of {Path} are on a server")).Find(code, radius, most, cancellation);
        GC.KeepAlive(this);
        return found;
    }

    protected override void Dispose(bool disposing)
    {
        if (_data == null) return;
        _data = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    internal static string Offsets(int table) => FormattableString.Invariant($"tables.{table}.offsets");

    internal static string Ids(int table) => FormattableString.Invariant($"tables.{table}.ids");

    internal static string SumOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    void RequireItem(int id)
    {
        ObjectDisposedException.ThrowIf(_data == null, this);
        if ((uint)id >= (uint)Description.Count) throw new ArgumentOutOfRangeException(nameof(id), id, $"there are {Description.Count} items, from 0 on");
    }

    byte* At(string tensor) => _data + _tensors[tensor].Offset;

    ReadOnlySpan<byte> Bytes(string tensor) => _tensors[tensor] is var (offset, length) && length <= Array.MaxLength ? new(_data + offset, (int)length) : throw new DataException($"{Path} is damaged: its part '{tensor}' has {length} bytes");

    void Require(SafetensorsHeader header, string name, string type, long? count)
    {
        foreach (var tensor in header.Tensors)
            if (tensor.Name == name && tensor.DataType == type && _tensors[name].Offset % SafetensorsHeader.SizeOf(type) == 0 && (count is null || tensor.End - tensor.Begin == count * SafetensorsHeader.SizeOf(type))) return;
        throw new DataException($"{Path} is damaged: it has no part '{name}' of {(count is { } many ? $"{many} numbers" : "bytes")}");
    }
}
