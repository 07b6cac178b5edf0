namespace Likely;

/// <summary>
/// What a given time holds: measures steps, validations and what is shown at them as they happen, and says at moments that lie closer
/// together at both ends of the time how many steps fit into what is left. So a machine that becomes two or three times slower or
/// faster moves the end of the training little. All times are in seconds since the training began to be prepared.
/// </summary>
/// <param name="budget">The time in all.</param>
/// <param name="finish">What is to be kept for the model file at the end.</param>
/// <param name="epoch">Steps of a pass over the data.</param>
/// <param name="validateEvery">Steps between validations if they are given; null: they follow the measured times.</param>
sealed class Pace(double budget, double finish, long epoch, long? validateEvery)
{
    const double LeastLook = 0.25, LeastApart = 2, ValidatingShare = 0.1;
    const int LeastSteps = 10, Looks = 8;

    // One step may be slow because something else woke up: a look believes in a change of speed of so many times at most.
    const double MostChange = 4;

    // A new number of steps is worth a moment if the old one would miss the end by more than this share of the time.
    const double WorthChanging = 0.01;

    double _perStep, _stepSeconds, _nextLook;
    long _steps;

    // What validations and sheets took, each beside the time of a step at that time, as both follow the speed of the machine.
    double _scoring, _scoringStep, _lastShown, _lastShownStep, _shown;
    long _validations;

    /// <summary>Seconds that are left.</summary>
    public double Left(double now) => budget - now;

    /// <summary>Begins with a forecast.</summary>
    public void Begin(double now, double perStep, double perValidation)
    {
        (_perStep, _scoring, _scoringStep) = (Math.Max(perStep, 1e-9), perValidation, Math.Max(perStep, 1e-9));
        SetLook(now);
    }

    /// <summary>A step was taken.</summary>
    public void Stepped(double seconds)
    {
        _stepSeconds += seconds;
        _steps++;
    }

    /// <summary>A validation was made.</summary>
    /// <param name="scoring">What it took, its snapshot included.</param>
    /// <param name="showing">What was taken by those who look on, such as sheets of samples.</param>
    public void Validated(double scoring, double showing)
    {
        (_scoring, _scoringStep) = (scoring, Current);
        _shown += showing;
        _validations++;
        if (showing > 0.1 * scoring) (_lastShown, _lastShownStep) = (showing, Current);
    }

    /// <summary>The steps in all and between validations that fit, once <paramref name="step"/> steps have been taken, the last <paramref name="since"/> of them after a validation.</summary>
    public (long Total, long Every) Fit(double now, long step, long since)
    {
        var scoring = _scoring * _perStep / _scoringStep;
        var validation = scoring + (_validations > 0 ? _shown / _validations : 0);
        var last = scoring + (_lastShown > 0 ? _lastShown * _perStep / _lastShownStep : 0) + finish;
        var steps = (long)Math.Clamp((Left(now) - last) / _perStep, 1, int.MaxValue);
        var every = validateEvery ?? Every(step + steps, scoring);
        for (var i = 0; i < 4; i++) steps = (long)Math.Clamp((Left(now) - last - (since + steps) / every * validation) / _perStep, 1, int.MaxValue);
        return (Math.Min(step + steps, int.MaxValue), every);
    }

    /// <summary>Looks again, if it is time to, whether the plan still fits; if it does not, <paramref name="plan"/> gets another moment.</summary>
    public void Look(double now, long step, long since, TrainingPlan plan)
    {
        if (now < _nextLook || _steps == 0) return;
        _perStep = Math.Clamp(Current, _perStep / MostChange, _perStep * MostChange);
        (_steps, _stepSeconds) = (0, 0);
        SetLook(now);
        var (total, every) = Fit(now, step, since);
        if (every < 1.25 * plan.Every && plan.Every < 1.25 * every) every = plan.Every;
        if (every != plan.Every || Math.Abs(total - plan.Total) * _perStep > WorthChanging * budget) plan.Add(step, total, every);
    }

    double Current => _steps > 0 ? Math.Max(_stepSeconds / _steps, 1e-9) : _perStep;

    void SetLook(double now) => _nextLook = now + Math.Max(LeastLook, Math.Min(Left(now) / Looks, now));

    // One validation an epoch, but twenty to a hundred in all, with a least distance in steps and in time. Those who show something hold back by themselves.
    long Every(long total, double scoring)
    {
        var wanted = Math.Clamp(epoch, Math.Max(1, total / 100), Math.Max(1, total / 20));
        var least = Math.Max(LeastSteps, Math.Max(LeastApart, scoring / ValidatingShare) / _perStep);
        return (long)Math.Min(Math.Max(wanted, Math.Ceiling(least)), int.MaxValue);
    }
}
