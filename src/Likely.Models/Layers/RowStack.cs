using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A stack that looks sideways within finished rows and therefore advances by whole rows: in a run it computes a row when the
/// walk enters it, keeps the results, and serves them position by position.
/// </summary>
sealed unsafe class RowStack<TCondition>(int width, Func<Tensor, TCondition, Run?, Tensor[]> compute)
{
    public Tensor[] Forward(Tensor x, TCondition condition, Run? run)
    {
        if (run is null) return compute(x, condition, null);
        var rows = run.Slot(this, () => new Rows());
        var (start, count) = (run.Start, run.Count);
        var end = ((start + count - 1) / width + 1) * width;
        if (rows.End < end)
        {
            (run.Start, run.Count) = (rows.End, end - rows.End);
            var results = compute(x, condition, run);
            rows.Windows ??= Array.ConvertAll(results, result => new Window(run, width, result.Channels));
            for (var i = 0; i < results.Length; i++) rows.Windows[i].Append(results[i]);
            rows.End = end;
            (run.Start, run.Count) = (start, count);
        }
        for (var i = 0; i < rows.Windows!.Length; i++) rows.Served[i] = Slice(run, rows.Windows[i]);
        return rows.Served;
    }

    static Tensor Slice(Run run, Window window)
    {
        var slice = run.Step.New(window.Values.Shape with { Positions = run.Count });
        var row = (long)run.Batch * slice.Stride;
        if (run.Step.Computes) Buffer.MemoryCopy(window.Values.Data + (run.Start - window.Origin) * row, slice.Data, slice.Length * sizeof(float), slice.Length * sizeof(float));
        return slice;
    }

    sealed class Rows
    {
        public int End;
        public Window[]? Windows;
        public Tensor[] Served => _served ??= new Tensor[Windows!.Length];
        Tensor[]? _served;
    }
}
