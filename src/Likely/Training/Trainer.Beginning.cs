using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Likely.Data;
using Likely.Models;

namespace Likely;

// What a run begins with, and what tells it from another.
public sealed partial class Trainer
{
    // One fact a line: everything that decides bits, and nothing that does not.
    string Fingerprint()
    {
        FormattableString text = $"""
            order version {Checkpoint.OrderVersion}
            model {ModelRegistry.ToJson(Model.Config)}
            space {Model.Space}
            data {_data.Name}, {_data.Train.Count} + {_validation.Count} examples{(_heldOut is null ? "" : $" of {_heldOut.Name}")}, {_data.Preprocessing}{Vocabulary()}
            content {_data.Fingerprint}{(_heldOut is null ? "" : $" and {_heldOut.Fingerprint}")}
            start {_begin}
            plan steps={_options.Steps} epochs={_options.Epochs} minutes={_options.Minutes} moments={_options.Plan} batch={Batch} lr={_rate} schedule={_options.Schedule} final={_options.FinalRate} warm_up={_options.WarmUp} clip={_options.Clip} decay={_options.WeightDecay} ridge={_options.Ridge}{(_options.Lasso > 0 ? FormattableString.Invariant($" lasso={_options.Lasso}") : "")} epsilon={_options.Epsilon}{(_options.Muon > 0 ? FormattableString.Invariant($" muon={_options.Muon}") : "")} average={_options.Average} every={_options.ValidateEvery} patience={_options.Patience} limit={_options.ValidationLimit} seed={_options.Seed}
            """;
        return text.ToString(CultureInfo.InvariantCulture);
    }

    // Options do not say what is in a vocabulary that was read from a file.
    string Vocabulary() => _data.Options.Tokens != TokenRule.Vocabulary ? "" : $" {Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(_data.Tokens!.ToText())))}";

    static void RequireLabels(Dataset data, string name, IReadOnlyList<string> labels)
    {
        if (!labels.SequenceEqual(data.ClassNames))
            throw new UsageException($"the labels of {name} ({Some(labels)}) are not those of {data.Name} ({Some(data.ClassNames)}), and the model learns p(x | label)");

        static string Some(IReadOnlyList<string> labels) => labels.Count == 0 ? "none" : string.Join(", ", labels.Take(10)) + (labels.Count > 10 ? ", ..." : "");
    }

    /// <summary>Refuses data to validate on, or a model to go on from, that is not like the data.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    internal static void RequireAlike(DensityConfig config, Dataset data, Checkpoint? from, Dataset? heldOut)
    {
        // Pairs are of any lengths.
        if (heldOut is not null && (heldOut.Space.Source > 0 && data.Space.Source > 0 ? heldOut.Space.Alphabet != data.Space.Alphabet : config.SpaceFor(heldOut.Space) != config.SpaceFor(data.Space)))
            throw new UsageException($"{heldOut.Name} is {heldOut.Space} and {data.Name} is {data.Space}; both must be of one shape");
        if (config.UsesLabels && heldOut is not null) RequireLabels(data, heldOut.Name, heldOut.ClassNames);
        if (config.UsesLabels && from is not null) RequireLabels(data, "the model to go on from", from.ClassNames);
    }

    /// <summary>Refuses to go on from a model that is not like the one to train.</summary>
    /// <exception cref="UsageException">It is not.</exception>
    internal static void RequireAlike(AutoregressiveModel from, AutoregressiveModel model)
    {
        if (!from.Takes(model.Space) || from.Classes != model.Classes)
            throw new UsageException($"the model to go on from is one of {from.Space}, {from.Classes} classes, and the data are {model.Space}, {model.Classes} classes");
        if (ModelRegistry.ToJson(from.Config) != ModelRegistry.ToJson(model.Config) || from.Parameters.Length != model.Parameters.Length)
            throw new UsageException($"the model to go on from is a {from.Config.Name} of other keys ({ModelRegistry.ToJson(from.Config)}); give the same model and keys");
    }

    // Long items are validated in stretches, so that there are enough of them for all threads; each begins without a past, and scores a little worse for it.
    const int ValidationStretch = 4096;

    internal static Split ValidationOf(Dataset data, Dataset? heldOut) => (heldOut?.All ?? data.Validation).InStretches(ValidationStretch);

    void CopyWeights(AutoregressiveModel from)
    {
        RequireAlike(from, Model);
        for (var i = 0; i < Model.Parameters.Parameters.Count; i++)
            Model.Parameters.Parameters[i].Assign(from.Parameters.Parameters[i].ToArray());
    }
}
