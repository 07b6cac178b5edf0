using System.Runtime.InteropServices;
using System.Text;
using Likely.Files;
using Likely.Models;

namespace Likely;

/// <summary>Collects codes with names and labels, and writes them as an index.</summary>
public sealed class IndexBuilder
{
    readonly Checkpoint _model;
    readonly int _bits, _words, _width;
    readonly byte[] _codes, _nameEnds, _labels;
    readonly MemoryStream _names = new();

    /// <param name="model">What makes the codes; it is kept in the index, to encode what is searched for.</param>
    /// <param name="count">Items.</param>
    /// <exception cref="UsageException">Its codes are no bits, or so many take more than 2 GB.</exception>
    public IndexBuilder(Checkpoint model, int count)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (model.Model is not FeatureModel { Bits: > 0 } features)
            throw new UsageException($"{model.Model.Config.Name} makes no codes of bits, which alone are addresses; lsh, itq and other hashes do");
        (_model, _bits, _words, _width) = (model, features.Bits, BinaryCodes.Words(features.Bits), features.Width);
        if ((long)count * _words * sizeof(ulong) > Array.MaxLength) throw new UsageException($"{count} codes of {_bits} bits take more than the 2 GB that a part of an index may have; index the data in parts, or on a server");
        (_codes, _nameEnds, _labels) = (new byte[count * _words * sizeof(ulong)], new byte[count * sizeof(uint)], new byte[count * sizeof(int)]);
        Total = count;
    }

    /// <summary>Items that there will be.</summary>
    public int Total { get; }

    /// <summary>Items so far.</summary>
    public int Count { get; private set; }

    /// <summary>Codes so far, [count, words].</summary>
    public ReadOnlySpan<ulong> Codes => MemoryMarshal.Cast<byte, ulong>(_codes)[..(Count * _words)];

    /// <summary>Adds items with their codes as the model makes them.</summary>
    /// <param name="codes">[items, width].</param>
    /// <param name="items">Name and label, -1 for none, of the item at this place.</param>
    /// <exception cref="ArgumentException">There are more than were promised.</exception>
    public void Add(ReadOnlySpan<float> codes, Func<int, (string Name, int Label)> items)
    {
        var packed = new ulong[codes.Length / _width * _words];
        BinaryCodes.Pack(codes, _width, _bits, packed);
        Add(packed, items);
    }

    /// <summary>Adds items with packed codes, [items, words].</summary>
    /// <exception cref="ArgumentException">There are more than were promised.</exception>
    public void Add(ReadOnlySpan<ulong> packed, Func<int, (string Name, int Label)> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var count = packed.Length / _words;
        if (count > Total - Count) throw new ArgumentException($"there are {Total} items, and {Count + count} were given", nameof(packed));
        packed.CopyTo(MemoryMarshal.Cast<byte, ulong>(_codes.AsSpan())[(Count * _words)..]);
        var ends = MemoryMarshal.Cast<byte, uint>(_nameEnds.AsSpan());
        for (var i = 0; i < count; i++, Count++)
        {
            var (name, label) = items(Count);
            MemoryMarshal.Cast<byte, int>(_labels.AsSpan())[Count] = label;
            _names.Write(Encoding.UTF8.GetBytes(name));
            ends[Count] = checked((uint)_names.Length);
        }
    }

    /// <summary>What is called so; from the names that were added.</summary>
    public string Name(int id)
    {
        var ends = MemoryMarshal.Cast<byte, uint>(_nameEnds);
        var first = id == 0 ? 0 : (int)ends[id - 1];
        return Encoding.UTF8.GetString(_names.GetBuffer(), first, (int)ends[id] - first);
    }

    /// <summary>What these items are known by.</summary>
    public string Identity()
    {
        using var digest = new IndexDigest(_model.Identity(), _bits);
        for (var id = 0; id < Count; id++) digest.Add(Codes.Slice(id * _words, _words), Name(id), Label(id));
        return digest.Finish();
    }

    /// <summary>An item's label.</summary>
    public int Label(int id) => MemoryMarshal.Cast<byte, int>(_labels)[id];

    /// <summary>Writes the index, the whole file or nothing; returns what it says of itself.</summary>
    /// <param name="path">The file, by custom NAME.lki.</param>
    /// <param name="description">Where the items come from; what is of model and codes is filled in. With a server, the file holds no codes.</param>
    /// <param name="overwrite">Whether it may be there before.</param>
    /// <param name="cancellation">Ends the writing; what was there before stays.</param>
    /// <param name="check">Called when the file is whole and has no name yet.</param>
    /// <exception cref="UsageException">It cannot be written, or is there and may not be overwritten.</exception>
    public IndexDescription Write(string path, IndexDescription description, bool overwrite = false, CancellationToken cancellation = default, Action? check = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (Count != Total) throw new InvalidOperationException($"{Total} items were promised, and {Count} are there");
        var isHere = description.Server.Length == 0;
        var tables = isHere ? AddressTable.For(_bits, Count) : [];
        var file = new Safetensors();
        var sums = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var model = new MemoryStream();
        _model.Save(model, cancellation);
        Add(IndexFile.ModelBytes, "U8", [model.Length], model.GetBuffer().AsMemory(0, (int)model.Length));
        if (isHere)
        {
            Add(IndexFile.Codes, "U64", [Count, _words], _codes);
            Add(IndexFile.Names, "U8", [_names.Length], _names.GetBuffer().AsMemory(0, (int)_names.Length));
            Add(IndexFile.NameEnds, "U32", [Count], _nameEnds);
            if (description.ClassNames.Count > 0) Add(IndexFile.Labels, "I32", [Count], _labels);
            for (var t = 0; t < tables.Length; t++)
            {
                cancellation.ThrowIfCancellationRequested();
                var (offsets, ids) = (new byte[sizeof(uint) * ((1L << tables[t].Length) + 1)], new byte[sizeof(uint) * Count]);
                tables[t].Fill(Codes, _words, MemoryMarshal.Cast<byte, uint>(offsets.AsSpan()), MemoryMarshal.Cast<byte, uint>(ids.AsSpan()));
                Add(IndexFile.Offsets(t), "U32", [(1L << tables[t].Length) + 1], offsets);
                Add(IndexFile.Ids(t), "U32", [Count], ids);
            }
        }
        description = description with { Bits = _bits, Count = Count, Model = _model.Model.Config.Name, Identity = _model.Identity(), Tables = tables, Sums = sums };
        file.Metadata[IndexFile.Mark] = description.ToText();
        file.Metadata[IndexFile.SumKey] = IndexFile.SumOf(Encoding.UTF8.GetBytes(description.ToText()));
        AtomicFile.Write(path, overwrite, stream => file.Write(stream, cancellation), _ => check?.Invoke());
        return description;

        void Add(string name, string type, long[] shape, ReadOnlyMemory<byte> bytes)
        {
            sums[name] = IndexFile.SumOf(bytes.Span);
            file.Add(new Safetensors.Entry(name, type, shape, bytes));
        }
    }
}
