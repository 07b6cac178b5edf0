using System.Buffers.Binary;
using Likely.Coding;
using Likely.Files;
using Likely.Models;
using Microsoft.Win32.SafeHandles;

namespace Likely;

/// <summary>
/// An open archive: what it says of itself, and its blocks as they lie in the file. Everything is checked against the file's length
/// before memory is taken for it. Reading is safe from many threads.
/// </summary>
public sealed class ArchiveReader : IDisposable
{
    readonly SafeFileHandle? _file;
    readonly byte[] _memory = [];
    readonly long[] _itemBlocks, _byteBlocks; // offsets
    readonly int[] _itemLengths, _byteLengths;
    readonly long _embeddedAt;
    bool? _needsModel;

    ArchiveReader(string path, SafeFileHandle? file, byte[] memory)
    {
        (Path, _file, _memory, Length) = (path, file, memory, file is null ? memory.Length : RandomAccess.GetLength(file));
        if (Length < ArchiveHeader.Length + ArchiveHeader.FooterLength) throw new ArchiveException("it ends early, or is no archive of Likely");
        var header = Read(0, ArchiveHeader.Length);
        if (!header.AsSpan().StartsWith(ArchiveHeader.Signature)) throw new ArchiveException("it is no archive of Likely");
        FormatVersion = header[8];
        if (FormatVersion is < ArchiveHeader.FirstVersion or > ArchiveHeader.FifthVersion) throw new ArchiveException($"its format is version {FormatVersion}, and this program knows {ArchiveHeader.FirstVersion} to {ArchiveHeader.FifthVersion}");
        (OrderVersion, ModelIdentity) = (header[9], Convert.ToHexStringLower(header.AsSpan(11, 32)));
        var modelled = header[10] & ~ArchiveHeader.Embedded;
        if (modelled is not (0 or ArchiveHeader.ModelledBytes or ArchiveHeader.ModelledRows)) throw new ArchiveException("it has a flag that is not known");
        Code = modelled == ArchiveHeader.ModelledBytes ? BytesCode.Sequences : modelled == ArchiveHeader.ModelledRows ? BytesCode.Rows : BytesCode.None;
        if (FormatVersion < (Code == BytesCode.Rows ? ArchiveHeader.FifthVersion : Code == BytesCode.Sequences ? ArchiveHeader.ThirdVersion : 0)) throw new ArchiveException("it has a flag that its version does not know");
        _embeddedAt = ArchiveHeader.Length;
        if ((header[10] & ArchiveHeader.Embedded) != 0)
        {
            header = Read(0, ArchiveHeader.Length + 8);
            _embeddedAt += 8;
            EmbeddedBytes = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(ArchiveHeader.Length));
            if (EmbeddedBytes < 1 || EmbeddedBytes > Length - _embeddedAt - ArchiveHeader.FooterLength || EmbeddedBytes > Array.MaxLength)
                throw new ArchiveException("the length of its model makes no sense");
        }
        var last = Read(Length - 8, 4);
        long directory = BinaryPrimitives.ReadUInt32LittleEndian(last), start = _embeddedAt + EmbeddedBytes;
        if (directory > Length - start - ArchiveHeader.FooterLength) throw new ArchiveException("it is cut short, or its end is damaged");
        var footerAt = Length - ArchiveHeader.FooterLength - directory;
        var footer = Read(footerAt, (int)(directory + ArchiveHeader.FooterLength));
        Directory = ArchiveDirectory.Parse(ArchiveHeader.UnpackDirectory(header, footer), Length, FormatVersion);
        ContentHash = footer[^44..^12];
        var blocks = Directory.Blocks;
        Plan = new BlockPlan(Directory.Entries, blocks.Length, Code);
        if (blocks.LongCount(block => block.IsItems) != Plan.ItemBlocks || blocks.Length - Plan.ItemBlocks != Plan.ByteBlocks
            || start + blocks.Sum(block => block.Length + 4L) != footerAt || Directory.Labels.Length != 0 && Directory.Labels.Length != Plan.FirstItem[^1])
            throw VarintReader.Damaged();
        (_itemBlocks, _itemLengths) = (new long[Plan.ItemBlocks], new int[Plan.ItemBlocks]);
        (_byteBlocks, _byteLengths) = (new long[Plan.ByteBlocks], new int[Plan.ByteBlocks]);
        var (items, bytes) = (0, 0);
        foreach (var (isItems, length) in blocks)
        {
            if (isItems) (_itemBlocks[items], _itemLengths[items++]) = (start, length);
            else (_byteBlocks[bytes], _byteLengths[bytes++]) = (start, length);
            start += length + 4;
        }
    }

    // Each block of such a model begins with whether it codes it.
    bool IsModelled(int block) => !new RangeDecoder(Read(_byteBlocks[block], Math.Min(sizeof(ulong), _byteLengths[block]))).DecodeBit(BlockLayout.Unmodelled);

    public string Path { get; }

    /// <summary>Bytes of the archive.</summary>
    public long Length { get; }

    /// <summary>The version of the file's format; see docs/formats.md.</summary>
    public int FormatVersion { get; }

    /// <summary>The order of arithmetic its model needs; see docs/order.md.</summary>
    public int OrderVersion { get; }

    /// <summary>The identity of its model, in hexadecimal.</summary>
    public string ModelIdentity { get; }

    /// <summary>Bytes of the embedded model; 0: it is not embedded.</summary>
    public long EmbeddedBytes { get; }

    /// <summary>The files in it.</summary>
    public IReadOnlyList<ArchiveEntry> Entries => Directory.Entries;

    /// <summary>Items coded by the model.</summary>
    public long Items => Entries.Sum(entry => (long)entry.ModelledItems);

    /// <summary>Symbols of these items.</summary>
    public long Symbols => Plan.Symbols;

    /// <summary>True if the model is one of sequences or of a table's rows, which codes the bytes of files.</summary>
    public bool ModelsBytes => Code != BytesCode.None;

    /// <summary>True if the model is one of a table's rows.</summary>
    public bool ModelsRows => Code == BytesCode.Rows;

    internal BytesCode Code { get; }

    /// <summary>True if what is in it cannot be had without its model.</summary>
    public bool NeedsModel => _needsModel ??= Items > 0 || ModelsBytes && Enumerable.Range(0, _byteBlocks.Length).Any(IsModelled);

    /// <summary>Bytes of files that are no items: coded without the model, unless <see cref="ModelsBytes"/>.</summary>
    public long PlainBytes => Plan.FirstByte[^1];

    /// <summary>Blocks of items and their bytes in the file.</summary>
    public (long Count, long Bytes) ItemBlocks => (_itemLengths.Length, _itemLengths.Sum(length => length + 4L));

    /// <summary>Blocks of plain bytes and their bytes in the file.</summary>
    public (long Count, long Bytes) ByteBlocks => (_byteLengths.Length, _byteLengths.Sum(length => length + 4L));

    /// <summary>The sizes of items that occur.</summary>
    public IReadOnlyList<(int Height, int Width, int Channels)> Sizes => [.. Entries.Where(entry => entry.ModelledItems > 0).Select(entry => (entry.Layout.Height, entry.Layout.Width, entry.Layout.Channels)).Distinct()];

    internal ArchiveDirectory Directory { get; }
    internal BlockPlan Plan { get; }
    internal byte[] ContentHash { get; }

    /// <summary>Opens an archive and reads its directory.</summary>
    /// <exception cref="ArchiveException">It is none, damaged, or of another version.</exception>
    /// <exception cref="UsageException">There is no such file, or it cannot be read.</exception>
    public static ArchiveReader Open(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"there is no archive {path}");
        SafeFileHandle? file = null;
        try
        {
            file = RegularFile.OpenHandle(path);
            return Create(path, file, []);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new UsageException($"{path} cannot be read: {fault.Message}");
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Opens an archive in memory; <paramref name="name"/> is for messages.</summary>
    /// <exception cref="ArchiveException">It is none, damaged, or of another version.</exception>
    public static ArchiveReader Open(byte[] bytes, string name) => Create(name, null, bytes);

    static ArchiveReader Create(string path, SafeFileHandle? file, byte[] memory) => ArchiveException.Named($"{path} cannot be read", () => new ArchiveReader(path, file, memory));

    /// <summary>True if a file begins like an archive.</summary>
    public static bool IsArchive(ReadOnlySpan<byte> head) => head.StartsWith(ArchiveHeader.Signature);

    /// <summary>The embedded model, or null.</summary>
    /// <exception cref="ArchiveException">It is damaged.</exception>
    public Checkpoint? EmbeddedModel()
    {
        if (EmbeddedBytes == 0) return null;
        try
        {
            return Checkpoint.Load(Read(_embeddedAt, (int)EmbeddedBytes), $"The model in {Path}");
        }
        catch (Exception fault) when (fault is ModelException or SafetensorsException)
        {
            throw new ArchiveException($"{Path} is damaged: {fault.Message}", fault);
        }
    }

    /// <summary>A block and the check sum behind it.</summary>
    internal byte[] ReadBlock(bool ofItems, long index) =>
        ofItems ? Read(_itemBlocks[index], _itemLengths[index] + 4) : Read(_byteBlocks[index], _byteLengths[index] + 4);

    public void Dispose() => _file?.Dispose();

    byte[] Read(long offset, int count)
    {
        if (_file is null) return _memory.AsSpan((int)offset, count).ToArray();
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            var read = RandomAccess.Read(_file, bytes.AsSpan(done), offset + done);
            if (read == 0) throw new ArchiveException($"{Path} became shorter while it was read.");
            done += read;
        }
        return bytes;
    }
}
