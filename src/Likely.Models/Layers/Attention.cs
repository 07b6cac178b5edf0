using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// Causal attention of several heads (Vaswani et al. 2017): a linear map to queries, keys and values [T, B, 3C], each position's mean of the values up to its own that it
/// sees, and a linear map of that. In a run, keys and values of the positions so far are its past. With a <see cref="Rotation"/>,
/// queries and keys are turned by their positions (Su et al. 2021), or if they are relative there are queries of distances beside those of contents, as in <see cref="Ops.RelativeKeys"/>; those that
/// are not may be divided by their root mean square, head by head.
/// </summary>
/// <param name="scope">Where the parameters are.</param>
/// <param name="channels">Of the rows that are read and written.</param>
/// <param name="heads">Which share the channels.</param>
/// <param name="room">Positions that a run has room for.</param>
/// <param name="rotation">Angles; null: positions are not told here.</param>
/// <param name="isRelative">Whether the angles are of distances.</param>
/// <param name="isNormalized">Whether queries and keys are normalised.</param>
/// <param name="pattern">What a position sees.</param>
/// <param name="deviation">Of the weights of the first map.</param>
/// <param name="outputDeviation">Of those of the last.</param>
sealed class Attention(ParameterScope scope, int channels, int heads, int room, Rotation? rotation, bool isRelative, bool isNormalized, AttentionPattern pattern, double deviation, double outputDeviation)
{
    readonly int _keyWidth = isRelative ? 2 : 1;
    readonly Pointwise _input = new(scope.At("input"), channels, (isRelative ? 4 : 3) * channels, deviation * Math.Sqrt(channels), matrices: isRelative ? 4 : 3);
    readonly Pointwise _output = new(scope.At("output"), channels, channels, outputDeviation * Math.Sqrt(channels), matrices: 1);

    /// <summary>Positions of each example that came before, in its window; null: none.</summary>
    public int[]? Before(Run? run) => run is null ? null : Memory(run).Past.Counts;

    /// <param name="x">What the layer reads.</param>
    /// <param name="before">Positions before the first, see <see cref="Before"/>.</param>
    /// <param name="pass">The pass.</param>
    public Tensor Forward(Tensor x, int[]? before, Pass pass)
    {
        var sums = _input.Forward(x);
        if (rotation is not null && !isRelative) sums = Ops.Rotate(sums, heads, rotation, before);
        if (isNormalized) sums = Ops.NormalizeHeads(sums, heads); // lengths do not change where they are turned
        if (isRelative) sums = Ops.RelativeKeys(sums, heads, rotation!, before);
        return _output.Forward(Ops.Attention(sums, heads, pass.Run is { } run ? Memory(run).Past : null, pattern, _keyWidth));
    }

    /// <summary>Lets a run remember no more than the last positions of an example; what is kept of relative positions alone.</summary>
    public void Keep(Run run, int example, int positions) => Memory(run).Past.Keep(example, positions, heads, rotation!);

    Heads Memory(Run run) => run.Slot(this, () => new Heads(new KeyValues(run.Memory, run.Batch, channels, room, _keyWidth)));

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
            for (var example = 0; example < past.Counts.Length; example++)
                past.Counts[example] = values[example] >= 0 && values[example] <= past.Values.Positions ? (int)values[example] : throw new ModelException("the state of attention that was saved is damaged; train anew");
            return past.Counts.Length + base.Read(values[past.Counts.Length..]);
        }
    }
}
