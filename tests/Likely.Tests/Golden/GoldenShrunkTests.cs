using System.Security.Cryptography;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Golden;

/// <summary>
/// Files with weights in 16 and 8 bits are for ever too: each kept one must load, have its identity and give the same
/// log-likelihoods to the bit, and shrinking the kept float32 file must give the same bytes again. Made with LIKELY_GOLDEN=write.
/// </summary>
public sealed class GoldenShrunkTests
{
    public static TheoryData<string, WeightStorage> Files => new()
    {
        { "gated-pixelcnn", WeightStorage.BFloat16 }, { "gated-pixelcnn", WeightStorage.Int8 }, { "pixelcnn", WeightStorage.Int8 }, { "made", WeightStorage.BFloat16 },
    };

    [Theory, MemberData(nameof(Files))]
    public void A_kept_file_loads_and_is_made_again_to_the_byte(string name, WeightStorage storage)
    {
        var path = Path.Combine(GoldenCheckpointTests.Folder, $"{name}-{(storage == WeightStorage.Int8 ? 8 : 16)}bit.likely");
        var facts = Path.ChangeExtension(path, ".txt");
        var shrunk = Bytes(Checkpoint.Load(Path.Combine(GoldenCheckpointTests.Folder, $"{name}.likely")).Shrink(storage));
        if (Environment.GetEnvironmentVariable("LIKELY_GOLDEN") == "write" && !File.Exists(path))
        {
            File.WriteAllBytes(path, shrunk);
            File.WriteAllText(facts, Facts(path));
        }
        Assert.True(File.Exists(path), $"{path} is missing; run this test once with LIKELY_GOLDEN=write");
        Assert.Equal(File.ReadAllText(facts), Facts(path));
        Assert.Equal(Tensors(File.ReadAllBytes(path)), Tensors(shrunk));
        Assert.Equal(storage, Checkpoint.Load(path).Storage);
    }

    static string Facts(string path) => $"{GoldenCheckpointTests.Facts(Checkpoint.Load(path))}file {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}\n";

    // The header tells the library's version, so the bytes of the tensors are what is compared.
    static IEnumerable<string> Tensors(byte[] file) =>
        Safetensors.Read(file).Entries.Select(entry => $"{entry.Name} {entry.DataType} [{string.Join(',', entry.Shape)}] {Convert.ToHexString(entry.Data.Span)}");

    static byte[] Bytes(Checkpoint checkpoint)
    {
        using var stream = new MemoryStream();
        checkpoint.Save(stream);
        return stream.ToArray();
    }
}
