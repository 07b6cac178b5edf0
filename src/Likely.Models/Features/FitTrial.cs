using System.Diagnostics;

namespace Likely.Models;

/// <summary>A fit that takes a few steps of each of its stages, on the way that it would go, so that what all of them take is known: one step to begin with, which is for compiling and for buffers, and then as many as fit into a moment.</summary>
/// <param name="moment">Seconds of it.</param>
sealed class FitTrial(double moment)
{
    // A first step that takes longer is no matter of compiling alone, and tells enough.
    const double Compiling = 2;

    readonly double _moment = moment;
    readonly Stopwatch _clock = Stopwatch.StartNew();
    double _staged;

    /// <summary>Seconds that all passes over the rows would take.</summary>
    public double PassSeconds { get; private set; }

    /// <summary>Seconds that stages would take which there are once.</summary>
    public double OnceSeconds { get; private set; }

    /// <summary>Seconds that went by between stages.</summary>
    public double BetweenSeconds => _clock.Elapsed.TotalSeconds - _staged;

    /// <summary>Begins a stage of so many steps.</summary>
    public Stage Begin(double steps, bool isInPasses) => new(this, steps, isInPasses);

    /// <summary>Reads rows that stay in memory, so that steps are measured without it.</summary>
    public static void Read(RowBlocks rows)
    {
        if (rows.AreKept) rows.Each((block, worker) => GC.KeepAlive(rows[block]));
    }

    /// <summary>One stage; told of every step that was taken.</summary>
    public sealed class Stage(FitTrial trial, double steps, bool isInPasses) : IDisposable
    {
        readonly Stopwatch _lap = Stopwatch.StartNew();
        double _first = double.NaN, _seconds;
        int _taken;

        /// <summary>True if steps enough were taken.</summary>
        public bool IsOver { get; private set; }

        /// <summary>A step was taken; true if those are enough.</summary>
        public bool HasSeen()
        {
            var elapsed = _lap.Elapsed.TotalSeconds;
            if (!double.IsNaN(_first)) (_seconds, _taken) = (elapsed - _first, _taken + 1);
            else _first = elapsed;
            return IsOver = _taken == 0 ? _first > Math.Max(Compiling, 2 * trial._moment) : _seconds > trial._moment;
        }

        public void Dispose()
        {
            var all = steps * (_taken > 0 ? _seconds / _taken : _first);
            if (isInPasses) trial.PassSeconds += all;
            else trial.OnceSeconds += all;
            trial._staged += _lap.Elapsed.TotalSeconds;
        }
    }
}
