namespace Likely.Tensors;

/// <summary>
/// Owns every intermediate value of one computation and, when recording, the way back. Operations append entries in order of
/// execution; <see cref="Backward"/> walks them in reverse and releases values and gradients as soon as nothing needs them.
/// One thread uses one tape. Entries and tensors are reused, so a repeated computation allocates nothing.
/// </summary>
public sealed unsafe class Tape(bool recording = false)
{
    readonly BufferPool _pool = new();
    readonly List<Tensor> _tensors = [];
    readonly List<TapeEntry> _entries = [];
    int _tensorCount, _entryCount;
    BufferPool.Buffer? _zeros;
    float* _parameterGradients;
    bool[] _begun = [];

    /// <summary>True if operations are recorded for <see cref="Backward"/>.</summary>
    public bool Recording { get; } = recording;

    /// <summary>True while training: dropout is active.</summary>
    public bool Training { get; set; }

    /// <summary>The step's number, the shard's first example in the batch and the seed: the address of dropout's random numbers.</summary>
    public (ulong Seed, long Step, int FirstExample) Address { get; set; }

    /// <summary>
    /// Where gradients of parameters go, laid out like the parameters' own block, of whatever content: what comes first for a
    /// parameter replaces it. Null outside training.
    /// </summary>
    public float* ParameterGradients
    {
        get => _parameterGradients;
        set
        {
            _parameterGradients = value;
            Array.Clear(_begun);
        }
    }

    /// <summary>Number of tensor buffers ever allocated: constant after the first step.</summary>
    public long Allocations => _pool.Allocations;

    /// <summary>A new tensor of unspecified content; compact rows have no padding.</summary>
    public Tensor New(Shape shape, bool requiresGradient = false, bool compact = false)
    {
        var tensor = Take();
        tensor.Shape = shape;
        tensor.Stride = compact ? shape.Channels : shape.PaddedChannels;
        tensor.RequiresGradient = Recording && requiresGradient;
        tensor.Buffer = _pool.Rent(tensor.Length);
        tensor.Data = tensor.Buffer.Pointer;
        return tensor;
    }

    /// <summary>A tensor of the same shape that takes over another's buffer; the other's values are gone.</summary>
    internal Tensor TakeOver(Tensor other, bool requiresGradient)
    {
        var tensor = Take();
        (tensor.Shape, tensor.Stride, tensor.Buffer) = (other.Shape, other.Stride, other.Buffer);
        tensor.Data = other.Data;
        tensor.RequiresGradient = Recording && requiresGradient;
        other.Data = null;
        other.Buffer = null;
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

    /// <summary>Runs all entries in reverse order. The last operations must have set their own gradients (losses do).</summary>
    public void Backward()
    {
        for (var i = _entryCount - 1; i >= 0; i--)
        {
            var entry = _entries[i];
            if (entry.Output!.RequiresGradient) entry.Backward!(this, entry);
            Release(entry.Output);
            entry.Clear();
        }
        _entryCount = 0;
    }

    /// <summary>The buffer of a gradient; <paramref name="isNew"/> tells that it has no content yet and must be written, not added to.</summary>
    internal float* GradientOf(Tensor tensor, out bool isNew)
    {
        isNew = tensor.GradientBuffer is null;
        tensor.GradientBuffer ??= _pool.Rent(tensor.Length);
        return tensor.GradientBuffer.Pointer;
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
        else Kernels.Elementwise.Add(output.Gradient, input.Gradient, input.Length);
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
    public void FinishGradients(ParameterSet set)
    {
        foreach (var parameter in set.Parameters) parameter.GradientIn(this);
    }

    /// <summary>At least this many zeros.</summary>
    internal float* Zeros(int count)
    {
        if (_zeros is null || _zeros.Length < count)
        {
            _zeros = new BufferPool.Buffer(count);
            new Span<float>(_zeros.Pointer, count).Clear();
        }
        return _zeros.Pointer;
    }

    /// <summary>A scratch buffer for the duration of one operation.</summary>
    internal BufferPool.Buffer RentScratch(long length) => _pool.Rent(length);

    internal void ReturnScratch(BufferPool.Buffer buffer) => _pool.Return(buffer);

    /// <summary>Gives a tensor's memory back before the tape is reset; its values are gone.</summary>
    public void Release(Tensor tensor)
    {
        if (tensor.Buffer is not null) _pool.Return(tensor.Buffer);
        if (tensor.GradientBuffer is not null) _pool.Return(tensor.GradientBuffer);
        (tensor.Buffer, tensor.GradientBuffer) = (null, null);
        tensor.Data = null;
    }

    /// <summary>Releases every tensor of this tape.</summary>
    public void Reset()
    {
        for (var i = 0; i < _entryCount; i++) _entries[i].Clear();
        for (var i = 0; i < _tensorCount; i++) Release(_tensors[i]);
        (_entryCount, _tensorCount) = (0, 0);
    }

    Tensor Take()
    {
        if (_tensorCount == _tensors.Count) _tensors.Add(new Tensor(this));
        return _tensors[_tensorCount++];
    }
}
