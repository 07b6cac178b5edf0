using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Trains the layers of an autoencoder one by one, each on what the ones below it give: as autoencoders of one hidden layer with the same corruption (Bengio et al. 2007; Vincent et al. 2010) or as Boltzmann machines
/// (Hinton et al. 2006), whose weights then begin the way there and, turned, the way back.
/// </summary>
static class Pretraining
{
    /// <summary>The words of the key.</summary>
    public const string None = "none", Autoencoders = "autoencoders", Machines = "machines";

    /// <param name="config">How.</param>
    /// <param name="network">What is trained.</param>
    /// <param name="rows">On what.</param>
    /// <param name="options">Seed and progress.</param>
    /// <param name="share">Of all fitting.</param>
    public static void Run(AutoencoderConfig config, CoderNetwork network, RowBlocks rows, FitOptions options, double share)
    {
        var plan = new DescentPlan(config.PretrainEpochs, config.Batch, config.PretrainRate);
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var below = l == 0 ? rows : new RowBlocks(new LayerRows(rows, network, l), rows.Threads, rows.Cancellation);
            var part = (share * l / network.Layers.Count, share / network.Layers.Count);
            var isUnit = l == 0 ? config.IsSigmoid : network.Bend(l) == CoderNetwork.Sigmoid;
            if (config.Pretrain == Machines) Machine(config, network, l, below, isUnit, plan, options, part);
            else Autoencoder(config, network, l, below, isUnit, plan, options, part);
        }
    }

    static void Autoencoder(AutoencoderConfig config, CoderNetwork network, int l, RowBlocks rows, bool isUnit, DescentPlan plan, FitOptions options, (double, double) part)
    {
        var (layer, set) = (network.Layers[l], new ParameterSet());
        var alone = new CoderNetwork(new ParameterScope(set), [layer.Weight.Inputs, layer.Weight.Outputs], network.Bend(l + 1), network.Bend(l + 1), tied: true);
        set.Allocate(options.Seed + (ulong)l);
        var corruption = Corruption.For(config.Noise, config.Amount, rows);
        new RowDescent($"layer {l + 1}", set, rows, plan, options) { Part = part }.Run((tape, batch) =>
        {
            var outputs = alone.Decode(alone.Encode(Ops.Given(tape, corruption.Apply(batch, options.Seed + (ulong)l))));
            return RowNumbers.Loss(Ops.RowLogs(isUnit ? RowLoss.CrossEntropy : RowLoss.Squared, outputs, batch.Rows, batch.Scale));
        });
        Begin(layer, alone.Layers[0].Weight, alone.Layers[0].Bias, alone.Layers[0].BackBias!);
    }

    static void Machine(AutoencoderConfig config, CoderNetwork network, int l, RowBlocks rows, bool isUnit, DescentPlan plan, FitOptions options, (double, double) part)
    {
        if (network.Bend(l + 1) is not (CoderNetwork.Sigmoid or CoderNetwork.Linear)) throw new ModelException($"pretrain={Machines} makes layers with bends sigmoid and linear; this one has {network.Bend(l + 1)}");
        var (layer, set) = (network.Layers[l], new ParameterSet());
        var machine = new BoltzmannMachine(new ParameterScope(set), layer.Weight.Inputs, layer.Weight.Outputs, !isUnit, network.Bend(l + 1) == CoderNetwork.Linear);
        set.Allocate(options.Seed + (ulong)l);
        machine.Learn($"layer {l + 1}", set, rows, plan, steps: 1, isPersistent: false, options, part);
        Begin(layer, machine.Weight, machine.HiddenBias, machine.VisibleBias);
    }

    static void Begin(CoderNetwork.Layer layer, Parameter weight, Parameter bias, Parameter backBias)
    {
        layer.Weight.Assign(weight.ToArray());
        layer.Bias.Assign(bias.ToArray());
        layer.BackBias?.Assign(backBias.ToArray());
        layer.Back?.Assign(weight.ToMatrix().Transposed());
    }

    // What some layers give of rows.
    sealed class LayerRows(RowBlocks rows, CoderNetwork network, int layers) : IRows
    {
        public int Count => rows.Rows;

        public Space Space { get; } = new(new Extent(1, 1, network.Layers[layers - 1].Weight.Outputs), 1, new Alphabet(0, AlphabetScale.Ordinal));

        // As blocks are read, one of them at a time.
        public void Read(int first, Span<float> values)
        {
            var (block, tape) = (rows[first / RowBlocks.Length], new Tape());
            RowNumbers.Write(network.Encode(Ops.Given(tape, block), layers), values);
            tape.Reset();
        }
    }
}
