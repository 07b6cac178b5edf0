using System.CommandLine;
using System.Globalization;
using Likely.Data;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>How probable the classes are before an item is looked at: what --prior says.</summary>
static class ClassPrior
{
    const long LongestFile = 1 << 20;

    public static readonly Option<string?> Prior = Options.Text("--prior", "How probable the labels are beforehand: uniform, if nothing is said; data: as they were among the training items; or a file with a line LABEL NUMBER for each, in any proportion", "HOW");

    /// <summary>log p(y) of each class.</summary>
    /// <param name="given">What --prior says.</param>
    /// <param name="names">The classes.</param>
    /// <param name="counts">Training items of each, if the model knows.</param>
    /// <exception cref="UsageException">That is none.</exception>
    public static double[] Of(string? given, IReadOnlyList<string> names, IReadOnlyList<int> counts)
    {
        if (given is null or "uniform") return BayesPosterior.Uniform(names.Count);
        if (given != "data") return Logs(Read(given, names));
        if (counts.Count != names.Count) throw new UsageException("--prior data needs a model that knows how many training items of each label there were, as one does that was trained with conditional=true and some items held out; name a file of them");
        return Logs([.. counts.Select(count => count + 0.5)]); // a label without training items is not impossible
    }

    static double[] Read(string path, IReadOnlyList<string> names)
    {
        if (!File.Exists(path)) throw new UsageException($"--prior {path} is neither uniform, data, nor a file that is there");
        if (new FileInfo(path).Length > LongestFile) throw new UsageException($"--prior {path} is too long for a list of labels and numbers");
        var shares = new double[names.Count];
        Array.Fill(shares, double.NaN);
        foreach (var line in File.ReadLines(path))
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            var at = line.TrimEnd().LastIndexOfAny([' ', '\t', ',', '=']);
            var label = at < 1 ? -1 : names.ToList().IndexOf(line[..at].Trim());
            if (label < 0 || !double.TryParse(line[(at + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var share) || !(share > 0 && double.IsFinite(share)))
                throw new UsageException($"--prior {path} has a line '{VisibleText.Line(line)}', which is no label and a number above 0; labels are {string.Join(", ", names.Take(20))}");
            shares[label] = share;
        }
        if (Array.FindIndex(shares, double.IsNaN) is >= 0 and var missing) throw new UsageException($"--prior {path} has no line for {names[missing]}");
        return shares;
    }

    static double[] Logs(double[] shares)
    {
        var total = shares.Sum();
        return Array.ConvertAll(shares, share => ExactMath.Log(share / total));
    }
}
