using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A model that turns rows of numbers into codes, and perhaps codes back into rows. Once fitted it does not change, and may be used from many
/// threads. A batch is encoded as its rows are one by one, to the last bit.
/// </summary>
public abstract class FeatureModel : Model
{
    private protected FeatureModel(FeatureConfig config, Space space) : base(config, space) { }

    /// <summary>Numbers of a code.</summary>
    public abstract int Width { get; }

    /// <summary>True if codes can be turned back into rows.</summary>
    public virtual bool Decodes => true;

    /// <summary>What fitting showed, name to number, such as the objective; of a model that was read from a file nothing.</summary>
    public IReadOnlyDictionary<string, double> Fitting { get; private protected set; } = new Dictionary<string, double>();

    /// <summary>Codes of some rows.</summary>
    /// <param name="rows">The rows, [count, dimensions].</param>
    /// <param name="count">How many.</param>
    /// <param name="codes">Receives [count, <see cref="Width"/>].</param>
    /// <exception cref="ArgumentException">There are fewer rows, or less room.</exception>
    public void Encode(ReadOnlySpan<float> rows, int count, Span<float> codes) => Turn(rows, count, Space.Dimensions, codes, Width, Encode);

    /// <summary>Rows of some codes; false, and nothing done, if the model has no way back.</summary>
    /// <param name="codes">[count, <see cref="Width"/>].</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">Receives the rows, [count, dimensions].</param>
    /// <exception cref="ArgumentException">As above.</exception>
    public bool TryDecode(ReadOnlySpan<float> codes, int count, Span<float> rows)
    {
        if (Decodes) Turn(codes, count, Width, rows, Space.Dimensions, Decode);
        return Decodes;
    }

    /// <summary>What each number of a code stands for, as rows that can be shown; empty if there is nothing to show.</summary>
    public virtual IReadOnlyList<float[]> Atoms() => [];

    /// <summary>Fits the weights, which have their memory.</summary>
    internal abstract void Learn(RowBlocks rows, FitOptions options);

    /// <summary>Codes of the rows of a matrix, all of which are rows.</summary>
    private protected abstract void Encode(Matrix rows, Matrix codes);

    /// <summary>The way back.</summary>
    private protected virtual void Decode(Matrix codes, Matrix rows) => throw new NotSupportedException($"{Config.Name} has no way back");

    static void Turn(ReadOnlySpan<float> from, int count, int inputs, Span<float> to, int outputs, Action<Matrix, Matrix> work)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (from.Length < (long)count * inputs || to.Length < (long)count * outputs) throw new ArgumentException($"{count} rows of {inputs} become rows of {outputs}, and there are {from.Length} numbers and room for {to.Length}");
        for (int first = 0, some; first < count; first += some)
        {
            some = Math.Min(RowBlocks.Length, count - first);
            Matrix given = new(some, inputs), made = new(some, outputs);
            for (var i = 0; i < some; i++) from.Slice((first + i) * inputs, inputs).CopyTo(given[i]);
            work(given, made);
            for (var i = 0; i < some; i++) made[i].CopyTo(to.Slice((first + i) * outputs, outputs));
        }
    }
}
