using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Likely.Data;

/// <summary>
/// What each item of a source holds, as 128 bits of SHA-256 over its stored shape and pixels, [height, width, channels]. Grey that is
/// stored as three equal channels counts as grey, so that a picture is the same in every format. Computed once, when first asked for, in parallel.
/// </summary>
sealed class ContentHashes(ItemSource source, CancellationToken cancellation)
{
    const int SizeLength = 12;

    UInt128[]? _all;

    public int Count => source.Count;

    /// <exception cref="DataException">if an item cannot be read</exception>
    public UInt128 this[int index] => All[index];

    UInt128[] All
    {
        get
        {
            lock (source) return _all ??= Compute();
        }
    }

    /// <summary>Whether every pixel of all items is grey, in one channel or in three equal ones; null as long as no item was read.</summary>
    public bool? IsGrey { get; private set; }

    /// <summary>One hash, in hexadecimal digits, over the content and the label of every item, in order, and the names of the labels.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public string Fingerprint()
    {
        if (source.Formula is { } formula) return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(formula)));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> item = stackalloc byte[20];
        for (var i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(item, All[i]);
            BinaryPrimitives.WriteInt32LittleEndian(item[16..], source.Label(i));
            hash.AppendData(item);
        }
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\0', source.ClassNames)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    UInt128[] Compute()
    {
        var hashes = new UInt128[source.Count];
        var colours = 0;
        OrderedWork.Run(hashes.Length, i =>
        {
            hashes[i] = Of(i, out var isGrey);
            if (!isGrey) Interlocked.Increment(ref colours);
        }, cancellation);
        IsGrey = colours == 0;
        return hashes;
    }

    UInt128 Of(int index, out bool isGrey)
    {
        var (height, width, channels, _) = source.SpaceOf(index);
        var buffer = ArrayPool<byte>.Shared.Rent(SizeLength + height * width * channels);
        var pixels = buffer.AsSpan(SizeLength, height * width * channels);
        source.Read(index, pixels);
        isGrey = channels == 1 || channels == 3 && AreEqual(pixels);
        if (channels == 3 && isGrey)
        {
            for (var i = 1; i < height * width; i++) pixels[i] = pixels[3 * i];
            channels = 1;
        }
        BinaryPrimitives.WriteInt32LittleEndian(buffer, height);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(4), width);
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(8), channels);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.AsSpan(0, SizeLength + height * width * channels), hash);
        ArrayPool<byte>.Shared.Return(buffer);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    static bool AreEqual(ReadOnlySpan<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += 3)
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) return false;
        return true;
    }
}
