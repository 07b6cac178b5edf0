using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// A named weight [taps, inputs, outputs] inside its set's contiguous block; rows of outputs are padded to 16 with zeros.
/// </summary>
public sealed unsafe class Parameter
{
    internal ParameterSet? Set;
    FloatBlock? _transposed;
    long _transposedVersion = -1;
    RecurrentPanels? _recurrent;

    /// <param name="name">Path name, for ever the same on disk.</param>
    /// <param name="shape">Taps, inputs, outputs.</param>
    /// <param name="initialize">Value at (tap, input, output), given a standard normal and a uniform draw in [0, 1).</param>
    /// <param name="mask">Which entries exist; the others are zero for ever. Null: all.</param>
    /// <param name="offset">Added to the initial value at (tap, input, output); null: nothing.</param>
    internal Parameter(string name, Shape shape, Func<double, double, double> initialize, Func<int, int, int, bool>? mask = null, Func<int, int, int, double>? offset = null)
        => (Name, Shape, Initialize, Mask, Offsets) = (name, shape, initialize, mask, offset);

    public string Name { get; }
    public Shape Shape { get; }
    public int Taps => Shape.Positions;
    public int Inputs => Shape.Batch;
    public int Outputs => Shape.Channels;

    /// <summary>Floats from one input's row to the next.</summary>
    public int Stride => Shape.PaddedChannels;

    /// <summary>Floats in the block, padding included.</summary>
    public long Length => Shape.Rows * Stride;

    /// <summary>Times the learning rate: less than 1 for weights of which many add up to what must be exact.</summary>
    internal double Rate { get; init; } = 1;

    /// <summary>As how many matrices [inputs, outputs], side by side, an optimizer of matrices may take it: linear maps inside a network, not those that symbols enter or leave by. 0: none.</summary>
    internal int Matrices { get; init; }

    /// <summary>Place in the set's list.</summary>
    internal int Index { get; set; }

    /// <summary>Offset in the set's block, in floats.</summary>
    public long Offset { get; internal set; }

    internal float* Data => Set!.Values + Offset;

    internal Func<double, double, double> Initialize { get; }
    internal Func<int, int, int, bool>? Mask { get; }
    internal Func<int, int, int, double>? Offsets { get; }

    /// <summary>The gradient's place in a tape's gradient block, to be added to.</summary>
    internal float* GradientIn(Tape tape)
    {
        var gradient = GradientIn(tape, out var isNew);
        if (isNew && tape.Computes) new Span<float>(gradient, checked((int)Length)).Clear();
        return gradient;
    }

    /// <summary>The same; <paramref name="isNew"/> tells that it has no content yet and every entry that is not masked must be written.</summary>
    internal float* GradientIn(Tape tape, out bool isNew)
    {
        isNew = tape.BeginGradient(Index);
        if (!tape.Computes) return null;
        if (tape.ParameterGradients is not { } block || block.Length < Offset + Length) throw new InvalidOperationException($"the tape has no room for the gradient of '{Name}'");
        return block.Pointer + Offset;
    }

    /// <summary>
    /// The weight as [taps, outputs, padded inputs], recomputed once per change of the values; safe from many threads. Valid while somebody
    /// holds this parameter.
    /// </summary>
    internal float* Transposed(Tape tape)
    {
        var padded = Shape.RoundUp(Inputs);
        var length = (long)Taps * Outputs * padded;
        if (!tape.Computes)
        {
            tape.Meter!.AddShared(this, length);
            return null;
        }
        if (Volatile.Read(ref _transposedVersion) == Set!.Version) return _transposed!.Pointer;
        lock (this)
        {
            if (_transposedVersion == Set.Version) return _transposed!.Pointer;
            _transposed ??= new FloatBlock(length);
            for (var tap = 0; tap < Taps; tap++)
                Layout.Transpose(Data + (long)tap * Inputs * Stride, Inputs, Outputs, Stride, _transposed.Pointer + (long)tap * Outputs * padded, padded);
            Volatile.Write(ref _transposedVersion, Set.Version);
            return _transposed.Pointer;
        }
    }

    /// <summary>The weight packed for the steps of recurrent cells.</summary>
    internal RecurrentPanels Recurrent => _recurrent ?? Interlocked.CompareExchange(ref _recurrent, new RecurrentPanels(this), null) ?? _recurrent;

    /// <summary>The real values in the order taps, inputs, outputs, without padding.</summary>
    /// <exception cref="InvalidOperationException">They have no memory yet.</exception>
    public float[] ToArray()
    {
        RequireValues();
        var values = new float[Shape.Count];
        for (var row = 0L; row < Shape.Rows; row++)
            new ReadOnlySpan<float>(Data + row * Stride, Outputs).CopyTo(values.AsSpan((int)(row * Outputs)));
        GC.KeepAlive(this);
        return values;
    }

    /// <summary>Sets the real values from the order of <see cref="ToArray"/>. Not while others compute.</summary>
    /// <exception cref="ArgumentException">They are not as many, or not zero where the mask allows none; nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">They have no memory yet.</exception>
    public void Assign(ReadOnlySpan<float> values)
    {
        RequireValues();
        if (values.Length != Shape.Count) throw new ArgumentException($"'{Name}' is {Shape} and takes {Shape.Count} values, not {values.Length}");
        if (!Set!.Allows(this, values)) throw new ArgumentException($"'{Name}' takes only zeros where its mask forbids weights");
        for (var row = 0L; row < Shape.Rows; row++)
            values.Slice((int)(row * Outputs), Outputs).CopyTo(new Span<float>(Data + row * Stride, Outputs));
        Set!.Changed();
    }

    /// <summary>The values as a matrix [taps x inputs, outputs] of its own.</summary>
    /// <exception cref="InvalidOperationException">They have no memory yet.</exception>
    internal Matrix ToMatrix()
    {
        RequireValues();
        var matrix = new Matrix(checked((int)Shape.Rows), Outputs);
        for (var row = 0; row < matrix.Rows; row++) new ReadOnlySpan<float>(Data + (long)row * Stride, Outputs).CopyTo(matrix[row]);
        GC.KeepAlive(this);
        return matrix;
    }

    /// <summary>Sets the values from such a matrix. Not while others compute.</summary>
    /// <exception cref="ArgumentException">As of <see cref="Assign(ReadOnlySpan{float})"/>.</exception>
    internal void Assign(Matrix matrix)
    {
        var values = new float[(long)matrix.Rows * matrix.Columns];
        for (var row = 0; row < matrix.Rows; row++) matrix[row].CopyTo(values.AsSpan(row * matrix.Columns));
        Assign(values);
    }

    void RequireValues()
    {
        if (Set is null || Set.Values is null) throw new InvalidOperationException($"the values of '{Name}' have no memory yet");
    }
}
