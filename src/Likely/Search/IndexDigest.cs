using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Likely;

/// <summary>What an index whose codes are on a server is known by, there and in its file: SHA-256 over the model's identity, the bits of a code, and of one item after another code, label and name, without what no server can hold.</summary>
public sealed class IndexDigest : IDisposable
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="model">The identity of the model that made the codes.</param>
    /// <param name="bits">Bits of a code.</param>
    public IndexDigest(string model, int bits) => _hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{model} {bits}\n")));

    /// <summary>A name as servers hold it.</summary>
    public static string NameOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Replace("\0", "", StringComparison.Ordinal);
    }

    /// <summary>Adds an item.</summary>
    /// <param name="code">Its code, in words.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="label">Its label; below 0: none.</param>
    public void Add(ReadOnlySpan<ulong> code, string name, int label)
    {
        var text = Encoding.UTF8.GetBytes(NameOf(name));
        Span<byte> numbers = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, Math.Max(-1, label));
        BinaryPrimitives.WriteInt32LittleEndian(numbers[4..], text.Length);
        _hash.AppendData(MemoryMarshal.AsBytes(code));
        _hash.AppendData(numbers);
        _hash.AppendData(text);
    }

    /// <summary>All that was added, in hexadecimal digits.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
