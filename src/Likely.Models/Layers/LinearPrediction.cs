using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// What a linear filter of the symbols before expects of levels of a quantity, [T, B] -> [T, B, 1] as a value in -1..1, and by how much it has just been wrong, [T, B, 8], in the scales of
/// <see cref="LevelNumbers"/>. The filter is fitted again every 32 symbols to the 256 before (<see cref="LinearFit"/>), so that it follows what it predicts. Nothing in it is learned, and no gradient passes through it.
/// </summary>
sealed unsafe class LinearPrediction(int order, int levels)
{
    /// <summary>Numbers by which it says how wrong it was.</summary>
    public const int Missed = LevelNumbers.Count - 1;

    const int Span = 256, Every = 32;
    const int Held = 0, Phase = 1, Last = 2, Coefficients = 3; // of a row of memory: numbers held, symbols since it was fitted, what was expected, the filter; then the numbers

    /// <summary>How many symbols before matter to what is expected.</summary>
    public int Reach => order + Span + Every - 1;

    /// <summary>Products and sums of a symbol.</summary>
    public double MultiplyAdds => order + (double)(Span * (order + 3) * order / 2 + order * order * order / 6) / Every;

    public (Tensor Expected, Tensor Missed) Forward(SymbolInput x, Pass pass)
    {
        var (expected, missed) = (pass.Tape.New(new Shape(x.Positions, x.Batch, 1)), pass.Tape.New(new Shape(x.Positions, x.Batch, Missed)));
        var memory = pass.Run is { } run ? run.Slot(this, () => new Memory(this, Begun(run.Memory.New(new Shape(1, run.Batch, Width))))).Rows : Begun(pass.Tape.New(new Shape(1, x.Batch, Width)));
        if (!pass.Tape.Computes) return (expected, missed);
        for (var b = 0; b < x.Batch; b++)
            for (var p = 0; p < x.Positions; p++)
            {
                var row = memory.Row(0, b);
                var miss = 0f;
                if (x.Symbols.Pointer[(long)p * x.Batch + b] is var symbol && symbol < levels) miss = Take(row, symbol * (2f / (levels - 1)) - 1);
                expected.Row(p, b)[0] = row[Last];
                var scales = missed.Row(p, b);
                for (int scale = 0, factor = 1; scale < Missed; scale++, factor *= 4) scales[scale] = Math.Clamp(factor * miss, -1, 1);
            }
        x.Symbols.KeepAlive();
        return (expected, missed);
    }

    int Numbers => Coefficients + order;
    int Width => Numbers + order + Span + Every;

    // A number more; returns by how much it was missed.
    float Take(Span<float> row, float number)
    {
        var numbers = row[Numbers..];
        var held = Math.Clamp((int)row[Held], order, numbers.Length); // whatever a file said
        var miss = number - row[Last];
        if (held == numbers.Length)
        {
            numbers[Every..].CopyTo(numbers);
            held -= Every;
        }
        numbers[held++] = number;
        row[Held] = held;
        if (!(++row[Phase] < Every))
        {
            row[Phase] = 0;
            LinearFit.Fit(numbers[Math.Max(0, held - order - Span)..held], 2.0 / (levels - 1), row.Slice(Coefficients, order));
        }
        var sum = 0.0;
        for (var k = 0; k < order; k++) sum += (double)row[Coefficients + k] * numbers[held - 1 - k];
        row[Last] = (float)Math.Clamp(sum, -1, 1);
        return miss;
    }

    Tensor Begun(Tensor rows)
    {
        for (var b = 0; b < rows.Batch && rows.Tape.Computes; b++) Begin(rows.Row(0, b));
        return rows;
    }

    // In front of the beginning there was the middle level.
    void Begin(Span<float> row)
    {
        row.Clear();
        row[Held] = order;
    }

    sealed class Memory(LinearPrediction layer, Tensor rows) : RunMemory
    {
        public Tensor Rows => rows;

        public override IReadOnlyList<Tensor> Values => [rows];

        public override RunMemory Fork(Run run, ReadOnlySpan<int> examples) => new Memory(layer, Copy(rows, run.Memory, examples));

        public override void Cut(int example) => layer.Begin(rows.Row(0, example));

        public override void Take(int example, RunMemory from, int source) => ((Memory)from).Rows.Row(0, source).CopyTo(rows.Row(0, example));
    }
}
