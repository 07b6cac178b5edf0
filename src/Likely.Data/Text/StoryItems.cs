using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Stories of Reuters-21578 by the split ModApte (Apte et al. 1994): those of LEWISSPLIT="TRAIN" and TOPICS="YES" are for training, of "TEST" and "YES" for test, and others are left out. Topics are labels, any
/// number of a story. They lie in one or more files of SGML, packed or not, or in a tar archive of these; a story is read when it is wanted.
/// </summary>
sealed class StoryItems : SymbolItems
{
    readonly record struct Placed(int File, long Offset, int Length, int[] Topics, UInt128 Hash, string Name);

    readonly List<(IStoredBytes Store, string Name, long Offset, long Length)> _files = [];
    readonly List<Placed> _stories = [];
    readonly ulong _seed;

    StoryItems(ulong seed) => _seed = seed;

    /// <summary>Names of all topics of the stories that are taken, in ordinal order.</summary>
    public string[] Topics { get; private set; } = [];

    /// <summary>Which stories are for training, the others for test.</summary>
    public List<bool> IsTraining { get; } = [];

    /// <summary>Stories that the split leaves out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Opens files, or an archive of files, in which there are stories.</summary>
    /// <exception cref="DataException">if one cannot be read or is damaged, or there are none</exception>
    public static StoryItems Open(IReadOnlyList<string> paths, ulong seed, CancellationToken cancellation)
    {
        var items = new StoryItems(seed);
        try
        {
            foreach (var path in paths) items.AddFile(path, cancellation);
            items.Scan(cancellation);
            if (items.Count == 0) throw new DataException($"'{paths[0]}' has no stories of Reuters-21578 that are for training or test; fetch it again.");
            return items;
        }
        catch
        {
            items.Dispose();
            throw;
        }
    }

    void AddFile(string path, CancellationToken cancellation)
    {
        var (isTar, store) = (FileKind.Of(path).Unpacked.IsTar, ByteStore.Open(path));
        if (!isTar) _files.Add((store, Path.GetFileName(path), 0, store.Length));
        else
        {
            var before = _files.Count;
            _files.Add((store, "", 0, 0)); // holds the archive, whatever is in it
            var files = TarFile.Files(store, cancellation).Where(file => file.Name.EndsWith(".sgm", StringComparison.OrdinalIgnoreCase)).ToList();
            files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
            foreach (var (name, offset, length) in files) _files.Add((store, VisibleText.Line(name[(name.LastIndexOf('/') + 1)..]), offset, length));
            if (files.Count == 0) throw new DataException($"'{path}' is an archive without files of SGML (.sgm), in which stories of Reuters-21578 stand; unpack it first.");
        }
    }

    void Scan(CancellationToken cancellation)
    {
        var topics = new SortedDictionary<string, int>(StringComparer.Ordinal);
        List<List<string>> named = [];
        var window = new byte[Story.MostBytes];
        for (var file = 0; file < _files.Count; file++)
        {
            var (store, name, offset, length) = _files[file];
            var (at, held, from) = (0L, 0, 0); // where the window begins in the file, how much it holds, and what of it is read
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var rest = window.AsSpan(from, held - from);
                var start = rest.IndexOf("<REUTERS "u8);
                var end = start < 0 ? -1 : rest[start..].IndexOf("</REUTERS>"u8);
                if (end >= 0)
                {
                    end += "</REUTERS>".Length;
                    Add(file, at + from + start, rest.Slice(start, end), named);
                    from += start + end;
                    continue;
                }
                // What is left of the window comes first in the next one; without a beginning of a story only what can be one.
                var keep = start >= 0 ? start : Math.Max(0, rest.Length - "<REUTERS ".Length);
                if (at + held == length)
                {
                    if (start >= 0) throw new DataException($"'{store.Path}' is damaged: the story at byte {at + from + start} of {name} has no end; fetch it again.");
                    break;
                }
                if (keep == 0 && from == 0 && held == window.Length) throw new DataException($"'{store.Path}' has a story of more than {Story.MostBytes} bytes in {name}, and is none of Reuters-21578.");
                rest[keep..].CopyTo(window);
                (at, held, from) = (at + from + keep, rest.Length - keep, 0);
                var more = (int)Math.Min(window.Length - held, length - at - held);
                store.Read(offset + at + held, window.AsSpan(held, more), cancellation);
                held += more;
            }
        }
        foreach (var name in named.SelectMany(names => names)) topics.TryAdd(name, 0);
        Topics = [.. topics.Keys];
        for (var i = 0; i < _stories.Count; i++) _stories[i] = _stories[i] with { Topics = [.. named[i].Select(name => Array.BinarySearch(Topics, name, StringComparer.Ordinal)).Distinct()] };
    }

    void Add(int file, long offset, ReadOnlySpan<byte> bytes, List<List<string>> named)
    {
        var story = new Story(bytes);
        var (path, name) = (_files[file].Store.Path, _files[file].Name);
        if (story.Attribute("LEWISSPLIT") is not { } part || story.Attribute("TOPICS") is not { } has || story.Attribute("NEWID") is not { } id || story.Topics() is not { } topics)
            throw new DataException($"'{path}' is damaged: the story at byte {offset} of {name} does not say its split and number, or has too many topics; fetch it again.");
        if (has != "YES" || part is not ("TRAIN" or "TEST"))
        {
            LeftOut++;
            return;
        }
        if (!story.TryText(out var text)) throw new DataException($"'{path}' is damaged: the story at byte {offset} of {name} has no text; fetch it again.");
        IsTraining.Add(part == "TRAIN");
        named.Add(topics);
        _stories.Add(new Placed(file, offset, bytes.Length, [], BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(text)), VisibleText.Line($"{name}#{id}")));
    }

    /// <summary>A story's title and body in UTF-8.</summary>
    /// <exception cref="DataException">if it cannot be read, or has changed</exception>
    public byte[] Text(int index)
    {
        var story = _stories[index];
        var (store, _, offset, _) = _files[story.File];
        var bytes = new byte[story.Length];
        store.Read(offset + story.Offset, bytes);
        return !store.HasChanged && new Story(bytes).TryText(out var text) ? text : throw new DataException($"'{store.Path}' has changed while it was in use; start again.");
    }

    public override int Count => _stories.Count;
    public override Space SpaceOf(int index) => throw new NotSupportedException("Stories are rows of words, and no symbols.");
    public override int Label(int index) => Labels(index) is [var first, ..] ? first : -1;
    public override IReadOnlyList<int> Labels(int index) => _stories[index].Topics;
    public override string NameOf(int index) => _stories[index].Name;
    public override double Place(int index) => Partition.Place(_stories[index].Hash, _seed);
    public override UInt128? Hash(int index) => _stories[index].Hash;
    public override IEnumerable<UInt128> Pieces(int index) => [_stories[index].Hash];

    /// <summary>SHA-256 over each story's hash (16 bytes), part and topics (as text, a line).</summary>
    public override string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[16];
        for (var i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(number, _stories[i].Hash);
            hash.AppendData(number);
            hash.AppendData(Encoding.UTF8.GetBytes($"{(IsTraining[i] ? "train" : "test")} {string.Join(' ', _stories[i].Topics.Select(topic => Topics[topic]))}\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public override void Read(int index, int first, Span<int> symbols, ulong epoch, bool training, CancellationToken cancellation = default) => throw new NotSupportedException("Stories are rows of words, and no symbols.");

    public override void Read(int index, Span<byte> symbols, ulong epoch, bool training) => throw new NotSupportedException("Stories are rows of words, and no symbols.");

    private protected override void Close()
    {
        foreach (var (store, _, _, _) in _files) store.Dispose();
    }
}
