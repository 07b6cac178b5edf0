using Likely.Models;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>Being registered is enough to be put to the laws.</summary>
public sealed class LawCasesTests
{
    public static TheoryData<string> Models => [.. ModelRegistry.Densities.Select(config => config.Name)];

    [Theory, MemberData(nameof(Models))]
    public void Every_registered_model_has_a_case_and_one_whose_space_can_be_listed(string model)
    {
        var cases = LawCases.All.Where(c => c.Config.Name == model).ToArray();
        Assert.True(cases.Length > 0, $"{model} accepts no tiny configuration; see LawCases");
        Assert.Contains(cases, c => c.States <= TinySpace.Limit);
    }

    [Theory, MemberData(nameof(Models))]
    public void A_config_is_its_name_and_its_hyperparameters_and_nothing_else(string model)
    {
        var config = ModelRegistry.FindDensity(model);
        var settable = config.GetType().GetProperties().Where(property => property.CanWrite).Select(property => ModelRegistry.KeyOf(property.Name)).ToArray();
        Assert.Equal(settable, ModelRegistry.Keys(config).Select(pair => pair.Key));
        Assert.Equal(config, ModelRegistry.FromJson(ModelRegistry.ToJson(config)));
        Assert.Throws<ModelException>(() => ModelRegistry.FromJson($$"""{"model":"{{model}}","no_such_key":1}"""));
        Assert.Contains("no_such_key", Assert.Throws<ModelException>(() => ModelRegistry.With(config, [new("no_such_key", "1")])).Message);
    }

    [Theory, MemberData(nameof(Models))]
    public void Every_key_has_a_line_that_serves_its_refusal(string model)
    {
        var config = ModelRegistry.FindDensity(model);
        Assert.All(config.GetType().GetProperties().Where(property => property.CanWrite), property
            => Assert.True(property.IsDefined(typeof(KeyAttribute), inherit: true), $"{model}: put [Key(\"what it means\", ...)] before {property.Name}"));
        foreach (var key in ModelRegistry.Describe(config))
        {
            Assert.True(key.Meaning.Length > 10, $"{model}: say what {key.Name} does");
            Assert.Equal(config, ModelRegistry.With(config, [new(key.Name, key.Default)]));
            Assert.Equal($"{key.Name}=? is not allowed; use {key.Values}", Assert.Throws<ModelException>(() => ModelRegistry.With(config, [new(key.Name, "?")])).Message);
        }
    }
}
