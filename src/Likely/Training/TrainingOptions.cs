using System.Globalization;
using System.Numerics;
using Likely.Tensors;

namespace Likely;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum RateSchedule { Cosine, Exponential, Constant }

/// <summary>A training's plan. Everything that decides bits is here and in the config; the number of threads is not.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps; if null, given by <see cref="Epochs"/> or <see cref="Minutes"/>.</summary>
    public long? Steps { get; init; }

    /// <summary>Passes over the training split.</summary>
    public double? Epochs { get; init; }

    /// <summary>Time to spend from the trainer's making on, validations and what is done at them included; 10 if nothing else is given. Converted into steps at recorded moments, so that <see cref="Plan"/> repeats the run.</summary>
    public double? Minutes { get; init; }

    /// <summary>The recorded plan of a run that is to be repeated.</summary>
    public TrainingPlan? Plan { get; init; }

    /// <summary>Examples of one step, cut into 8 shards of consecutive ones; null: <see cref="DefaultBatch"/>.</summary>
    public int? Batch { get; init; }

    /// <summary>Highest learning rate; null: the model's default.</summary>
    public double? LearningRate { get; init; }

    public RateSchedule Schedule { get; init; } = RateSchedule.Cosine;

    /// <summary>The last learning rate as a share of the highest.</summary>
    public double FinalRate { get; init; } = 0.01;

    /// <summary>Steps of linear rise; null: the smaller of 500 and a twentieth of all that were planned first.</summary>
    public long? WarmUp { get; init; }

    /// <summary>Largest global gradient norm, of the loss in nats per dimension.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Decoupled weight decay (AdamW): each step takes this share, times the learning rate, off every weight.</summary>
    public double WeightDecay { get; init; }

    /// <summary>A Gaussian prior of deviation s on every weight is 1 / (s^2 times the number of training examples); in nats per example. 0: none.</summary>
    public double Ridge { get; init; }

    /// <summary>A Laplacian prior of scale s on every weight but biases (the lasso) is 1 / (s times the number of training examples); in nats per example. Weights that do not earn it are exactly 0 in the end. 0: none.</summary>
    public double Lasso { get; init; }

    /// <summary>
    /// Adam's epsilon, beside gradients of the loss in nats per dimension. Large values keep weights that are rarely asked for from
    /// running ahead of their evidence, which regularises models of many inputs. With 0, weights that have had no gradient stay where they are.
    /// </summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Highest learning rate of Muon, which takes the hidden matrices of models that have such in place of Adam, and falls with the other; it pays from some 4,000 symbols a step on. 0: Adam for all.</summary>
    public double Muon { get; init; }

    /// <summary>Decay of the running average of the weights, which is what is kept.</summary>
    public double Average { get; init; } = 0.9995;

    /// <summary>
    /// Steps between validations; null: one epoch, or a twentieth of all if that is less, but at least 10 steps and a hundredth of all, and so
    /// many that no more than a third of the time goes into validating (a tenth and no closer than two seconds if time is planned).
    /// </summary>
    public long? ValidateEvery { get; init; }

    /// <summary>Validations without improvement before training stops, counted in the second half of the plan; 0: never.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>At most so many validation examples are scored at each validation, drawn evenly.</summary>
    public int ValidationLimit { get; init; } = 10_000;

    public ulong Seed { get; init; } = 1;

    /// <summary>Worker threads, 0: all processors; no result depends on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The batch if none is given: the model's largest, less for few items, so that an epoch has eight steps, and for large pictures, so
    /// that a step has no more than 2^16 positions, then a power of two; at least 2.
    /// </summary>
    /// <param name="largest">What suits the model best where there are many items.</param>
    /// <param name="items">Training items.</param>
    /// <param name="positions">Positions of one item, height times width.</param>
    public static int DefaultBatch(int largest, long items, long positions)
    {
        var most = Math.Clamp(Math.Min(items / 8, (1 << 16) / positions), 2, Math.Max(2, largest));
        return most == largest ? largest : 1 << BitOperations.Log2((ulong)most);
    }

    /// <summary>The learning rate of step <paramref name="step"/> (from 0): a linear rise, then a function of how far the plan is.</summary>
    public double RateAt(long step, TrainingPlan plan, double highest)
    {
        var warmUp = WarmUpOf(plan);
        if (step < warmUp) return highest * (step + 1) / (warmUp + 1);
        var share = plan.Share(step, warmUp);
        return highest * Schedule switch
        {
            RateSchedule.Cosine => FinalRate + (1 - FinalRate) * 0.5 * (1 + ExactMath.Cos(Math.PI * share)),
            RateSchedule.Exponential => ExactMath.Pow(FinalRate, share),
            _ => 1,
        };
    }

    /// <summary>The same, once it is known that every number is one that training can use.</summary>
    /// <exception cref="UsageException">One is not.</exception>
    internal TrainingOptions Checked()
    {
        if (LearningRate is { } rate) Require(rate > 0 && rate <= 10, nameof(LearningRate), rate, "above 0 and at most 10");
        if (Minutes is { } minutes) Require(minutes > 0 && double.IsFinite(minutes), nameof(Minutes), minutes, "a finite number above 0");
        if (WarmUp is { } warmUp) Require(warmUp >= 0, nameof(WarmUp), warmUp, "0 or more");
        if (ValidateEvery is { } every) Require(every >= 1, nameof(ValidateEvery), every, "1 or more");
        Require(Enum.IsDefined(Schedule), nameof(Schedule), Schedule, "one of those there are");
        Require(FinalRate is >= 0 and <= 1, nameof(FinalRate), FinalRate, "from 0 to 1");
        Require(Average is >= 0 and < 1, nameof(Average), Average, "from 0 to less than 1");
        Require(Patience >= 0, nameof(Patience), Patience, "0 or more");
        Require(ValidationLimit >= 1, nameof(ValidationLimit), ValidationLimit, "1 or more");
        foreach (var (name, value) in (ReadOnlySpan<(string, double)>)[(nameof(Clip), Clip), (nameof(WeightDecay), WeightDecay), (nameof(Ridge), Ridge), (nameof(Lasso), Lasso), (nameof(Epsilon), Epsilon), (nameof(Muon), Muon)])
            Require(value >= 0 && double.IsFinite(value), name, value, "a finite number of 0 or more");
        if (Lasso > 0) Require(Muon == 0, nameof(Muon), Muon, "0 where there is a Lasso, of which its steps of whole matrices know nothing");
        return this with { Threads = ParallelShards.Workers(Threads) };

        static void Require(bool holds, string name, object value, string range)
        {
            if (!holds) throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}, and must be {range}"));
        }
    }

    internal long WarmUpOf(TrainingPlan plan) => WarmUp ?? Math.Min(500, plan.Moments[0].Total / 20);
}
