using Likely.Data;
using Likely.Files;
using Likely.Models;

namespace Likely.Cli;

/// <summary>Finds the data that a model was trained on, to hold against them what it draws.</summary>
static class TrainingData
{
    /// <summary>What is named, or the training data if they still lie where they may be meant, and are what the model has a sketch of; null if they do not.</summary>
    /// <exception cref="DataException">What is named cannot be read.</exception>
    public static Dataset? Find(Session session, Checkpoint checkpoint, string modelPath, string? named = null)
    {
        var options = ModelFile.DataOptions(checkpoint, []);
        if (named is not null) return session.Open(named, options);
        if (checkpoint.DataName.Length == 0 || ContentSketch.Parse(checkpoint.TrainedOn) is not { } sketch) return null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        foreach (var place in (string[])[checkpoint.DataName, Path.Combine(folder, checkpoint.DataName), Path.Combine(folder, "..", checkpoint.DataName)])
        {
            if (!File.Exists(place) && !Directory.Exists(place)) continue;
            Dataset? data = null;
            try
            {
                data = Dataset.Open(place, options, cancellation: session.Cancellation);
                if (data.Train.Count > 0 && data.Train.Compare(sketch).Seen > 0) return data;
            }
            catch (LikelyException)
            {
                // Something else goes by that name.
            }
            data?.Dispose();
        }
        return null;
    }
}
