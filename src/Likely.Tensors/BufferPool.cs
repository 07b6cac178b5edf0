namespace Likely.Tensors;

/// <summary>Float buffers, reused by exact size: shapes recur at every step, so after the first step nothing is allocated.</summary>
/// <param name="meter">If given, buffers have no memory and are only counted.</param>
sealed unsafe class BufferPool(MemoryMeter? meter = null)
{
    const long Unnoticed = 1 << 24; // bytes that are worth no trimming

    readonly Dictionary<long, Stack<FloatBlock>> _free = [];
    long _used, _mostUsed;

    /// <summary>Bytes of all buffers of this pool; it keeps them, unless it is trimmed.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of buffers this pool has ever allocated.</summary>
    public long Allocations { get; private set; }

    public FloatBlock Rent(long length)
    {
        _mostUsed = Math.Max(_mostUsed, _used += Size(length));
        if (_free.TryGetValue(length, out var stack) && stack.TryPop(out var buffer)) return buffer;
        Allocations++;
        Bytes += Size(length);
        meter?.Add(length);
        buffer = meter is null ? FloatBlock.Unspecified(length) : FloatBlock.Outline(length);
        Poison(buffer);
        return buffer;
    }

    public void Return(FloatBlock buffer)
    {
        Poison(buffer);
        _used -= Size(buffer.Length);
        if (!_free.TryGetValue(buffer.Length, out var stack)) _free[buffer.Length] = stack = new Stack<FloatBlock>();
        stack.Push(buffer);
    }

    /// <summary>Lets go of what is free, if there is much more than was in use at once since the last time: for shapes that do not come again.</summary>
    public void Trim()
    {
        if (Bytes > 2 * _mostUsed + Unnoticed)
        {
            _free.Clear();
            Bytes = _used;
        }
        _mostUsed = _used;
    }

    static long Size(long length) => sizeof(float) * (length + FloatBlock.Slack);

    [System.Diagnostics.Conditional("DEBUG")]
    static void Poison(FloatBlock buffer)
    {
        if (buffer.Pointer is not null) new Span<float>(buffer.Pointer, (int)buffer.Length).Fill(float.NaN);
    }
}
