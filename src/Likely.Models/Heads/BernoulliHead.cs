using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>Binary symbols, one logit l each: p(1) = sigmoid(l), p(0) = sigmoid(-l), neither as 1 minus the other, so that small ones keep their digits.</summary>
public sealed unsafe class BernoulliHead : Head
{
    /// <exception cref="ModelException">The symbols have more than two levels.</exception>
    public BernoulliHead(int symbols, int levels) : base(symbols, levels)
    {
        if (levels != 2) throw new ModelException($"head=bernoulli is for 2 levels, and the data has {levels}; set binarize=threshold or head=softmax");
    }

    public override int Outputs => Symbols;

    public override bool IsBit => true;

    internal override void LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale) => Likelihood.Bernoulli(row, symbols, Symbols, logs, gradient, scale);

    internal override float LogProbability(float* row, int* symbols, int at)
    {
        float log;
        Likelihood.Bernoulli(row + at, symbols + at, 1, &log, null, 0);
        return log;
    }

    internal override Cumulative NewCumulative() => new Bit(this);

    sealed class Bit(BernoulliHead head) : Cumulative(head)
    {
        float _zero, _one;

        private protected override double Find(int level) => level == 0 ? 0 : level == 1 ? _zero : (double)_zero + _one;

        internal override void Begin(float* row, int* known, int at, float temperature)
        {
            var logit = row[at] * (1 / temperature);
            (_zero, _one) = (Exponential.Sigmoid(-logit), Exponential.Sigmoid(logit));
        }
    }
}
