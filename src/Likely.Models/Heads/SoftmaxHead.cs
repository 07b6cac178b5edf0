using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>Symbols of n levels, n logits each: p_i = exp(l_i - max) / sum of all of them.</summary>
public sealed unsafe class SoftmaxHead(int symbols, int levels) : Head(symbols, levels)
{
    public override int Outputs => Symbols * Levels;

    internal override void LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale)
    {
        for (var s = 0; s < Symbols; s++)
        {
            var log = Likelihood.Softmax(row + s * Levels, Levels, symbols[s], gradient is null ? null : gradient + s * Levels, scale);
            if (logs is not null) logs[s] = log;
        }
    }

    internal override float LogProbability(float* row, int* symbols, int at) => Likelihood.Softmax(row + at * Levels, Levels, symbols[at], null, 0);

    internal override Cumulative NewCumulative() => new Sums(this);

    sealed class Sums(SoftmaxHead head) : Cumulative(head)
    {
        readonly float[] _probabilities = new float[head.Levels + 15 & ~15];
        readonly double[] _below = new double[head.Levels + 1];
        double _total;

        public override double Total => _total;

        private protected override double Find(int level) => _below[level];

        internal override void Begin(float* row, int* known, int at, float temperature)
        {
            fixed (float* p = _probabilities) Likelihood.SoftmaxProbabilities(row + at * Levels, Levels, 1 / temperature, p);
            double even = 0, odd = 0, running = 0;
            for (var i = 0; i < Levels; i++)
            {
                double weight = _probabilities[i] > 0 ? _probabilities[i] : 0; // not a number counts as nothing
                if ((i & 1) == 0) even += weight;
                else odd += weight;
                _below[i + 1] = running += weight;
            }
            _total = even + odd;
        }
    }
}
