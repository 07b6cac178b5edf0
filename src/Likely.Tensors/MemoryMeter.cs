namespace Likely.Tensors;

/// <summary>
/// Counts the memory that a computation would take: operations on a tape with a meter record shapes and take buffers as ever, but the
/// buffers have no memory and nothing is computed. So the count is that of the real computation, and takes milliseconds.
/// </summary>
sealed class MemoryMeter
{
    readonly HashSet<object> _shared = [];

    /// <summary>Bytes of all buffers; a tape keeps what it has once taken.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of what is made once whatever the number of tapes, such as a weight turned round.</summary>
    public long SharedBytes { get; private set; }

    /// <summary>Floats of the largest buffer.</summary>
    public long LargestBuffer { get; private set; }

    public void Add(long floats)
    {
        Bytes += sizeof(float) * (floats + FloatBlock.Slack);
        LargestBuffer = Math.Max(LargestBuffer, floats);
    }

    /// <summary>Counts what an owner has once.</summary>
    public void AddShared(object owner, long floats)
    {
        if (_shared.Add(owner)) SharedBytes += sizeof(float) * floats;
        LargestBuffer = Math.Max(LargestBuffer, floats);
    }
}
