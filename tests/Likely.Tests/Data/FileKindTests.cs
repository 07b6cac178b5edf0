using System.Text;
using Likely.Data;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Data;

/// <summary>Content before name: what a file is, and what to do with it, by its first bytes.</summary>
public sealed class FileKindTests
{
    static byte[] Head(string text) => Encoding.Latin1.GetBytes(text);

    static byte[] Padded(int offset, string signature) => [.. new byte[offset], .. Head(signature), .. new byte[100]];

    static byte[] Zip(string name) => [.. Head("PK\x3\x4"), .. new byte[22], (byte)name.Length, 0, 0, 0, .. Head(name)];

    public static TheoryData<string, byte[], string> Foreign => new()
    {
        { "x.npy", [0x80, 4, 0x95, 1, 2, 3], "pickle" },
        { "data_batch_1", [0x80, 2, (byte)'}', (byte)'q'], "binary version" },
        { "old.pkl", Head("(dp0\nS'data'\n"), "numpy.save" },
        { "x.npz", Zip("images.npy"), "npz of NumPy arrays, which cannot be read as pictures; load it with numpy.load" },
        { "model.pt", Zip("archive/data.pkl"), "torch.load" },
        { "photos.zip", Zip("photos/1.jpg"), "a zip archive, which cannot be read as pictures; unpack it first" },
        { "x.tar", Padded(257, "ustar\0"), "a tar archive, which cannot be read as pictures; unpack it first" },
        { "x-images-idx3-ubyte", [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "an xz file" },
        { "x.bin", Head("BZh91AY"), "bzip2" },
        { "x.7z", [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C], "7z" },
        { "x.rar", Head("Rar!\x1a\x7"), "rar" },
        { "x.zst", [0x28, 0xB5, 0x2F, 0xFD], "Zstandard" },
        { "x.h5", [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10], "h5py" },
        { "x.mat", Head("MATLAB 5.0 MAT-file, Platform: GLNXA64"), "loadmat" },
        { "x.parquet", Head("PAR1"), "Parquet" },
        { "x.arrow", Head("ARROW1\0\0"), "Arrow" },
        { "x.db", Head("SQLite format 3\0"), "SQLite" },
        { "x.dcm", Padded(128, "DICM"), "DICOM" },
        { "x.png", Head("%PDF-1.7"), "PDF" },
        { "x.lka", [0x89, (byte)'L', (byte)'K', (byte)'A', 13, 10, 26, 10], "an archive of Likely, which cannot be read as pictures; decompress it first" },
        { "x.likely", [64, 0, 0, 0, 0, 0, 0, 0, (byte)'{'], "safetensors" },
        { "x.npy", Head("version https://git-lfs.github.com/spec/v1\noid sha256:1"), "git lfs pull" },
        { "x.bin", Head("<!DOCTYPE html><html>"), "page of HTML" },
        { "x.pgm", Head("prose that mentions nothing"), "text" },
        { "x.mid", Head("MThd"), "MIDI music" },
        { "x.npy", [], "an empty file" },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void What_cannot_be_read_is_named_with_what_to_do(string name, byte[] content, string words)
    {
        using var samples = new Samples();
        var path = samples.File(name, content);
        var message = Assert.Throws<DataException>(() => Dataset.Open(path, DataOptions.Default).Dispose()).Message;
        Assert.Contains(words, message.Replace(path, ""));
        Assert.Contains(name, message);
        // The same inside gzip.
        if (content.Length == 0) return;
        var packed = samples.File(name + ".gz", Samples.Gzip(content));
        var refused = Assert.Throws<DataException>(() => Dataset.Open(packed, DataOptions.Default).Dispose()).Message;
        Assert.Contains("a gzip file of", refused);
        Assert.Contains(words.Split(", which")[0], refused.Replace(packed, ""));
    }

    [Theory]
    [InlineData("a.txt")]
    [InlineData("a.png")]
    [InlineData("a")]
    [InlineData("a.npy.gz")]
    [InlineData("a-ubyte")]
    public void Files_are_read_for_what_they_are_whatever_their_name(string name)
    {
        using var samples = new Samples();
        void Check(byte[] content, Space space)
        {
            using var data = Dataset.Open(samples.File(name, content), DataOptions.Default);
            Assert.Equal(space, data.Space);
        }
        var pixels = Samples.RandomBytes(3 * 4 * 5);
        Check(Samples.Npy("|u1", "3, 4, 5", pixels), Space.Image(4, 5, 1, 256));
        Check(Samples.Idx(pixels, 3, 4, 5), Space.Image(4, 5, 1, 256));
        Check(Samples.Gzip(Samples.Npy("|u1", "3, 4, 5", pixels)), Space.Image(4, 5, 1, 256));
        Check(Samples.Gzip(Samples.Idx(pixels, 3, 4, 5)), Space.Image(4, 5, 1, 256));
        Check(Png.Encode(pixels, 12, 5, 1), Space.Image(12, 5, 1, 256));
        Check([.. "P5 5 12 255\n"u8, .. pixels], Space.Image(12, 5, 1, 256));
    }

    [Fact]
    public void A_picture_in_a_folder_is_read_for_what_it_is()
    {
        using var samples = new Samples();
        samples.File("pictures/a.jpg", Png.Encode(Samples.RandomBytes(6), 2, 3, 1));
        samples.File("pictures/b.png", [.. "P5 3 2 255\n"u8, 1, 2, 3, 4, 5, 6]);
        using var data = Dataset.Open(Path.Combine(samples.Folder, "pictures"), DataOptions.Default);
        Assert.Equal((2, Space.Image(2, 3, 1, 256)), (data.All.Count, data.Space));
        samples.File("pictures/c.png", Head("%PDF-1.7"));
        Assert.Contains("c.png' is a PDF document", Assert.Throws<DataException>(() => Dataset.Open(Path.Combine(samples.Folder, "pictures"), DataOptions.Default).Dispose()).Message);
    }

    [Fact]
    public void Kinds_that_ffmpeg_reads_are_told_from_those_it_should_not_see()
    {
        FileFormat Of(byte[] head) => FileKind.Of(head, 1000, "file").Format;
        Assert.Equal(FileFormat.Picture, Of([0xFF, 0xD8, 0xFF, 0xE0]));
        Assert.Equal(FileFormat.Picture, Of(Head("GIF89a")));
        Assert.Equal(FileFormat.Picture, Of([.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8]));
        Assert.Equal(FileFormat.Picture, Of([0, 0, 0, 24, .. "ftypavif"u8]));
        Assert.Equal(FileFormat.Picture, Of([.. "II"u8, 42, 0, 8]));
        Assert.Equal(FileFormat.Picture, Of([.. "BM"u8, 1, 2, 3, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40]));
        Assert.Equal(FileFormat.Text, Of(Head("BM is the name of a format of pictures")));
        Assert.Equal(FileFormat.Video, Of([0, 0, 0, 24, .. "ftypisom"u8]));
        Assert.Equal(FileFormat.Video, Of([0x1A, 0x45, 0xDF, 0xA3]));
        Assert.Equal(FileFormat.Sound, Of([0, 0, 0, 24, .. "ftypM4A "u8]));
        // Sound is read, whatever a name promises; a code other than numbers by another program.
        foreach (var head in (string[])["RIFF\0\0\0\0WAVE", "RF64\0\0\0\0WAVE"]) Assert.Equal(FileFormat.Wav, Of(Head(head)));
        foreach (var head in (string[])["ID3\x3", "fLaC", "OggS", "FORM\0\0\0\0AIFF", "RIFF\0\0\0\0WAVEfmt \u0010\0\0\0\u0006\0"]) Assert.Equal(FileFormat.Sound, Of(Head(head)));
        Assert.Equal(FileFormat.Sound, Of(Head("RIFX\0\0\0\0WAVE")));
        // What is cut off before it says what it is goes by its name.
        Assert.Equal(FileFormat.Wav, FileKind.Of("RIFF"u8, 4, "a.WAV").Format);
        Assert.Equal(FileFormat.Other, FileKind.Of("RIFF"u8, 4, "a.webp").Format);
        Assert.Equal(FileFormat.Unknown, Of([9, 9, 9, 9, 200]));
    }

    [Fact]
    public void Cifar_has_no_signature_so_its_name_must_agree()
    {
        FileFormat Of(byte label, byte fine, long length, string name) => FileKind.Of([label, fine, 200, 201], length, name).Format;
        Assert.Equal(FileFormat.Cifar10, Of(9, 255, 3073 * 5, "data_batch_1.bin"));
        Assert.Equal(FileFormat.Cifar10, Of(9, 255, 3073 * 5, "test_batch"));
        Assert.Equal(FileFormat.Cifar100, Of(19, 99, 3074 * 5, "train.bin"));
        Assert.Equal(FileFormat.Unknown, Of(10, 255, 3073 * 5, "train.bin"));
        Assert.Equal(FileFormat.Unknown, Of(9, 255, 3073 * 5, "train.dat"));
        Assert.Equal(FileFormat.Unknown, Of(9, 255, 3073 * 5 + 1, "train.bin"));
    }
}
