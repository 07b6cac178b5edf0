using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A column of a table whose values are some names, such as that of a missing value, or levels of a quantity: p(name i) = softmax(l)_i, and
/// p(level x) = softmax(l)_n p_mixture(x), where n logits l are of the names and one more is of all levels, and the mixture is that of <see cref="LogisticMixtureHead"/>.
/// </summary>
public sealed unsafe class NumberHead : Head
{
    const double RareName = -4; // where training begins

    readonly int _names;
    readonly SoftmaxHead _kinds;
    readonly LogisticMixtureHead _mixture;

    /// <param name="alphabet">The names, and levels behind them.</param>
    /// <param name="components">Logistics that are mixed.</param>
    /// <exception cref="ModelException">There are too few levels.</exception>
    public NumberHead(Alphabet alphabet, int components) : base(1, alphabet.Size)
        => (_names, _kinds, _mixture) = (alphabet.Names, new SoftmaxHead(1, alphabet.Names + 1), new LogisticMixtureHead(1, alphabet.Size - alphabet.Names, components));

    /// <summary>Values that are names.</summary>
    internal int NameCount => _names;

    public override int Outputs => _kinds.Outputs + _mixture.Outputs;

    public override double InitialBias(int output) => output < _names ? RareName : output == _names ? 0 : _mixture.InitialBias(output - _kinds.Outputs);

    internal override void LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale)
    {
        var (kind, kindLog, levelLog) = (Math.Min(*symbols, _names), 0f, 0f);
        _kinds.LogProbabilities(row, &kind, &kindLog, gradient, scale);
        if (kind == _names)
        {
            var level = *symbols - _names;
            _mixture.LogProbabilities(row + _kinds.Outputs, &level, &levelLog, gradient is null ? null : gradient + _kinds.Outputs, scale);
        }
        else if (gradient is not null) new Span<float>(gradient + _kinds.Outputs, _mixture.Outputs).Clear();
        if (logs is not null) *logs = kindLog + levelLog;
    }

    internal override float LogProbability(float* row, int* symbols, int at)
    {
        var log = 0f;
        LogProbabilities(row, symbols, &log, null, 0);
        return log;
    }

    internal override Cumulative NewCumulative() => new Edges(this);

    // Names first; the mixture shares out what they leave.
    sealed class Edges(NumberHead head) : Cumulative(head)
    {
        readonly Cumulative _kind = head._kinds.NewCumulative(), _level = head._mixture.NewCumulative();
        readonly int _names = head._names, _first = head._kinds.Outputs;
        double _before, _whole;

        private protected override double Find(int level) => level <= _names ? _kind.Below(level) : _before + _whole * _level.Below(level - _names);

        internal override void Begin(float* row, int* known, int at, float temperature)
        {
            _kind.Begin(row, known, 0, temperature);
            _level.Begin(row + _first, known, 0, temperature);
            (_before, _whole) = (_kind.Below(_names), _kind.Below(_names + 1) - _kind.Below(_names));
        }
    }
}
