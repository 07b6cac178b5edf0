namespace Likely;

/// <summary>A training that cannot go on, in one plain sentence.</summary>
public sealed class TrainingException(string message) : LikelyException(message);
