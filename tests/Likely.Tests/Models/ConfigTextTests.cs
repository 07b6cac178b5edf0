using System.Text.RegularExpressions;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>What configs print of themselves, and what the documentation calls of models.</summary>
public sealed partial class ConfigTextTests
{
    [Fact]
    public void A_config_prints_its_keys()
    {
        foreach (var config in ModelRegistry.All)
        {
            var text = config.ToString();
            Assert.StartsWith($"{config.Name} {{ ", text, StringComparison.Ordinal);
            foreach (var (key, value) in ModelRegistry.Keys(config)) Assert.Contains($"{key} = {value}", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rows_are_fitted_from_arrays_as_they_are()
    {
        var values = new float[,] { { 0, 1 }, { 1, 3 }, { 2, 2 } };
        float[][] rows = [[0, 1], [1, 3], [2, 2]];
        var config = new PcaConfig { Components = 1 };
        Assert.Equal(config.Fit(Rows.Of(values)).Atoms()[0], config.Fit(values).Atoms()[0]);
        Assert.Equal(config.Fit(Rows.Of(values)).Atoms()[0], config.Fit(rows).Atoms()[0]);
    }

    [Fact]
    public void What_the_documentation_asks_of_models_is_public()
    {
        var found = 0;
        foreach (var path in Directory.GetFiles(Path.Combine(PackageFactAttribute.Root, "docs"), "*.md"))
            foreach (Match match in Cast().Matches(File.ReadAllText(path)))
            {
                found++;
                var type = Array.Find(typeof(FeatureModel).Assembly.GetExportedTypes(), type => type.Name == match.Groups[1].Value);
                Assert.True(type?.GetMember(match.Groups[2].Value).Length > 0, $"{path}: {match.Value} is not public");
            }
        Assert.NotEqual(0, found);
    }

    [GeneratedRegex(@"\(\((\w+)\)\w+\)\.(\w+)")]
    private static partial Regex Cast();
}
