using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Walks a <see cref="SequenceModel"/>. What was observed and not yet asked about waits in a queue, and goes through the network in one pass: so a prompt is
/// read in wide products, and a walk that is asked at every step makes one pass a step.
/// </summary>
sealed unsafe class SequencePredictor : Predictor
{
    const int LongestQueue = 128; // positions

    readonly SequenceModel _model;
    readonly Run _run;
    readonly int[] _queue;
    int _queued, _passed;
    Tensor? _told;

    public SequencePredictor(SequenceModel model, Run run) : base(model.Space with { Extent = run.Extent }, run.Batch, null)
    {
        (_model, _run, _queue) = (model, run, GC.AllocateArray<int>(LongestQueue * run.Batch, pinned: true));
        _queue.AsSpan(0, Batch).Fill(model.Space.Levels);
        _queued = 1;
    }

    SequencePredictor(SequencePredictor from, ReadOnlySpan<int> examples) : base(from, examples.Length)
    {
        (_model, _run, _queue) = (from._model, from._run.Fork(examples), GC.AllocateArray<int>(LongestQueue * examples.Length, pinned: true));
        (_queued, _passed) = (from._queued, from._passed);
        for (var q = 0; q < _queued; q++)
            for (var i = 0; i < examples.Length; i++) _queue[q * Batch + i] = from._queue[q * from.Batch + examples[i]];
        if (from._told is not { } told || _queued > 0) return;
        _told = _run.Memory.New(told.Shape with { Positions = 1, Batch = examples.Length });
        for (var i = 0; i < examples.Length; i++) told.Row(told.Positions - 1, examples[i]).CopyTo(_told.Row(0, i));
    }

    /// <summary>Bytes of the queue.</summary>
    public static long QueueBytes(int batch) => sizeof(int) * (long)LongestQueue * batch;

    public override IPredictor Fork(ReadOnlySpan<int> examples) => new SequencePredictor(this, Checked(examples));

    protected override SymbolDistributions Tell()
    {
        var row = LastRow();
        return new SymbolDistributions(_model.Head, Source, row, _told!.Stride, null, 0, Batch);
    }

    protected override void Take(ReadOnlySpan<int> symbols, Span<float> logProbabilities)
    {
        if (!logProbabilities.IsEmpty)
        {
            var row = LastRow();
            fixed (int* known = symbols)
                for (var b = 0; b < Batch; b++) logProbabilities[b] = _model.Head.LogProbability(row + (long)b * _told!.Stride, known + b, 0);
        }
        if (_queued == LongestQueue) Pass();
        symbols.CopyTo(_queue.AsSpan(_queued * Batch));
        _queued++;
    }

    // The numbers of the next symbol.
    float* LastRow()
    {
        if (_queued > 0) Pass();
        return _told!.Data + (_told.Positions - 1L) * Batch * _told.Stride;
    }

    void Pass()
    {
        _told = _model.Next(new SymbolInput(new PinnedSymbols(_queue), _queued, Batch), _run.Next(_passed, _queued));
        (_passed, _queued) = (_passed + _queued, 0);
    }
}
