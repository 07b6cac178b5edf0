namespace Likely.Tensors;

/// <summary>
/// What <see cref="Ops.Nade"/> needs: input weights W [1, D, H], output weights V [1, D, H], the visible bias [1, 1, D], the hidden
/// bias [1, 1, H], all by variable, and the order in which the variables are visited.
/// </summary>
/// <param name="input">W: what a variable adds to the hidden sums.</param>
/// <param name="output">V: how hidden units predict a variable.</param>
/// <param name="visibleBias">b.</param>
/// <param name="hiddenBias">c.</param>
/// <param name="order">The variable visited at each step, made when something is computed.</param>
/// <param name="subPositions">S: variables at one position; variable d is symbol d mod S of position d / S.</param>
sealed class NadeWeights(Parameter input, Parameter output, Parameter visibleBias, Parameter hiddenBias, Lazy<int[]> order, int subPositions)
{
    internal Parameter Input => input;
    internal Parameter Output => output;
    internal Parameter VisibleBias => visibleBias;
    internal Parameter HiddenBias => hiddenBias;
    internal int[] Order => order.Value;
    internal int Variables => input.Inputs;
    internal int SubPositions => subPositions;
    internal int Hidden => input.Outputs;
}
