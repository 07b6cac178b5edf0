using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// MADE variable by variable: a new value is added to the sums it feeds, and the units that are known with it (those of its
/// degree) are added to the sums above. Every weight is used once in a whole walk.
/// </summary>
sealed unsafe class MadeWalk : BinaryPredictor
{
    readonly MadeWeights _weights;
    readonly Tensor _values;
    readonly Tensor? _direct;
    readonly Tensor[] _sums, _units;

    public MadeWalk(Space space, MadeWeights weights, int batch) : base(space, batch, weights.Member.Order)
    {
        _weights = weights;
        var memory = new Tape();
        var layers = weights.Products.Length - 1;
        (_sums, _units) = (new Tensor[layers + 1], new Tensor[layers]);
        _values = memory.New(new Shape(1, batch, Count));
        for (var i = 0; i <= layers; i++)
        {
            _sums[i] = memory.New(new Shape(1, batch, weights.Products[i].Mask.Outputs));
            Ops.MaskedBegin(weights.Products[i], _sums[i]);
            if (i < layers) _units[i] = memory.New(_sums[i].Shape);
        }
        if (weights.Direct is null) return;
        _direct = memory.New(_sums[^1].Shape);
        Ops.MaskedBegin(weights.Direct, _direct);
    }

    protected override void Predict(int step, float* logits)
    {
        for (var b = 0; b < Batch; b++)
        {
            var sum = _sums[^1].Data[(long)b * _sums[^1].Stride + step];
            logits[b] = _direct is null ? sum : sum + _direct.Data[(long)b * _direct.Stride + step];
        }
    }

    protected override void Absorb(int step, ReadOnlySpan<int> symbols)
    {
        for (var b = 0; b < Batch; b++) _values.Data[(long)b * _values.Stride + step] = symbols[b];
        Ops.MaskedObserve(_weights.Products[0], _values, step, 1, _sums[0]);
        if (_direct is not null) Ops.MaskedObserve(_weights.Direct!, _values, step, 1, _direct);
        for (var layer = 0; layer < _units.Length; layer++)
        {
            var first = _weights.Member.KnownUnits(layer, step);
            var count = _weights.Member.KnownUnits(layer, step + 1) - first;
            if (count == 0) continue;
            for (var b = 0; b < Batch; b++)
            {
                float* sums = _sums[layer].Data + (long)b * _sums[layer].Stride, units = _units[layer].Data + (long)b * _units[layer].Stride;
                for (var u = first; u < first + count; u++) units[u] = sums[u] > 0 ? sums[u] : 0;
            }
            Ops.MaskedObserve(_weights.Products[layer + 1], _units[layer], first, count, _sums[layer + 1]);
        }
    }
}
