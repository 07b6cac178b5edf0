using Likely.Models;
using Likely.Tensors;

namespace Likely.Tests.Laws;

/// <summary>A model of features in a tiny configuration, and rows that it is fitted to.</summary>
public sealed record FeatureCase(string Name, FeatureConfig Config)
{
    public const int Count = 1100, Width = 21; // more than two blocks of rows, the last not whole

    /// <summary>Every registered one, in the settings that take other ways through it.</summary>
    public static IReadOnlyList<FeatureCase> All { get; } =
    [
        .. Cases("kmeans", [], ["clusters=7"], ["clusters=7 start=random code=triangle"], ["clusters=5 code=nearest restarts=2"], ["clusters=6 batch=64 iterations=3"], ["clusters=1"], ["clusters=6 normalize=contrast whitening=zca"]),
        .. Cases("pca", ["components=4"], ["components=21"], ["components=5 whiten=pca"], ["components=21 whiten=zca"], ["components=6 center=false"], ["components=4 method=randomized powers=3"], ["components=5 method=incremental"], ["components=21 method=incremental whiten=zca"], ["components=20 normalize=mean"], ["components=9 whitening=zca"], ["components=4 whitening=columns"], ["components=21 normalize=contrast whitening=columns"]),
        .. Cases("gaussian-mixture", ["components=5"], ["components=3 covariance=full iterations=20"], ["components=6 covariance=tied"], ["components=1 covariance=full floor=0.001"], ["components=4 covariance=full normalize=contrast"], ["components=3 whitening=columns"]),
        .. Cases("isomap", ["neighbours=6 rows=90 landmarks=20"], ["neighbours=5 landmarks=300 components=3"], ["rows=120 components=1 neighbours=4 whitening=zca"]),
        .. Cases("autoencoder", ["hidden=7 epochs=12 rate=0.03"], ["hidden=12,5 activation=relu tied=true noise=gaussian amount=0.1 epochs=3 rate=0.01"], ["hidden=9,4 activation=tanh pretrain=autoencoders pretrain_epochs=2 epochs=2 rate=0.01 noise=salt-and-pepper dropout=0.1"],
            ["hidden=8,3 pretrain=machines pretrain_epochs=2 epochs=10 rate=0.02"], ["hidden=4 activation=linear epochs=4 rate=0.02 normalize=contrast whitening=zca weight_decay=0.1"], ["hidden=9,4 activation=gelu code=sigmoid noise=masking epochs=2 batch=50 rate=0.01"]),
        .. Cases("rbm", ["hidden=9 visible=gaussian epochs=2 rate=0.003 temperatures=60 chains=30"], ["hidden=5 visible=gaussian steps=3 persistent=true epochs=2 batch=40 chains=0 rate=0.003"]),
        .. Cases("sparse-coding", ["atoms=6 penalty=2 iterations=3"], ["atoms=9 penalty=0.5 learner=batch iterations=4"], ["atoms=30 batch=64 iterations=2 algorithm=fista positive=true"], ["atoms=12 normalize=contrast whitening=zca penalty=0.5 iterations=3 batch=100"]),
        .. Cases("psd", ["atoms=10 iterations=4 rate=0.01 batch=64"], ["atoms=12 encoder=shrink normalize=contrast whitening=zca penalty=0.5 iterations=3 batch=100"]),
        .. Cases("lsh", ["bits=70"], ["bits=5"]),
        .. Cases("itq", ["bits=8"], ["bits=9 normalize=contrast"], ["bits=21 iterations=4"]),
        .. Cases("spectral-hashing", ["bits=12"], ["bits=40"]),
        .. Cases("binary-reconstructive", ["bits=12 anchors=9 sample=120 neighbours=6 iterations=3"]),
        .. Cases("minimal-loss", ["bits=12 components=9 sample=200 neighbours=10 iterations=30"], ["bits=6 components=0 sample=90 iterations=10"]),
        .. Cases("semantic-hashing", ["bits=6 hidden=9 epochs=2"], ["bits=9 hidden=8,7 code=rounded threshold=median activation=sigmoid epochs=2 dropout=0"]),
    ];

    static IEnumerable<FeatureCase> Cases(string model, params string[][] settings)
        => settings.Select(one => string.Join(' ', one)).Select(text => new FeatureCase($"{model}: {text}", ModelRegistry.With((FeatureConfig)ModelRegistry.Find(model),
            text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1])))));

    /// <summary>Clouds about nine places, each stretched along some directions.</summary>
    public static float[,] Values(int count = Count, int width = Width, ulong seed = 5)
    {
        var (random, values) = (new Philox(seed, RandomPurpose.Test), new float[count, width]);
        for (var i = 0; i < count; i++)
        {
            var place = random.Below(1, (ulong)i, 9);
            for (var d = 0; d < width; d++)
                values[i, d] = (float)(3 * random.Normal(2, 2 * (ulong)(place * width + d)) + (1 + d % 4) * 0.2 * random.Normal((ulong)i + 10, 2 * (ulong)d) + (1 - d % 3) * random.Normal((ulong)i + 10, 1000));
        }
        return values;
    }

    /// <summary>What it is fitted to: these, or where none may be below 0, those that are not.</summary>
    public float[,] Own()
    {
        var values = Values();
        for (var i = 0; i < values.GetLength(0) && Config is SemanticHashingConfig; i++)
            for (var d = 0; d < values.GetLength(1); d++) values[i, d] = Math.Max(0, MathF.Round(values[i, d]));
        return values;
    }

    public FeatureModel Fit(int threads = 1) => Config.Fit(Rows.Of(Own()), new FitOptions { Seed = 3, Threads = threads });

    public override string ToString() => Name;
}
