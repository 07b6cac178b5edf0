namespace Likely.Tensors;

/// <summary>
/// Where the columns of a table lie among a network's inputs and outputs, in the order in which they are visited. A symbol enters as one input
/// for each of its alphabet's names, of which only its own is 1 (the first has none where all are names), and, of levels of a quantity, as <see cref="NumberInputs"/> more: u, its place from
/// -1 to 1, and how near it is to each of some knots, max(0, 1 - |u - knot| / width), so that bends of any column lie where its values are.
/// </summary>
sealed class ColumnLayout
{
    /// <summary>Knots, from -7/8 to 7/8, and their distance.</summary>
    const int Knots = 8;
    const float Width = 0.25f;

    /// <summary>Inputs of a level of a quantity besides those of names.</summary>
    public const int NumberInputs = 1 + Knots;

    readonly ColumnAlphabets _columns;

    /// <param name="columns">What each can be.</param>
    /// <param name="likelihoods">What each's outputs mean.</param>
    /// <param name="outputs">How many those are.</param>
    /// <param name="order">The column visited at each step; null: as they come.</param>
    public ColumnLayout(ColumnAlphabets columns, ILikelihood[] likelihoods, int[] outputs, int[]? order)
    {
        (_columns, Likelihoods, Order) = (columns, likelihoods, order);
        (FirstInput, FirstOutput) = (new int[columns.Count + 1], new int[columns.Count + 1]);
        for (var step = 0; step < columns.Count; step++)
        {
            FirstInput[step + 1] = FirstInput[step] + InputsOf(columns[ColumnAt(step)]);
            FirstOutput[step + 1] = FirstOutput[step] + outputs[ColumnAt(step)];
        }
    }

    /// <summary>Columns.</summary>
    public int Count => _columns.Count;

    /// <summary>What each column's outputs mean, by column.</summary>
    public ILikelihood[] Likelihoods { get; }

    /// <summary>The column visited at each step; null: as they come.</summary>
    public int[]? Order { get; }

    /// <summary>The first input of the column visited at each step, and behind the last.</summary>
    public int[] FirstInput { get; }

    /// <summary>The same of outputs.</summary>
    public int[] FirstOutput { get; }

    public int Inputs => FirstInput[^1];

    public int Outputs => FirstOutput[^1];

    public int ColumnAt(int step) => Order is null ? step : Order[step];

    /// <summary>Inputs that a symbol of an alphabet becomes.</summary>
    public static int InputsOf(Alphabet alphabet) => alphabet.Size == alphabet.Names ? alphabet.Names - 1 : alphabet.Names + NumberInputs;

    /// <summary>Writes the inputs of the symbol at a step.</summary>
    public unsafe void Write(int step, int symbol, float* inputs)
    {
        var alphabet = _columns[ColumnAt(step)];
        var levels = alphabet.Size - alphabet.Names;
        new Span<float>(inputs, InputsOf(alphabet)).Clear();
        if (levels == 0)
        {
            if (symbol > 0) inputs[symbol - 1] = 1;
            return;
        }
        if (symbol < alphabet.Names)
        {
            inputs[symbol] = 1;
            return;
        }
        var numbers = inputs + alphabet.Names;
        var u = (2f * (symbol - alphabet.Names) + 1) / levels - 1;
        numbers[0] = u;
        for (var knot = 0; knot < Knots; knot++) numbers[1 + knot] = Math.Max(0, 1 - Math.Abs(u - ((2 * knot + 1) * (Width / 2) - 1)) / Width);
    }
}
