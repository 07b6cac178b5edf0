namespace Likely;

/// <summary>A moment of a training, for whoever watches.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="TotalSteps">Steps planned; a plan of minutes changes it as it learns how long they take.</param>
/// <param name="Epoch">Passes over the training split.</param>
/// <param name="TrainBits">Recent training loss in bits per dimension.</param>
/// <param name="LearningRate">The current rate.</param>
/// <param name="GradientNorm">Global norm of the last gradient, before clipping.</param>
/// <param name="ExamplesPerSecond">Recent speed, validation not counted.</param>
/// <param name="Seconds">Time spent since the trainer was made, earlier sittings of a resumed run included.</param>
/// <param name="RemainingSeconds">Forecast.</param>
/// <param name="ValidationNats">Nats per example, if this moment is a validation.</param>
/// <param name="IsBest">True if it is the best validation so far.</param>
public sealed record TrainingMoment(long Step, long TotalSteps, double Epoch, double TrainBits, double LearningRate, double GradientNorm,
    double ExamplesPerSecond, double Seconds, double RemainingSeconds, double? ValidationNats = null, bool IsBest = false);
