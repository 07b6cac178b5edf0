using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Golden;

/// <summary>A fitted model file of every case of every model of features is kept beside this test, and must load, encode and lead back to the same bits; fitting anew gives the same identity. Made as <see cref="GoldenCheckpointTests"/>'s.</summary>
public sealed class GoldenFeatureTests
{
    public static TheoryData<string> Models => [.. ModelRegistry.All.OfType<FeatureConfig>().Select(config => config.Name)];

    [Theory, MemberData(nameof(Models))]
    public void A_kept_model_of_features_loads_and_encodes_to_the_same_bits(string name)
    {
        string path = Path.Combine(GoldenCheckpointTests.Folder, $"{name}.likely"), facts = Path.Combine(GoldenCheckpointTests.Folder, $"{name}.txt");
        var fitted = new Checkpoint(FeatureCase.All.First(one => one.Config.Name == name).Fit(), [], "as=vectors") { DataName = "golden" };
        if (Environment.GetEnvironmentVariable("LIKELY_GOLDEN") == "write" && !File.Exists(path))
        {
            fitted.Save(path, overwrite: false);
            File.WriteAllText(facts, Facts(fitted));
        }
        Assert.True(File.Exists(path), $"{path} is missing; run this test once with LIKELY_GOLDEN=write");
        Assert.Equal(File.ReadAllText(facts), Facts(Checkpoint.Load(path)));
        Assert.Equal(File.ReadAllText(facts), Facts(fitted));
    }

    static string Facts(Checkpoint checkpoint)
    {
        var model = (FeatureModel)checkpoint.Model;
        float[] rows = [.. FeatureCase.Values(40, seed: 9).Cast<float>()], codes = new float[40 * model.Width];
        model.Encode(rows, 40, codes);
        model.TryDecode(codes, 40, rows);
        var bits = SHA256.HashData((byte[])[.. MemoryMarshal.AsBytes(codes.AsSpan()), .. MemoryMarshal.AsBytes(rows.AsSpan())]);
        return $"identity {checkpoint.Identity()}\nbits {Convert.ToHexStringLower(bits)}\n";
    }
}
