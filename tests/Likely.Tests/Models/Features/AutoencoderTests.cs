using Likely.Models;
using Likely.Tests.Laws;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class AutoencoderTests
{
    static double SquaredError(FeatureModel model, float[,] values)
    {
        float[] rows = [.. values.Cast<float>()], codes = new float[values.GetLength(0) * model.Width], back = new float[values.Length];
        model.Encode(rows, values.GetLength(0), codes);
        Assert.True(model.TryDecode(codes, values.GetLength(0), back));
        return rows.Zip(back, (x, y) => Math.Pow(x - y, 2)).Sum() / values.GetLength(0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_linear_one_spans_the_space_of_the_principal_components(bool tied)
    {
        var values = Centred(FeatureCase.Values(400, 9));
        var model = (FeatureModel)new AutoencoderConfig { Hidden = "3", Activation = "linear", Tied = tied, Epochs = 400, Batch = 400, Rate = 0.03 }.Fit(Rows.Of(values));
        var components = new PcaConfig { Components = 3 }.Fit(Rows.Of(values));
        // What decoding can give beside what it gives of zeros spans the space.
        var (directions, codes, back) = (Matrix<double>.Build.Dense(9, 3), new float[12], new float[36]);
        for (var k = 0; k < 3; k++) codes[3 * (k + 1) + k] = 1;
        Assert.True(model.TryDecode(codes, 4, back));
        for (var k = 0; k < 3; k++)
            for (var d = 0; d < 9; d++) directions[d, k] = back[9 * (k + 1) + d] - back[d];
        var principal = Matrix<double>.Build.Dense(9, 3, (d, k) => components.Atoms()[k][d]);
        var cosines = (principal.Transpose() * directions.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q).Svd().S;
        Assert.True(Math.Acos(Math.Min(1, cosines.Min())) * 180 / Math.PI < 1, $"largest principal angle {Math.Acos(Math.Min(1, cosines.Min())) * 180 / Math.PI}");
        Assert.Equal(SquaredError(components, values), SquaredError(model, values), 0.01 * SquaredError(components, values));
    }

    static float[,] Centred(float[,] values)
    {
        for (var d = 0; d < values.GetLength(1); d++)
        {
            var mean = Enumerable.Range(0, values.GetLength(0)).Average(i => values[i, d]);
            for (var i = 0; i < values.GetLength(0); i++) values[i, d] = (values[i, d] - mean) / 8;
        }
        return values;
    }

    [Fact]
    public void A_bent_code_of_two_numbers_holds_more_than_two_components()
    {
        var values = new float[600, 6];
        for (var i = 0; i < 600; i++)
        {
            var angle = i * 0.0105;
            for (var d = 0; d < 6; d++) values[i, d] = (float)Math.Sin(angle * (1 + d / 2) + d % 2 * Math.PI / 2);
        }
        var model = new AutoencoderConfig { Hidden = "32,2,32,2", Activation = "tanh", Epochs = 150, Batch = 60, Rate = 0.01 }.Fit(Rows.Of(values));
        Assert.True(SquaredError(model, values) < 0.5 * SquaredError(new PcaConfig { Components = 2 }.Fit(Rows.Of(values)), values));
    }

    [Theory, InlineData("none"), InlineData("autoencoders"), InlineData("machines")]
    public void Labels_are_told_by_layers_that_were_trained_for_them(string pretrain)
    {
        var rows = new Labelled();
        var model = new AutoencoderConfig { Hidden = "16,8", Code = "sigmoid", Goal = "labels", Pretrain = pretrain, PretrainEpochs = 3, Noise = "masking", Epochs = 40, Batch = 32, Rate = 0.02 }.Fit(rows);
        var classifier = Assert.IsAssignableFrom<IRowClassifier>(model);
        Assert.Equal((3, false), (classifier.Classes, model.Decodes));
        var (values, logs) = (new float[Labelled.Size * 4], new float[Labelled.Size * 3]);
        rows.Read(0, values);
        classifier.Classify(values, Labelled.Size, logs);
        var right = 0;
        for (var i = 0; i < Labelled.Size; i++)
        {
            var own = logs.AsSpan(3 * i, 3).ToArray();
            Assert.Equal(1, own.Sum(log => Math.Exp(log)), 1e-5);
            if (Array.IndexOf(own, own.Max()) == i % 3) right++;
        }
        Assert.True(right > 0.95 * Labelled.Size, $"{right} of {Labelled.Size}");
    }

    // Three clouds that no line parts: a class is an interval of the distance from 0. Every fifth row has no label.
    sealed class Labelled : ILabelledRows
    {
        public const int Size = 600;

        public int Count => Size;

        public Likely.Tensors.Space Space { get; } = Rows.Of(new float[1, 4]).Space;

        public int Classes => 3;

        public int Label(int row) => row % 5 == 4 ? -1 : row % 3;

        public void Read(int first, Span<float> rows)
        {
            for (var i = 0; i < rows.Length / 4; i++)
            {
                var (angle, radius) = ((first + i) * 2.399, 0.3 + (first + i) % 3);
                (rows[4 * i], rows[4 * i + 1], rows[4 * i + 2], rows[4 * i + 3]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)), (float)radius / 3, (float)(radius * radius) / 5);
            }
        }
    }

    [Theory]
    [InlineData("output", "a number 3", "squared", "sigmoid")]
    [InlineData("loss", "output=linear", "cross-entropy", "linear")]
    public void What_cannot_be_is_refused_in_one_sentence(string what, string words, string loss, string output)
    {
        var fault = Assert.Throws<ModelException>(() => new AutoencoderConfig { Hidden = "2", Loss = loss, Output = output, Epochs = 1 }.Fit(Rows.Of(new float[,] { { 0, 1 }, { 3, 0 } })));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
        Assert.NotEmpty(what);
    }

    [Theory, InlineData("0"), InlineData(""), InlineData("3,"), InlineData("3,-1"), InlineData("3, 4"), InlineData("70000"), InlineData("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1")]
    public void Lists_of_units_are_whole_numbers_with_commas(string hidden)
        => Assert.Contains("hidden=", Assert.Throws<ModelException>(() => new AutoencoderConfig { Hidden = hidden }.Fit(Rows.Of(new float[2, 2]))).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_labels_there_is_nothing_to_tell()
        => Assert.Contains("labels", Assert.Throws<ModelException>(() => new AutoencoderConfig { Goal = "labels" }.Fit(Rows.Of(new float[2, 2]))).Message, StringComparison.Ordinal);

    [Theory, InlineData("autoencoder"), InlineData("stack"), InlineData("machine")]
    public void A_fit_that_was_interrupted_and_gone_on_with_ends_with_the_same_bits(string what)
    {
        FeatureConfig config = what switch
        {
            "autoencoder" => new AutoencoderConfig { Hidden = "6", Epochs = 12, Batch = 50, Noise = "masking" },
            "stack" => new AutoencoderConfig { Hidden = "8,4", Epochs = 6, Batch = 50, Pretrain = "machines", PretrainEpochs = 4 },
            _ => new RbmConfig { Hidden = 5, Visible = "gaussian", Persistent = true, Epochs = 12, Batch = 50, Chains = 20, Temperatures = 50 },
        };
        var rows = Rows.Of(FeatureCase.Values(400, 9));
        var whole = Identity(config.Fit(rows));
        var path = Path.Combine(Directory.CreateTempSubdirectory("likely").FullName, "fit.resume");
        try
        {
            var interruptions = 0;
            for (var share = 0.3; ; share += 0.3)
            {
                using var source = new CancellationTokenSource();
                var journal = new FitJournal(path, "this one");
                Assert.Equal(interruptions > 0, journal.Read());
                try
                {
                    var model = config.Fit(rows, new FitOptions { Journal = journal, Progress = moment => { if (moment.Done > share && share < 0.8) source.Cancel(); } }, source.Token);
                    Assert.Equal(whole, Identity(model));
                    break;
                }
                catch (OperationCanceledException)
                {
                    interruptions++;
                }
            }
            Assert.Equal(2, interruptions);
            Assert.Contains("other keys", Assert.Throws<ModelException>(() => new FitJournal(path, "another").Read()).Message, StringComparison.Ordinal);
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..200]);
            Assert.Contains("cannot be gone on with", Assert.Throws<ModelException>(() => new FitJournal(path, "this one").Read()).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void A_note_of_a_later_step_than_there_is_is_refused_and_one_that_cannot_be_written_does_not_end_the_fit()
    {
        var (rows, config, folder) = (Rows.Of(FeatureCase.Values(100, 9)), new AutoencoderConfig { Hidden = "4", Epochs = 4, Batch = 50 }, Directory.CreateTempSubdirectory("likely").FullName);
        try
        {
            var path = Path.Combine(folder, "fit.resume");
            config.Fit(rows, new FitOptions { Journal = new FitJournal(path, "a") });
            var journal = new FitJournal(path, "a");
            Assert.True(journal.Read());
            Assert.Contains("is of step 8 of 2; begin", Assert.Throws<ModelException>(() => (config with { Epochs = 1 }).Fit(rows, new FitOptions { Journal = journal })).Message, StringComparison.Ordinal);
            var said = new List<string>();
            File.WriteAllText(Path.Combine(folder, "file"), "");
            var model = config.Fit(rows, new FitOptions { Journal = new FitJournal(Path.Combine(folder, "file", "fit.resume"), "a") { Warn = said.Add } });
            Assert.Equal(Identity(config.Fit(rows)), Identity(model));
            Assert.All(said, words => Assert.EndsWith("is not noted, and fitting goes on", words, StringComparison.Ordinal));
            Assert.NotEmpty(said);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string Identity(FeatureModel model) => new Checkpoint(model, [], "as=vectors").Identity();

    [Fact]
    public void A_rate_that_is_too_high_ends_in_a_sentence()
        => Assert.Contains("finite", Assert.Throws<ModelException>(() => new AutoencoderConfig { Hidden = "8,8,8,8", Activation = "linear", Rate = 10, Epochs = 200, Batch = 10 }.Fit(Rows.Of(Large()))).Message, StringComparison.Ordinal);

    static float[,] Large()
    {
        var values = FeatureCase.Values(40, 3);
        for (var i = 0; i < 40; i++) values[i, 0] *= 1e14f;
        return values;
    }
}
