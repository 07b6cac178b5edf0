using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Likely.Coding;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Files;

/// <summary>One exception to catch, and sentences that any program can show: the library knows nothing of a command line.</summary>
public sealed partial class LikelyExceptionTests
{
    public static TheoryData<Type> Libraries => [typeof(Walk), typeof(RangeEncoder), typeof(Dataset), typeof(Checkpoint), typeof(AtomicFile), typeof(Tensor)];

    [Theory, MemberData(nameof(Libraries))]
    public void Every_exception_of_the_library_is_one_kind(Type type)
    {
        foreach (var exception in type.Assembly.GetTypes().Where(typeof(Exception).IsAssignableFrom))
            Assert.True(typeof(LikelyException).IsAssignableFrom(exception), $"{exception} does not derive from {nameof(LikelyException)}");
    }

    [Theory, MemberData(nameof(Libraries))]
    public void No_text_of_the_library_names_an_option_or_a_verb(Type type)
    {
        using var file = new PEReader(File.OpenRead(type.Assembly.Location));
        var reader = file.GetMetadataReader();
        for (var handle = MetadataTokens.UserStringHandle(0); !(handle = reader.GetNextHandle(handle)).IsNil;)
        {
            var text = reader.GetUserString(handle);
            if (text != "--silent") Assert.False(CommandLineWords().IsMatch(text), $"\"{text}\""); // npm's
        }
    }

    [Fact]
    public void A_caller_catches_one_and_learns_what_could_be_done()
    {
        var folder = Directory.CreateTempSubdirectory("likely-test-");
        try
        {
            var path = Path.Combine(folder.FullName, "there");
            File.WriteAllText(path, "");
            Assert.Equal(Remedy.Overwrite, Assert.ThrowsAny<LikelyException>(() => AtomicFile.RequireFree(path, overwrite: false)).Remedy);
            Assert.Equal(Remedy.None, Assert.ThrowsAny<LikelyException>(() => Checkpoint.Load(path)).Remedy);
            Assert.ThrowsAny<LikelyException>(() => Dataset.Open(Path.Combine(folder.FullName, "missing"), new DataOptions()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"(^|[ ;,(])--[a-z]|likely (train|sample|complete|score|compress|decompress|verify|shrink|info|models|keys|bench|demo|data) ")]
    private static partial Regex CommandLineWords();
}
