using System.Globalization;
using Likely.Models;

namespace Likely.Training;

// What a run begins with, and what tells it from another.
public sealed partial class Trainer
{
    // One fact a line: everything that decides bits, and nothing that does not.
    string Fingerprint()
    {
        FormattableString text = $"""
            order version {Checkpoint.OrderVersion}
            model {ModelRegistry.ToJson(Model.Config)}
            geometry {Model.Geometry}
            data {_data.Name}, {_data.Train.Count} + {_validation.Count} examples{(_heldOut is null ? "" : $" of {_heldOut.Name}")}, {_data.Preprocessing}
            content {_data.Fingerprint}{(_heldOut is null ? "" : $" and {_heldOut.Fingerprint}")}
            start {_begin}
            plan steps={_options.Steps} epochs={_options.Epochs} minutes={_options.Minutes} moments={_options.Plan} batch={Batch} lr={_rate} schedule={_options.Schedule} final={_options.FinalRate} warm_up={_options.WarmUp} clip={_options.Clip} decay={_options.WeightDecay} ridge={_options.Ridge} epsilon={_options.Epsilon} average={_options.Average} every={_options.ValidateEvery} patience={_options.Patience} limit={_options.ValidationLimit} seed={_options.Seed}
            """;
        return text.ToString(CultureInfo.InvariantCulture);
    }

    void RequireLabels(string name, IReadOnlyList<string> labels)
    {
        if (!labels.SequenceEqual(_data.ClassNames))
            throw new UsageException($"the labels of {name} ({Some(labels)}) are not those of {_data.Name} ({Some(_data.ClassNames)}), and the model learns p(x | label)");

        static string Some(IReadOnlyList<string> labels) => labels.Count == 0 ? "none" : string.Join(", ", labels.Take(10)) + (labels.Count > 10 ? ", ..." : "");
    }

    void CopyWeights(DensityModel from)
    {
        if (from.Geometry != Model.Geometry && !from.AnySize || (from.Geometry.SubPositions, from.Geometry.Levels, from.Classes) != (Model.Geometry.SubPositions, Model.Geometry.Levels, Model.Classes))
            throw new UsageException($"the model to go on from is one of {from.Geometry}, {from.Classes} classes, and the data are {Model.Geometry}, {Model.Classes} classes");
        if (ModelRegistry.ToJson(from.Config) != ModelRegistry.ToJson(Model.Config) || from.Parameters.Length != Model.Parameters.Length)
            throw new UsageException($"the model to go on from is a {from.Config.Name} of other keys ({ModelRegistry.ToJson(from.Config)}); give the same model and keys");
        for (var i = 0; i < Model.Parameters.Parameters.Count; i++)
            Model.Parameters.Parameters[i].Assign(from.Parameters.Parameters[i].ToArray());
    }
}
