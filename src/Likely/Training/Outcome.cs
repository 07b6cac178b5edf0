using System.Globalization;

namespace Likely;

/// <summary>How a trained model stands beside the baselines, in words, and if it is not better than all of them, what the course of the training advises.</summary>
/// <param name="Bits">Bits per dimension of held-out items, or of training items if none are held out.</param>
/// <param name="Baselines">What it is compared with.</param>
public sealed record Outcome(double Bits, Baselines Baselines)
{
    /// <summary>From this share of the steps on validations are late: one that is the best, and better than all before by at least <see cref="Margin"/> of their bits, tells a training that was still learning.</summary>
    public const double Late = 0.9, Margin = 0.001;

    // The best validation so early, and a training loss so far below, tells one that has learnt by heart.
    const double Early = 0.7, ByHeart = 0.9;
    const int FewItems = 100;

    /// <summary>Training loss at the end, in bits per dimension.</summary>
    public required double TrainBits { get; init; }

    /// <summary>Step of the best validation.</summary>
    public required long BestStep { get; init; }

    /// <summary>The best bits per dimension of validations that were not late; null if there were none.</summary>
    public double? EarlierBits { get; init; }

    /// <summary>Steps planned.</summary>
    public required long TotalSteps { get; init; }

    /// <summary>Training items.</summary>
    public required int Items { get; init; }

    /// <summary>True if it is better than every baseline.</summary>
    public bool IsBetter => Baselines.All.All(baseline => !(baseline.Bits <= Baselines.Of(Bits))) && double.IsFinite(Bits);

    bool IsStillImproving => BestStep >= Late * TotalSteps && (EarlierBits is not { } earlier || earlier - Bits >= Margin * Math.Abs(earlier));

    /// <summary>One sentence without a stop.</summary>
    public string Words
    {
        get
        {
            if (!double.IsFinite(Bits)) return "its loss is not a finite number: try a lower learning rate, or look at the data";
            List<string> places = [];
            foreach (var baseline in Baselines.All.Skip(1).Reverse())
                if (baseline.Bits is { } bits) places.Add(Place(bits, baseline.Name));
            if (places.Count == 0 || Baselines.Of(Bits) >= Baselines.Uniform) places.Add(Place(Baselines.Uniform, "no knowledge at all"));
            var place = string.Join(", ", places);
            return IsBetter ? IsStillImproving ? $"{place}; it was still improving, so more time would help" : place : $"{place}: {Advice}";
        }
    }

    string Advice =>
        IsStillImproving ? $"it was still improving, so train longer{(Items < FewItems ? $"; {Trained} {(Items == 1 ? "is little" : "are few")}, and more would help most" : "")}"
        : BestStep < Early * TotalSteps && TrainBits < ByHeart * Bits ? $"it has learnt its {Trained} by heart, so use more data, a smaller model or dropout"
        : Baselines.Of(Bits) >= Baselines.Uniform ? "it has gone astray, so try a lower learning rate, or look at the data"
        : "it has stopped improving, so use a larger model, more data, or another learning rate";

    string Trained => $"{Items} training {(Items == 1 ? "item" : "items")}";

    const double MostPercent = 10_000;

    string Place(double baseline, string name)
    {
        var own = Baselines.Of(Bits);
        var percent = 100 * Math.Abs(own / baseline - 1);
        if (percent > MostPercent) return $"more than {MostPercent / 100:0} times {name}";
        var share = percent.ToString(percent < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture);
        return share == "0.0" ? $"the same as {name}" : $"{share} % {(own < baseline ? "below" : "worse than")} {name}";
    }
}
