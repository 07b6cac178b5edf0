using System.Runtime.CompilerServices;

namespace Likely.Tensors;

/// <summary>
/// All parameters of one model in one contiguous, aligned block, so that an optimizer step is one kernel over the block.
/// Add parameters, then <see cref="Allocate"/>; initial values depend on the seed and the parameter's name only.
/// </summary>
public sealed unsafe class ParameterSet
{
    /// <summary>Floats that one block can hold.</summary>
    public static readonly int MostLength = Array.MaxLength - 64;

    readonly List<Parameter> _parameters = [];
    readonly HashSet<string> _names = [];
    float[]? _memory;
    readonly List<Gap> _gaps = [];
    float* _own;
    long _version;

    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Floats in the block, padding included.</summary>
    public long Length { get; private set; }

    /// <summary>Number of real weights, masked ones not counted.</summary>
    public long Count { get; private set; }

    public float* Values { get; private set; }

    /// <summary>Changes whenever the values change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Parameter Add(Parameter parameter)
    {
        if (!_names.Add(parameter.Name)) throw new ArgumentException($"parameter '{parameter.Name}' exists twice");
        parameter.Set = this;
        parameter.Index = _parameters.Count;
        parameter.Offset = Length;
        Length += parameter.Length;
        _parameters.Add(parameter);
        return parameter;
    }

    /// <summary>Reserves the block and draws the initial values; without a seed they are zero, to be assigned.</summary>
    public void Allocate(ulong? seed)
    {
        _memory = NewBlock(Length, out var values);
        Values = _own = values;
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
                        random.Normal((ulong)row, 2 * (ulong)output), random.UniformDouble((ulong)row, 2 * (ulong)output + 1)) + (float)(parameter.Offsets?.Invoke(output) ?? 0);
                }
        }
        Changed();
    }

    /// <summary>Makes another block, laid out alike, the values for a while; null: the set's own again. Not while others compute.</summary>
    public void Use(float* block)
    {
        Values = block is null ? _own : block;
        Changed();
    }

    /// <summary>Says that values were changed from outside.</summary>
    public void Changed() => Interlocked.Increment(ref _version);

    /// <summary>Sets masked and padding entries of a block laid out like this set to zero.</summary>
    public void ClearMasked(float* block)
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

    // Masked and padding entries come in runs, so that a list of them stays short beside the weights.
    void AddGap(long index)
    {
        if (_gaps.Count > 0 && _gaps[^1] is var (start, length) && start + length == index && length < int.MaxValue) _gaps[^1] = new Gap(start, length + 1);
        else _gaps.Add(new Gap(index, 1));
    }

    readonly record struct Gap(long Start, int Length);

    /// <summary>A zeroed, aligned, pinned block of floats; keep the array alive as long as the pointer.</summary>
    public static float[] NewBlock(long length, out float* pointer)
    {
        var memory = GC.AllocateArray<float>(checked((int)(length + BufferPool.Slack + 16)), pinned: true);
        pointer = (float*)((nint)Unsafe.AsPointer(ref memory[0]) + 63 & ~63);
        return memory;
    }
}
