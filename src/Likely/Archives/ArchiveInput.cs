using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>Puts files into an archive: finds out which of their items the model has symbols for, and takes the rest as bytes.</summary>
sealed class ArchiveInput(ArchiveWriter writer, ArchiveModel model, ArchiveOptions options, EntryNames taken, ArchiveNotes notes, CancellationToken cancellation)
{
    const int Piece = 1 << 16;

    byte[] _stored = [], _pixels = [], _records = [];
    int _firstRecord = -1, _recordCount;
    double _weight; // of a byte of the content: the file's own bytes are the work to do

    /// <summary>Adds a file under a name.</summary>
    /// <param name="name">Its name in the archive.</param>
    /// <param name="path">The file.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="asFile">Whether a picture or a packed file must be stored as the file it is.</param>
    /// <returns>Whether it could be stored as the file it is, and why it, or a part, is stored without the model.</returns>
    /// <exception cref="UsageException">The model cannot represent it, and that is asked for.</exception>
    /// <exception cref="DataException">It cannot be read.</exception>
    public (bool Otherwise, string? Reason) Add(string name, string path, long length, bool asFile)
    {
        if (model.Code != BytesCode.None) return (false, AddAll(name, path, length));
        // A packed file is stored unpacked if its shorter name is free.
        asFile |= name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) && (taken.Contains(name[..^3]) || EntryName.Fault(name[..^3]) is not null);
        using var file = PixelFile.Open(path, options.ExactFiles || asFile, model.Arrays, cancellation);
        var given = name;
        var otherwise = file.Picture is not null || file.IsUnpacked;
        if (file.IsUnpacked) name = name[..^3];
        var entry = file.Picture is { } picture ? OfPicture(name, file, picture) : file.Layout is { } layout ? OfLayout(name, file, layout) : ArchiveEntry.OfBytes(name, file.Length);
        var labels = entry.Kind == EntryKind.Bytes ? null : Labels(entry, file, path);
        if (entry.Kind != EntryKind.Bytes && model.Classes > 0 && labels is null) entry = ArchiveEntry.OfBytes(name, file.Length);
        var reason = !asFile && (entry.Kind == EntryKind.Bytes || entry.Exceptions.Length > 0) ? Explain(entry, file, path) : null;
        if (file.IsUnpacked && entry.Kind == EntryKind.Bytes) return (false, Add(given, path, length, asFile: true).Reason ?? reason);
        if (file.IsUnpacked) notes.Add(path, $"comes back unpacked, as {name}", "come back unpacked, without the .gz of their names", isLoss: true);
        if (entry.Kind == EntryKind.Picture)
        {
            notes.Add(path, "comes back with the same pixels in a PNG file of other bytes", "come back with the same pixels in PNG files of other bytes", isLoss: true);
            if (file.HasNotes)
                notes.Add(path, "holds texts, times or a colour profile besides its pixels, which are not kept", "hold texts, times or colour profiles besides their pixels, which are not kept", isLoss: true);
        }
        writer.Begin(entry with { Permissions = FilePermissions.Of(path) });
        _weight = (double)length / Math.Max(1, entry.Length);
        if (entry.Kind == EntryKind.Bytes) AddBytes(file, 0, file.Length);
        else if (entry.Kind == EntryKind.Picture) AddItem(entry, file.Picture!.Pixels, labels?[0] ?? 0, path, true);
        else AddItems(entry, file, labels, path, otherwise || options.File is not null);
        if (file.HasChanged) notes.Add(path, "changed while it was read, so what is stored may be a mixture", "changed while they were read, so what is stored may be mixtures", isLoss: true);
        return (otherwise && entry.Kind != EntryKind.Bytes, reason);
    }

    // Of a model that codes bytes, any file is as it is.
    string? AddAll(string name, string path, long length)
    {
        using var file = PixelFile.Open(path, true, model.Arrays, cancellation);
        var (form, refusal) = model.Table is { } table ? FormOf(file, path, table) : (null, null);
        if (refusal is not null && options.Strict) throw new UsageException($"{path} cannot be coded by the model: {refusal}") { Remedy = Remedy.StoreAsBytes };
        if (refusal is not null) notes.Add(path, $"is stored without the model: {refusal}", $"are stored without the model ({refusal})", isLoss: false);
        writer.Begin(ArchiveEntry.OfBytes(name, file.Length) with { Permissions = FilePermissions.Of(path) }, form);
        _weight = (double)length / Math.Max(1, file.Length);
        AddBytes(file, 0, file.Length);
        if (file.HasChanged) notes.Add(path, "changed while it was read, so what is stored may be a mixture", "changed while they were read, so what is stored may be mixtures", isLoss: true);
        return refusal;
    }

    static (TableForm? Form, string? Refusal) FormOf(PixelFile file, string path, TableTokens table)
    {
        var head = new byte[(int)Math.Min(TableForm.HeadLength, file.Length)];
        if (head.Length == 0) return (null, null);
        file.Read(0, head);
        var form = TableForm.Of(path, head, table, out var refusal);
        return (form, refusal);
    }

    // Spread if that fits at least as many items: 0 and 255 for a binary model; else values that are symbols already.
    ArchiveEntry OfLayout(string name, PixelFile file, PixelLayout layout)
    {
        var bytes = ArchiveEntry.OfBytes(name, file.Length);
        if (Refusal(layout.Height, layout.Width, layout.Channels) is not null) return bytes;
        if (layout.IsWide || model.Levels == 256) return new ArchiveEntry(name, EntryKind.Items, file.Length, layout, true, []) { StripeRows = Stripes(layout.Height, layout.Width, layout.Channels) };
        _firstRecord = -1;
        var (spread, own) = (model.ToSymbols(true), model.ToSymbols(false));
        List<int> notSpread = [], notOwn = [];
        for (var item = 0; item < layout.Count; item++)
        {
            cancellation.ThrowIfCancellationRequested();
            var pixels = Record(file, layout, item)[layout.Gap..];
            if (!Fits(pixels, spread)) notSpread.Add(item);
            if (!Fits(pixels, own)) notOwn.Add(item);
        }
        var exceptions = notSpread.Count <= notOwn.Count ? notSpread : notOwn;
        return exceptions.Count == layout.Count ? bytes
            : new ArchiveEntry(name, EntryKind.Items, file.Length, layout, notSpread.Count <= notOwn.Count, [.. exceptions]) { StripeRows = Stripes(layout.Height, layout.Width, layout.Channels) };
    }

    ArchiveEntry OfPicture(string name, PixelFile file, Image picture)
    {
        var layout = new PixelLayout(picture.Height, picture.Width, picture.Channels, 1, 0, 0, false);
        return Refusal(picture.Height, picture.Width, picture.Channels) is null && Fits(picture.Pixels, model.ToSymbols(true))
            ? new ArchiveEntry(name, EntryKind.Picture, layout.ItemLength, layout, true, []) { Depth = (byte)file.Depth, StripeRows = Stripes(picture.Height, picture.Width, picture.Channels) } : ArchiveEntry.OfBytes(name, file.Length);
    }

    int Stripes(int height, int width, int channels) => model.Checkpoint.Density.AnyExtent ? options.StripesOf(height, width, channels) : 0;

    // What the model cannot take, or this machine has no memory for.
    string? Refusal(int height, int width, int channels)
    {
        if (model.Refusal(height, width, channels) is { } refusal) return refusal;
        var needed = model.BytesFor(height, width, Stripes(height, width, channels));
        return MachineMemory.Fits(needed) ? null
            : $"it is {height} x {width} x {channels}, for which this model needs {MachineMemory.Text(needed)} of memory, and {MachineMemory.Text(MachineMemory.Available())} are free";
    }

    static bool Fits(ReadOnlySpan<byte> pixels, short[] symbols)
    {
        foreach (var pixel in pixels)
            if (symbols[pixel] < 0) return false;
        return true;
    }

    // Labels of all items; null if one has none that the model knows.
    int[]? Labels(ArchiveEntry entry, PixelFile file, string path)
    {
        if (model.Classes == 0) return null;
        var own = model.Arrays.Label is { } pattern ? NamePattern.Of(pattern).LabelOf(path) : Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)));
        var ofFile = Array.IndexOf([.. model.Checkpoint.ClassNames], own);
        var labels = new int[entry.Layout.Count];
        for (var item = 0; item < labels.Length; item++)
        {
            labels[item] = file.Label(item) is { } label ? ClassNames.IndexOf(model.Checkpoint.ClassNames, label) : ofFile;
            if (labels[item] < 0 || labels[item] >= model.Classes) return null;
        }
        return labels;
    }

    string Explain(ArchiveEntry entry, PixelFile file, string path)
    {
        (int Height, int Width, int Channels) size = file.Layout is { } layout ? (layout.Height, layout.Width, layout.Channels)
            : file.Picture is { } picture ? (picture.Height, picture.Width, picture.Channels) : default;
        var reason = model.Arrays.As == Modality.Audio && size.Height == 0 ? file.Refusal ?? "it is no WAV sound" : size.Height == 0 ? options.ExactFiles && FileKind.Of(path).Format is FileFormat.Png or FileFormat.Gzip ? "every byte of a file is to be kept" : file.Refusal ?? "it is no picture or array that is known here"
            : Refusal(size.Height, size.Width, size.Channels) is { } refusal ? refusal
            : entry.Kind == EntryKind.Items || model.Classes == 0
                ? $"{(entry.Kind == EntryKind.Items ? $"{entry.Exceptions.Length} of its {entry.Layout.Count} items have" : "it has")} values other than the model's {model.Levels} levels"
            : "it has values that the model has no levels for, or no labels, and the model tells p(x | label)";
        if (options.Strict) throw new UsageException($"{path} cannot be coded by the model: {reason}") { Remedy = Remedy.StoreAsBytes };
        var part = entry.Kind == EntryKind.Items ? " in part" : "";
        notes.Add(path, $"is stored{part} without the model: {reason}", $"are stored{part} without the model ({reason})", isLoss: false);
        return reason;
    }

    void AddItems(ArchiveEntry entry, PixelFile file, int[]? labels, string path, bool counted)
    {
        var layout = entry.Layout;
        AddBytes(file, 0, layout.Head);
        _firstRecord = -1;
        var nextException = 0;
        for (var item = 0; item < layout.Count; item++)
        {
            cancellation.ThrowIfCancellationRequested();
            var record = Record(file, layout, item);
            writer.AddBytes(record[..layout.Gap], _weight);
            if (nextException < entry.Exceptions.Length && entry.Exceptions[nextException] == item)
            {
                nextException++;
                writer.AddBytes(record[layout.Gap..], _weight);
            }
            else AddItem(entry, record[layout.Gap..], labels?[item] ?? 0, path, counted);
        }
        AddBytes(file, layout.End, file.Length - layout.End);
    }

    // The bytes before an item and the item; several are read at once.
    ReadOnlySpan<byte> Record(PixelFile file, PixelLayout layout, int item)
    {
        var length = layout.Gap + (int)layout.ItemLength;
        if (_firstRecord < 0 || item < _firstRecord || item >= _firstRecord + _recordCount)
        {
            (_firstRecord, _recordCount) = (item, Math.Min(Math.Max(1, Piece / length), layout.Count - item));
            if (_records.Length < _recordCount * length) _records = new byte[_recordCount * length];
            file.Read(layout.Head + (long)item * length, _records.AsSpan(0, _recordCount * length));
        }
        return _records.AsSpan((item - _firstRecord) * length, length);
    }

    void AddItem(ArchiveEntry entry, ReadOnlySpan<byte> stored, int label, string path, bool counted)
    {
        if (_pixels.Length < stored.Length) _pixels = new byte[stored.Length];
        var pixels = _pixels.AsSpan(0, stored.Length);
        entry.Layout.ToPixels(stored, pixels);
        var symbols = entry.Layout.IsWide ? [] : model.ToSymbols(entry.Spread);
        if (entry.Layout.IsWide) Recentre(pixels);
        else foreach (ref var pixel in pixels)
            pixel = symbols[pixel] >= 0 ? (byte)symbols[pixel] : throw new DataException($"'{path}' has changed while it was read; start again.");
        writer.AddItem(stored, pixels, label, counted, _weight);
    }

    /// <summary>Numbers of 16 bits from -32,768 on become numbers from 0 on, and back.</summary>
    public static void Recentre(Span<byte> numbers)
    {
        for (var high = 1; high < numbers.Length; high += 2) numbers[high] ^= 0x80;
    }

    void AddBytes(PixelFile file, long offset, long count)
    {
        if (_stored.Length == 0) _stored = new byte[Piece];
        for (; count > 0; offset += Piece, count -= Piece)
        {
            cancellation.ThrowIfCancellationRequested();
            var piece = _stored.AsSpan(0, (int)Math.Min(Piece, count));
            file.Read(offset, piece);
            writer.AddBytes(piece, _weight);
        }
    }
}
