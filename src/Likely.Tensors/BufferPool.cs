namespace Likely.Tensors;

/// <summary>Float buffers, reused by exact size: shapes recur at every step, so after the first step nothing is allocated.</summary>
/// <param name="meter">If given, buffers have no memory and are only counted.</param>
sealed unsafe class BufferPool(MemoryMeter? meter = null)
{
    readonly Dictionary<long, Stack<FloatBlock>> _free = [];

    /// <summary>Bytes of all buffers this pool has ever allocated; it keeps them.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of buffers this pool has ever allocated.</summary>
    public long Allocations { get; private set; }

    public FloatBlock Rent(long length)
    {
        if (_free.TryGetValue(length, out var stack) && stack.TryPop(out var buffer)) return buffer;
        Allocations++;
        Bytes += sizeof(float) * (length + FloatBlock.Slack);
        meter?.Add(length);
        buffer = meter is null ? FloatBlock.Unspecified(length) : FloatBlock.Outline(length);
        Poison(buffer);
        return buffer;
    }

    public void Return(FloatBlock buffer)
    {
        Poison(buffer);
        if (!_free.TryGetValue(buffer.Length, out var stack)) _free[buffer.Length] = stack = new Stack<FloatBlock>();
        stack.Push(buffer);
    }

    [System.Diagnostics.Conditional("DEBUG")]
    static void Poison(FloatBlock buffer)
    {
        if (buffer.Pointer is not null) new Span<float>(buffer.Pointer, (int)buffer.Length).Fill(float.NaN);
    }
}
