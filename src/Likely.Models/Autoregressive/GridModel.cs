using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A model whose network reads the whole grid of symbols causally in raster order, and gives the numbers of a
/// <see cref="Head"/> at every position: log p(x) = sum over positions of log p(x_i | x_before i). One model takes grids of any size.
/// </summary>
public abstract unsafe class GridModel : AutoregressiveModel
{
    // Rows (position, example) of one pass that does not have to go back: few enough for the memory of all layers' values.
    const int LargestPass = 1 << 14;

    readonly Embedding _embedding;

    /// <param name="config">The hyperparameters.</param>
    /// <param name="space">Size and levels of an example.</param>
    /// <param name="classes">Classes the network is told; 0: none.</param>
    /// <param name="head">What its outputs mean.</param>
    /// <param name="embedding">Learned numbers that each symbol enters as, besides its value in -1..1.</param>
    /// <param name="contrasts">Each symbol enters with its differences from its neighbours, and not with learned numbers.</param>
    protected GridModel(DensityConfig config, Space space, int classes, Head head, int embedding, bool contrasts = false) : base(config, space, classes)
        => (Head, _embedding) = (head, new Embedding(new ParameterScope(Parameters).At("embedding"), space.Levels, embedding, contrasts));

    public override Head Head { get; }

    public override bool AnyExtent => true;

    public sealed override double MultiplyAddsOn(Extent extent) => extent.Positions * MultiplyAddsPerPosition;

    /// <summary>
    /// The network: x [T, B, <see cref="Inputs"/>] to the head's numbers at the positions of the pass. Without a run x is the whole grid;
    /// with one, x is the run's input.
    /// </summary>
    public abstract Tensor Forward(Tensor x, Pass pass);

    /// <summary>How many positions back the network reads of its input in place; what lies farther back it remembers.</summary>
    public abstract int InputReach(Extent extent);

    protected abstract double MultiplyAddsPerPosition { get; }

    private protected override Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run)
    {
        if (!tape.Recording && IsLarge(batch)) return ByRows(tape, batch);
        return Ops.LogProbabilities(Head, Whole(tape, batch), batch.Symbols, scale);
    }

    private protected override void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member, Run? run)
    {
        if (IsLarge(batch)) EachChunk(tape, batch, Read);
        else Read(0, Whole(tape, batch), batch.Symbols);

        void Read(int start, Tensor parameters, PinnedSymbols symbols)
        {
            for (var p = 0; p < parameters.Positions; p++)
                for (var s = 0; s < Head.Symbols; s++)
                    read((start + p) * Head.Symbols + s, new SymbolDistributions(Head, source, parameters.Data + (long)p * batch.Count * parameters.Stride, parameters.Stride,
                        symbols.Pointer + (long)p * batch.Count * Head.Symbols, s, batch.Count));
        }
    }

    static bool IsLarge(SymbolBatch batch) => batch.Space.Extent.Positions * batch.Count > LargestPass;

    Tensor Whole(Tape tape, SymbolBatch batch) => Forward(Input(tape, batch.Count, batch.Symbols, 0, batch.Space.Positions, batch.Space.Extent), Pass.Whole(tape, batch.Space.Extent, batch.LabelMemory));

    // Something large is scored in chunks of whole rows through a run: the same bits with bounded memory.
    Tensor ByRows(Tape tape, SymbolBatch batch)
    {
        var logs = tape.New(new Shape(batch.Space.Positions, batch.Count, Head.Symbols), compact: true);
        EachChunk(tape, batch, (start, parameters, symbols) =>
        {
            var at = (long)start * batch.Count * Head.Symbols;
            var chunk = Ops.LogProbabilities(Head, parameters, symbols, 0);
            if (tape.Computes) Buffer.MemoryCopy(chunk.Data, logs.Data + at, chunk.Length * sizeof(float), chunk.Length * sizeof(float));
        });
        return logs;
    }

    /// <summary>log p of every symbol of one example, some whole rows at a time: the same bits as of all at once, without holding all.</summary>
    /// <param name="extent">Of the example.</param>
    /// <param name="labels">Its label, or none.</param>
    /// <param name="read">Fills in symbols of the example from the given one on; null with a meter.</param>
    /// <param name="take">Given the first position of some, and log p of their symbols.</param>
    /// <param name="meter">If given, nothing is computed and the meter counts the memory.</param>
    internal void ScoreRows(Extent extent, int[] labels, Action<long, Span<int>>? read, Action<int, Tensor> take, MemoryMeter? meter = null)
    {
        int[] held = [];
        EachChunk(extent, 1, labels, meter, (first, end) =>
        {
            // What a symbol differs from lies up to a row before the first.
            var (origin, sub) = (Math.Max(0, first - extent.Width), Space.Symbols);
            var length = (end - origin) * sub;
            if (held.Length < length)
            {
                held = GC.AllocateUninitializedArray<int>(length, pinned: true);
                meter?.Add(length);
            }
            read?.Invoke((long)origin * sub, held.AsSpan(0, length));
            return new PinnedSymbols(held).At((long)(first - origin) * sub);
        }, (start, parameters, symbols) => take(start, Ops.LogProbabilities(Head, parameters, symbols, 0)));
    }

    /// <summary>Shows an inner state at all positions of a batch's examples, some whole rows at a time.</summary>
    internal void Show(SymbolBatch batch, StateObserver observer)
        => EachChunk(batch.Space.Extent, batch.Count, batch.Labels.ToArray(), null, (first, _) => batch.Symbols.At((long)first * batch.Count * Space.Symbols), (_, _, _) => { }, observer);

    void EachChunk(Tape tape, SymbolBatch batch, Action<int, Tensor, PinnedSymbols> read)
        => EachChunk(batch.Space.Extent, batch.Count, batch.Labels.ToArray(), tape.Meter, (first, _) => batch.Symbols.At((long)first * batch.Count * Space.Symbols), read);

    // Given from where to where, the symbols come from there on, and those of a row before lie before them.
    void EachChunk(Extent extent, int count, int[] labels, MemoryMeter? meter, Func<int, int, PinnedSymbols> symbolsFrom, Action<int, Tensor, PinnedSymbols> read, StateObserver? observer = null)
    {
        var run = new Run(count, extent, meter) { Labels = labels, Observer = observer };
        var (reach, rows) = (InputReach(extent), (int)Math.Max(1, LargestPass / ((long)extent.Width * count)));
        for (var row = 0; row < extent.Height; row += rows)
        {
            // After some chunks a run takes no more memory but for a last one of another size.
            var settled = meter is not null && row > 2 * rows + reach / extent.Width;
            var high = settled ? extent.Height % rows : Math.Min(rows, extent.Height - row);
            if (high == 0) break;
            var pass = run.Next(row * extent.Width, high * extent.Width);
            run.InputOrigin = Math.Max(0, pass.First - reach);
            var symbols = symbolsFrom(run.InputOrigin, pass.End);
            run.Input = Input(pass.Tape, count, symbols, run.InputOrigin, pass.End, extent);
            read(pass.First, Forward(run.Input, pass), symbols.At((long)(pass.First - run.InputOrigin) * count * Space.Symbols));
            if (settled) break;
        }
    }

    /// <summary>Numbers that the symbols of one position enter the network as.</summary>
    protected int Inputs => Space.Symbols * _embedding.Width;

    Tensor Input(Tape tape, int count, PinnedSymbols symbols, int first, int end, Extent extent)
        => _embedding.Forward(tape, new Shape(end - first, count, Space.Symbols), symbols, first, extent);

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources) => new GridPredictor(this, batch, labels, extent);

    internal override long WalkBytes(int batch, Extent extent)
    {
        var meter = new MemoryMeter();
        var run = new Run(batch, extent, meter) { Labels = new int[Classes > 0 ? batch : 0] };
        run.Input = NewInput(run.Memory, WalkPositions(extent), batch);
        foreach (var start in (int[])[0, (int)Math.Min(extent.Width, extent.Positions - 1)]) Forward(run.Input, run.Next(start, 1));
        return meter.Bytes;
    }

    /// <summary>Positions of its input that a walk keeps: as many as the network reads back, and some more.</summary>
    internal int WalkPositions(Extent extent) => (int)Math.Min(extent.Positions, 2L * InputReach(extent) + 16);

    /// <summary>Room for the input of some positions.</summary>
    internal Tensor NewInput(Tape tape, int positions, int batch) => _embedding.New(tape, new Shape(positions, batch, Space.Symbols));

    /// <summary>Writes one symbol of an example into a network's input, in which those before it are.</summary>
    /// <param name="run">Whose input it is.</param>
    /// <param name="position">Which position.</param>
    /// <param name="example">Which example.</param>
    /// <param name="symbolIndex">Which symbol of the position.</param>
    /// <param name="symbol">The symbol.</param>
    internal void SetInput(Run run, int position, int example, int symbolIndex, int symbol)
    {
        var (input, width) = (run.Input!, run.Extent.Width);
        var at = input.Data + ((long)(position - run.InputOrigin) * run.Batch + example) * input.Stride + symbolIndex * _embedding.Width;
        var step = (long)run.Batch * input.Stride;
        _embedding.Set(at, symbol, position % width > 0 ? at - step : null, position >= width ? at - step * width : null);
    }
}
