using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>Formats that another program decodes, with a stand-in for that program that prints two small PPM pictures.</summary>
[Collection(nameof(AloneCollection))]
public sealed class FfmpegTests
{
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

    [Fact]
    public void Without_the_program_one_sentence_says_what_to_do()
    {
        using var samples = new Samples();
        var picture = samples.File("photo.jpg", [1, 2, 3]);
        var message = WithPath(samples.Folder, () => Assert.Throws<DataException>(() => Image.Read(picture)).Message);
        Assert.Contains("photo.jpg", message);
        Assert.Contains("ffmpeg", message);
        Assert.Contains("install", message);
    }

    [UnixFact]
    public void Pictures_and_frames_come_through_the_pipe()
    {
        using var samples = new Samples();
        var program = samples.File("bin/ffmpeg", "#!/bin/sh\nprintf 'P6\\n2 1\\n255\\nabcdef'\ncase \"$*\" in *frames:v*) ;; *) printf 'P6 2 1 255\\nghijkl' ;; esac\n"u8.ToArray());
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        samples.File("photos/a.jpg", [1]);
        samples.File("photos/b.png", Png.Encode([1, 2], 1, 2, 1));
        var film = samples.File("film.mp4", [1]);
        using var folder = WithPath(Path.GetDirectoryName(program)!, () => Dataset.Open(Path.Combine(samples.Folder, "photos"), new DataOptions { Validation = 0 }));
        var symbols = new byte[6];
        folder.Train.Read(0, symbols);
        Assert.Equal("abcdef"u8.ToArray(), symbols);
        folder.Train.Read(1, symbols);
        Assert.Equal([1, 1, 1, 2, 2, 2], symbols);
        using var frames = WithPath(Path.GetDirectoryName(program)!, () => Dataset.Open(film, new DataOptions { Validation = 0 }));
        Assert.Equal(2, frames.Train.Count);
        frames.Train.Read(1, symbols);
        Assert.Equal("ghijkl"u8.ToArray(), symbols);
    }

    [UnixFact]
    public void What_the_program_complains_about_is_passed_on()
    {
        using var samples = new Samples();
        var program = samples.File("bin/ffmpeg", "#!/bin/sh\necho 'no such codec' >&2\nexit 1\n"u8.ToArray());
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var picture = samples.File("photo.webp", [1, 2, 3]);
        Assert.Contains("no such codec", WithPath(Path.GetDirectoryName(program)!, () => Assert.Throws<DataException>(() => Image.Read(picture)).Message));
    }

    /// <summary>These tests change the PATH of the whole process, so no others may run beside them.</summary>
    [CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
    public sealed class AloneCollection;

    [AttributeUsage(AttributeTargets.Method)]
    sealed class UnixFactAttribute : FactAttribute
    {
        public UnixFactAttribute()
        {
            if (OperatingSystem.IsWindows()) Skip = "the stand-in program is a shell script";
        }
    }
}
