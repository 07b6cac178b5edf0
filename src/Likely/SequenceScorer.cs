using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Scores sequences of any lengths, see <see cref="SequenceWindows"/>.</summary>
/// <param name="model">The model.</param>
/// <param name="threads">Worker threads.</param>
/// <param name="past">What stands before every sequence; null: nothing does.</param>
sealed class SequenceScorer(DensityModel model, int threads, SequencePast? past = null)
{
    /// <summary>The longest sequence whose symbols' surprises are kept for whoever asks for them.</summary>
    public const int LongestKept = 1 << 24;

    readonly SequenceWindows _windows = new(model, threads, past);

    /// <summary>-log p(x) of each in nats.</summary>
    /// <param name="lengths">Symbols of each.</param>
    /// <param name="read">Reads them.</param>
    /// <param name="each">Told what each scores, and its symbols.</param>
    /// <param name="progress">Told how many more symbols are scored.</param>
    /// <param name="cancellation">Ends it between two windows.</param>
    /// <param name="sourceOf">What each is given; null: nothing.</param>
    /// <param name="squares">Receives of each the sum of its symbols' squared surprises.</param>
    public double[] Score(int[] lengths, SequenceWindows.Reader read, Evaluation.PerExample? each, Action<long>? progress, CancellationToken cancellation, Func<int, int[]>? sourceOf = null, double[]? squares = null)
    {
        var nats = new double[lengths.Length];
        _windows.Send(lengths, read, each is null ? long.MaxValue : LongestKept, places => new Group(places, lengths, each, nats, squares), progress, cancellation, sourceOf);
        return nats;
    }

    sealed class Group : SequenceGroup
    {
        readonly int[] _places, _lengths;
        readonly Evaluation.PerExample? _each;
        readonly float[]?[] _surprise;
        readonly double[] _totals, _squares, _nats;
        readonly double[]? _squaresOf;

        public Group(int[] places, int[] lengths, Evaluation.PerExample? each, double[] nats, double[]? squaresOf)
        {
            (_places, _lengths, _each, _nats, _squaresOf) = (places, lengths, each, nats, squaresOf);
            (_surprise, _totals, _squares) = (new float[places.Length][], new double[places.Length], new double[places.Length]);
            for (var i = 0; i < places.Length; i++)
                if (each is not null && lengths[places[i]] <= LongestKept) _surprise[i] = new float[lengths[places[i]]];
        }

        public override void Take(Tensor logs)
        {
            for (var i = 0; i < Active; i++)
            {
                var count = Math.Min(logs.Positions, _lengths[_places[i]] - First);
                for (var p = 0; p < count; p++)
                {
                    var log = logs.Row(p, i)[0];
                    _totals[i] -= log;
                    _squares[i] += (double)log * log;
                    if (_surprise[i] is { } surprise) surprise[First + p] = -log;
                }
            }
        }

        public override void End()
        {
            for (var i = 0; i < _places.Length; i++)
            {
                _nats[_places[i]] = _totals[i];
                if (_squaresOf is not null) _squaresOf[_places[i]] = _squares[i];
                _each?.Invoke(_places[i], _totals[i], _surprise[i]);
                _surprise[i] = null;
            }
        }
    }
}
