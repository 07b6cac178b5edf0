using Likely.Tensors;

namespace Likely;

/// <summary>
/// Windows of C positions drawn evenly from all places of all items, each addressed by (seed, step, place), for models that look back no further: a window knows the symbol
/// before it and nothing else of what came earlier. Items shorter than a window are whole. An epoch is as many windows as lie side by side. A pure function of the step.
/// </summary>
sealed class WindowPlan : BatchPlan
{
    readonly int[] _lengths;
    readonly int _window;
    readonly Philox _random;
    readonly BatchWindow[] _places;
    readonly long[] _ends; // first places of windows up to the end of each item
    long _positions;

    /// <param name="lengths">Positions of each item.</param>
    /// <param name="window">Positions of a window.</param>
    /// <param name="batch">Windows of a step.</param>
    /// <param name="seed">Of the draws.</param>
    public WindowPlan(int[] lengths, int window, int batch, ulong seed)
    {
        (_lengths, _window, _random, _places, _ends) = (lengths, window, new Philox(seed, RandomPurpose.Shuffle), new BatchWindow[batch], new long[lengths.Length]);
        var total = 0L;
        for (var i = 0; i < lengths.Length; i++) _ends[i] = total += lengths[i] == 0 ? 0 : Math.Max(1, lengths[i] - window + 1);
        Examples = LanePlan.Windows(lengths, window);
    }

    public override int Batch => _places.Length;
    public override long Examples { get; }
    public override int Longest => _window;
    public override bool Carries => false;
    public override bool HasWindows => true;
    public override long Positions => _positions;

    public override BatchWindow At(int place) => _places[place];

    public override void Prepare(long step)
    {
        _positions = 0;
        for (var place = 0; place < _places.Length; place++)
        {
            var number = (long)(_random.UniformDouble((ulong)step, (ulong)place) * _ends[^1]);
            var item = Array.BinarySearch(_ends, number + 1);
            if (item < 0) item = ~item;
            while (item > 0 && _ends[item - 1] > number) item--; // items without positions have the end of the one before
            var start = (int)(number - (item == 0 ? 0 : _ends[item - 1]));
            _places[place] = new BatchWindow(item, step * Batch / Examples, start, Math.Min(_window, _lengths[item]), false);
            _positions += _places[place].Count;
        }
    }
}
