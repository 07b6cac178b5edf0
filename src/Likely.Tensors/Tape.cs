namespace Likely.Tensors;

/// <summary>
/// Owns every intermediate value of one computation and, when recording, the way back. Operations append entries in order of
/// execution; <see cref="Backward"/> walks them in reverse and releases values and gradients as soon as nothing needs them.
/// One thread uses one tape. Entries and tensors are reused, so a repeated computation allocates nothing.
/// </summary>
public sealed unsafe class Tape
{
    readonly BufferPool _pool;
    readonly List<Tensor> _tensors = [];
    readonly List<TapeEntry> _entries = [];
    int _tensorCount, _entryCount;
    FloatBlock? _zeros, _parameterGradients;
    bool[] _begun = [];

    /// <param name="recording">True: operations are recorded for <see cref="Backward"/>.</param>
    public Tape(bool recording = false) : this(recording, null) { }

    /// <param name="recording">True: operations are recorded for <see cref="Backward"/>.</param>
    /// <param name="meter">If given, nothing is computed and the meter counts the memory that it would take.</param>
    internal Tape(bool recording, MemoryMeter? meter) => (Recording, Meter, _pool) = (recording, meter, new BufferPool(meter));

    /// <summary>True if operations are recorded for <see cref="Backward"/>.</summary>
    public bool Recording { get; }

    /// <summary>What counts the memory, on a tape that only measures; null: the tape computes.</summary>
    internal MemoryMeter? Meter { get; }

    /// <summary>True if tensors have values; false if only memory is measured.</summary>
    internal bool Computes => Meter is null;

    /// <summary>True while training: dropout is active.</summary>
    public bool Training { get; set; }

    /// <summary>The step's number, the shard's first example in the batch and the seed: the address of dropout's random numbers.</summary>
    public (ulong Seed, long Step, int FirstExample) Address { get; set; }

    /// <summary>The share of a planned training that is over, for losses beside the main one that fade; null where none is planned: they are left out.</summary>
    internal double? Progress { get; set; }

    /// <summary>
    /// Where gradients of parameters go, laid out like the parameters' own block, of whatever content: what comes first for a
    /// parameter replaces it. Null outside training.
    /// </summary>
    internal FloatBlock? ParameterGradients
    {
        get => _parameterGradients;
        set
        {
            _parameterGradients = value;
            Array.Clear(_begun);
        }
    }

    /// <summary>Bytes that this tape holds.</summary>
    internal long Bytes => _pool.Bytes + sizeof(float) * ((_zeros?.Length ?? -FloatBlock.Slack) + FloatBlock.Slack);

    /// <summary>Number of tensor buffers ever allocated: constant after the first step.</summary>
    public long Allocations => _pool.Allocations;

    /// <summary>A new tensor of unspecified content; compact rows have no padding.</summary>
    internal Tensor New(Shape shape, bool requiresGradient = false, bool compact = false)
    {
        if (shape.Positions < 0 || shape.Batch < 0 || shape.Channels < 0) throw new ArgumentException($"a tensor cannot be {shape}");
        var tensor = Take();
        tensor.Shape = shape;
        tensor.Stride = compact ? shape.Channels : shape.PaddedChannels;
        tensor.RequiresGradient = Recording && requiresGradient;
        tensor.Buffer = _pool.Rent(tensor.Length);
        SetData(tensor);
        return tensor;
    }

    /// <summary>A tensor of the same shape that takes over another's buffer; the other's values are gone.</summary>
    internal Tensor TakeOver(Tensor other, bool requiresGradient)
    {
        var tensor = Take();
        (tensor.Shape, tensor.Stride, tensor.Buffer) = (other.Shape, other.Stride, other.Buffer);
        SetData(tensor);
        tensor.RequiresGradient = Recording && requiresGradient;
        other.Buffer = null;
        SetData(other);
        return tensor;
    }

    /// <summary>Appends an entry that <see cref="Backward"/> will run; call only when <see cref="Recording"/>.</summary>
    internal TapeEntry Record(Tensor output, Action<Tape, TapeEntry> backward)
    {
        if (_entryCount == _entries.Count) _entries.Add(new TapeEntry());
        var entry = _entries[_entryCount++];
        entry.Output = output;
        entry.Backward = backward;
        return entry;
    }

    /// <summary>The same for an operation that begins the way back.</summary>
    internal TapeEntry RecordLoss(Tensor output, Action<Tape, TapeEntry> backward)
    {
        var entry = Record(output, backward);
        entry.IsLoss = true;
        return entry;
    }

    /// <summary>Runs all entries in reverse order, from the losses on. An output that nothing has consumed has no gradient, and its inputs get none from it.</summary>
    internal void Backward()
    {
        for (var i = _entryCount - 1; i >= 0; i--)
        {
            var entry = _entries[i];
            if (entry.Output!.RequiresGradient && (entry.IsLoss || entry.Output.GradientBuffer is not null)) entry.Backward!(this, entry);
            Release(entry.Output);
            entry.Clear();
        }
        _entryCount = 0;
    }

    // The one rule of gradients: the first that reaches a tensor or a parameter is written, all others are added.

    /// <summary>The buffer of a gradient; <paramref name="isNew"/> tells that it has no content yet and must be written, not added to.</summary>
    internal float* GradientOf(Tensor tensor, out bool isNew)
    {
        isNew = tensor.GradientBuffer is null;
        tensor.GradientBuffer ??= _pool.Rent(tensor.Length);
        return tensor.GradientBuffer.Pointer;
    }

    /// <summary>The same for what can only be added to: zeros if it is new.</summary>
    internal float* GradientToAddTo(Tensor tensor)
    {
        var gradient = GradientOf(tensor, out var isNew);
        if (isNew && Computes) new Span<float>(gradient, (int)tensor.Length).Clear();
        return gradient;
    }

    /// <summary>Writes or adds the output's gradient to that of an input of the same layout.</summary>
    internal void AddGradient(Tensor output, Tensor input)
    {
        var gradient = GradientOf(input, out var isNew);
        if (!Computes) return;
        if (isNew) Kernels.Layout.Copy(output.Gradient, gradient, output.Length);
        else Kernels.Elementwise.Add(output.Gradient, gradient, output.Length);
    }

    /// <summary>Passes the output's gradient on as the input's: moves the buffer if the input has none yet, else adds.</summary>
    internal void PassGradient(Tensor output, Tensor input)
    {
        if (!input.RequiresGradient) return;
        if (input.GradientBuffer is null)
        {
            input.GradientBuffer = output.GradientBuffer;
            output.GradientBuffer = null;
        }
        else AddGradient(output, input);
    }

    /// <summary>Says that the gradient of the parameter at this place begins; false if it has begun before.</summary>
    internal bool BeginGradient(int index)
    {
        if (index >= _begun.Length) Array.Resize(ref _begun, Math.Max(index + 1, 2 * _begun.Length));
        var isNew = !_begun[index];
        _begun[index] = true;
        return isNew;
    }

    /// <summary>Sets the gradients of parameters that the computation did not touch to zero.</summary>
    internal void FinishGradients(ParameterSet set)
    {
        foreach (var parameter in set.Parameters) parameter.GradientIn(this);
    }

    /// <summary>Whether shapes vary from reset to reset: then the memory of larger ones is taken for smaller ones.</summary>
    internal bool Varies { get => _pool.Varies; init => _pool.Varies = value; }

    /// <summary>At least this many zeros.</summary>
    internal float* Zeros(int count)
    {
        if (_zeros is null || _zeros.Length < count)
        {
            Meter?.Add(count - (_zeros is null ? 0 : _zeros.Length + FloatBlock.Slack)); // instead of the former ones
            _zeros = Computes ? new FloatBlock(count) : FloatBlock.Outline(count);
        }
        return _zeros.Pointer;
    }

    /// <summary>A scratch buffer for the duration of one operation.</summary>
    internal FloatBlock RentScratch(long length) => _pool.Rent(length);

    internal void ReturnScratch(FloatBlock buffer) => _pool.Return(buffer);

    /// <summary>Gives a tensor's memory back before the tape is reset; its values are gone.</summary>
    internal void Release(Tensor tensor)
    {
        if (tensor.Buffer is not null) _pool.Return(tensor.Buffer);
        if (tensor.GradientBuffer is not null) _pool.Return(tensor.GradientBuffer);
        (tensor.Buffer, tensor.GradientBuffer) = (null, null);
        SetData(tensor);
    }

    /// <summary>Releases every tensor of this tape.</summary>
    public void Reset()
    {
        for (var i = 0; i < _entryCount; i++) _entries[i].Clear();
        for (var i = 0; i < _tensorCount; i++) Release(_tensors[i]);
        (_entryCount, _tensorCount) = (0, 0);
    }

    /// <summary>The same where shapes vary: lets go of the memory of those that have not come again.</summary>
    internal void ResetAndTrim()
    {
        Reset();
        _pool.Trim();
    }

    static void SetData(Tensor tensor) => tensor.Data = tensor.Buffer is null ? null : tensor.Buffer.Pointer;

    Tensor Take()
    {
        if (_tensorCount == _tensors.Count) _tensors.Add(new Tensor(this));
        return _tensors[_tensorCount++];
    }
}
