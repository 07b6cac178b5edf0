namespace Likely.Tensors;

/// <summary>
/// All parameters of one model in one contiguous, aligned block, so that an optimizer step is one kernel over the block.
/// Add parameters, then <see cref="Allocate"/>; initial values depend on the seed and the parameter's name only.
/// </summary>
public sealed unsafe class ParameterSet
{
    readonly List<Parameter> _parameters = [];
    readonly HashSet<string> _names = [];
    readonly List<Gap> _gaps = [];
    FloatBlock? _own, _current;
    long _version;

    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Floats in the block, padding included.</summary>
    public long Length { get; private set; }

    /// <summary>Number of real weights, masked ones not counted.</summary>
    public long Count { get; private set; }

    /// <summary>The values; null before they have memory. Whoever uses them holds the set.</summary>
    internal float* Values => _current is null ? null : _current.Pointer;

    /// <summary>Changes whenever the values change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <exception cref="ArgumentException">The name is taken.</exception>
    /// <exception cref="InvalidOperationException">The set has its memory already.</exception>
    internal Parameter Add(Parameter parameter)
    {
        if (_own is not null) throw new InvalidOperationException($"the set has its memory already, and cannot take in '{parameter.Name}'");
        if (!_names.Add(parameter.Name)) throw new ArgumentException($"parameter '{parameter.Name}' exists twice");
        parameter.Set = this;
        parameter.Index = _parameters.Count;
        parameter.Offset = Length;
        Length += parameter.Length;
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>Reserves the block and draws the initial values; without a seed they are zero, to be assigned.</summary>
    internal void Allocate(ulong? seed)
    {
        _current = _own = new FloatBlock(Length);
        _gaps.Clear();
        Count = 0;
        foreach (var parameter in _parameters)
        {
            var random = new Philox(seed ?? 0, RandomPurpose.Initialization, Philox.Hash(parameter.Name));
            var rows = checked((int)parameter.Shape.Rows);
            for (var row = 0; row < rows; row++)
                for (var output = 0; output < parameter.Stride; output++)
                {
                    if (output >= parameter.Outputs || parameter.Mask is not null && !parameter.Mask(row / parameter.Inputs, row % parameter.Inputs, output))
                    {
                        AddGap(parameter.Offset + (long)row * parameter.Stride + output);
                        continue;
                    }
                    Count++;
                    if (seed is null) continue;
                    parameter.Data[(long)row * parameter.Stride + output] = (float)parameter.Initialize(
                        random.Normal((ulong)row, 2 * (ulong)output), random.UniformDouble((ulong)row, 2 * (ulong)output + 1)) + (float)(parameter.Offsets?.Invoke(row / parameter.Inputs, row % parameter.Inputs, output) ?? 0);
                }
        }
        Changed();
    }

    /// <summary>Copies the values of another set's parameters, each of which this set has by name.</summary>
    internal void Take(ParameterSet other)
    {
        foreach (var parameter in other._parameters) _parameters.Find(own => own.Name == parameter.Name)!.Assign(parameter.ToArray());
    }

    /// <summary>Makes another block, laid out alike, the values for a while; null: the set's own again. Not while others compute.</summary>
    internal void Use(FloatBlock? block)
    {
        if (block is not null && block.Length < Length) throw new ArgumentException($"a block of {block.Length} values cannot stand for {Length}");
        _current = block ?? _own;
        Changed();
    }

    /// <summary>Says that values were changed from outside.</summary>
    internal void Changed() => Interlocked.Increment(ref _version);

    /// <summary>Sets masked and padding entries of a block laid out like this set to zero.</summary>
    internal void ClearMasked(float* block)
    {
        foreach (var (start, length) in _gaps) new Span<float>(block + start, length).Clear();
    }

    /// <summary>The first parameter of a block laid out like this set that is not zero under its mask, which no model may hold; null: there is none.</summary>
    internal Parameter? FindUnderMask(float* block)
    {
        foreach (var (start, length) in _gaps)
            if (new ReadOnlySpan<float>(block + start, length).ContainsAnyExcept(0f))
                return _parameters.FindLast(parameter => parameter.Offset <= start);
        return null;
    }

    /// <summary>True if real values of a parameter are zero under its mask.</summary>
    internal bool Allows(Parameter parameter, ReadOnlySpan<float> values)
    {
        if (parameter.Mask is null) return true;
        for (var i = FirstGap(parameter.Offset); i < _gaps.Count && _gaps[i].Start < parameter.Offset + parameter.Length; i++)
        {
            var (start, length) = _gaps[i];
            for (var at = Math.Max(start, parameter.Offset) - parameter.Offset; at < Math.Min(start + length - parameter.Offset, parameter.Length); at++)
            {
                var (row, output) = ((int)(at / parameter.Stride), (int)(at % parameter.Stride));
                if (output < parameter.Outputs && values[row * parameter.Outputs + output] != 0) return false;
            }
        }
        return true;
    }

    // The first run that does not end before an offset.
    int FirstGap(long offset)
    {
        int low = 0, high = _gaps.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_gaps[middle].Start + _gaps[middle].Length <= offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    // Masked and padding entries come in runs, so that a list of them stays short beside the weights.
    void AddGap(long index)
    {
        if (_gaps.Count > 0 && _gaps[^1] is var (start, length) && start + length == index && length < int.MaxValue) _gaps[^1] = new Gap(start, length + 1);
        else _gaps.Add(new Gap(index, 1));
    }

    readonly record struct Gap(long Start, int Length);
}
