using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A convolution's memory in a run: the most recent positions of its input, at least as many as its farthest tap reaches back.
/// Positions slide to the front when the end is reached; a position given again overwrites its former values.
/// </summary>
sealed unsafe class Window : RunMemory
{
    readonly Run _run;
    readonly int _reach;
    int _end;

    public Window(Run run, int reach, int channels) : this(run, reach, run.Memory.New(new Shape(2 * reach + 16, run.Batch, channels))) { }

    Window(Run run, int reach, Tensor positions) => (_run, _reach, Positions) = (run, reach, positions);

    /// <summary>The remembered positions as a tensor whose first position is <see cref="Origin"/>.</summary>
    public Tensor Positions { get; private set; }

    public int Origin { get; private set; }

    public override RunMemory Fork(Run run, ReadOnlySpan<int> examples) => new Window(run, _reach, Copy(Positions, run.Memory, examples)) { Origin = Origin, _end = _end };

    // To a product, zeros are what is not there.
    public override void Cut(int example)
    {
        for (var position = 0; position < Positions.Positions; position++) Positions.Row(position, example).Clear();
    }

    /// <summary>Takes in the run's new positions.</summary>
    public void Append(Tensor x, Pass pass)
    {
        var row = (long)_run.Batch * Positions.Stride;
        if (pass.End - Origin > Positions.Positions) Slide(row, pass);
        if (Positions.Tape.Computes) Buffer.MemoryCopy(x.Data, Positions.Data + (pass.First - Origin) * row, pass.Count * row * sizeof(float), pass.Count * row * sizeof(float));
        _end = pass.End;
    }

    void Slide(long row, Pass pass)
    {
        var origin = Math.Max(0, pass.First - _reach);
        var kept = Math.Max(0, Math.Min(_end, pass.First) - origin);
        var from = Positions;
        if (pass.End - origin > Positions.Positions)
            Positions = _run.Memory.New(from.Shape with { Positions = 2 * _reach + pass.Count + 16 });
        if (Positions.Tape.Computes) Buffer.MemoryCopy(from.Data + (origin - Origin) * row, Positions.Data, kept * row * sizeof(float), kept * row * sizeof(float));
        if (from != Positions) _run.Memory.Release(from);
        Origin = origin;
    }
}
