using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>What is taken for text or bytes, and what is certainly a mistake.</summary>
public sealed class RecognitionTests
{
    static readonly DataOptions AsText = new() { As = Modality.Text }, AsBytes = new() { As = Modality.Bytes }, AsImage = new() { As = Modality.Image };

    static byte[] Head(string text) => Encoding.Latin1.GetBytes(text);

    static string Refusal(string path, DataOptions options) => Assert.Throws<DataException>(() => Dataset.Open(path, options).Dispose()).Message;

    static Modality Of(string path, DataOptions? options = null)
    {
        using var data = Dataset.Open(path, options ?? DataOptions.Default);
        return data.Modality;
    }

    [Fact]
    public void What_is_nothing_else_is_text_or_bytes()
    {
        using var samples = new Samples();
        Assert.Equal(Modality.Table, Of(samples.File("a.csv", Head("1,2,3\n4,5,6\n"))));
        Assert.Equal(Modality.Text, Of(samples.File("a.txt", Head("1,2,3\n4,5,6\n"))));
        Assert.Equal(Modality.Text, Of(samples.File("prose.csv", Head("prose\nand no cells\n"))));
        Assert.Equal(Modality.Text, Of(samples.File("a", Head("prose"))));
        Assert.Equal(Modality.Text, Of(samples.File("a.bin", Head("prose"))));
        Assert.Equal(Modality.Text, Of(samples.File("bom.txt", [0xEF, 0xBB, 0xBF, .. Head("prose")])));
        // UTF-16, marked or not, is none that a model of bytes learns well, and is told to be that.
        foreach (var wide in (byte[][])[[.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("prose")], [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes("prose")], Encoding.Unicode.GetBytes("prose without a mark"), Encoding.BigEndianUnicode.GetBytes("prose without a mark")])
            Assert.Contains("is text in UTF-16; turn it into UTF-8 first", Assert.Throws<DataException>(() => Of(samples.File("wide.txt", wide))).Message);
        Assert.Equal(Modality.Bytes, Of(samples.File("numbers", [.. Enumerable.Range(0, 40).SelectMany(i => new byte[] { (byte)(i % 7), 0 })])));
        Assert.Equal(Modality.Bytes, Of(samples.File("latin1.txt", Head("stra\u00DFe"))));
        Assert.Equal(Modality.Bytes, Of(samples.File("nul.txt", Head("a\0b"))));
        Assert.Equal(Modality.Bytes, Of(samples.File("noise", Samples.RandomBytes(700))));
        Assert.Equal(Modality.Image, Of(samples.File("a.txt", Png.Encode(new byte[6], 2, 3, 1))));
    }

    [Fact]
    public void What_is_certainly_something_else_needs_to_be_named()
    {
        using var samples = new Samples();
        var zip = samples.File("a.zip", [.. "PK\x3\x4"u8, .. new byte[60]]);
        Assert.Contains("is a zip archive, which cannot be read as pictures; unpack it first, or set as=bytes to take its bytes as they are.", Refusal(zip, DataOptions.Default));
        Assert.Contains("is a zip archive and no text; set as=bytes", Refusal(zip, AsText));
        Assert.Equal(Modality.Bytes, Of(zip, AsBytes));
        var page = samples.File("page.txt", Head("<!DOCTYPE html><html>failed</html>"));
        Assert.Contains("or set as=text", Refusal(page, DataOptions.Default));
        Assert.Equal(Modality.Text, Of(page, AsText));
        Assert.Contains("git lfs pull, or set as=text", Refusal(samples.File("lfs.txt", Head("version https://git-lfs.github.com/spec/v1\noid sha256:1")), DataOptions.Default));
        // What is called a picture or an array and is none is not silently bytes.
        foreach (var name in (string[])["a.png", "b.jpg", "c.npy", "d-ubyte", "e.bin"]) Refusal(samples.File(name, Samples.RandomBytes(300)), DataOptions.Default);
        Assert.Contains("cannot be read as pictures", Refusal(samples.File("prose.png", Head("prose")), DataOptions.Default));
        Assert.Contains("cannot be read as pictures", Refusal(samples.File("prose.png.gz", Samples.Gzip(Head("prose"))), DataOptions.Default));
        var png = Png.Encode(Samples.RandomBytes(600), 20, 30, 1);
        Refusal(samples.File("cut.png", png[..^40]), DataOptions.Default);
        Assert.Equal(Modality.Bytes, Of(samples.File("cut.png", png[..^40]), AsBytes));
        Assert.Contains("cannot be read as pictures", Refusal(samples.File("a.txt", Head("prose")), AsImage));
        Assert.Contains("hold_out is a key of images, and", Refusal(samples.File("a.txt", Head("prose")), new DataOptions { HoldOut = HoldOut.Permutation }));
    }

    [Fact]
    public void A_folder_with_pictures_is_one_of_pictures_unless_it_is_named()
    {
        using var samples = new Samples();
        for (var i = 0; i < 4; i++) samples.File($"{i}.txt", Head($"prose {i}"));
        Assert.Equal(Modality.Text, Of(samples.Folder));
        samples.File("z.dat", Samples.RandomBytes(50));
        using (var data = Dataset.Open(samples.Folder, DataOptions.Default)) Assert.Equal((Modality.Text, 5), (data.Modality, data.All.Count));
        samples.File("z.png", Png.Encode(new byte[6], 2, 3, 1));
        Assert.Equal(Modality.Image, Of(samples.Folder));
        using (var data = Dataset.Open(samples.Folder, AsText)) Assert.Equal((Modality.Text, 5), (data.Modality, data.All.Count));
        using (var data = Dataset.Open(samples.Folder, AsBytes)) Assert.Equal((Modality.Bytes, 6), (data.Modality, data.All.Count));
        var empty = Directory.CreateDirectory(Path.Combine(samples.Folder, "empty")).FullName;
        Assert.Contains("has no pictures", Refusal(empty, DataOptions.Default));
        Assert.Contains("has no text", Refusal(empty, AsText));
        samples.File("empty/a.txt", []);
        Assert.Contains("a.txt", Refusal(empty, DataOptions.Default));
    }
}
