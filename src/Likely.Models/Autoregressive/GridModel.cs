using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// A model whose network reads the whole grid of symbols, scaled to -1..1, causally in raster order, and gives the parameters of a
/// <see cref="LikelihoodHead"/> at every position: log p(x) = sum over positions of log p(x_i | x_before i).
/// </summary>
public abstract unsafe class GridModel(ModelConfig config, Geometry geometry, int classes, LikelihoodHead head) : DensityModel(config, geometry, classes)
{
    // Rows (position, example) of one pass that does not have to go back.
    const int LargestPass = 1 << 16;

    public override LikelihoodHead Head { get; } = head;

    public override bool AnySize => true;

    /// <summary>
    /// The network: x [T, B, S] to head parameters. Without a run x is the whole grid and so is the result; with a run, x is the
    /// run's input and the result holds the run's positions.
    /// </summary>
    public abstract Tensor Forward(Tensor x, ReadOnlySpan<int> labels, Run? run);

    public override Tensor LogProbabilities(Tape tape, SymbolBatch batch, float scale = 1, int member = 0)
    {
        var x = Input(tape, batch);
        if (!tape.Recording && x.Rows > LargestPass) return ByRows(tape, x, batch);
        var logs = Ops.LogProbabilities(Head.Kind, Forward(x, batch.Labels, null), batch.Data, Head.SubPositions, Head.Size, scale);
        GC.KeepAlive(batch);
        return logs;
    }

    public override void Distributions(Tape tape, SymbolBatch batch, DistributionsReader read, int member = 0)
    {
        var x = Input(tape, batch);
        if (x.Rows > LargestPass) EachChunk(x, batch, Read);
        else Read(0, Forward(x, batch.Labels, null));
        GC.KeepAlive(batch);

        void Read(int start, Tensor parameters)
        {
            for (var p = 0; p < parameters.Positions; p++)
                for (var s = 0; s < Head.SubPositions; s++)
                    read((start + p) * Head.SubPositions + s, new SymbolDistributions(Head, parameters.Data + (long)p * batch.Count * parameters.Stride, parameters.Stride,
                        batch.Data + (long)(start + p) * batch.Count * Head.SubPositions, s, batch.Count));
        }
    }

    // Something large is scored in chunks of whole rows through a run: the same bits with bounded memory.
    Tensor ByRows(Tape tape, Tensor x, SymbolBatch batch)
    {
        var logs = tape.New(x.Shape, compact: true);
        EachChunk(x, batch, (start, parameters) =>
        {
            var at = (long)start * batch.Count * Head.SubPositions;
            var chunk = Ops.LogProbabilities(Head.Kind, parameters, batch.Data + at, Head.SubPositions, Head.Size, 0);
            Buffer.MemoryCopy(chunk.Data, logs.Data + at, chunk.Length * sizeof(float), chunk.Length * sizeof(float));
        });
        return logs;
    }

    void EachChunk(Tensor x, SymbolBatch batch, Action<int, Tensor> read)
    {
        var run = new Run(batch.Count) { Labels = batch.Labels.ToArray(), Input = x };
        var rows = Math.Max(1, LargestPass / (Geometry.Width * batch.Count));
        for (var row = 0; row < Geometry.Height; row += rows)
        {
            run.Step.Reset();
            (run.Start, run.Count) = (row * Geometry.Width, Math.Min(rows, Geometry.Height - row) * Geometry.Width);
            read(run.Start, Forward(x, batch.Labels, run));
        }
    }

    Tensor Input(Tape tape, SymbolBatch batch)
    {
        var x = NewInput(tape, batch.Count);
        for (var i = 0L; i < x.Length; i++) x.Data[i] = Value(batch.Data[i]);
        return x;
    }

    public override IPredictor Predict(int batch, ReadOnlySpan<int> labels = default, float temperature = 1, int member = 0)
        => new GridPredictor(this, batch, labels, temperature);

    internal Tensor NewInput(Tape tape, int batch) => tape.New(new Shape(Geometry.Positions, batch, Geometry.SubPositions), compact: true);

    /// <summary>A symbol as the network sees it, in -1..1.</summary>
    internal float Value(byte symbol) => symbol * (2f / (Geometry.Levels - 1)) - 1;
}
