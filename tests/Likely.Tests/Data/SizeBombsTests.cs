using System.Buffers.Binary;
using System.IO.Compression;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>Small files that stand for much: what they claim is bounded, alone and together, and nothing is made before their bytes bear it out.</summary>
[Collection(nameof(FfmpegTests.AloneCollection))] // what all threads allocate is measured
public sealed class SizeBombsTests
{
    public static TheoryData<int, int, int, int, string> Pictures => new()
    {
        { 1 << 28, 1, 1, 0, "1048576" }, { 1, 1 << 28, 1, 0, "1048576" }, { (1 << 20) + 1, 1, 16, 6, "1048576" }, { 1 << 20, 1 << 10, 1, 0, "268435456" },
        { 1 << 14, (1 << 14) + 1, 8, 0, "268435456" }, { 1 << 14, 1 << 13, 8, 2, "268435456" }, { int.MaxValue, int.MaxValue, 1, 0, "1048576" }, { 0, 5, 8, 0, "no picture" },
    };

    [Theory, MemberData(nameof(Pictures))]
    public void A_picture_of_too_many_pixels_is_refused_by_its_header(int width, int height, int depth, int color, string words)
    {
        using var samples = new Samples();
        var path = samples.File("bomb.png", Bomb(width, height, depth, color, rows: 4));
        AssertRefused(() => Image.Load(path), words, path);
        AssertRefused(() => Dataset.Open(path, DataOptions.Default), words, path);
        var kind = color == 2 ? 6 : depth == 1 ? 4 : 5;
        AssertRefused(() => Image.Load(samples.File("bomb.pnm", System.Text.Encoding.ASCII.GetBytes($"P{kind} {(uint)width % 1_000_000_000} {(uint)height % 1_000_000_000} {(kind == 4 ? "" : "255 ")}"))), "", "bomb.pnm");
    }

    [Fact]
    public void A_large_picture_takes_its_pixels_and_little_more()
    {
        using var samples = new Samples();
        var path = samples.File("large.png", Bomb(1 << 20, 40, 1, 0, rows: 40));
        var taken = Taken(() => Assert.Equal((40, 1 << 20), (Image.Load(path).Height, Image.Load(path).Width)));
        Assert.InRange(taken, 0, 2 * 46L << 20);
    }

    [Fact]
    public void Packed_files_are_bounded_together()
    {
        using var samples = new Samples();
        const int Items = 480; // of a MiB each
        foreach (var name in new[] { "train-images.gz", "test-images.gz" }) samples.File(name, Zeros(Items));
        AssertRefused(() => Dataset.Open(samples.Folder, DataOptions.Default).Dispose(), "gunzip", ".gz", (Items + 40L) << 20);
        using var one = Dataset.Open(Path.Combine(samples.Folder, "test-images.gz"), DataOptions.Default); // what was refused holds nothing
        Assert.Equal(Items, one.All.Count);
    }

    static void AssertRefused(Action action, string words, string path, long most = 16 << 20)
    {
        var message = "";
        Assert.InRange(Taken(() => message = Assert.Throws<DataException>(action).Message), 0, most);
        Assert.Contains(words, message);
        Assert.Contains(Path.GetFileName(path), message);
        Assert.DoesNotContain('\n', message);
    }

    static long Taken(Action action)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        action();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    // An IDX file of black items of 1,024 x 1,024.
    static byte[] Zeros(int items)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            var header = new byte[16];
            (header[2], header[3]) = (8, 3);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), items);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(8), 1024);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), 1024);
            gzip.Write(header);
            var item = new byte[1 << 20];
            for (var i = 0; i < items; i++) gzip.Write(item);
        }
        return packed.ToArray();
    }

    // A PNG file that claims a size and holds so many black rows of it, if they are not too long to make.
    static byte[] Bomb(int width, int height, int depth, int color, int rows)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[1 + Math.Min((long)width * depth * (color switch { 2 => 3, 6 => 4, _ => 1 }) / 8, 1 << 25)];
            for (var i = 0; i < rows; i++) zlib.Write(row);
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)depth, (byte)color);
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    static byte[] Chunk(ReadOnlySpan<byte> kind, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        kind.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.Of(kind, data));
        return chunk;
    }
}
