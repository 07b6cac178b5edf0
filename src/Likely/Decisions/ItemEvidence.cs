namespace Likely;

/// <summary>What is known of an item by which it is judged.</summary>
/// <param name="Nats">-log p(x); of a model that is told labels that of p(x), the mean over them of p(x | label).</param>
/// <param name="Dimensions">Symbols of the item, or numbers of the row.</param>
/// <param name="CodeBits">Bits of the item by a code that knows nothing of the model, see <see cref="Modality.Code"/>; not a number if there is none.</param>
/// <param name="PlainBits">Bits of the item by a code that knows but how often each symbol is in it; not a number if there is none.</param>
/// <param name="SpreadBits">The standard deviation, over its symbols, of the bits the model takes for each; of a model that is told labels by that under which the item is likeliest. Not a number where that is not known, as for rows of real numbers, ensembles, and items of which an older file tells.</param>
/// <param name="BackgroundNats">-log p(x) by a background model; not a number if there is none.</param>
/// <param name="ModelNats">Where several models judge, -log p(x) of each, whose mean <paramref name="Nats"/> is; null of one.</param>
/// <param name="Lead">How far the likeliest label is ahead of the others; null of a model that is told none, or where several judge, and of items of which an older file tells.</param>
public readonly record struct ItemEvidence(double Nats, long Dimensions, double CodeBits = double.NaN, double PlainBits = double.NaN, double SpreadBits = double.NaN, double BackgroundNats = double.NaN, IReadOnlyList<double>? ModelNats = null, LabelLead? Lead = null)
{
    internal const double BitsPerNat = 1 / 0.693147180559945309;

    /// <summary>-log2 p(x) a dimension.</summary>
    public double BitsPerDimension => Nats * BitsPerNat / Dimensions;

    /// <summary>How far an item is from what is usual in one regard, higher for more: bits a dimension, so that items of several lengths compare, and of labels nats.</summary>
    public double Score(Abnormality regard) => regard switch
    {
        Abnormality.Unlikely => Nats * BitsPerNat / Dimensions,
        Abnormality.TooLikely => -Nats * BitsPerNat / Dimensions,
        Abnormality.Complexity => (Nats * BitsPerNat - CodeBits) / Dimensions,
        Abnormality.TooPredictable => (CodeBits - Nats * BitsPerNat) / Dimensions,
        Abnormality.Uneven => SpreadBits,
        Abnormality.Even => -SpreadBits,
        Abnormality.LabelsApart => Lead?.AheadNats ?? double.NaN,
        Abnormality.LabelsClose => -Lead?.AheadNats ?? double.NaN,
        _ => (Nats - BackgroundNats) * BitsPerNat / Dimensions,
    };

    /// <summary>What several models find of one item: a product of experts, p(x) in proportion to the geometric mean of theirs, but for the constant that would make it a density, which no rank sees (Hinton 2002).</summary>
    /// <param name="modelNats">-log p(x) of each, in their order.</param>
    /// <param name="spreadBits">The mean of their <see cref="SpreadBits"/>.</param>
    public ItemEvidence Of(IReadOnlyList<double> modelNats, double spreadBits = double.NaN)
    {
        ArgumentNullException.ThrowIfNull(modelNats);
        var sum = 0.0;
        for (var k = 0; k < modelNats.Count; k++) sum += modelNats[k];
        return this with { Nats = sum / modelNats.Count, SpreadBits = spreadBits, Lead = null, ModelNats = modelNats };
    }

    // Those of several models are the same if their numbers are.
    public bool Equals(ItemEvidence other) => (Nats, Dimensions, CodeBits, PlainBits, SpreadBits, BackgroundNats, Lead).Equals((other.Nats, other.Dimensions, other.CodeBits, other.PlainBits, other.SpreadBits, other.BackgroundNats, other.Lead))
        && (ModelNats is null ? other.ModelNats is null : other.ModelNats is not null && ModelNats.SequenceEqual(other.ModelNats));

    public override int GetHashCode() => HashCode.Combine(Nats, Dimensions, CodeBits, PlainBits, SpreadBits, BackgroundNats);
}
