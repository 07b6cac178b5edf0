using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>Depth, transparency, frames and grey: one rule for every format, read here or through ffmpeg.</summary>
[Collection(nameof(FfmpegTests.AloneCollection))]
public sealed class ForeignPictureTests : IDisposable
{
    readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    string Make(string name, string source, params string[] words)
    {
        var path = Path.Combine(_samples.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Assert.Equal(0, FfmpegFactAttribute.Run(["-v", "error", "-y", "-f", "lavfi", "-i", source, .. words, $"file:{path}"]));
        return path;
    }

    Dataset Open(string name, params (string Key, string Value)[] settings) =>
        Dataset.Open(Path.Combine(_samples.Folder, name), DataOptions.Parse(settings.Append(("validation", "0")).DistinctBy(setting => setting.Item1).Select(setting => KeyValuePair.Create(setting.Item1, setting.Item2))));

    static byte[] Symbols(Split split, int index)
    {
        var symbols = new byte[split.SpaceOf(index).Dimensions];
        split.Read(index, symbols);
        return symbols;
    }

    [FfmpegFact]
    public void Every_format_gives_the_same_pixels()
    {
        const string source = "testsrc=s=24x16:d=1:r=5";
        Make("photos/a.png", source, "-frames:v", "1");
        string[] names = ["b.bmp", "c.tif", "d.tga", "e.jp2", "f.qoi", "g.ppm", "h.webp", "i.pcx", "j.sgi"];
        foreach (var name in names)
            if (FfmpegFactAttribute.Run("-v", "error", "-y", "-f", "lavfi", "-i", source, "-frames:v", "1", name.EndsWith("webp", StringComparison.Ordinal) ? "-lossless" : "-compression_level", "1", $"file:{Path.Combine(_samples.Folder, "photos", name)}") != 0)
                File.Delete(Path.Combine(_samples.Folder, "photos", name)); // this ffmpeg cannot write it
        using var data = Open("photos");
        Assert.True(data.Train.Count > 5);
        for (var i = 1; i < data.Train.Count; i++)
        {
            if (data.Train.ItemName(i).EndsWith("jp2", StringComparison.Ordinal)) continue; // with loss
            Assert.Equal(Symbols(data.Train, 0), Symbols(data.Train, i));
        }
        Assert.Empty(data.Notes);
        foreach (var path in Directory.GetFiles(Path.Combine(_samples.Folder, "photos")))
            if (!path.EndsWith("jp2", StringComparison.Ordinal)) Assert.Equal(Symbols(data.Train, 0), Image.Load(path).Pixels);
    }

    [FfmpegFact]
    public void Transparency_is_refused_or_laid_on_a_background_in_every_format()
    {
        const string source = "color=c=red:s=4x4:d=1:r=5,format=rgba,colorchannelmixer=aa=0.5";
        foreach (var name in (string[])["a.png", "b.tif", "c.webp"])
        {
            Make(name, source, "-frames:v", "1", "-pix_fmt", name == "c.webp" ? "bgra" : "rgba", name == "c.webp" ? "-lossless" : "-compression_level", "1");
            Assert.Contains("background=white", Assert.Throws<DataException>(() => Open(name).Dispose()).Message);
            using Dataset white = Open(name, ("background", "white")), black = Open(name, ("background", "black"));
            var (onWhite, onBlack) = (Symbols(white.Train, 0), Symbols(black.Train, 0));
            Assert.InRange(onWhite[0], 250, 255);
            Assert.InRange(onWhite[1], 125, 129);
            Assert.InRange(onBlack[0], 125, 129);
            Assert.InRange(onBlack[1], 0, 2);
            Assert.Equal("background=255 validation=0 hold_out=content", white.Preprocessing);
        }
        // Opaque pixels need none.
        Make("opaque.tif", "testsrc=s=4x4:d=1:r=5", "-frames:v", "1", "-pix_fmt", "rgba", "-compression_level", "1");
        using var opaque = Open("opaque.tif");
        Assert.Equal(3, opaque.Space.Symbols);
    }

    [FfmpegFact]
    public void Of_pictures_with_several_frames_the_first_is_taken_which_is_said_and_of_videos_all()
    {
        const string source = "testsrc2=s=32x16:d=1:r=5,setpts=N*N/(10*TB)";
        foreach (var name in (string[])["a.gif", "b.apng"])
        {
            Make($"photos/{name}", source, "-fps_mode", "passthrough");
            using var one = Open($"photos/{name}");
            Assert.Equal(1, one.Train.Count);
            Assert.Contains("several frames", one.Notes[0]);
        }
        Make("photos/still.gif", source, "-frames:v", "1");
        Make("film.mkv", source, "-fps_mode", "passthrough", "-c:v", "ffv1");
        File.WriteAllBytes(Path.Combine(_samples.Folder, "photos/c.ppm"), [.. "P6 32 16 255\n"u8, .. new byte[1536], .. "P6 32 16 255\n"u8, .. new byte[1536]]);
        using (var folder = Open("photos", ("gray", "true")))
        {
            Assert.Equal(4, folder.Train.Count);
            Assert.Contains("3 of 4 pictures, such as 'a.gif', have several frames or pages", folder.Notes[0]);
        }
        using var film = Open("film.mkv");
        Assert.Equal(5, film.Train.Count);
        Assert.NotEqual(Symbols(film.Train, 0), Symbols(film.Train, 4));
    }

    [FfmpegFact]
    public void Sound_with_a_cover_and_damaged_pictures_are_refused()
    {
        var cover = Make("cover.png", "testsrc=s=24x16:d=1:r=5", "-frames:v", "1");
        var song = Make("song.mp4", "sine=d=1", "-i", cover, "-map", "0", "-map", "1", "-c:v", "mjpeg", "-disposition:v:0", "attached_pic");
        Assert.Contains("no pictures, perhaps sound alone", Assert.Throws<DataException>(() => Open("song.mp4").Dispose()).Message);
        Assert.Contains("sound", Assert.Throws<DataException>(() => Image.Load(song)).Message);
        var photo = Make("photos/photo.jpg", "testsrc=s=240x160:d=1:r=5", "-frames:v", "1", "-update", "1");
        Make("photos/good.jpg", "testsrc=s=240x160:d=1:r=5", "-frames:v", "1", "-update", "1");
        File.WriteAllBytes(photo, File.ReadAllBytes(photo)[..3000]);
        Assert.Contains("photo.jpg' to its end: it is cut short", Assert.Throws<DataException>(() => Open("photos").Dispose()).Message);
        // What follows the end of a picture is not part of it.
        File.WriteAllBytes(photo, [.. File.ReadAllBytes(Path.Combine(_samples.Folder, "photos/good.jpg")), .. Samples.RandomBytes(999)]);
        using var data = Open("photos");
        Assert.Equal(Symbols(data.Train, 0), Symbols(data.Train, 1));
    }

    [FfmpegFact]
    public void Grey_in_three_equal_channels_is_told()
    {
        for (var i = 0; i < 3; i++) Make($"photos/{i}.bmp", "testsrc=s=24x16:d=1:r=5,format=gray", "-frames:v", "1", "-pix_fmt", "bgr24");
        using (var data = Open("photos", ("validation", "0.1"))) Assert.Contains(data.Notes, note => note.Contains("gray=true"));
        using (var data = Open("photos", ("validation", "0.1"), ("gray", "true"))) Assert.Empty(data.Notes);
        Make("photos/colour.bmp", "testsrc=s=24x16:d=1:r=5", "-frames:v", "1");
        using (var data = Open("photos", ("validation", "0.1"))) Assert.Empty(data.Notes);
    }

    [FfmpegFact]
    public void Samples_of_16_bits_follow_the_same_rule_through_ffmpeg()
    {
        Make("a.png", "testsrc=s=64x16:d=1:r=5,format=gray16be", "-frames:v", "1");
        Make("b.tif", "testsrc=s=64x16:d=1:r=5,format=gray16le", "-frames:v", "1", "-compression_algo", "raw");
        using (Dataset own = Open("a.png"), foreign = Open("b.tif"))
        {
            Assert.Equal(Symbols(own.Train, 0), Symbols(foreign.Train, 0));
            Assert.Contains("16 bits, taken as range=0:65535", foreign.Notes[0]);
        }
        Make("c.tif", "testsrc=s=64x16:d=1:r=5,format=gray16le,lut=c0=val/16", "-frames:v", "1", "-compression_algo", "raw");
        Assert.Contains("set range=0:4095", Assert.Throws<DataException>(() => Open("c.tif").Dispose()).Message);
        using var bright = Open("c.tif", ("range", "0:4095"));
        Assert.True(Symbols(bright.Train, 0).Max() > 240);
    }
}
