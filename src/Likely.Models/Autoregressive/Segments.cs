namespace Likely.Models;

/// <summary>
/// Windows of a model that remembers what the last positions before a window were (Dai et al. 2019, segment-level recurrence): at every multiple of C positions each layer keeps the last M of those
/// it has, so that a position sees those of its segment up to its own, and at least M before it where there are so many.
/// </summary>
sealed class Segments(SequenceModel model, int context, Run run) : WindowedPast(model, context, run)
{
    readonly SequenceModel _model = model;
    readonly int _context = context;

    public override RunMemory Fork(Run run, ReadOnlySpan<int> examples)
    {
        var fork = new Segments(_model, _context, run);
        for (var i = 0; i < examples.Length; i++) fork.Counts[i] = Counts[examples[i]];
        return fork;
    }

    public override void Write(List<float> values)
    {
        foreach (var count in Counts) values.Add(count);
    }

    public override int Read(ReadOnlySpan<float> values)
    {
        for (var example = 0; example < Counts.Length; example++) Counts[example] = values[example] >= 0 && values[example] <= _context ? (int)values[example] : throw new ModelException("the state of segments that was saved is damaged; train anew");
        return Counts.Length;
    }

    protected override void BeginAnew(int[] full)
    {
        foreach (var example in full)
        {
            _model.BeginSegment(Run, example);
            Counts[example] = 0;
        }
    }
}
