using Likely.Files;
using Xunit;

namespace Likely.Tests.Files;

public sealed class FolderWalkTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-walk-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [UnixFact]
    public void Links_that_lead_in_circles_are_listed_and_not_followed()
    {
        // Followed, these would be 3^40 ways.
        foreach (var name in (string[])["a", "b", "c", "c/empty", ".hidden"]) Directory.CreateDirectory(Path.Combine(_folder, name));
        foreach (var name in (string[])["a", "b", "c"])
        {
            File.WriteAllText(Path.Combine(_folder, name, "file"), name);
            Directory.CreateSymbolicLink(Path.Combine(_folder, name, "up"), "..");
        }
        Directory.CreateSymbolicLink(Path.Combine(_folder, "outside"), Path.GetTempPath());
        File.CreateSymbolicLink(Path.Combine(_folder, "linked"), "a/file");
        File.WriteAllText(Path.Combine(_folder, ".hidden/file"), "");
        string[] Below(List<string> paths) => [.. paths.Select(path => Path.GetRelativePath(_folder, path))];
        var walk = new FolderWalk(_folder, withHidden: false);
        Assert.Equal(["a/file", "b/file", "c/file", "linked"], Below(walk.Files));
        Assert.Equal(["a/up", "b/up", "c/up", "outside"], Below(walk.Links));
        Assert.Equal(["c/empty"], Below(walk.Empty));
        Assert.Equal([".hidden/file", "a/file", "b/file", "c/file", "linked"], Below(new FolderWalk(_folder, withHidden: true).Files));
        // A link that is named itself is followed, once.
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a/self"), _folder);
        Assert.Equal(4, new FolderWalk(Path.Combine(_folder, "a/self"), withHidden: false).Files.Count);
    }

    [UnixFact]
    public void A_name_that_is_no_text_is_listed_as_a_file_and_not_as_a_link()
    {
        System.Diagnostics.Process.Start("/bin/sh", ["-c", $"cd '{_folder}' && printf x > \"$(printf 'a\\377.png')\""]).WaitForExit();
        if (Directory.GetFileSystemEntries(_folder).Length == 0) return; // this disk takes no such names
        var walk = new FolderWalk(_folder, withHidden: true);
        System.Diagnostics.Process.Start("/bin/sh", ["-c", $"rm '{_folder}'/*"]).WaitForExit(); // a name that is no text can be removed by the shell alone
        Assert.Equal("a\uFFFD.png", Path.GetFileName(Assert.Single(walk.Files)));
        Assert.Empty(walk.Links);
    }

    [Fact]
    public void A_walk_can_be_stopped() =>
        Assert.Throws<OperationCanceledException>(() => new FolderWalk(_folder, withHidden: true, new CancellationToken(canceled: true)));
}
