using Likely.Tensors;

namespace Likely;

/// <summary>By how much one label of an item is likelier than the others, in nats of -log p(x | label): of what belongs to no label none is as far ahead as usual.</summary>
/// <param name="Label">The likeliest, of equal ones the first.</param>
/// <param name="Labels">Of how many.</param>
/// <param name="AheadNats">How far ahead of the others it is: the geometric mean of 1 + its lead over each, less 1.</param>
/// <param name="RangeNats">Its lead over the least likely one.</param>
public readonly record struct LabelLead(int Label, int Labels, double AheadNats, double RangeNats)
{
    const double Most = 1e9; // so that it stays a number where a label is impossible

    /// <summary>That of an item.</summary>
    /// <param name="nats">-log p(x | label) of each of two labels or more.</param>
    public static LabelLead Of(ReadOnlySpan<double> nats)
    {
        if (nats.Length < 2) throw new ArgumentException("a lead is over another label", nameof(nats));
        var label = 0;
        for (var k = 1; k < nats.Length; k++)
            if (nats[k] < nats[label]) label = k;
        var (sum, range) = (0.0, 0.0);
        for (var k = 0; k < nats.Length; k++)
        {
            var lead = Math.Min(Most, nats[k] - nats[label]);
            sum += ExactMath.Log(1 + lead);
            range = Math.Max(range, lead);
        }
        return new LabelLead(label, nats.Length, ExactMath.Exp(sum / (nats.Length - 1)) - 1, range);
    }
}
