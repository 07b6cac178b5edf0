using System.Globalization;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Benchmarks;

/// <summary>
/// Codes of windows of 12 x 12, of equal contrast and whitened beforehand: as a Lasso's, and as predicted, by the same 288 atoms. The windows are of strokes, or of the grey pictures of the folder that LIKELY_BENCH_PICTURES names. Only measured when asked for by name.
/// </summary>
public static class FeatureBenchmarks
{
    const int Count = 2048, Atoms = 288;
    const double Penalty = 0.5;

    static readonly Lazy<(FeatureModel Descent, FeatureModel Fista, FeatureModel Predicted, float[] Windows)> _fitted = new(Fit);

    /// <summary>The benchmarks whose names <paramref name="wanted"/> accepts; one thread.</summary>
    public static IEnumerable<Benchmark> All(Func<string, bool> wanted)
    {
        foreach (var kind in (string[])["descent", "FISTA", "predicted"])
        {
            var isPredicted = kind == "predicted";
            var name = $"features: {Atoms} atoms, 12x12 windows, {(isPredicted ? "predicted" : $"Lasso by {kind}")}";
            if (!wanted(name)) continue;
            var (descent, fista, predicted, windows) = _fitted.Value;
            var model = isPredicted ? predicted : kind == "FISTA" ? fista : descent;
            var codes = new float[Count * model.Width];
            var more = 100 * (predicted.Fitting["objective"] / predicted.Fitting["lasso_objective"] - 1);
            yield return new Benchmark(!isPredicted ? name : string.Create(CultureInfo.InvariantCulture, $"{name}, objective +{more:0.0} %"), 0, Count, () => model.Encode(windows, Count, codes));
        }
    }

    // The Lasso codes by the atoms that were learned with their predictor.
    static (FeatureModel Descent, FeatureModel Fista, FeatureModel Predicted, float[] Windows) Fit()
    {
        using var data = Dataset.Open(Environment.GetEnvironmentVariable("LIKELY_BENCH_PICTURES") ?? "strokes", DataOptions.Parse([new("patches", "12x12"), new("windows", "20000"), new("gray", "true")]));
        var (seen, predicted) = (Prepared(new SplitRows(data.Train)), new PsdConfig { Atoms = Atoms, Penalty = Penalty, Encoder = "shrink", Iterations = 8 });
        var model = predicted.Fit(seen);
        var windows = new float[Count * seen.Space.Dimensions];
        seen.Read(0, windows);
        return (Exact("coordinate-descent"), Exact("fista"), model, windows);

        FeatureModel Exact(string algorithm)
        {
            var exact = new SparseCodingConfig { Atoms = Atoms, Penalty = Penalty, Algorithm = algorithm }.Outline(seen.Space, 0);
            exact.Parameters.Allocate(null);
            exact.Parameters.Parameters[0].Assign([.. model.Atoms().SelectMany(atom => atom)]);
            return exact;
        }
    }

    static Rows Prepared(SplitRows rows)
    {
        var parameters = new ParameterSet();
        var preparation = RowPreparation.Of(new PsdConfig { Normalize = "contrast", Whitening = "zca", WhiteningFloor = 0.01 }, rows.Space, parameters)!;
        parameters.Allocate(null);
        var blocks = preparation.Learn(new RowBlocks(rows, ParallelShards.Workers(0), CancellationToken.None), new FitOptions());
        return Rows.Of(Enumerable.Range(0, blocks.Rows).Select(row => blocks.Row(row).ToArray()));
    }
}
