using System.Text;
using Likely.Coding;
using Likely.Data;

namespace Likely;

/// <summary>
/// What an archive says of its contents: the entries, the labels of modelled items if the model has classes, and the length and kind
/// of every block. As bytes it is varints and names, which go through <see cref="ByteModel"/>; see docs/formats.md.
/// </summary>
sealed record ArchiveDirectory(IReadOnlyList<ArchiveEntry> Entries, int[] Labels, (bool IsItems, int Length)[] Blocks, BytesCode Code = BytesCode.None)
{
    /// <summary>No more pixels than this in one item; the first format's bounds of its symbols and columns. What a larger one takes of memory is asked before.</summary>
    public const int MostPixels = 1 << 26, FirstLargest = 1 << 24, FirstWidest = 1 << 14;

    /// <summary>No more entries than this, and characters of all their names: a name may stand for itself and a little more in two bytes.</summary>
    public const int MostEntries = 1 << 21, MostNames = 1 << 26;

    /// <summary>No more blocks than this.</summary>
    public const int MostBlocks = 1 << 23;

    const int Wide = 2; // what stands for how symbols are bytes, where they are two
    const int MostPermissions = 511; // rwxrwxrwx
    const long LargestFile = 1L << 50, LargestContent = 1L << 56;

    /// <summary>The lowest version of the format that can tell all of this.</summary>
    public byte Version => Code == BytesCode.Rows ? ArchiveHeader.FifthVersion : Entries.Any(entry => entry.Layout.IsWide) ? ArchiveHeader.FourthVersion : Code == BytesCode.Sequences || Entries.Any(IsStriped) ? ArchiveHeader.ThirdVersion : Entries.Any(IsOfSecond) ? ArchiveHeader.SecondVersion : ArchiveHeader.FirstVersion;

    public byte[] ToBytes()
    {
        var writer = new VarintWriter();
        writer.Write(Entries.Count);
        ArchiveEntry? before = null;
        foreach (var entry in Entries)
        {
            WriteName(writer, entry.Name, before?.Name);
            if (entry.IsLike(before)) writer.Write(0);
            else Write(writer, entry);
            before = entry;
        }
        writer.Write(Labels.Length);
        foreach (var label in Labels) writer.Write(label);
        writer.Write(Blocks.Length);
        foreach (var (isItems, length) in Blocks) writer.Write(2L * length + (isItems ? 1 : 0));
        if (Version >= ArchiveHeader.SecondVersion) WriteAttributes(writer);
        if (Version >= ArchiveHeader.ThirdVersion) WriteStripes(writer);
        return writer.ToArray();
    }

    static bool IsOfSecond(ArchiveEntry entry) => HasAttributes(entry) || entry.Kind != EntryKind.Bytes && (entry.Layout.ItemLength > FirstLargest || entry.Layout.Width > FirstWidest);

    static bool IsStriped(ArchiveEntry entry) => entry.StripeRows > 0;

    static bool HasAttributes(ArchiveEntry entry) => entry.Permissions >= 0 || entry.Depth != 8;

    void WriteAttributes(VarintWriter writer)
    {
        writer.Write(Entries.Count(HasAttributes));
        var next = 0;
        for (var i = 0; i < Entries.Count; i++)
        {
            if (!HasAttributes(Entries[i])) continue;
            foreach (var number in (int[])[i - next, Entries[i].Permissions + 1, Entries[i].Depth]) writer.Write(number);
            next = i + 1;
        }
    }

    static void ReadAttributes(ref VarintReader reader, ArchiveEntry[] entries)
    {
        var next = 0L;
        for (var count = reader.Count(3); count > 0; count--)
        {
            next += reader.Read(int.MaxValue);
            if (next >= entries.Length) throw VarintReader.Damaged();
            var (permissions, depth) = ((short)(reader.Read(MostPermissions + 1) - 1), (byte)reader.Read(8));
            if (depth is not (1 or 2 or 4 or 8) || depth != 8 && (entries[next].Kind != EntryKind.Picture || entries[next].Layout.Channels != 1)) throw VarintReader.Damaged();
            entries[next] = entries[next] with { Permissions = permissions, Depth = depth };
            next++;
        }
    }

    void WriteStripes(VarintWriter writer)
    {
        writer.Write(Entries.Count(IsStriped));
        var next = 0;
        for (var i = 0; i < Entries.Count; i++)
        {
            if (!IsStriped(Entries[i])) continue;
            writer.Write(i - next);
            writer.Write(Entries[i].StripeRows);
            next = i + 1;
        }
    }

    static void ReadStripes(ref VarintReader reader, ArchiveEntry[] entries)
    {
        var next = 0L;
        for (var count = reader.Count(2); count > 0; count--)
        {
            next += reader.Read(int.MaxValue);
            if (next >= entries.Length || entries[next].Kind == EntryKind.Bytes) throw VarintReader.Damaged();
            var rows = reader.Size(MostPixels);
            if (rows >= entries[next].Layout.Height) throw VarintReader.Damaged();
            entries[next] = entries[next] with { StripeRows = rows };
            next++;
        }
    }

    /// <summary>Reads a directory, whose claims are bounded by its own length and by the file's.</summary>
    /// <exception cref="ArchiveException">It is damaged.</exception>
    public static ArchiveDirectory Parse(ReadOnlySpan<byte> bytes, long fileLength, int version)
    {
        var reader = new VarintReader(bytes);
        var count = reader.Count(2);
        if (count > MostEntries) throw new ArchiveException($"it claims {count} files, more than the {MostEntries} that an archive may have");
        var entries = new ArchiveEntry[count];
        var (total, names) = (0L, 0L);
        for (var i = 0; i < entries.Length; i++)
        {
            var name = ReadName(ref reader, i == 0 ? null : entries[i - 1].Name);
            if (EntryName.Fault(name) is { } fault) throw new ArchiveException($"a name in it {fault}: '{new string([.. name.Take(60).Select(c => char.IsControl(c) ? '?' : c)])}'");
            if ((names += name.Length) > MostNames) throw new ArchiveException($"the names in it have more than the {MostNames} characters that an archive may have");
            entries[i] = Read(ref reader, name, i == 0 ? null : entries[i - 1], version);
            if ((total += entries[i].Length) > LargestContent) throw VarintReader.Damaged();
        }
        _ = new EntryNames(Array.ConvertAll(entries, entry => entry.Name), folded: version > ArchiveHeader.FirstVersion);
        var labels = new int[reader.Count(1)];
        for (var i = 0; i < labels.Length; i++) labels[i] = (int)reader.Read(int.MaxValue);
        // Each has a check sum of four bytes in the file.
        count = reader.Count(1);
        if (count > Math.Min(fileLength / 4, MostBlocks)) throw VarintReader.Damaged();
        var blocks = new (bool, int)[count];
        for (var i = 0; i < blocks.Length; i++)
        {
            var value = reader.Read(2 * Math.Min(fileLength, Array.MaxLength) + 1);
            blocks[i] = ((value & 1) != 0, (int)(value >> 1));
        }
        if (version > ArchiveHeader.FirstVersion) ReadAttributes(ref reader, entries);
        if (version > ArchiveHeader.SecondVersion) ReadStripes(ref reader, entries);
        reader.RequireEnd();
        return new ArchiveDirectory(entries, labels, blocks);
    }

    static void WriteName(VarintWriter writer, string name, string? before)
    {
        if (name == EntryName.Successor(before))
        {
            writer.Write(0);
            return;
        }
        byte[] own = Encoding.UTF8.GetBytes(name), last = Encoding.UTF8.GetBytes(before ?? "");
        var common = own.AsSpan().CommonPrefixLength(last);
        writer.Write(1 + common);
        writer.Write(own.Length - common);
        writer.Write(own.AsSpan(common));
    }

    static string ReadName(ref VarintReader reader, string? before)
    {
        var code = (int)reader.Read(EntryName.LongestPath + 1);
        if (code == 0) return EntryName.Successor(before) ?? throw VarintReader.Damaged();
        var last = Encoding.UTF8.GetBytes(before ?? "");
        var length = (int)reader.Read(EntryName.LongestPath);
        if (code - 1 > last.Length) throw VarintReader.Damaged();
        return Encoding.UTF8.GetString([.. last.AsSpan(0, code - 1), .. reader.Bytes(length)]);
    }

    static void Write(VarintWriter writer, ArchiveEntry entry)
    {
        writer.Write((int)entry.Kind);
        writer.Write(entry.Length);
        if (entry.Kind == EntryKind.Bytes) return;
        var layout = entry.Layout;
        foreach (var number in (int[])[layout.Height, layout.Width, layout.Channels, layout.IsWide ? Wide : entry.Spread ? 1 : 0]) writer.Write(number);
        if (entry.Kind == EntryKind.Picture) return;
        foreach (var number in (int[])[layout.Count, layout.Head, layout.Gap, layout.Planar ? 1 : 0, entry.Exceptions.Length]) writer.Write(number);
        for (var i = 0; i < entry.Exceptions.Length; i++) writer.Write(entry.Exceptions[i] - (i == 0 ? 0 : entry.Exceptions[i - 1] + 1));
    }

    static ArchiveEntry Read(ref VarintReader reader, string name, ArchiveEntry? before, int version)
    {
        var kind = (EntryKind)reader.Read((long)EntryKind.Picture);
        if (kind == 0) return before is { Exceptions.Length: 0 } ? before with { Name = name } : throw VarintReader.Damaged();
        var length = reader.Read(LargestFile);
        if (kind == EntryKind.Bytes) return ArchiveEntry.OfBytes(name, length);
        int height = reader.Size(MostPixels), width = reader.Size(MostPixels), channels = reader.Size(16);
        var form = reader.Read(version < ArchiveHeader.FourthVersion || kind == EntryKind.Picture ? 1 : Wide);
        if ((long)height * width > MostPixels || version == ArchiveHeader.FirstVersion && (long)height * width > FirstLargest / channels) throw VarintReader.Damaged();
        var layout = new PixelLayout(height, width, channels, 1, 0, 0, false);
        if (kind == EntryKind.Picture) return layout.ItemLength == length && channels is (1 or 3) ? new ArchiveEntry(name, kind, length, layout, form != 0, []) : throw VarintReader.Damaged();
        layout = layout with { Count = reader.Size(int.MaxValue), Head = (int)reader.Read(1 << 20), Gap = (int)reader.Read(1 << 20), Planar = reader.Read(1) != 0, IsWide = form == Wide };
        if (layout.End > length) throw VarintReader.Damaged();
        var exceptions = new int[reader.Count(1)];
        var next = 0L;
        for (var i = 0; i < exceptions.Length; i++)
        {
            next += reader.Read(int.MaxValue);
            if (next >= layout.Count) throw VarintReader.Damaged();
            exceptions[i] = (int)next++;
        }
        return new ArchiveEntry(name, kind, length, layout, form != 0, exceptions);
    }
}
