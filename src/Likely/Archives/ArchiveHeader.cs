using System.Buffers.Binary;
using Likely.Coding;
using Likely.Data;
using Likely.Models;

namespace Likely;

/// <summary>
/// The two ends of an archive. First: signature (8 bytes), format version, order version, flags, the model's identity (32), and if the
/// model is embedded its length (8) and its file. Last: the directory's stream, the SHA-256 of the content (32), the lengths of the directory
/// and of its stream (4 each) and a CRC-32 over all of this but the embedded file. Numbers are little-endian.
/// </summary>
static class ArchiveHeader
{
    public const byte FirstVersion = 1, SecondVersion = 2, ThirdVersion = 3, FourthVersion = 4, FifthVersion = 5, Embedded = 1, ModelledBytes = 2, ModelledRows = 4;
    public const int VersionAt = 8, Length = VersionAt + 3 + 32, FooterLength = 32 + 4 + 4 + 4, HashLength = 32;

    // Bytes that a stream of ByteModel can stand for, at its best; and the bound of what a directory may take.
    const int BestRatio = 2048, LargestDirectory = 1 << 26;

    // Begins like PNG: not text, and damaged visibly where line ends are converted.
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'L', (byte)'K', (byte)'A', 13, 10, 26, 10];

    public static byte[] Create(byte[] identity, long? embedded, BytesCode code)
    {
        var header = new byte[Length + (embedded is null ? 0 : 8)];
        Signature.CopyTo(header);
        (header[8], header[9], header[10]) = (FirstVersion, Checkpoint.OrderVersion, (byte)((embedded is null ? 0 : Embedded) | (code == BytesCode.Sequences ? ModelledBytes : code == BytesCode.Rows ? ModelledRows : 0)));
        identity.CopyTo(header, 11);
        if (embedded is { } length) BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(Length), length);
        return header;
    }

    public static byte[] CreateFooter(byte[] header, byte[] directory, byte[] hash)
    {
        var encoder = new RangeEncoder();
        var model = new ByteModel();
        foreach (var value in directory) model.Encode(encoder, value);
        var stream = encoder.Finish();
        if (directory.Length > LargestDirectory) throw new ArchiveException("There are too many files for one archive; make several.");
        var footer = new byte[stream.Length + FooterLength];
        stream.CopyTo(footer, 0);
        hash.CopyTo(footer, stream.Length);
        BinaryPrimitives.WriteInt32LittleEndian(footer.AsSpan(stream.Length + 32), directory.Length);
        BinaryPrimitives.WriteInt32LittleEndian(footer.AsSpan(stream.Length + 36), stream.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(footer.AsSpan(footer.Length - 4), Crc32.Of(header, footer.AsSpan(0, footer.Length - 4)));
        return footer;
    }

    /// <summary>Checks the end of an archive and unpacks its directory.</summary>
    /// <param name="header">The first bytes, with the length of an embedded model.</param>
    /// <param name="footer">The directory's stream and all after it.</param>
    /// <exception cref="ArchiveException">It is damaged.</exception>
    public static byte[] UnpackDirectory(byte[] header, byte[] footer)
    {
        if (Crc32.Of(header, footer.AsSpan(0, footer.Length - 4)) != BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(footer.Length - 4)))
            throw new ArchiveException("its beginning or its directory has a wrong check sum");
        long length = BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(footer.Length - 12)), stream = footer.Length - FooterLength;
        if (length > LargestDirectory || length > (stream + 1) * BestRatio) throw VarintReader.Damaged();
        var decoder = new RangeDecoder(footer.AsSpan(0, (int)stream));
        var model = new ByteModel();
        var directory = new byte[length];
        for (var i = 0; i < directory.Length; i++) directory[i] = model.Decode(decoder);
        return directory;
    }
}
