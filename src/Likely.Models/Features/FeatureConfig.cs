using System.Diagnostics;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>The hyperparameters of what makes features of rows of numbers, and how it is fitted to them.</summary>
public abstract record FeatureConfig : ModelConfig
{
    [Key("what is done to each row first: nothing, its mean is taken away, or it is also divided by its deviation", "none", "mean", "contrast")]
    public string Normalize { get; init; } = "none";
    [Key("what is done to rows next: nothing, or the mean row is taken away and all directions get variance 1 (zca), or all columns, each on its own", "none", "zca", "columns")]
    public string Whitening { get; init; } = "none";
    [Key("of whitening=zca, added to variances before it divides, as a share of the largest", 0, 1)]
    public double WhiteningFloor { get; init; } = 1e-3;

    /// <summary>Fits a model to rows, which are read in their order: the same rows and seed give the same bits on any number of threads.</summary>
    /// <param name="rows">What is learned from.</param>
    /// <param name="options">Seed, threads, progress; null: the defaults.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ModelException">A value of a key or of a row is out of range, or there are too few rows.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public FeatureModel Fit(IRows rows, FitOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (clock, config, blocks) = (Stopwatch.StartNew(), Ready(rows), new RowBlocks(rows, ParallelShards.Workers(options?.Threads ?? 0), cancellation));
        options ??= new FitOptions();
        blocks.RequireSquares();
        if (options.Minutes is { } minutes)
        {
            if (!(minutes > 0 && double.IsFinite(minutes))) throw new ModelException(FormattableString.Invariant($"fitting cannot take {minutes} minutes; give a finite number above 0"));
            config = options.Journal?.Config ?? FitForecast.Measure(config, blocks, options).Within(60 * minutes - clock.Elapsed.TotalSeconds).Config;
            if (options.Journal is not null) options.Journal.Config = config;
        }
        var model = config.ModelOf(rows);
        model.Parameters.Allocate(null);
        model.Fit(blocks, options);
        return model;
    }

    /// <summary>The same of the rows of an array.</summary>
    public FeatureModel Fit(float[,] rows, FitOptions? options = null, CancellationToken cancellation = default) => Fit(Rows.Of(rows), options, cancellation);

    /// <summary>The same of rows one after another.</summary>
    public FeatureModel Fit(IEnumerable<float[]> rows, FitOptions? options = null, CancellationToken cancellation = default) => Fit(Rows.Of(rows), options, cancellation);

    /// <summary>The config that rows are fitted with.</summary>
    /// <exception cref="ModelException">A value of a key is out of range, or there are too few rows.</exception>
    internal FeatureConfig Ready(IRows rows)
    {
        ModelRegistry.Check(this);
        return rows.Count < 1 ? throw new ModelException($"{Name} is fitted to rows, and there are none") : Fitted(rows.Count);
    }

    internal FeatureModel ModelOf(IRows rows) => Outline(rows.Space, rows is ILabelledRows labelled ? labelled.Classes : 0);

    /// <summary>The config that a model of so many rows has: what is left open, auto, is decided by them.</summary>
    /// <exception cref="ModelException">There are too few.</exception>
    internal virtual FeatureConfig Fitted(int rows) => this;

    /// <summary>Whether it is trained step by step, and notes how far it is (<see cref="FitOptions.Journal"/>).</summary>
    public virtual bool IsTrained => false;

    /// <summary>The key that says how often all rows are gone over, so that it may follow from a time; null of what is not trained in passes.</summary>
    public virtual string? PassKey => null;

    /// <summary>Passes over the rows, of all stages.</summary>
    internal virtual int Passes => 0;

    /// <summary>The same with so many times as many passes, rounded down, and one at least where there are any.</summary>
    internal virtual FeatureConfig WithPasses(double times) => this;

    private protected static int Times(int passes, double times) => passes == 0 ? 0 : (int)Math.Clamp(passes * times, 1, 100_000);

    internal override FeatureModel Outline(Space space, int classes)
    {
        ModelRegistry.Check(this);
        if (space.IsSequence) throw new ModelException($"{Name} makes features of rows of one length, and not of sequences such as text");
        var model = Create(space, classes);
        if (model.Parameters.Length > FloatBlock.MostLength)
            throw new ModelException($"{Name} of rows of {space.Dimensions} would have {model.Parameters.Length} numbers with these keys, and no model can have more than {FloatBlock.MostLength}");
        return model;
    }

    /// <summary>Builds the model, every key being within its range; of rows with classes one may learn to tell them.</summary>
    /// <exception cref="ModelException">The model cannot be one of such rows.</exception>
    private protected abstract FeatureModel Create(Space space, int classes);
}
