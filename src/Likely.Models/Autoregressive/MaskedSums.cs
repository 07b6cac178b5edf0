using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Sums of masked products while a walk goes on: new inputs are added to the sums they feed, and the units that are known with them to the sums above. Every weight is used once in a whole walk, in
/// the order in which the parallel pass uses it.
/// </summary>
sealed unsafe class MaskedSums
{
    readonly MaskedProduct[] _products;
    readonly MaskedProduct? _straight;
    readonly int[][] _known;
    readonly Tensor _values;
    readonly Tensor? _direct;
    readonly Tensor[] _sums, _units;

    /// <param name="batch">Examples.</param>
    /// <param name="products">From inputs through the hidden layers, if any, to the outputs.</param>
    /// <param name="straight">From inputs to outputs, or null.</param>
    /// <param name="known">[layer][t]: how many units of a hidden layer, in sorted order, are known once t variables are.</param>
    public MaskedSums(int batch, MaskedProduct[] products, MaskedProduct? straight, int[][] known)
    {
        (_products, _straight, _known) = (products, straight, known);
        var memory = new Tape();
        var layers = products.Length - 1;
        (_sums, _units) = (new Tensor[layers + 1], new Tensor[layers]);
        _values = memory.New(new Shape(1, batch, products[0].Weight.Inputs));
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

    MaskedSums(MaskedSums from, ReadOnlySpan<int> examples)
    {
        (_products, _straight, _known) = (from._products, from._straight, from._known);
        var memory = new Tape();
        (_sums, _units) = (new Tensor[from._sums.Length], new Tensor[from._units.Length]);
        _values = RunMemory.Copy(from._values, memory, examples);
        for (var i = 0; i < _sums.Length; i++) _sums[i] = RunMemory.Copy(from._sums[i], memory, examples);
        for (var i = 0; i < _units.Length; i++) _units[i] = RunMemory.Copy(from._units[i], memory, examples);
        if (from._direct is not null) _direct = RunMemory.Copy(from._direct, memory, examples);
    }

    /// <summary>Those of some examples, which go on on their own.</summary>
    public MaskedSums Fork(ReadOnlySpan<int> examples) => new(this, examples);

    /// <summary>The inputs of an example, in visiting order, to be set before they are observed.</summary>
    public float* Input(int example) => _values.Data + (long)example * _values.Stride;

    /// <summary>Some outputs of an example.</summary>
    public void Read(int example, int first, int count, float* outputs)
    {
        var sums = _sums[^1].Data + (long)example * _sums[^1].Stride + first;
        if (_direct is null)
        {
            new ReadOnlySpan<float>(sums, count).CopyTo(new Span<float>(outputs, count));
            return;
        }
        var direct = _direct.Data + (long)example * _direct.Stride + first;
        for (var i = 0; i < count; i++) outputs[i] = sums[i] + direct[i];
    }

    /// <summary>Takes in inputs <paramref name="first"/> .. first + count, those of the variable visited at <paramref name="step"/>.</summary>
    public void Observe(int step, int first, int count)
    {
        Ops.MaskedObserve(_products[0], _values, first, count, _sums[0]);
        if (_direct is not null) Ops.MaskedObserve(_straight!, _values, first, count, _direct);
        for (var layer = 0; layer < _units.Length; layer++)
        {
            var from = _known[layer][step];
            var more = _known[layer][step + 1] - from;
            if (more == 0) continue;
            for (var b = 0; b < _values.Batch; b++)
            {
                float* sums = _sums[layer].Data + (long)b * _sums[layer].Stride, units = _units[layer].Data + (long)b * _units[layer].Stride;
                for (var u = from; u < from + more; u++) units[u] = sums[u] > 0 ? sums[u] : 0;
            }
            Ops.MaskedObserve(_products[layer + 1], _units[layer], from, more, _sums[layer + 1]);
        }
    }
}
