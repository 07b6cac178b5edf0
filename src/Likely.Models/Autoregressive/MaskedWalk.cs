using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Walks masked products variable by variable, for MADE and, with no hidden layer, FVSBN: a new value is added to the sums it feeds, and
/// the units that are known with it are added to the sums above. Every weight is used once in a whole walk.
/// </summary>
sealed unsafe class MaskedWalk : BinaryPredictor
{
    readonly MaskedProduct[] _products;
    readonly MaskedProduct? _straight;
    readonly int[][] _known;
    readonly Tensor _values;
    readonly Tensor? _direct;
    readonly Tensor[] _sums, _units;

    /// <param name="space">The variables.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="order">The variable visited at each step; null: as they come.</param>
    /// <param name="products">From inputs through the hidden layers, if any, to the outputs.</param>
    /// <param name="straight">From inputs to outputs, or null.</param>
    /// <param name="known">[layer][t]: how many units of a hidden layer, in sorted order, are known once t variables are.</param>
    public MaskedWalk(Space space, int batch, int[]? order, MaskedProduct[] products, MaskedProduct? straight, int[][] known) : base(space, batch, order)
    {
        (_products, _straight, _known) = (products, straight, known);
        var memory = new Tape();
        var layers = products.Length - 1;
        (_sums, _units) = (new Tensor[layers + 1], new Tensor[layers]);
        _values = memory.New(new Shape(1, batch, Count));
        for (var i = 0; i <= layers; i++)
        {
            _sums[i] = memory.New(new Shape(1, batch, products[i].Mask.Outputs));
            Ops.MaskedBegin(products[i], _sums[i]);
            if (i < layers) _units[i] = memory.New(_sums[i].Shape);
        }
        if (straight is null) return;
        _direct = memory.New(_sums[^1].Shape);
        Ops.MaskedBegin(straight, _direct);
    }

    MaskedWalk(MaskedWalk from, ReadOnlySpan<int> examples) : base(from, examples.Length)
    {
        (_products, _straight, _known) = (from._products, from._straight, from._known);
        var memory = new Tape();
        (_sums, _units) = (new Tensor[from._sums.Length], new Tensor[from._units.Length]);
        _values = RunMemory.Copy(from._values, memory, examples);
        for (var i = 0; i < _sums.Length; i++) _sums[i] = RunMemory.Copy(from._sums[i], memory, examples);
        for (var i = 0; i < _units.Length; i++) _units[i] = RunMemory.Copy(from._units[i], memory, examples);
        if (from._direct is not null) _direct = RunMemory.Copy(from._direct, memory, examples);
    }

    public override IPredictor Fork(ReadOnlySpan<int> examples) => new MaskedWalk(this, Checked(examples));

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
        Ops.MaskedObserve(_products[0], _values, step, 1, _sums[0]);
        if (_direct is not null) Ops.MaskedObserve(_straight!, _values, step, 1, _direct);
        for (var layer = 0; layer < _units.Length; layer++)
        {
            var first = _known[layer][step];
            var count = _known[layer][step + 1] - first;
            if (count == 0) continue;
            for (var b = 0; b < Batch; b++)
            {
                float* sums = _sums[layer].Data + (long)b * _sums[layer].Stride, units = _units[layer].Data + (long)b * _units[layer].Stride;
                for (var u = first; u < first + count; u++) units[u] = sums[u] > 0 ? sums[u] : 0;
            }
            Ops.MaskedObserve(_products[layer + 1], _units[layer], first, count, _sums[layer + 1]);
        }
    }
}
