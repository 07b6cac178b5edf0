using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class DataOptionsTests
{
    static DataOptions Parse(params (string Key, string Value)[] settings) =>
        DataOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));

    [Fact]
    public void Canonical_text_and_back()
    {
        Assert.Equal("hold_out=content", DataOptions.Default.ToCanonical());
        Assert.Equal("", (DataOptions.Default with { HoldOut = HoldOut.Permutation }).ToCanonical());
        var options = Parse(("size", "28x30"), ("binarize", "static"), ("crop", "64x64"), ("gray", "true"), ("background", "white"), ("validation", "0.05"), ("limit", "100"), ("flip", "true"), ("parts", "none"))
            with
        { Seed = ulong.MaxValue };
        Assert.Equal("binarize=static size=28x30 crop=64x64 gray=true background=255 validation=0.05 hold_out=content parts=none limit=100 flip=true data_seed=18446744073709551615", options.ToCanonical());
        Assert.Equal(options, DataOptions.FromCanonical(options.ToCanonical()));
        Assert.Equal(Parse(("levels", "8"), ("hold_out", "permutation")), DataOptions.FromCanonical("levels=8"));
        Assert.Equal(Parse(("levels", "8")), DataOptions.FromCanonical("levels=8 hold_out=content"));
        var array = Parse(("transpose", "true"), ("axes", "nchw"), ("range", "-1.50:1e3"));
        Assert.Equal("hold_out=content range=-1.5:1000 axes=NCHW transpose=true", array.ToCanonical());
        Assert.Equal(array, DataOptions.FromCanonical(array.ToCanonical()));
        var text = Parse(("as", "text"), ("tokens", "characters"), ("items", "lines"), ("gap", "100"), ("test", "0"));
        Assert.Equal("test=0 hold_out=content as=text tokens=characters items=lines gap=100", text.ToCanonical());
        Assert.Equal(text, DataOptions.FromCanonical(text.ToCanonical()));
        // A vocabulary's path is nothing that a model keeps, nor one that it can name.
        Assert.Equal(("hold_out=content tokens=vocabulary", "."), (Parse(("tokens", ".")).ToCanonical(), Parse(("tokens", ".")).Vocabulary));
        Assert.Null(DataOptions.FromCanonical("tokens=vocabulary").Vocabulary);
        Assert.Contains("tokens=. is not allowed", Assert.Throws<DataException>(() => DataOptions.FromCanonical("tokens=.")).Message);
        // What says nothing is a picture, as in every model file that is older than text.
        Assert.Equal("hold_out=content", Parse(("as", "image")).ToCanonical());
    }

    [Fact]
    public void Every_key_has_a_line_that_is_true_and_serves_its_refusal()
    {
        foreach (var key in DataOptions.Keys)
        {
            Assert.Equal($"{key.Name}=? is not allowed; use {key.Values}.", Assert.Throws<DataException>(() => Parse((key.Name, "?"))).Message);
            if (key.Default != "-") Assert.Equal(DataOptions.Default, Parse((key.Name, key.Default)));
            Assert.True(key.Meaning.Length > 10 && char.IsLower(key.Meaning[0]), $"{key.Name}: say what it does, in a line that begins small");
        }
        // Every setting that a model file can hold can be asked for.
        foreach (var property in typeof(DataOptions).GetProperties().Where(property => property.CanWrite && property.Name is not (nameof(DataOptions.AnySize) or nameof(DataOptions.Seed) or nameof(DataOptions.ModelLevels) or nameof(DataOptions.ModelClasses) or nameof(DataOptions.ModelTokens) or nameof(DataOptions.Vocabulary) or nameof(DataOptions.ModelWords) or nameof(DataOptions.VocabularySize) or nameof(DataOptions.MuLaw)))) // the last two are vocabulary, and a value of levels
            Assert.Contains(DataOptions.Keys, key => key.Name.Replace("_", "") == property.Name.ToLowerInvariant());
    }

    [Fact]
    public void A_mistyped_key_is_told_the_one_that_was_meant() => Assert.Contains("did you mean 'binarize'", Assert.Throws<DataException>(() => Parse(("binarise", "static"))).Message);

    [Theory]
    [InlineData("colour", "1", "binarize, levels, size, crop, patches, gray, background, validation, hold_out, parts, limit, flip")]
    [InlineData("binarize", "yes", "threshold, static, dynamic")]
    [InlineData("levels", "1", "2 to 256")]
    [InlineData("levels", "65537", "2 to 256 (of sound to 65536), or mulaw")]
    [InlineData("rate", "99", "100 to 768000")]
    [InlineData("label", "a\tb", "LABEL_*_*")]
    [InlineData("types", "age", "NAME:number")]
    [InlineData("size", "28", "28x28")]
    [InlineData("size", "0x28", "28x28")]
    [InlineData("gray", "1", "true or false")]
    [InlineData("validation", "0.6", "0 to 0.45")]
    [InlineData("validation", "NaN", "0 to 0.45")]
    [InlineData("hold_out", "names", "content or permutation")]
    [InlineData("limit", "-3", "from 1")]
    [InlineData("range", "1", "0:255")]
    [InlineData("range", "1:1", "0:255")]
    [InlineData("range", "1:0", "0:255")]
    [InlineData("range", "0:NaN", "0:255")]
    [InlineData("range", "-1e308:1e308", "0:255")]
    [InlineData("axes", "NWH", "NCHW")]
    public void A_bad_setting_is_refused_with_what_is_allowed(string key, string value, string hint)
    {
        var message = Assert.Throws<DataException>(() => Parse((key, value))).Message;
        Assert.Contains(key, message);
        Assert.Contains(hint, message);
    }

    [Fact]
    public void Binarising_contradicts_more_than_two_levels() =>
        Assert.Contains("contradict", Assert.Throws<DataException>(() => Parse(("binarize", "static"), ("levels", "4"))).Message);
}
