using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Likely.Data;

/// <summary>
/// Where the random numbers of each item's static binarisation are found: by what the item holds and how many equal ones come before it in its file. So a picture is drawn
/// alike whether its file is opened alone or within its data set, in whatever order and format. The two files of MNIST keep the addresses (0 or 1, index) under which
/// published figures were drawn, and data that are a formula those of (part, index).
/// </summary>
sealed class StaticDraw(ItemSource source, ContentHashes hashes)
{
    // SHA-256 over the content hashes of all items.
    static readonly (int Count, string Content)[] MnistFiles =
    [
        (60_000, "2a9b7ddcca241a245f397370ea8ad6c8af955922e60976daf05793844cd41492"),
        (10_000, "60ad53cb440f1bcd635ffefd29ee00d4f8b970aa1c57e2a16f5044380892b530"),
    ];

    readonly Lazy<ulong[]> _addresses = new(() => Addresses(source, hashes));

    /// <summary>The address of an item.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public ulong this[int index] => source.Formula is not null ? source.Address(index) : _addresses.Value[index];

    static ulong[] Addresses(ItemSource source, ContentHashes hashes)
    {
        var addresses = new ulong[source.Count];
        foreach (var (file, start) in source.Files)
        {
            var mnist = Array.FindIndex(MnistFiles, known => known.Count == file.Count && known.Content == Digest(hashes, start, file.Count));
            var before = new Dictionary<UInt128, ulong>();
            for (var i = 0; i < file.Count; i++)
            {
                if (mnist >= 0) addresses[start + i] = (ulong)mnist << 32 | (uint)i;
                else
                {
                    var hash = hashes[start + i];
                    var copies = before.GetValueOrDefault(hash);
                    addresses[start + i] = (ulong)hash + copies;
                    if (file.IsOneFile) before[hash] = copies + 1;
                }
            }
        }
        return addresses;
    }

    static string Digest(ContentHashes hashes, int start, int count)
    {
        var items = new byte[16 * count];
        for (var i = 0; i < count; i++) BinaryPrimitives.WriteUInt128LittleEndian(items.AsSpan(16 * i), hashes[start + i]);
        return Convert.ToHexStringLower(SHA256.HashData(items));
    }
}
