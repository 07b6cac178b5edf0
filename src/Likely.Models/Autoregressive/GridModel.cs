using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// A model whose network reads the whole grid of symbols causally in raster order, and gives the parameters of a
/// <see cref="LikelihoodHead"/> at every position: log p(x) = sum over positions of log p(x_i | x_before i).
/// </summary>
public abstract unsafe class GridModel : DensityModel
{
    // Rows (position, example) of one pass that does not have to go back.
    const int LargestPass = 1 << 16;

    readonly Embedding _embedding;

    /// <param name="config">The hyperparameters.</param>
    /// <param name="geometry">Size and levels of an example.</param>
    /// <param name="classes">Classes the network is told; 0: none.</param>
    /// <param name="head">What its outputs mean.</param>
    /// <param name="embedding">Learned numbers that each symbol enters as, besides its value in -1..1.</param>
    protected GridModel(ModelConfig config, Geometry geometry, int classes, LikelihoodHead head, int embedding) : base(config, geometry, classes)
        => (Head, _embedding) = (head, new Embedding(new ParameterScope(Parameters).At("embedding"), geometry.Levels, embedding));

    public override LikelihoodHead Head { get; }

    public override bool AnySize => true;

    /// <summary>
    /// The network: x [T, B, <see cref="Inputs"/>] to head parameters. Without a run x is the whole grid and so is the result; with a run,
    /// x is the run's input and the result holds the run's positions.
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
        var logs = tape.New(ShapeOf(batch.Count), compact: true);
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

    /// <summary>Numbers that the symbols of one position enter the network as.</summary>
    protected int Inputs => Geometry.SubPositions * _embedding.Width;

    Tensor Input(Tape tape, SymbolBatch batch) => _embedding.Forward(tape, ShapeOf(batch.Count), batch.Data);

    public override IPredictor Predict(int batch, ReadOnlySpan<int> labels = default, float temperature = 1, int member = 0)
        => new GridPredictor(this, batch, labels, temperature);

    internal Tensor NewInput(Tape tape, int batch) => _embedding.New(tape, ShapeOf(batch));

    /// <summary>Writes one symbol of a position and example into a network's input.</summary>
    internal void SetInput(Tensor input, long row, int symbolIndex, byte symbol)
        => _embedding.Set(input.Data + row * input.Stride + symbolIndex * _embedding.Width, symbol);

    Shape ShapeOf(int batch) => new(Geometry.Positions, batch, Geometry.SubPositions);
}
