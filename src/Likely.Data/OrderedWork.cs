namespace Likely.Data;

/// <summary>Work on all processors whose outcome depends on none: of several faults the first in order is thrown.</summary>
static class OrderedWork
{
    /// <exception cref="DataException">the fault of the lowest index</exception>
    /// <exception cref="OperationCanceledException">if it was cancelled</exception>
    public static void Run(int count, Action<int> work, CancellationToken cancellation)
    {
        var failures = new SortedDictionary<int, DataException>();
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (i, state) =>
        {
            try
            {
                if (cancellation.IsCancellationRequested) state.Stop();
                else work(i);
            }
            catch (DataException error)
            {
                lock (failures) failures[i] = error;
                state.Break();
            }
            catch (OperationCanceledException)
            {
                state.Stop();
            }
        });
        cancellation.ThrowIfCancellationRequested();
        if (failures.Count > 0) throw failures.First().Value;
    }
}
