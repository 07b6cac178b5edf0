using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>
/// Formats that another program decodes: what it is asked, with a stand-in for it that keeps its words and copies a picture to every output; and, where it
/// is installed, what it answers.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class FfmpegTests : IDisposable
{
    static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xE0, 0, 2, 0xFF, 0xD9];

    readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    static T WithPath<T>(string path, Func<T> action)
    {
        var before = Environment.GetEnvironmentVariable("PATH");
        try
        {
            Environment.SetEnvironmentVariable("PATH", path);
            return action();
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", before);
        }
    }

    /// <summary>A program that notes its words, a line each, and gives every output the same content.</summary>
    string StandIn(byte[] answer)
    {
        var content = _samples.File("answer", answer);
        var words = Path.Combine(_samples.Folder, "words");
        var program = _samples.File("bin/ffmpeg", System.Text.Encoding.UTF8.GetBytes(
            $"#!/bin/sh\nall=\"$(printf '%s\\n' \"$@\"; echo .)\"\nprintf '%s' \"${{all%.}}\" >> {words}\nfor word in \"$@\"; do case \"$word\" in file:*/likely-ffmpeg-*) /bin/cp {content} \"${{word#file:}}\" ;; esac; done\n"));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return Path.GetDirectoryName(program)!;
    }

    string[] Words() => File.ReadAllLines(Path.Combine(_samples.Folder, "words"));

    static byte[] Symbols(Split split, int index)
    {
        var symbols = new byte[split.SpaceOf(index).Dimensions];
        split.Read(index, symbols);
        return symbols;
    }

    [Theory]
    [InlineData("[mp3float @ 0x558d2c1b7e40] Header missing\nmore\n", ": [mp3float] Header missing")]
    [InlineData("[in#0/wav @ 000001f2ab34] Invalid data", ": [in#0/wav] Invalid data")]
    [InlineData("me @ 0x12: no address", ": me @ 0x12: no address")]
    [InlineData(" within 2 minutes", " within 2 minutes")]
    [InlineData("", "")]
    public void What_it_complains_of_is_said_without_addresses(string complaint, string words) => Assert.Equal(words, FfmpegProcess.Reason(complaint));

    [FfmpegFact]
    public void A_photograph_has_the_same_pixels_whatever_the_processor_can_do()
    {
        foreach (var format in (string[])["yuvj420p", "yuvj422p", "yuvj444p"])
        {
            var picture = Path.Combine(_samples.Folder, $"{format}.jpg");
            Assert.Equal(0, FfmpegFactAttribute.Run("-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=150x110:d=1:r=1,noise=alls=40:all_seed=1", "-frames:v", "1", "-pix_fmt", format, "-q:v", "4", $"file:{picture}"));
            // The program itself, told to use no vectors.
            var program = _samples.File($"plain-{format}/ffmpeg", System.Text.Encoding.UTF8.GetBytes($"#!/bin/sh\nPATH='{Environment.GetEnvironmentVariable("PATH")}' exec ffmpeg -cpuflags 0 \"$@\"\n"));
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Assert.Equal(Image.Load(picture).Pixels, WithPath(Path.GetDirectoryName(program)!, () => Image.Load(picture).Pixels));
        }
    }

    [Fact]
    public void Without_the_program_one_sentence_says_what_to_do()
    {
        var picture = _samples.File("photo.jpg", Jpeg);
        var message = WithPath(_samples.Folder, () => Assert.Throws<DataException>(() => Image.Load(picture)).Message);
        Assert.Contains("photo.jpg", message);
        Assert.Contains("ffmpeg", message);
        Assert.Contains("install", message);
    }

    [UnixFact]
    public void Pictures_give_their_first_frame_and_videos_all()
    {
        byte[] first = Png.Encode("abcdef"u8, 1, 2, 3), second = Png.Encode("ghijkl"u8, 1, 2, 3);
        var path = StandIn([.. first, .. second]);
        _samples.File("photos/a.jpg", Jpeg);
        _samples.File("photos/b.png", Png.Encode([1, 2], 1, 2, 1));
        var film = _samples.File("film", [0, 0, 0, 24, .. "ftypisom"u8]);
        using var folder = WithPath(path, () => Dataset.Open(Path.Combine(_samples.Folder, "photos"), new DataOptions { Validation = 0 }));
        Assert.Equal("abcdef"u8.ToArray(), Symbols(folder.Train, 0));
        Assert.Equal([1, 1, 1, 2, 2, 2], Symbols(folder.Train, 1));
        Assert.Contains("1 of 2 pictures, such as 'a.jpg', have several frames or pages, of which the first is taken", folder.Notes);
        using (var one = WithPath(path, () => Dataset.Open(Path.Combine(_samples.Folder, "photos/a.jpg"), new DataOptions { Validation = 0 })))
            Assert.Equal((1, true), (one.Train.Count, one.Notes[0].Contains("several frames")));
        using var frames = WithPath(path, () => Dataset.Open(film, new DataOptions { Validation = 0 }));
        Assert.Equal(2, frames.Train.Count);
        Assert.Equal("ghijkl"u8.ToArray(), Symbols(frames.Train, 1));
        Assert.Empty(frames.Notes);
    }

    [UnixFact]
    public void Names_are_taken_literally_and_content_alone_decides_the_reader()
    {
        var path = StandIn(Png.Encode([7], 1, 1, 1));
        string[] names = ["%03d.jpg", "-i", "concat:a.jpg|b.jpg", "http:x.jpg", "a'b\"$(c) d.jpg", "line\nbreak.jpg", "pipe:0", "*.jpg", "film.mp4", "clip.m3u8"];
        foreach (var name in names) _samples.File($"odd/{name}", [.. Jpeg, (byte)name.Length]);
        _samples.File("odd/list.jpg", [.. "BM"u8, .. new byte[20]]);
        using var data = WithPath(path, () => Dataset.Open(Path.Combine(_samples.Folder, "odd"), new DataOptions { Validation = 0 }));
        Assert.Equal(names.Length + 1, data.Train.Count);
        var words = File.ReadAllText(Path.Combine(_samples.Folder, "words"));
        foreach (var name in names) Assert.Contains($"\n-f\njpeg_pipe\n-max_pixels\n268435456\n-threads\n1\n-flags\nbitexact\n-i\nfile:{_samples.Folder}/odd/{name}\n", words);
        Assert.Contains("\n-f\nbmp_pipe\n", words);
        Assert.Equal(names.Length + 1, words.Split("-protocol_whitelist\nfile\n").Length - 1);
        // What is neither is not shown to the program at all.
        File.Delete(Path.Combine(_samples.Folder, "words"));
        foreach (var (name, content) in (IEnumerable<(string, byte[])>)[("prose.jpg", "once upon a time"u8.ToArray()), ("song.mp3", "ID3 cover art"u8.ToArray()), ("list.m3u8", "#EXTM3U\nhttp://example.org/x.ts"u8.ToArray()), ("bytes", [1, 2, 3, 4, 5])])
        {
            var odd = _samples.File(name, content);
            Assert.Contains("cannot be read as pictures", WithPath(path, () => Assert.Throws<DataException>(() => Dataset.Open(odd, new DataOptions { As = Modality.Image })).Message));
            Assert.Contains("cannot be read as pictures", WithPath(path, () => Assert.Throws<DataException>(() => Image.Load(odd)).Message));
        }
        Assert.False(File.Exists(Path.Combine(_samples.Folder, "words")));
    }

    [UnixFact]
    public void One_process_decodes_many_files()
    {
        var path = StandIn(Png.Encode([7], 1, 1, 1));
        for (var i = 0; i < 200; i++) _samples.File($"many/{i}.jpg", [.. Jpeg, (byte)i]);
        using var data = WithPath(path, () => Dataset.Open(Path.Combine(_samples.Folder, "many"), new DataOptions { Validation = 0 }));
        Assert.Equal(200, data.Train.Count);
        Assert.InRange(Words().Count(word => word == "-nostdin"), 200 / 32, Math.Max(8, 2 * Environment.ProcessorCount));
    }

    [UnixFact]
    public void Of_a_batch_the_file_that_cannot_be_read_is_named_with_what_the_program_says()
    {
        var content = _samples.File("answer", Png.Encode([7], 1, 1, 1));
        var program = _samples.File("bin/ffmpeg", System.Text.Encoding.UTF8.GetBytes(
            $"#!/bin/sh\nfor word in \"$@\"; do case \"$word\" in *bad*) echo 'no such codec' >&2; exit 1 ;; file:*/likely-ffmpeg-*) /bin/cp {content} \"${{word#file:}}\" ;; esac; done\n"));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        for (var i = 0; i < 20; i++) _samples.File(i is 7 or 15 ? $"photos/{i:00}-bad.jpg" : $"photos/{i:00}.jpg", Jpeg);
        var message = WithPath(Path.GetDirectoryName(program)!, () => Assert.Throws<DataException>(() => Dataset.Open(Path.Combine(_samples.Folder, "photos"), DataOptions.Default)).Message);
        Assert.Contains("07-bad.jpg': no such codec", message);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "likely-ffmpeg-*"));
    }

    [UnixFact]
    public void A_wish_to_stop_ends_the_program_at_once()
    {
        var program = _samples.File("bin/ffmpeg", "#!/bin/sh\nexec /bin/sleep 60\n"u8.ToArray());
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _samples.File("photos/a.jpg", Jpeg);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(0.3));
        var start = RunningTime.Now;
        Assert.ThrowsAny<OperationCanceledException>(() => WithPath(Path.GetDirectoryName(program)!, () => Dataset.Open(Path.Combine(_samples.Folder, "photos"), DataOptions.Default, null, stop.Token)));
        Assert.InRange(RunningTime.Since(start).TotalSeconds, 0, 20);
    }

    /// <summary>Tests that change the PATH of the whole process, or measure what it allocates: no others may run beside them.</summary>
    [CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
    public sealed class AloneCollection;
}
