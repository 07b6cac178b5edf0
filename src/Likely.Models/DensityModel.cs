using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A tractable density p(x): one definition with two faces. <see cref="LogProbabilities"/> answers for all symbols at once,
/// <see cref="Predict"/> for the next one; both give the same bits.
/// </summary>
public abstract class DensityModel(ModelConfig config, Geometry geometry, int classes)
{
    public ModelConfig Config { get; } = config;

    public Geometry Geometry { get; } = geometry;

    /// <summary>Number of classes the model is conditioned on; 0: unconditional.</summary>
    public int Classes { get; } = classes;

    public ParameterSet Parameters { get; } = new();

    /// <summary>
    /// Number of members of an ensemble. Its density is the average of the members' probabilities of a whole example, never
    /// of their logits.
    /// </summary>
    public virtual int Members => 1;

    /// <summary>Log-probabilities in nats, [T, B, S]; on a recording tape a loss of -scale times their sum.</summary>
    /// <param name="tape">Where values live.</param>
    /// <param name="batch">Symbols, and labels if the model has classes.</param>
    /// <param name="scale">Weight of the loss.</param>
    /// <param name="member">Which member of an ensemble; while training, the member is drawn from the tape's address instead.</param>
    public abstract Tensor LogProbabilities(Tape tape, SymbolBatch batch, float scale = 1, int member = 0);

    /// <summary>What the network's outputs mean.</summary>
    public abstract LikelihoodHead Head { get; }

    /// <summary>
    /// Hands out the distribution of every symbol given those visited before it, one dimension (index within an example) at a time for
    /// the whole batch, by one parallel pass: the same bits as a predictor's <see cref="IPredictor.Distributions"/>.
    /// </summary>
    public abstract void Distributions(Tape tape, SymbolBatch batch, DistributionsReader read, int member = 0);

    /// <summary>A walk through <paramref name="batch"/> new examples.</summary>
    public abstract IPredictor Predict(int batch, ReadOnlySpan<int> labels = default, float temperature = 1, int member = 0);

    /// <summary>Multiply-adds of one forward pass of one example.</summary>
    public abstract double MultiplyAdds { get; }

    /// <summary>Rows above a position and columns to each side of it that its distribution can depend on; null: all that come before.</summary>
    public virtual (int Rows, int Columns)? FieldOfView => null;

    /// <summary>True if the model can score examples of other heights and widths.</summary>
    public virtual bool AnySize => false;
}
