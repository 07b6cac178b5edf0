using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A convolution's memory in a run: the most recent positions of its input, at least as many as its farthest tap reaches back.
/// Positions slide to the front when the end is reached; a position given again overwrites its former values.
/// </summary>
sealed unsafe class Window(Run run, int reach, int channels)
{
    int _end;

    /// <summary>The remembered positions as a tensor whose first position is <see cref="Origin"/>.</summary>
    public Tensor Values { get; private set; } = run.Memory.New(new Shape(2 * reach + 16, run.Batch, channels));

    public int Origin { get; private set; }

    /// <summary>Takes in the run's new positions.</summary>
    public void Append(Tensor x, Pass pass)
    {
        var row = (long)run.Batch * Values.Stride;
        if (pass.End - Origin > Values.Positions) Slide(row, pass);
        if (Values.Tape.Computes) Buffer.MemoryCopy(x.Data, Values.Data + (pass.First - Origin) * row, pass.Count * row * sizeof(float), pass.Count * row * sizeof(float));
        _end = pass.End;
    }

    void Slide(long row, Pass pass)
    {
        var origin = Math.Max(0, pass.First - reach);
        var kept = Math.Max(0, Math.Min(_end, pass.First) - origin);
        var from = Values;
        if (pass.End - origin > Values.Positions)
            Values = run.Memory.New(from.Shape with { Positions = 2 * reach + pass.Count + 16 });
        if (Values.Tape.Computes) Buffer.MemoryCopy(from.Data + (origin - Origin) * row, Values.Data, kept * row * sizeof(float), kept * row * sizeof(float));
        if (from != Values) run.Memory.Release(from);
        Origin = origin;
    }
}
