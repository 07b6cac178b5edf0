using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A model whose network reads symbols in the order of their positions, one a position, and gives the numbers of a <see cref="Head"/> for the next:
/// log p(x) = sum over t of log p(x_t | x_before t). What came before a window is a run's past, so that a sequence of any length goes through in windows of
/// any size, with the same bits. Grids are read row by row.
/// </summary>
public abstract unsafe class SequenceModel : AutoregressiveModel
{
    // Rows (position, example) of one pass that does not have to go back.
    const int LargestPass = 1 << 12;

    /// <param name="config">The hyperparameters.</param>
    /// <param name="space">Examples, or windows of them.</param>
    /// <param name="classes">Classes the network is told; 0: none.</param>
    /// <param name="head">What its outputs mean.</param>
    /// <exception cref="ModelException">There is more than one symbol at a position.</exception>
    protected SequenceModel(DensityConfig config, Space space, int classes, Head head) : base(config, space, classes)
    {
        if (space.Symbols != 1) throw new ModelException($"{config.Name} models one symbol at a position, and the data has {space.Symbols}; grey pictures have one");
        Head = head;
    }

    public override Head Head { get; }

    public override bool AnyExtent => true;

    public override bool Carries => true;

    public sealed override (int Length, int Stride)? Windows => Context is { } context ? (context, Recalls ? context : context - context / 2) : null;

    public sealed override double MultiplyAddsOn(Extent extent) => extent.Positions * MultiplyAddsPerPosition;

    /// <summary>The network: at every position the symbol before it, [T, B], to what <see cref="Output"/> reads. With a run the positions follow those that it remembers.</summary>
    protected abstract Tensor Forward(SymbolInput x, Pass pass);

    /// <summary>The last map, to the head's numbers.</summary>
    protected abstract OutputMap Output { get; }

    protected abstract double MultiplyAddsPerPosition { get; }

    /// <summary>Positions of a window, or null: the network goes on from all that came before. What it sees beyond a window: see <see cref="ContextWindows"/>, or if it <see cref="Recalls"/>, <see cref="Segments"/>.</summary>
    protected virtual int? Context => null;

    /// <summary>Whether a window begins with what layers remember of the one before.</summary>
    protected virtual bool Recalls => false;

    /// <summary>Lets the layers keep what they recall of an example, as a new window begins.</summary>
    internal virtual void BeginSegment(Run run, int example) { }

    /// <summary>The head's numbers of the next symbol, behind all that go through the network now.</summary>
    internal Tensor Next(SymbolInput x, Pass pass)
    {
        var h = Run(x, pass);
        return Output.Forward(h.Positions == 1 ? h : Ops.Stretch(h, h.Positions - 1, 1));
    }

    Tensor Run(SymbolInput x, Pass pass) =>
        Context is { } context && pass.Run is { } run ? run.Slot<WindowedPast>(this, () => Recalls ? new Segments(this, context, run) : new ContextWindows(this, context, run)).Forward(x, pass) : Forward(x, pass);

    internal Tensor RunWithin(SymbolInput x, Pass pass) => Forward(x, pass);

    /// <summary>Lets the symbols of a batch go through the network, so that whoever observes the run is shown its states, and nothing is asked of the head.</summary>
    internal void Show(Tape tape, SymbolBatch batch, Run run)
    {
        Require(batch, 0, run);
        Run(new SymbolInput(batch.Inputs(), batch.Space.Positions, batch.Count), PassOf(tape, batch, run));
        GC.KeepAlive(batch); // what pointers lead to
    }

    private protected override Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run)
    {
        var inputs = batch.Inputs();
        var (positions, count) = (batch.Space.Positions, batch.Count);
        if (tape.Recording || run is not null || !IsLarge(batch))
        {
            if (run is null && positions > Context) throw new ArgumentException($"a training window of {Config.Name} has at most context={Context} positions, not {positions}");
            return Output.LogProbabilities(Head, Run(new SymbolInput(inputs, positions, count), PassOf(tape, batch, run)), batch.Symbols, scale, batch.Lengths);
        }
        // Something long is scored window by window: the same bits with bounded memory.
        var logs = tape.New(new Shape(positions, count, 1), compact: true);
        EachWindow(tape, batch, inputs, (first, h) =>
        {
            var rest = new int[batch.Lengths.Length];
            for (var i = 0; i < rest.Length; i++) rest[i] = batch.Lengths[i] - first;
            var window = Output.LogProbabilities(Head, h, batch.Symbols.At((long)first * count), 0, rest);
            if (tape.Computes) Buffer.MemoryCopy(window.Data, logs.Data + (long)first * count, window.Length * sizeof(float), window.Length * sizeof(float));
        });
        return logs;
    }

    private protected override void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member, Run? run)
    {
        var inputs = batch.Inputs();
        if (run is null && IsLarge(batch)) EachWindow(tape, batch, inputs, Read);
        else Read(0, Run(new SymbolInput(inputs, batch.Space.Positions, batch.Count), PassOf(tape, batch, run)));

        void Read(int first, Tensor h) => Output.EachStretch(h, (from, parameters) =>
        {
            for (var p = 0; p < parameters.Positions; p++)
                read(first + from + p, new SymbolDistributions(Head, source, parameters.Data + (long)p * parameters.Batch * parameters.Stride, parameters.Stride, null, 0, parameters.Batch));
        });
    }

    // A window's labels and sources are the batch's: those of what goes through a run may differ from window to window.
    static Pass PassOf(Tape tape, SymbolBatch batch, Run? run)
        => (run is null ? Pass.Whole(tape, batch.Space.Extent, batch.LabelMemory) : run.On(tape, 0, batch.Space.Positions) with { Labels = batch.LabelMemory }) with { Sources = batch.Sources };

    bool IsLarge(SymbolBatch batch) => batch.Space.Extent.Positions * batch.Count > LargestPass || batch.Space.Extent.Positions > Context;

    void EachWindow(Tape tape, SymbolBatch batch, PinnedSymbols inputs, Action<int, Tensor> read)
    {
        var run = new Run(batch.Count, batch.Space.Extent, tape.Meter) { Labels = batch.Labels.ToArray(), Sources = batch.Sources };
        var (positions, longest) = (batch.Space.Positions, Math.Max(1, LargestPass / batch.Count));
        for (var first = 0; first < positions; first += longest)
        {
            // After one window a run takes no more memory but for a last one of another length.
            var settled = !tape.Computes && first > 0;
            var count = settled ? positions % longest : Math.Min(longest, positions - first);
            if (count == 0) break;
            var pass = run.Next(first, count);
            read(first, Run(new SymbolInput(inputs.At((long)first * batch.Count), count, batch.Count), pass));
            if (settled) break;
        }
    }

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources)
        => Begin(batch, labels, extent, sources, []);

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, Extent extent, SourceSymbols? sources, UnitValue[][] held)
        => new SequencePredictor(this, new Run(batch, extent) { Labels = labels.ToArray(), Sources = sources, Held = held });

    internal override long WalkBytes(int batch, Extent extent)
    {
        var meter = new MemoryMeter();
        var run = new Run(batch, extent, meter) { Labels = new int[Classes > 0 ? batch : 0], Sources = Space.Source > 0 ? SourceSymbols.Outline(batch, Space.Source) : null };
        Next(new SymbolInput(new PinnedSymbols([]), 1, batch), run.Next(0, 1));
        return meter.Bytes + SequencePredictor.QueueBytes(batch);
    }
}
