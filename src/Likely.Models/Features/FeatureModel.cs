using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A model that turns rows of numbers into codes, and perhaps codes back into rows. Once fitted it does not change, and may be used from many
/// threads. A batch is encoded as its rows are one by one, to the last bit.
/// </summary>
public abstract class FeatureModel : Model
{
    const int Together = 96; // rows whose matrices stay in a core's cache

    readonly RowPreparation? _preparation;

    private protected FeatureModel(FeatureConfig config, Space space) : base(config, space) => _preparation = RowPreparation.Of(config, space, Parameters);

    /// <summary>Numbers of a code: the model's own, then what the way back needs of a row that was normalized.</summary>
    public int Width => CodeWidth + Kept;

    /// <summary>Numbers of a code that are the model's own.</summary>
    internal abstract int CodeWidth { get; }

    /// <summary>True if the model sees other rows than are given: normalized ones, or whitened.</summary>
    internal bool IsPrepared => _preparation is not null;

    /// <summary>What is added to log-densities of rows as the model sees them, so that they are those of the rows themselves; null if there is no such number, as many rows are seen as one.</summary>
    private protected double? LogVolume => _preparation is null ? 0 : _preparation.LogVolume;

    int Kept => Decodes ? _preparation?.Kept ?? 0 : 0;

    /// <summary>True if codes can be turned back into rows.</summary>
    public virtual bool Decodes => true;

    /// <summary>How many numbers at the beginning of a code are each 0 or 1, so that they are an address (<see cref="BinaryCodes"/>) and codes can be indexed; 0 if codes are none.</summary>
    public virtual int Bits => 0;

    /// <summary>What fitting showed, name to number, such as the objective; of a model that was read from a file nothing.</summary>
    public IReadOnlyDictionary<string, double> Fitting { get; private protected set; } = new Dictionary<string, double>();

    /// <summary>Codes of some rows: each the model's own numbers, then the row's mean and deviation where those were taken out of it and the model has a way back.</summary>
    /// <param name="rows">The rows, [count, dimensions].</param>
    /// <param name="count">How many.</param>
    /// <param name="codes">Receives [count, <see cref="Width"/>].</param>
    /// <exception cref="ArgumentException">There are fewer rows, or less room.</exception>
    public void Encode(ReadOnlySpan<float> rows, int count, Span<float> codes) => Turn(rows, count, Space.Dimensions, codes, Width, EncodePrepared);

    /// <summary>Rows of some codes; false, and nothing done, if the model has no way back.</summary>
    /// <param name="codes">[count, <see cref="Width"/>].</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">Receives the rows, [count, dimensions].</param>
    /// <exception cref="ArgumentException">As above.</exception>
    public bool TryDecode(ReadOnlySpan<float> codes, int count, Span<float> rows)
    {
        if (Decodes) Turn(codes, count, Width, rows, Space.Dimensions, DecodePrepared);
        return Decodes;
    }

    /// <summary>What each of the model's own numbers of a code stands for, as rows that can be shown, such as the model sees them; empty if there is nothing to show.</summary>
    public virtual IReadOnlyList<float[]> Atoms() => [];

    internal void Fit(RowBlocks rows, FitOptions options)
    {
        var seen = _preparation?.Learn(rows, options) ?? rows;
        if (options.Trial is not null) FitTrial.Read(seen);
        Learn(seen, options);
    }

    /// <summary>Fits the weights, which have their memory, to rows as the model is to see them.</summary>
    internal abstract void Learn(RowBlocks rows, FitOptions options);

    /// <summary>Codes of the rows of a matrix, all of which are rows.</summary>
    private protected abstract void Encode(Matrix rows, Matrix codes);

    /// <summary>The way back.</summary>
    private protected virtual void Decode(Matrix codes, Matrix rows) => throw new NotSupportedException($"{Config.Name} has no way back");

    /// <summary>Rows as the model sees them.</summary>
    private protected Matrix AsSeen(Matrix rows) => _preparation?.Apply(rows, new Matrix(rows.Rows, Math.Max(1, _preparation.Kept))) ?? rows;

    /// <summary>The way back from such rows, in place, where they were not normalized.</summary>
    private protected void Undo(Matrix rows) => _preparation?.Undo(rows, new Matrix(rows.Rows, 1));

    void EncodePrepared(Matrix rows, Matrix codes)
    {
        if (_preparation is null)
        {
            Encode(rows, codes);
            return;
        }
        Matrix kept = new(rows.Rows, Math.Max(1, _preparation.Kept)), own = new(rows.Rows, CodeWidth);
        Encode(_preparation.Apply(rows, kept), own);
        for (var i = 0; i < rows.Rows; i++)
        {
            own[i].CopyTo(codes[i]);
            kept[i][..Kept].CopyTo(codes[i][CodeWidth..]);
        }
    }

    void DecodePrepared(Matrix codes, Matrix rows)
    {
        if (_preparation is null)
        {
            Decode(codes, rows);
            return;
        }
        Matrix kept = new(rows.Rows, Math.Max(1, _preparation.Kept)), own = new(rows.Rows, CodeWidth);
        for (var i = 0; i < rows.Rows; i++)
        {
            codes[i][..CodeWidth].CopyTo(own[i]);
            codes[i][CodeWidth..].CopyTo(kept[i]);
        }
        Decode(own, rows);
        _preparation.Undo(rows, kept);
    }

    private protected static void Turn(ReadOnlySpan<float> from, int count, int inputs, Span<float> to, int outputs, Action<Matrix, Matrix> work)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (from.Length < (long)count * inputs || to.Length < (long)count * outputs) throw new ArgumentException($"{count} rows of {inputs} become rows of {outputs}, and there are {from.Length} numbers and room for {to.Length}");
        for (int first = 0, some; first < count; first += some)
        {
            some = Math.Min(Together, count - first);
            Matrix given = new(some, inputs), made = new(some, outputs);
            for (var i = 0; i < some; i++) from.Slice((first + i) * inputs, inputs).CopyTo(given[i]);
            work(given, made);
            for (var i = 0; i < some; i++) made[i].CopyTo(to.Slice((first + i) * outputs, outputs));
        }
    }
}
