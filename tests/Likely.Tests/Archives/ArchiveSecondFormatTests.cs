using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>What the second version of the format can tell: permissions, the depth of grey pictures, and items beyond the first one's bounds. All else stays the first.</summary>
public sealed class ArchiveSecondFormatTests
{
    readonly LawCase _binary = LawCases.Find("gated-pixelcnn: binary");

    Checkpoint Binary => IdxFiles.Checkpoint(_binary);

    [UnixFact]
    public void Permissions_come_back_and_ordinary_files_need_no_second_format()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        var modes = new Dictionary<string, int> { ["script"] = 0b111_101_101, ["secret"] = 0b110_000_000, ["fixed"] = 0b100_100_100, ["group"] = 0b110_110_100, ["plain"] = 0b110_100_100 };
        foreach (var (name, mode) in modes)
        {
            File.WriteAllText(folder[$"in/{name}"], name);
            File.SetUnixFileMode(folder[$"in/{name}"], (UnixFileMode)mode);
        }
        Archive.Compress(Binary, [folder["in"]], folder["a.lka"]);
        using (var archive = ArchiveReader.Open(folder["a.lka"]))
        {
            Assert.Equal(2, archive.FormatVersion);
            Archive.Decompress(archive, null, folder["out"]);
            foreach (var (name, mode) in modes)
                if (name is not ("group" or "plain")) Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(folder[$"out/in/{name}"]));
            Archive.Decompress(archive, null, folder["one"], only: "in/script");
            Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(folder["one/in/script"]));
        }
        Archive.Compress(Binary, [folder["in/plain"], folder["in/group"]], folder["b.lka"]);
        using var ordinary = ArchiveReader.Open(folder["b.lka"]);
        Assert.Equal(1, ordinary.FormatVersion);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_grey_picture_of_few_bits_comes_back_with_as_many(int depth)
    {
        using var folder = new TemporaryFolder();
        var levels = 1 << depth;
        var law = depth == 1 ? _binary : LawCases.Find("gated-pixelcnn: grey mixture");
        var model = IdxFiles.Checkpoint(law);
        var pixels = new byte[21 * 37];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(255 / (levels - 1) * (i * i * 31 / 7 % levels));
        var file = Png.Encode(pixels, 21, 37, 1, depth);
        Assert.Equal(pixels, Png.Decode(file, "own").Pixels);
        // Long enough that the model's code is the shorter one.
        File.WriteAllBytes(folder["a.png"], [.. file[..33], .. Text(8000), .. file[33..]]);
        Archive.Compress(model, [folder["a.png"]], folder["a.lka"]);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal((2, EntryKind.Picture, depth), (archive.FormatVersion, archive.Entries[0].Kind, archive.Entries[0].Depth));
        Archive.Decompress(archive, model, folder["out"]);
        var back = File.ReadAllBytes(folder["out/a.png"]);
        Assert.Equal(depth, back[24]);
        Assert.Equal(pixels, Png.Decode(back, "back").Pixels);
    }

    [Fact]
    public void A_picture_wider_than_the_first_format_allows_comes_back()
    {
        using var folder = new TemporaryFolder();
        const int Width = 17_000;
        var pixels = new byte[2 * Width];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i % 7 == 0 ? 255 : 0);
        File.WriteAllBytes(folder["wide.pgm"], [.. System.Text.Encoding.ASCII.GetBytes($"P5 {Width} 2 255\n"), .. pixels]);
        Assert.Equal(1, Archive.Compress(Binary, [folder["wide.pgm"]], folder["a.lka"], new ArchiveOptions { Strict = true }).Items);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal(2, archive.FormatVersion);
        Archive.Decompress(archive, Binary, folder["out"]);
        Assert.Equal(File.ReadAllBytes(folder["wide.pgm"]), File.ReadAllBytes(folder["out/wide.pgm"]));
    }

    [Fact]
    public void What_takes_more_memory_than_there_is_is_refused_before_it_is_taken()
    {
        var sized = new ArchiveModel(Binary);
        Assert.Equal(0, sized.BytesFor(512, 512));
        var needed = sized.BytesFor(1, ArchiveDirectory.MostPixels);
        Assert.InRange(needed, 1L << 32, 1L << 40);
        if (MachineMemory.Fits(needed)) return; // a large machine
        var layout = new PixelLayout(1, ArchiveDirectory.MostPixels, 1, 1, 0, 0, false);
        var stream = ItemBlock.Seal([0], []);
        var directory = new ArchiveDirectory([new ArchiveEntry("a.png", EntryKind.Picture, layout.ItemLength, layout, true, [])], [], [(true, 1)]);
        var header = ArchiveHeader.Create(Convert.FromHexString(Binary.Identity()), null, BytesCode.None);
        header[ArchiveHeader.VersionAt] = directory.Version;
        byte[] archive = [.. header, .. stream, .. ArchiveHeader.CreateFooter(header, directory.ToBytes(), new byte[32])];
        using var reader = ArchiveReader.Open(archive, "bomb");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<ArchiveException>(() => Archive.Verify(reader, Binary, new ArchiveOptions { Threads = 1 }));
        Assert.Matches("take [0-9.,]+ GB of memory, and .* are free", fault.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Attributes_that_make_no_sense_are_refused()
    {
        var (plain, layout) = (ArchiveEntry.OfBytes("a", 0), new PixelLayout(1, 1, 3, 1, 0, 0, false));
        var colour = new ArchiveEntry("b", EntryKind.Picture, 3, layout, true, []);
        foreach (var entry in (ArchiveEntry[])[plain with { Depth = 1 }, colour with { Depth = 2 }, plain with { Permissions = 512 }, plain with { Depth = 3 }])
            Assert.Throws<ArchiveException>(() => ArchiveDirectory.Parse(new ArchiveDirectory([entry], [], []).ToBytes(), 1000, 2));
        var sound = new ArchiveDirectory([plain with { Permissions = 0 }, colour, plain with { Name = "c", Permissions = 511 }], [], []);
        Assert.Equal(sound.Entries.Select(entry => entry.Permissions), ArchiveDirectory.Parse(sound.ToBytes(), 1000, 2).Entries.Select(entry => entry.Permissions));
        Assert.Throws<ArchiveException>(() => ArchiveDirectory.Parse(sound.ToBytes(), 1000, 1));
    }

    [Fact]
    public void A_large_picture_stops_soon_when_asked()
    {
        using var folder = new TemporaryFolder();
        const int Side = 3000;
        var pixels = new byte[Side * Side];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(i * (long)i % 11 == 0 ? 255 : 0);
        File.WriteAllBytes(folder["large.pgm"], [.. System.Text.Encoding.ASCII.GetBytes($"P5 {Side} {Side} 255\n"), .. pixels]);
        using var stop = new CancellationTokenSource();
        TimeSpan? asked = null;
        Assert.ThrowsAny<OperationCanceledException>(() => Archive.Compress(Binary, [folder["large.pgm"]], folder["a.lka"], new ArchiveOptions
        {
            Progress = (share, _) =>
            {
                if (share < 0.02 || asked is not null) return;
                asked = RunningTime.Now;
                stop.Cancel();
            },
        }, stop.Token));
        Assert.InRange(RunningTime.Since(asked!.Value).TotalSeconds, 0, 5);
        Assert.False(File.Exists(folder["a.lka"]));
    }

    static byte[] Text(int length)
    {
        byte[] name = [.. "tEXt"u8], data = [.. "Title\0"u8, .. Enumerable.Range(0, length).Select(i => (byte)(32 + i * i * 7 % 90))];
        byte[] chunk = [.. new byte[4], .. name, .. data, .. new byte[4]];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.Of(name, data));
        return chunk;
    }
}
