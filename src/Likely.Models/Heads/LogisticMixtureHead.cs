using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// The discretised mixture of logistics of PixelCNN++ (Salimans et al. 2017, eq. 2-3) for 256 levels, one symbol or RGB: see
/// <see cref="LogisticMixtures"/>. One component explains all symbols of a position, so they depend on each other without the network.
/// </summary>
public sealed unsafe class LogisticMixtureHead : Head
{
    readonly int _components;

    /// <exception cref="ModelException">The symbols are of other levels or another number.</exception>
    public LogisticMixtureHead(int symbols, int levels, int components) : base(symbols, levels)
    {
        if (levels != 256 || symbols is not (1 or 3))
            throw new ModelException($"head=mixture is for grey or RGB images of 256 levels, and the data has {symbols} symbols of {levels} levels at each position");
        _components = components;
    }

    public override int Outputs => LogisticMixtures.Outputs(_components, Symbols);

    public override bool NeedsGroups => false;

    /// <summary>Means are spread over the range and scales are of their distance, so that the components differ from the first step on.</summary>
    public override double InitialBias(int output)
    {
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

    /// <summary>Scales from two levels to a sixth of the range, and the coefficients that go with the predictions.</summary>
    public override double ResidualBias(int output)
    {
        var (block, last) = (output / _components, 2 * Symbols);
        if (block > last) return block - last is 1 or 3 ? 0.5 * ExactMath.Log((1 + Alike) / (1 - Alike)) : 0;
        return block == 0 || block % 2 == 1 ? 0 : -4 + 3.0 * (output % _components + 0.5) / _components;
    }

    internal override void LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale) =>
        LogisticMixtures.LogProbability(row, _components, symbols, Symbols, logs, gradient, scale);

    internal override float LogProbability(float* row, int* symbols, int at)
    {
        var logs = stackalloc float[Symbols];
        LogisticMixtures.LogProbability(row, _components, symbols, Symbols, logs, null, 0);
        return logs[at];
    }

    internal override Cumulative NewCumulative() => new Edges(this);

    // A single level of 256 without the other 255.
    sealed class Edges(LogisticMixtureHead head) : Cumulative(head)
    {
        readonly int _components = head._components;
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
            fixed (float* law = _law) return MixtureSums.Below(law, level, _sharpness) / _weights;
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
                    if (!goesOn) MixtureSums.Place(row, _components, known, c, law);
                    MixtureSums.Observe(_components, known[c], law);
                }
                MixtureSums.Place(row, _components, known, at, law);
                _weights = MixtureSums.Weigh(_components, _sharpness, law);
            }
            (_row, _next) = ((nint)row, at + 1);
        }
    }
}
