using Likely.Models;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>Being registered is enough to be put to the laws.</summary>
public sealed class LawCasesTests
{
    public static TheoryData<string> Models => [.. ModelRegistry.All.Select(config => config.Name)];

    [Theory, MemberData(nameof(Models))]
    public void Every_registered_model_has_a_case_and_one_whose_space_can_be_listed(string model)
    {
        var cases = LawCases.All.Where(c => c.Config.Name == model).ToArray();
        Assert.True(cases.Length > 0, $"{model} accepts no tiny configuration; see LawCases");
        Assert.Contains(cases, c => c.States <= TinySpace.Limit);
    }
}
