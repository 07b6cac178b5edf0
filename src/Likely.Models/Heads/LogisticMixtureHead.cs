using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// The discretised mixture of logistics of PixelCNN++ (Salimans et al. 2017, eq. 2-3) for levels of a quantity, one symbol or RGB: see
/// <see cref="LogisticMixtures"/>. One component explains all symbols of a position, so they depend on each other without the network.
/// </summary>
public sealed unsafe class LogisticMixtureHead : Head
{
    /// <summary>Fewer levels are no matter of a mixture.</summary>
    internal const int Fewest = 16;

    readonly int _components;
    readonly bool _isInTime;
    readonly LevelGrid _grid;

    /// <param name="symbols">Symbols at a position.</param>
    /// <param name="levels">Values of each.</param>
    /// <param name="components">Logistics that are mixed.</param>
    /// <param name="isInTime">Whether the quantity varies around the middle of its levels, as sound does around silence.</param>
    /// <exception cref="ModelException">The symbols are of other levels or another number.</exception>
    public LogisticMixtureHead(int symbols, int levels, int components, bool isInTime = false) : base(symbols, levels)
    {
        if (levels < Fewest || symbols is not (1 or 3))
            throw new ModelException($"head=mixture is for one symbol or three of at least {Fewest} levels, and the data has {symbols} symbols of {levels} levels at each position");
        (_components, _isInTime, _grid) = (components, isInTime, LevelGrid.Of(levels));
    }

    public override int Outputs => LogisticMixtures.Outputs(_components, Symbols);

    public override bool NeedsGroups => false;

    /// <summary>Means are spread over the range and scales are of their distance, so that the components differ from the first step on; in time all means are the middle, and scales go from a tenth of the range to few levels.</summary>
    public override double InitialBias(int output)
    {
        if (_isInTime && output >= _components) return output < 2 * _components ? 0 : -2 + (_grid.LeastLogScale + 3) * (output % _components + 0.5) / _components;
        if (output < _components || output >= _components * (1 + 2 * Symbols)) return 0;
        var isMean = output / _components % 2 == 1;
        return isMean ? ((output % _components + 0.5) / _components * 2 - 1) : -2;
    }

    // What R misses, G misses too, for the most part, and B what G misses.
    const double Alike = 0.75;

    public override double Prediction(int output, int symbol)
    {
        var (block, last) = (output / _components, 2 * Symbols);
        if (block % 2 == 0 || block > last) return 0;
        return symbol == block / 2 ? 1 : symbol == block / 2 - 1 ? -Alike : 0;
    }

    /// <summary>Scales from two levels to a sixth of the range, and the coefficients that go with the predictions; in time as without predictions.</summary>
    public override double ResidualBias(int output)
    {
        if (_isInTime) return InitialBias(output);
        var (block, last) = (output / _components, 2 * Symbols);
        if (block > last) return block - last is 1 or 3 ? 0.5 * ExactMath.Log((1 + Alike) / (1 - Alike)) : 0;
        return block == 0 || block % 2 == 1 ? 0 : -4 + 3.0 * (output % _components + 0.5) / _components;
    }

    internal override void LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale) =>
        LogisticMixtures.LogProbability(row, _components, _grid, symbols, Symbols, logs, gradient, scale);

    internal override float LogProbability(float* row, int* symbols, int at)
    {
        var logs = stackalloc float[Symbols];
        LogisticMixtures.LogProbability(row, _components, _grid, symbols, Symbols, logs, null, 0);
        return logs[at];
    }

    internal override Cumulative NewCumulative() => new Edges(this);

    // A single level without the others.
    sealed class Edges(LogisticMixtureHead head) : Cumulative(head)
    {
        readonly int _components = head._components;
        readonly LevelGrid _grid = head._grid;
        readonly float[] _law = new float[MixtureSums.LawLength];
        double _weights;
        float _sharpness;
        nint _row; // the row whose symbol _next may follow
        int _next;

        public override double Total => 1;

        private protected override double Find(int level)
        {
            if (level <= 0) return 0;
            if (level >= Levels) return 1;
            fixed (float* law = _law) return MixtureSums.Below(law, _grid, level, _sharpness) / _weights;
        }

        internal override void Begin(float* row, int* known, int at, float temperature)
        {
            _sharpness = 1 / temperature;
            fixed (float* law = _law)
            {
                var goesOn = at == _next && (nint)row == _row;
                if (at == 0 || !goesOn) MixtureSums.Begin(row, _components, law);
                for (var c = goesOn ? Math.Max(0, at - 1) : 0; c < at; c++)
                {
                    if (!goesOn) MixtureSums.Place(row, _components, _grid, known, c, law);
                    MixtureSums.Observe(_components, _grid, known[c], law);
                }
                MixtureSums.Place(row, _components, _grid, known, at, law);
                _weights = MixtureSums.Weigh(_components, _sharpness, law);
            }
            (_row, _next) = ((nint)row, at + 1);
        }
    }
}
