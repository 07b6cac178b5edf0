using Likely.Tensors;

namespace Likely.Models;

/// <summary>What a trainer needs of whatever is trained by gradients: weights, and a loss that a recording tape can go back from.</summary>
interface ITrainable
{
    ParameterSet Parameters { get; }

    /// <summary>
    /// Computes the loss of a batch on the pass's recording tape, and returns it in nats: the sum over all symbols that count. Going back, each nat has the weight
    /// <paramref name="scale"/>. With a run, the past enters as a constant and the run goes on to the end of the batch.
    /// </summary>
    double Loss(Tape tape, SymbolBatch batch, float scale, Run? run);
}
