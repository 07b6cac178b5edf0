using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class FitForecastTests
{
    public static TheoryData<string> Cases => [.. FeatureCase.All.Where(one => one.Config.PassKey is not null).Select(one => one.Name)];

    static FeatureCase Case(string name) => FeatureCase.All.First(one => one.Name == name);

    static string Identity(FeatureModel model) => new Checkpoint(model, [], "").Identity();

    [Theory, MemberData(nameof(Cases))]
    public void What_goes_over_rows_in_passes_tells_how_long_they_take(string name)
    {
        var own = Case(name);
        var rows = Rows.Of(own.Own());
        var forecast = FitForecast.Measure(own.Config, rows, new FitOptions { Minutes = 0.01 });
        Assert.True(forecast.Passes > 0 && forecast.Parameters > 0 && forecast.Bytes > 1 << 20);
        Assert.True(forecast.PassSeconds > 0 && forecast.OtherSeconds >= 0 && double.IsFinite(forecast.Seconds));
        var more = forecast.Within(forecast.OtherSeconds + 3.01 * forecast.PassSeconds);
        Assert.Equal(3 * forecast.Passes, more.Passes);
        Assert.Equal(3 * forecast.PassSeconds, more.PassSeconds, 1e-6 * more.PassSeconds);
        Assert.InRange(forecast.Within(0).Passes, 1, forecast.Passes);
    }

    [Fact]
    public void A_fit_of_some_minutes_is_repeated_by_its_config()
    {
        // More passes than any machine makes in the time.
        var own = Case("autoencoder: hidden=8,3 pretrain=machines pretrain_epochs=2 epochs=10 rate=0.02");
        own = own with { Config = (AutoencoderConfig)own.Config with { Epochs = 90_000 } };
        var rows = Rows.Of(own.Own());
        var model = own.Config.Fit(rows, new FitOptions { Minutes = 0.005 });
        Assert.NotEqual(own.Config, model.Config);
        Assert.Equal(Identity(((FeatureConfig)model.Config).Fit(rows)), Identity(model));
    }

    [Fact]
    public void One_that_was_interrupted_goes_on_with_the_passes_that_were_decided()
    {
        // One pass alone, which is what a slow machine decides on, has many steps.
        var own = Case("autoencoder: hidden=7 epochs=12 rate=0.03");
        own = own with { Config = (AutoencoderConfig)own.Config with { Batch = 3 } };
        var (rows, path) = (Rows.Of(own.Own()), Path.Combine(Directory.CreateTempSubdirectory("likely").FullName, "fit.resume"));
        try
        {
            using var source = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => own.Config.Fit(rows, new FitOptions { Minutes = 0.01, Journal = new FitJournal(path, ""), Progress = moment => { if (moment.Done > 0) source.Cancel(); } }, source.Token));
            var journal = new FitJournal(path, "");
            Assert.True(journal.Read());
            var model = own.Config.Fit(rows, new FitOptions { Minutes = 1000, Journal = journal });
            Assert.Equal(Identity(((FeatureConfig)model.Config).Fit(rows)), Identity(model));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void What_has_no_passes_is_refused_a_time()
    {
        var rows = Rows.Of(FeatureCase.Values());
        Assert.Contains("pca does not go over the rows in passes", Assert.Throws<ModelException>(() => new PcaConfig { Components = 2 }.Fit(rows, new FitOptions { Minutes = 1 })).Message, StringComparison.Ordinal);
        Assert.Contains("cannot take 0 minutes", Assert.Throws<ModelException>(() => new RbmConfig().Fit(rows, new FitOptions { Minutes = 0 })).Message, StringComparison.Ordinal);
    }
}
