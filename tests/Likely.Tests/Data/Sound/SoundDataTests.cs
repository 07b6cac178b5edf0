using System.Text;
using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data.Sound;

/// <summary>Sound as a data set: what is taken for it, its items, parts and labels, and the settings that it has.</summary>
public sealed class SoundDataTests
{
    static DataOptions With(params string[] settings) => DataOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Split('=')[0], setting.Split('=', 2)[1])));

    static int[] Symbols(Split split, int index)
    {
        var symbols = new int[split.SpaceOf(index).Width];
        split.Read(index, symbols);
        return symbols;
    }

    static string Refusal(string path, params string[] settings) => Assert.Throws<DataException>(() => Dataset.Open(path, With(settings)).Dispose()).Message;

    static byte[] Clip(int length, int shift = 0, int rate = 8000) => WavFiles.Of(WavFiles.Shorts([.. Enumerable.Range(0, length).Select(i => (i * 37 + shift) % 30_000 - 15_000)]), rate: rate);

    [Fact]
    public void A_file_is_one_stream_whose_last_stretches_are_held_out()
    {
        using var samples = new Samples();
        using var data = Dataset.Open(samples.File("x.wav", Clip(100_001)), With("levels=65536"));
        Assert.Equal((Modality.Audio, 1, 1, 1), (data.Modality, data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(Space.Sequence(100_001, 65_536, AlphabetScale.Ordinal), data.Space);
        Assert.True(data.Space.IsSequence);
        Assert.Equal("levels=65536 hold_out=content as=audio rate=8000", data.Preprocessing);
        var whole = Symbols(data.All, 0);
        Assert.Equal([.. Enumerable.Range(0, 100_001).Select(i => i * 37 % 30_000 - 15_000 + 32_768)], whole);
        var (train, validation, test) = (Symbols(data.Train, 0), Symbols(data.Validation, 0), Symbols(data.Test, 0));
        Assert.Equal(whole[..train.Length], train);
        Assert.Equal(whole[^test.Length..], test);
        Assert.Equal(100_001 - 2 * 1024, train.Length + validation.Length + test.Length);
        Assert.InRange(test.Length, 9_999, 10_001);
        Assert.Equal(whole[(train.Length + 1024)..(train.Length + 1024 + validation.Length)], validation);
    }

    [Fact]
    public void Many_files_read_as_few_do_and_windows_as_wholes()
    {
        using var samples = new Samples();
        for (var i = 0; i < 70; i++) samples.File($"{i:00}.wav", Clip(200 + i, i));
        using var data = Dataset.Open(samples.Folder, DataOptions.Default);
        Assert.Equal((70, 269), (data.All.Count, data.Space.Width));
        for (var i = 0; i < 70; i++)
        {
            var whole = Symbols(data.All, i);
            Assert.Equal(200 + i, whole.Length);
            var window = new int[50];
            data.All.Read(i, 100, window);
            Assert.Equal(whole[100..150], window);
            var bytes = new byte[whole.Length];
            data.All.Read(i, bytes);
            Assert.Equal(whole, Array.ConvertAll(bytes, value => (int)value));
            using var one = Dataset.Open(Path.Combine(samples.Folder, $"{i:00}.wav"), data.Options);
            Assert.Equal(whole, Symbols(one.All, 0));
        }
        File.WriteAllBytes(Path.Combine(samples.Folder, "07.wav"), Clip(207, 9));
        Assert.Contains("'" + Path.Combine(samples.Folder, "07.wav") + "' has changed while it was in use", Assert.Throws<DataException>(() => Symbols(data.All, 7)).Message);
    }

    [Fact]
    public void Levels_are_those_of_the_file_or_of_mu_law_and_losses_are_told()
    {
        using var samples = new Samples();
        using (var eight = Dataset.Open(samples.File("8.wav", WavFiles.Of(Samples.RandomBytes(4000), bits: 8)), DataOptions.Default))
        {
            Assert.Equal("levels=256 hold_out=content as=audio rate=8000", eight.Preprocessing);
            Assert.Equal(Samples.RandomBytes(4000), Array.ConvertAll(Symbols(eight.All, 0), symbol => (byte)symbol));
            Assert.DoesNotContain(eight.Notes, note => note.Contains("lossy"));
        }
        var path = samples.File("16.wav", Clip(4000));
        using (var sixteen = Dataset.Open(path, DataOptions.Default))
        {
            Assert.Equal("levels=mulaw hold_out=content as=audio rate=8000", sixteen.Preprocessing);
            Assert.Contains(sixteen.Notes, note => note.Contains("samples of 16 bits become 256 mu-law levels, which is lossy; levels=65536 keeps all"));
            Assert.Equal("samples 8000 mulaw 256", sixteen.Tokens!.ToText());
        }
        using (var all = Dataset.Open(path, With("levels=65536"))) Assert.DoesNotContain(all.Notes, note => note.Contains("lossy"));
        using (var few = Dataset.Open(path, With("levels=100"))) Assert.Equal(100, few.Space.Levels);
        using (var long24 = Dataset.Open(samples.File("24.wav", WavFiles.Of(new byte[3000], bits: 24)), With("levels=65536"))) Assert.Contains(long24.Notes, note => note.Contains("24 bits are rounded to 16, which is lossy"));
    }

    [Fact]
    public void Rates_that_differ_need_one_to_be_asked_for()
    {
        using var samples = new Samples();
        samples.File("a.wav", Clip(1000));
        samples.File("b.wav", Clip(1000, rate: 16_000));
        Assert.Contains("have 8000, 16000 samples a second; set rate= to the one that all shall have, such as rate=8000", Refusal(samples.Folder));
        using var data = Dataset.Open(samples.Folder, With("rate=8000"));
        Assert.Equal([1000, 500], Enumerable.Range(0, 2).Select(i => data.All.SpaceOf(i).Width).OrderDescending());
        Assert.Contains(data.Notes, note => note.Contains("1 of 2 files have 16000 samples a second, and are brought to 8000"));
        using var stereo = Dataset.Open(samples.File("s.wav", WavFiles.Of(new byte[4000], channels: 2)), DataOptions.Default);
        Assert.Contains(stereo.Notes, note => note.Contains("several channels, of which the mean is taken"));
    }

    [Fact]
    public void Labels_are_sub_folders_or_stand_in_names()
    {
        using var samples = new Samples();
        foreach (var (name, shift) in ((string, int)[])[("cat/1_x.wav", 1), ("dog/2_y.wav", 2), ("dog/1_z.wav", 3), ("test/dog/2_u.wav", 4)]) samples.File(name, Clip(500, shift));
        using (var folders = Dataset.Open(samples.Folder, With("validation=0"))) Assert.Equal(("cat dog", 3, 1), (string.Join(' ', folders.ClassNames), folders.Train.Count, folders.Test.Count));
        using (var names = Dataset.Open(samples.Folder, With("label=LABEL_*", "validation=0")))
        {
            Assert.Equal(["1", "2"], names.ClassNames);
            for (var i = 0; i < names.All.Count; i++) Assert.Equal(names.ClassNames[names.All.Label(i)], Path.GetFileName(names.All.ItemName(i))[..1]);
            Assert.Contains("label=LABEL_*", names.Preprocessing);
        }
        using (var last = Dataset.Open(samples.Folder, With("label=*_LABEL", "validation=0"))) Assert.Equal(["u", "x", "y", "z"], last.ClassNames);
        samples.File("cat/strange.wav", Clip(500, 9));
        using (var left = Dataset.Open(samples.Folder, With("label=LABEL_*"))) Assert.Contains(left.Notes, note => note.Contains("left out: 1 file (cat/strange.wav) whose names do not fit label=LABEL_*"));
        foreach (var pattern in (string[])["LABELLABEL", "x", "LA BEL", "LABEL/x"]) Assert.Contains("does not say where in a file's name the label is", Assert.Throws<DataException>(() => Dataset.Open(samples.Folder, With($"label={pattern}"))).Message);
        using var text = new Samples();
        foreach (var name in (string[])["a-1.txt", "b-2.txt"]) text.File(name, Encoding.UTF8.GetBytes(name));
        using (var texts = Dataset.Open(text.Folder, With("label=LABEL-*"))) Assert.Equal(["a", "b"], texts.ClassNames);
    }

    [Fact]
    public void Folders_are_what_most_of_their_files_are()
    {
        using var samples = new Samples();
        for (var i = 0; i < 3; i++) samples.File($"{i}.wav", Clip(300, i));
        samples.File("cover.png", Png.Encode(new byte[6], 2, 3, 1));
        samples.File("README.txt", "prose"u8.ToArray());
        samples.File("0.wav.gz", Samples.Gzip(Clip(300)));
        using (var data = Dataset.Open(samples.Folder, DataOptions.Default))
        {
            Assert.Equal((Modality.Audio, 3), (data.Modality, data.All.Count));
            Assert.Contains(data.Notes, note => note.Contains("left out: 3 other files"));
        }
        using (var packed = Dataset.Open(samples.File("p/1.wav.gz", Samples.Gzip(Clip(300))), DataOptions.Default)) Assert.Equal((Modality.Audio, 300), (packed.Modality, packed.Space.Width));
        for (var i = 0; i < 5; i++) samples.File($"{i}.png", Png.Encode(new byte[6], 2, 3, 1));
        using (var pictures = Dataset.Open(samples.Folder, DataOptions.Default)) Assert.Equal(Modality.Image, pictures.Modality);
        using (var sound = Dataset.Open(samples.Folder, new DataOptions { As = Modality.Audio })) Assert.Equal(3, sound.All.Count);
        using (var bytes = Dataset.Open(Path.Combine(samples.Folder, "0.wav"), new DataOptions { As = Modality.Bytes })) Assert.Equal(644, bytes.Space.Width);
    }

    [Fact]
    public void What_is_not_for_sound_is_refused()
    {
        using var samples = new Samples();
        var path = samples.File("a.wav", Clip(1000));
        Assert.Contains("items=lines is for text", Refusal(path, "items=lines"));
        Assert.Contains("tokens is a key of text, bytes and pairs", Refusal(path, "tokens=characters"));
        Assert.Contains("size is a key of images", Refusal(path, "size=28x28"));
        Assert.Contains("rate is a key of sound, and", Refusal(samples.File("a.txt", "prose"u8.ToArray()), "rate=8000"));
        var picture = samples.File("a.png", Png.Encode(new byte[6], 2, 3, 1));
        Assert.Contains("levels=mulaw is for sound", Refusal(picture, "levels=mulaw"));
        Assert.Contains("levels=300 is for sound", Refusal(picture, "levels=300"));
        Assert.Contains("is WAV sound and no text", Refusal(path, "as=text"));
        Assert.Contains("is text and no audio", Refusal(samples.File("b.txt", "prose"u8.ToArray()), "as=audio"));
        Assert.Contains("none.wav' has no samples", Refusal(samples.File("none.wav", WavFiles.Of([]))));
        Assert.Contains("cut short", Refusal(samples.File("cut.wav", Clip(1000)[..900])));
        Assert.Contains("is MIDI music", Refusal(samples.File("a.mid", "MThd\0\0\0\u0006"u8.ToArray())));
        Assert.Contains("ends within the header of a WAV file, after 4 bytes", Refusal(samples.File("head.wav", "RIFF"u8.ToArray())));
        var big = samples.File("big.wav", [.. "RIFX"u8, .. Clip(1000)[4..]]);
        foreach (var settings in (string[][])[[], ["as=audio"]]) Assert.Contains("big-endian (RIFX), which is not read; convert it", Refusal(big, settings));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        using var samples = new Samples();
        foreach (var (name, file, settings) in ((string, byte[], string[])[])[("8.wav", WavFiles.Of(Samples.RandomBytes(333), bits: 8), []), ("16.wav", Clip(2000), ["levels=65536"]), ("mu.wav", Clip(2000), ["levels=mulaw"])])
        {
            using var data = Dataset.Open(samples.File(name, file), With(settings));
            using var saved = new MemoryStream();
            data.Modality.Save(data.All, data.Tokens, saved, default);
            using var again = Dataset.Open(samples.File($"again-{name}", saved.ToArray()), data.Options);
            Assert.Equal(Symbols(data.All, 0), Symbols(again.All, 0));
            using var single = Dataset.Open(samples.File($"single-{name}", data.Modality.Single(Symbols(data.All, 0), data.Space, data.Tokens).Content), data.Options);
            Assert.Equal(Symbols(data.All, 0), Symbols(single.All, 0));
            if (name != "mu.wav") Assert.Equal(file[44..], saved.ToArray()[44..file.Length]);
        }
    }

    [Fact]
    public void Baselines_know_a_tone_from_noise()
    {
        using var samples = new Samples();
        using var tone = Dataset.Open(samples.File("tone.wav", WavFiles.Of(WavFiles.Shorts(WavFiles.Tone(60_000, 440, 8000)))), With("levels=65536"));
        var of = Baselines.Measure(tone, tone.Test, 1);
        Assert.Equal(16, of["uniform"]!.Value, 9);
        Assert.InRange(of["prediction"]!.Value, 0, 4); // 12,000 times as loud as a step
        Assert.Null(of["pairs"]);
        using var noise = Dataset.Open(samples.File("noise.wav", WavFiles.Of(Samples.RandomBytes(100_000), bits: 8)), DataOptions.Default);
        of = Baselines.Measure(noise, noise.Test, 1);
        Assert.All(of.All.Where(baseline => baseline.Key != "prediction"), baseline => Assert.InRange(baseline.Bits!.Value, 7.9, 8.6));
        Assert.InRange(of["prediction"]!.Value, 8, 8.6); // the tails are not those of noise
    }

    [FfmpegFact]
    public void Other_formats_are_read_through_ffmpeg()
    {
        using var samples = new Samples();
        var wav = samples.File("x.wav", WavFiles.Of(WavFiles.Shorts(WavFiles.Tone(5000, 300, 8000)), channels: 2));
        var folder = Directory.CreateDirectory(Path.Combine(samples.Folder, "f")).FullName;
        foreach (var name in (string[])["a.flac", "b.aiff", "c.au", "alaw.wav"])
            Assert.Equal(0, FfmpegFactAttribute.Run([.. (string[])["-v", "error", "-y", "-i", $"file:{wav}"], .. name == "alaw.wav" ? ["-c:a", "pcm_alaw"] : (string[])[], $"file:{folder}/{name}"]));
        using var data = Dataset.Open(folder, With("levels=65536"));
        using var own = Dataset.Open(wav, With("levels=65536"));
        Assert.Equal(4, data.All.Count);
        for (var i = 0; i < 4; i++)
            if (data.All.ItemName(i) != "alaw.wav") Assert.Equal(Symbols(own.All, 0), Symbols(data.All, i));
        samples.File("f/a.flac", [.. "fLaC"u8, .. new byte[50]]);
        Assert.Contains("ffmpeg cannot read", Refusal(folder));
    }
}
