using System.Globalization;

namespace Likely;

/// <summary>
/// How many steps a training takes and when it validates, as it was decided at some moments: from step s_k on there are N_k steps in
/// all and a validation every E_k. A plan of steps or epochs has one moment, at step 0; a plan of minutes has one whenever the time
/// that is left turned out to hold another number of steps. Everything but the moments themselves follows from them, so a plan
/// repeats its run. As text, <c>0:1000:50,400:800:40</c>: step, steps in all, steps between validations.
/// </summary>
public sealed class TrainingPlan
{
    /// <summary>One decision: once <paramref name="Step"/> steps have been taken, <paramref name="Total"/> are planned in all and a validation every <paramref name="Every"/>.</summary>
    public readonly record struct Moment(long Step, long Total, long Every);

    readonly List<Moment> _moments;

    /// <param name="total">Steps in all.</param>
    /// <param name="every">Steps between validations.</param>
    public TrainingPlan(long total, long every) => _moments = [new(0, Math.Max(1, total), Math.Max(1, every))];

    TrainingPlan(List<Moment> moments) => _moments = moments;

    /// <summary>The decisions in the order of their steps, the first at step 0.</summary>
    public IReadOnlyList<Moment> Moments => _moments;

    /// <summary>Steps in all, as decided last.</summary>
    public long Total => _moments[^1].Total;

    /// <summary>Steps between validations, as decided last.</summary>
    public long Every => _moments[^1].Every;

    /// <summary>Decides anew once <paramref name="step"/> steps have been taken.</summary>
    /// <exception cref="ArgumentException">The step is not after the last decision's and before both ends.</exception>
    public void Add(long step, long total, long every)
    {
        if (step <= _moments[^1].Step || step >= Total || total <= step || every < 1) throw new ArgumentException($"{step}:{total}:{every} cannot follow {this}");
        _moments.Add(new(step, total, every));
    }

    /// <summary>Steps between validations when step <paramref name="step"/> has just been taken.</summary>
    public long EveryAt(long step)
    {
        var at = _moments.Count - 1;
        while (at > 0 && _moments[at].Step >= step) at--;
        return _moments[at].Every;
    }

    /// <summary>
    /// How far the training is after <paramref name="step"/> steps, from 0 at the end of the warm-up to 1: linear in steps between moments,
    /// p = p_k + (s - s_k) (1 - p_k) / (N_k - s_k), so it never jumps and always arrives.
    /// </summary>
    public double Share(long step, long warmUp)
    {
        var (share, from, total) = (0.0, warmUp, _moments[0].Total);
        for (var k = 1; k < _moments.Count && _moments[k].Step <= step; k++)
        {
            if (_moments[k].Step > from) (share, from) = (Advance(share, from, total, _moments[k].Step), _moments[k].Step);
            total = _moments[k].Total;
        }
        return step <= from ? share : Advance(share, from, total, step);
    }

    static double Advance(double share, long from, long total, long step) => share + (step - from) * (1 - share) / Math.Max(1, total - from);

    /// <summary>The inverse of <see cref="ToString"/>.</summary>
    /// <exception cref="UsageException">The text is no plan.</exception>
    public static TrainingPlan Parse(string text) => TryParse(text)
        ?? throw new UsageException($"'{text}' is no plan; one is written step:steps in all:steps between validations, such as 0:1000:50,400:800:40");

    /// <summary>The same; null if the text is no plan.</summary>
    public static TrainingPlan? TryParse(string text)
    {
        TrainingPlan? plan = null;
        foreach (var word in text.Split(','))
        {
            var parts = word.Split(':');
            var numbers = new long[3];
            for (var i = 0; i < 3; i++)
                if (parts.Length != 3 || !long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] > int.MaxValue) return null;
            var (step, total, every) = (numbers[0], numbers[1], numbers[2]);
            if (every < 1 || total <= step || (plan is null ? step != 0 : step <= plan._moments[^1].Step || step >= plan.Total)) return null;
            if (plan is null) plan = new TrainingPlan(total, every);
            else plan.Add(step, total, every);
        }
        return plan;
    }

    /// <summary>A plan with the same moments, to which others may be added.</summary>
    public TrainingPlan Copy() => new([.. _moments]);

    public override string ToString() => string.Join(',', _moments.Select(moment => string.Create(CultureInfo.InvariantCulture, $"{moment.Step}:{moment.Total}:{moment.Every}")));
}
