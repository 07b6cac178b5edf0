using Likely.Tensors;

namespace Likely.Training;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum RateSchedule { Cosine, Exponential, Constant }

/// <summary>A training's plan. Everything that decides bits is here and in the config; the number of threads is not.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps; if null, given by <see cref="Epochs"/> or <see cref="Minutes"/>.</summary>
    public long? Steps { get; init; }

    /// <summary>Passes over the training split.</summary>
    public double? Epochs { get; init; }

    /// <summary>Time to spend; converted once into steps after a timed warm-up, so that <see cref="Steps"/> reproduces the run.</summary>
    public double? Minutes { get; init; }

    /// <summary>Examples of one step, cut into 8 shards of consecutive ones.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Highest learning rate; null: the model's default.</summary>
    public double? LearningRate { get; init; }

    public RateSchedule Schedule { get; init; } = RateSchedule.Cosine;

    /// <summary>The last learning rate as a share of the highest.</summary>
    public double FinalRate { get; init; } = 0.01;

    /// <summary>Steps of linear rise; null: the smaller of 500 and a twentieth of all.</summary>
    public long? WarmUp { get; init; }

    /// <summary>Largest global gradient norm, of the loss in nats per dimension.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Decoupled weight decay (AdamW): each step takes this share, times the learning rate, off every weight.</summary>
    public double WeightDecay { get; init; }

    /// <summary>A Gaussian prior of deviation s on every weight is 1 / (s^2 times the number of training examples); in nats per example. 0: none.</summary>
    public double Ridge { get; init; }

    /// <summary>
    /// Adam's epsilon, beside gradients of the loss in nats per dimension. Large values keep weights that are rarely asked for from
    /// running ahead of their evidence, which regularises models of many inputs. With 0, weights that have had no gradient stay where they are.
    /// </summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decay of the running average of the weights, which is what is kept.</summary>
    public double Average { get; init; } = 0.9995;

    /// <summary>Steps between validations; null: one epoch, or a twentieth of all if that is less and does not spend more than a third of the time on validating.</summary>
    public long? ValidateEvery { get; init; }

    /// <summary>Validations without improvement before training stops; 0: never.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>At most so many validation examples are scored at each validation, drawn evenly.</summary>
    public int ValidationLimit { get; init; } = 10_000;

    public ulong Seed { get; init; } = 1;

    /// <summary>Worker threads; no result depends on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The learning rate of step <paramref name="step"/> (from 0) of <paramref name="total"/>.</summary>
    public double RateAt(long step, long total, double highest)
    {
        var warmUp = WarmUp ?? Math.Min(500, total / 20);
        if (step < warmUp) return highest * (step + 1) / (warmUp + 1);
        var share = (double)(step - warmUp) / Math.Max(1, total - warmUp);
        return highest * Schedule switch
        {
            RateSchedule.Cosine => FinalRate + (1 - FinalRate) * 0.5 * (1 + ExactMath.Cos(Math.PI * share)),
            RateSchedule.Exponential => ExactMath.Pow(FinalRate, share),
            _ => 1,
        };
    }
}
