namespace Likely.Data;

/// <summary>
/// What a training leaves in a folder, told by its content: a folder NAME.run with measurements, and a folder runs with such a folder or with a model, as
/// outputs go there if no name is given. Its pictures are samples of a model, and a model must not learn from them.
/// </summary>
static class TrainingOutput
{
    const string Run = ".run", Model = ".likely", Measurements = "metrics.jsonl", Default = "runs";

    /// <summary>Whether a training, and no person, has filled this folder.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static bool Is(string folder) => IsRun(folder)
        || Path.GetFileName(folder) == Default && (Directory.EnumerateDirectories(folder, $"*{Run}").Any(IsRun) || Directory.EnumerateFiles(folder, $"*{Model}").Any());

    static bool IsRun(string folder) => folder.EndsWith(Run, StringComparison.Ordinal) && File.Exists(Path.Combine(folder, Measurements));
}
