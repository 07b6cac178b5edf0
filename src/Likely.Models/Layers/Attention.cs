using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// Causal attention of several heads (Vaswani et al. 2017): a linear map to queries, keys and values [T, B, 3C], each position's mean of the values up to its own that it
/// sees, and a linear map of that. In a run, keys and values of the positions so far are its past. With a <see cref="Rotation"/>,
/// queries and keys are turned by their positions (Su et al. 2021); they may be divided by their root mean square, head by head.
/// </summary>
sealed class Attention(ParameterScope scope, int channels, int heads, int context, Rotation? rotation, bool isNormalized, AttentionPattern pattern, double deviation, double outputDeviation)
{
    readonly Pointwise _input = new(scope.At("input"), channels, 3 * channels, deviation * Math.Sqrt(channels), matrices: 3);
    readonly Pointwise _output = new(scope.At("output"), channels, channels, outputDeviation * Math.Sqrt(channels), matrices: 1);

    /// <summary>Positions of each example that came before, in its window; null: none.</summary>
    public int[]? Before(Run? run) => run is null ? null : Memory(run).Past.Counts;

    /// <param name="x">What the layer reads.</param>
    /// <param name="before">Positions before the first, see <see cref="Before"/>.</param>
    /// <param name="pass">The pass.</param>
    public Tensor Forward(Tensor x, int[]? before, Pass pass)
    {
        var sums = _input.Forward(x);
        if (rotation is not null) sums = Ops.Rotate(sums, heads, rotation, before);
        if (isNormalized) sums = Ops.NormalizeHeads(sums, heads); // lengths do not change where they are turned
        return _output.Forward(Ops.Attention(sums, heads, pass.Run is { } run ? Memory(run).Past : null, pattern));
    }

    Heads Memory(Run run) => run.Slot(this, () => new Heads(new KeyValues(run.Memory, run.Batch, channels, context)));

    sealed class Heads(KeyValues past) : RunMemory
    {
        public KeyValues Past => past;

        public override IReadOnlyList<Tensor> Values => [past.Keys, past.Values];

        public override RunMemory Fork(Run run, ReadOnlySpan<int> examples) => new Heads(past.Copy(run.Memory, examples, static (tensor, tape, chosen) => Copy(tensor, tape, chosen)));

        public override void Cut(int example) => past.Counts[example] = 0;

        public override void Take(int example, RunMemory from, int source) => past.Take(example, ((Heads)from).Past, source);

        public override void Write(List<float> values)
        {
            foreach (var count in past.Counts) values.Add(count);
            base.Write(values);
        }

        public override int Read(ReadOnlySpan<float> values)
        {
            for (var example = 0; example < past.Counts.Length; example++) past.Counts[example] = (int)values[example];
            return past.Counts.Length + base.Read(values[past.Counts.Length..]);
        }
    }
}
