using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Likely;

/// <summary>SHA-256 over what an archive restores: for every entry the length of its name in UTF-8 (4 bytes), the name, the length of its content (8), and the content, numbers little-endian.</summary>
sealed class ContentHash : IDisposable
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Begin(string name, long length)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(number, bytes.Length);
        _hash.AppendData(number[..4]);
        _hash.AppendData(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(number, length);
        _hash.AppendData(number);
    }

    public void Append(ReadOnlySpan<byte> content) => _hash.AppendData(content);

    public byte[] Finish() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();
}
