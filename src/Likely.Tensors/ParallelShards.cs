using System.Runtime.ExceptionServices;

namespace Likely.Tensors;

/// <summary>
/// Runs independent pieces of work on a fixed number of threads. Pieces never share a sum, so the number of threads
/// cannot change a bit; piece i's result depends on i alone.
/// </summary>
public static class ParallelShards
{
    /// <summary>How many threads a number of them means wherever one is given: itself, or all processors if it is not above 0.</summary>
    public static int Workers(int threads) => threads > 0 ? threads : Environment.ProcessorCount;

    /// <summary>Calls <paramref name="work"/>(piece, worker) for every piece; a worker index is used by one thread at a time.</summary>
    public static void Run(int pieces, int threads, Action<int, int> work)
    {
        var next = -1;
        if (threads <= 1 || pieces <= 1)
        {
            for (var piece = 0; piece < pieces; piece++) work(piece, 0);
            return;
        }
        try
        {
            Parallel.For(0, Math.Min(threads, pieces), new ParallelOptions { MaxDegreeOfParallelism = threads }, worker =>
            {
                int piece;
                while ((piece = Interlocked.Increment(ref next)) < pieces) work(piece, worker);
            });
        }
        catch (AggregateException fault)
        {
            // Callers see the same exception for every number of threads.
            ExceptionDispatchInfo.Throw(fault.Flatten().InnerExceptions[0]);
        }
    }
}
