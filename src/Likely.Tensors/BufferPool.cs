namespace Likely.Tensors;

/// <summary>Float buffers, reused by exact size: shapes recur at every step, so after the first step nothing is allocated. Where they vary from step to step, larger ones are taken too.</summary>
/// <param name="meter">If given, buffers have no memory and are only counted.</param>
sealed unsafe class BufferPool(MemoryMeter? meter = null)
{
    const long Unnoticed = 1 << 24; // bytes that are worth no trimming
    const int MostTimes = 4; // as long as asked for a larger one may be

    readonly Dictionary<long, Stack<FloatBlock>> _free = [];
    long _used, _mostUsed;

    /// <summary>Whether shapes vary, and with them the lengths that are asked for.</summary>
    public bool Varies { get; set; }

    /// <summary>Bytes of all buffers of this pool; it keeps them, unless it is trimmed.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of buffers this pool has ever allocated.</summary>
    public long Allocations { get; private set; }

    public FloatBlock Rent(long length)
    {
        var buffer = _free.TryGetValue(length, out var stack) && stack.TryPop(out var own) ? own : Varies ? Larger(length) : null;
        if (buffer is null)
        {
            Allocations++;
            Bytes += Size(length);
            meter?.Add(length);
            buffer = meter is null ? FloatBlock.Unspecified(length) : FloatBlock.Outline(length);
            Poison(buffer);
        }
        _mostUsed = Math.Max(_mostUsed, _used += Size(buffer.Length));
        return buffer;
    }

    // The shortest that is long enough; what may be read behind the end is zero as behind that of any other.
    FloatBlock? Larger(long length)
    {
        var least = long.MaxValue;
        foreach (var (free, stack) in _free)
            if (free > length && free < least && free <= MostTimes * length && stack.Count > 0) least = free;
        if (least == long.MaxValue) return null;
        var buffer = _free[least].Pop();
        if (meter is null) new Span<float>(buffer.Pointer + length, FloatBlock.Slack).Clear();
        return buffer;
    }

    public void Return(FloatBlock buffer)
    {
        Poison(buffer);
        _used -= Size(buffer.Length);
        if (!_free.TryGetValue(buffer.Length, out var stack)) _free[buffer.Length] = stack = new Stack<FloatBlock>();
        stack.Push(buffer);
    }

    /// <summary>Lets go of what is free, if there is much more than was in use at once since the last time, or where shapes vary ever: for shapes that do not come again.</summary>
    public void Trim()
    {
        if (Bytes > 2 * _mostUsed + Unnoticed)
        {
            _free.Clear();
            Bytes = _used;
        }
        if (!Varies) _mostUsed = _used;
    }

    static long Size(long length) => sizeof(float) * (length + FloatBlock.Slack);

    [System.Diagnostics.Conditional("DEBUG")]
    static void Poison(FloatBlock buffer)
    {
        if (buffer.Pointer is not null) new Span<float>(buffer.Pointer, (int)buffer.Length).Fill(float.NaN);
    }
}
