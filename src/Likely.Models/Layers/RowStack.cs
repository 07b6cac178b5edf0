using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A stack that looks sideways within finished rows and therefore advances by whole rows: in a run it computes a row when the
/// walk enters it, keeps the results, and serves them position by position.
/// </summary>
public sealed unsafe class RowStack<TCondition>(Func<Tensor, TCondition, Pass, Tensor[]> compute)
{
    public Tensor[] Forward(Tensor x, TCondition condition, Pass pass)
    {
        if (pass.Run is not { } run) return compute(x, condition, pass);
        var (rows, width) = (run.Slot(this, () => new Rows()), pass.Extent.Width);
        var end = ((pass.End - 1) / width + 1) * width;
        if (rows.End < end)
        {
            var ahead = pass with { First = rows.End, Count = end - rows.End };
            var results = compute(x, condition, ahead);
            rows.Windows ??= Array.ConvertAll(results, result => new Window(run, width, result.Channels));
            for (var i = 0; i < results.Length; i++) rows.Windows[i].Append(results[i], ahead);
            rows.End = end;
        }
        for (var i = 0; i < rows.Windows!.Length; i++) rows.Served[i] = Slice(rows.Windows[i], pass);
        return rows.Served;
    }

    static Tensor Slice(Window window, Pass pass)
    {
        var slice = pass.Tape.New(window.Positions.Shape with { Positions = pass.Count });
        var row = (long)slice.Batch * slice.Stride;
        if (pass.Tape.Computes) Buffer.MemoryCopy(window.Positions.Data + (pass.First - window.Origin) * row, slice.Data, slice.Length * sizeof(float), slice.Length * sizeof(float));
        return slice;
    }

    sealed class Rows : RunMemory
    {
        Tensor[]? _served;

        public int End { get; set; }
        public Window[]? Windows { get; set; }
        public Tensor[] Served => _served ??= new Tensor[Windows!.Length];

        public override RunMemory Fork(Run run, ReadOnlySpan<int> examples)
        {
            var fork = new Rows { End = End, Windows = Windows is null ? null : new Window[Windows.Length] };
            for (var i = 0; i < (Windows?.Length ?? 0); i++) fork.Windows![i] = (Window)Windows![i].Fork(run, examples);
            return fork;
        }

        public override void Cut(int example)
        {
            foreach (var window in Windows ?? []) window.Cut(example);
        }
    }
}
