using System.Security.Cryptography;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Golden;

/// <summary>
/// Names on disk are for ever: a tiny model file of every registered model is kept beside this test and must load, have its identity
/// and give the same log-likelihoods to the bit. A new model's file is made by running this test with LIKELY_GOLDEN=write; an
/// existing file is made anew only when the order version changes.
/// </summary>
public sealed unsafe class GoldenCheckpointTests
{
    public static TheoryData<string> Models => [.. ModelRegistry.Densities.Select(config => config.Name), "bytenet-pairs", "wavenet-pairs", "wavenet-sound", "wavenet-linear", "made-table"];

    [Theory, MemberData(nameof(Models))]
    public void A_kept_model_file_loads_and_scores_to_the_same_bits(string name)
    {
        var path = Path.Combine(Folder, $"{name}.likely");
        var facts = Path.Combine(Folder, $"{name}.txt");
        if (Environment.GetEnvironmentVariable("LIKELY_GOLDEN") == "write" && !File.Exists(path))
        {
            var made = New(name);
            made.Save(path, overwrite: false);
            File.WriteAllText(facts, Facts(made));
        }
        Assert.True(File.Exists(path), $"{path} is missing; run this test once with LIKELY_GOLDEN=write");
        Assert.Equal(File.ReadAllText(facts), Facts(Checkpoint.Load(path)));
    }

    [Theory, MemberData(nameof(Models))]
    public void Saving_and_loading_keeps_every_bit(string name)
    {
        var made = New(name);
        var path = Path.Combine(Path.GetTempPath(), $"likely-{Guid.NewGuid():n}.likely");
        try
        {
            made.Save(path, overwrite: false);
            var read = Checkpoint.Load(path);
            Assert.Equal(Facts(made), Facts(read));
            Assert.Equal(made.Summary, read.Summary);
            Assert.Equal(made.ClassNames, read.ClassNames);
            Assert.Equal((made.DataName, made.Preprocessing), (read.DataName, read.Preprocessing));
        }
        finally
        {
            File.Delete(path);
        }
    }

    internal static Checkpoint New(string name)
    {
        var law = LawCases.All.FirstOrDefault(c => c.Config.Name == name) ?? LawCases.Find(string.Join(": ", name.Split('-')));
        var model = law.Config.Build(law.Space, law.Classes, seed: 20260101);
        return new Checkpoint(model, [.. Enumerable.Range(0, law.Classes).Select(i => $"class {i}")], "binarize=static") { DataName = "golden", Summary = { ["steps"] = 0 } };
    }

    internal static string Facts(Checkpoint checkpoint)
    {
        var model = checkpoint.Density;
        var batch = new SymbolBatch(model.Space, 4);
        batch.Begin(4);
        var random = new Philox(7, RandomPurpose.Test);
        var item = new int[model.Space.Dimensions];
        for (var i = 0; i < 4; i++)
        {
            for (var d = 0; d < item.Length; d++) item[d] = random.Below((ulong)i, (ulong)d, model.Space.AlphabetAt(d).Size);
            batch.Set(i, item, model.Classes > 0 ? i % model.Classes : -1);
            if (model.Space.Source > 0) batch.SetSource(i, Array.ConvertAll(item[..(2 * i)], symbol => symbol % model.Space.SourceLevels));
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var total = 0.0;
        for (var member = 0; member < model.Members; member++)
        {
            var logs = model.LogProbabilities(new Tape(), batch, member: member);
            for (var row = 0L; row < logs.Rows; row++)
                for (var c = 0; c < logs.Channels; c++)
                {
                    var value = logs.Data[row * logs.Stride + c];
                    total += value;
                    hash.AppendData(BitConverter.GetBytes(value));
                }
        }
        return FormattableString.Invariant($"identity {checkpoint.Identity()}\nlog-likelihood {total:r}\nbits {Convert.ToHexStringLower(hash.GetHashAndReset())}\n");
    }

    // The files are read where they are kept, so that writing a new one puts it into the tree.
    internal static string Folder { get; } = Locate();

    static string Locate([System.Runtime.CompilerServices.CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;
}
