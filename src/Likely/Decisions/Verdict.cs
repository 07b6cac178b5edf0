using System.Globalization;

namespace Likely;

/// <summary>What a <see cref="Detector"/> says of an item.</summary>
/// <param name="P">How probable an item so far out, or farther, is among normal ones; at least 1 / (n + 1) with n of them.</param>
/// <param name="IsAbnormal">Whether that is at most the detector's level.</param>
/// <param name="Regard">In what regard it is farthest out.</param>
/// <param name="Distance">How unusual it is, for what p cannot tell apart: the farther out the higher.</param>
/// <param name="Evidence">What is known of it.</param>
/// <param name="Speaker">Where several models judge, the one by whose nats a dimension it is farthest out in that regard, from the middle of its normal ones; else empty.</param>
public sealed record Verdict(double P, bool IsAbnormal, Abnormality Regard, double Distance, ItemEvidence Evidence, string Speaker = "")
{
    const double Usual = 0.1;

    /// <summary>One plain sentence, without its full stop.</summary>
    public string Reason => P > Usual ? "as normal items are" : string.Create(CultureInfo.InvariantCulture, $"{Words}{(Speaker.Length > 0 ? $", most of all to {Speaker}" : "")}: of normal items {100 * P:0.##} % are so far out");

    string Words => Regard switch
    {
        Abnormality.Unlikely => "less likely than usual",
        Abnormality.TooLikely => "likelier than usual, as what is simpler is",
        Abnormality.Complexity => "unlikely for how simple it is",
        Abnormality.TooPredictable => "likely for how complicated it is",
        Abnormality.Uneven => "its surprise lies in fewer places than usual",
        Abnormality.Even => "its surprise is spread more evenly than usual",
        Abnormality.LabelsClose => "no label is as far ahead of the others as usual",
        Abnormality.LabelsApart => "one label is farther ahead of the others than usual",
        _ => "unlikely beside what the background model finds",
    };
}
