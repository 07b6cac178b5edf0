using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    // Numbers of one stretch of rows: as many as make products of matrices worth while, and few beside a batch's for large alphabets.
    const long StretchOfOutputs = 1 << 23;

    /// <summary>Whether so many rows of so many outputs are better computed by <see cref="OutputLogProbabilities"/>.</summary>
    internal static bool IsLargeOutput(long rows, int outputs) => rows * Shape.RoundUp(outputs) > StretchOfOutputs;

    /// <summary>
    /// The last map of a network and <see cref="LogProbabilities"/> in one, some rows at a time, so that the outputs of a whole batch never lie in memory: x [T, B, inputs] and symbols [T, B, S] give
    /// [T, B, S], the same bits. Going back the outputs are computed again.
    /// </summary>
    /// <param name="likelihood">What a row of outputs means.</param>
    /// <param name="x">What the last map reads.</param>
    /// <param name="weight">The map [1, inputs, outputs]; or, turned, a table [1, N, inputs] whose first rows are the weights of the outputs.</param>
    /// <param name="bias">Of the map; null: none.</param>
    /// <param name="isTurned">Whether the weight is such a table.</param>
    /// <param name="outputs">Numbers of a position.</param>
    /// <param name="symbols">As there.</param>
    /// <param name="scale">As there.</param>
    /// <param name="lengths">As there.</param>
    /// <param name="stretch">Numbers computed at once, for tests.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal static Tensor OutputLogProbabilities(ILikelihood likelihood, Tensor x, Parameter weight, Parameter? bias, bool isTurned, int outputs, PinnedSymbols symbols, float scale, ReadOnlySpan<int> lengths = default, long stretch = StretchOfOutputs)
    {
        if (weight.Taps != 1 || (isTurned ? weight.Outputs : weight.Inputs) != x.Channels || outputs < 1 || (isTurned ? outputs > weight.Inputs : outputs != weight.Outputs))
            throw new ArgumentException($"{outputs} outputs of {x.Shape} are not those of a weight {weight.Shape}");
        var tape = x.Tape;
        var logs = tape.New(x.Shape with { Channels = likelihood.Symbols }, x.RequiresGradient, compact: true);
        var work = new OutputWork(tape, x, weight, bias, isTurned, outputs, stretch);
        var scratch = tape.RentScratch(work.Floats);
        for (var first = 0L; first < x.Rows && tape.Computes; first += work.Rows)
        {
            var count = Math.Min(work.Rows, x.Rows - first);
            work.Forward(first, count, scratch.Pointer);
            for (var r = first; r < first + count; r++)
                if (Counts(r, x.Batch, lengths)) likelihood.LogProbabilities(scratch.Pointer + (r - first) * work.Stride, symbols.Pointer + r * logs.Channels, logs.Data + r * logs.Channels, null, 0);
                else new Span<float>(logs.Data + r * logs.Channels, logs.Channels).Clear();
        }
        tape.ReturnScratch(scratch);
        symbols.KeepAlive();
        if (!tape.Recording) return logs;
        var entry = tape.RecordLoss(logs, static (tape, e) =>
        {
            var (likelihood, isTurned, outputs, stretch, lengthCount) = ((ILikelihood, bool, int, long, int))e.State!;
            var (x, symbolCount) = (e.A!, e.Output!.Channels);
            var lengths = e.Indices.AsSpan(0, lengthCount);
            var work = new OutputWork(tape, x, e.Weight!, e.Bias, isTurned, outputs, stretch);
            FloatBlock values = tape.RentScratch(work.Floats), gradients = tape.RentScratch(work.Floats);
            var dx = tape.GradientOf(x, out var isNew);
            float* dw = e.Weight!.GradientIn(tape), db = e.Bias is null ? null : e.Bias.GradientIn(tape);
            for (var first = 0L; first < x.Rows && tape.Computes; first += work.Rows)
            {
                var count = Math.Min(work.Rows, x.Rows - first);
                work.Forward(first, count, values.Pointer);
                for (var r = first; r < first + count; r++)
                {
                    float* row = gradients.Pointer + (r - first) * work.Stride;
                    if (Counts(r, x.Batch, lengths)) likelihood.LogProbabilities(values.Pointer + (r - first) * work.Stride, e.Symbols.Pointer + r * symbolCount, null, row, e.Scale);
                    else new Span<float>(row, outputs).Clear();
                }
                work.Backward(first, count, gradients.Pointer, dw, db, dx, isNew);
            }
            tape.ReturnScratch(values);
            tape.ReturnScratch(gradients);
        });
        (entry.A, entry.Weight, entry.Bias, entry.Scale, entry.Symbols, entry.State) = (x, weight, bias, scale, symbols, (likelihood, isTurned, outputs, stretch, lengths.Length));
        if (entry.Indices.Length < lengths.Length) entry.Indices = new int[lengths.Length];
        lengths.CopyTo(entry.Indices);
        return logs;
    }

    // The last map and its way back, of some rows.
    readonly ref struct OutputWork
    {
        readonly Tensor _x;
        readonly Parameter _weight;
        readonly bool _isTurned;
        readonly int _outputs;
        readonly float* _turned, _start, _zeros;

        public OutputWork(Tape tape, Tensor x, Parameter weight, Parameter? bias, bool isTurned, int outputs, long stretch)
        {
            (_x, _weight, _isTurned, _outputs, Stride) = (x, weight, isTurned, outputs, Shape.RoundUp(outputs));
            Rows = Math.Clamp(stretch / Stride, 1, Math.Max(1, x.Rows));
            _turned = isTurned || tape.Recording ? weight.Transposed(tape) : null;
            _start = bias is null ? tape.Zeros(Stride) : bias.Data;
            _zeros = tape.Zeros(Math.Max(Stride, x.Stride));
            if (bias is null) _start = _zeros;
        }

        public int Stride { get; }

        public long Rows { get; }

        // Kernels read sixteen numbers behind a row.
        public long Floats => Rows * Stride + 16;

        public void Forward(long first, long count, float* y)
        {
            var rows = _x.Data + first * _x.Stride;
            if (_isTurned) Kernels.Convolution.Pointwise(rows, _x.Stride, count, _x.Channels, _turned, Shape.RoundUp(_weight.Inputs), _start, y, Stride, Stride);
            else Kernels.Convolution.Pointwise(rows, _x.Stride, count, _x.Channels, _weight.Data, _weight.Stride, _start, y, Stride, Stride);
        }

        public void Backward(long first, long count, float* dy, float* dw, float* db, float* dx, bool isNew)
        {
            float* rows = _x.Data + first * _x.Stride, to = dx + first * _x.Stride;
            if (_isTurned) Kernels.Convolution.PointwiseGradient(dy, Stride, rows, _x.Stride, count, _outputs, dw, _weight.Stride, _weight.Stride);
            else Kernels.Convolution.PointwiseGradient(rows, _x.Stride, dy, Stride, count, _weight.Inputs, dw, _weight.Stride, _weight.Stride);
            if (db != null) Elementwise.SumRows(dy, Stride, count, Stride, db);
            if (_x.RequiresGradient) Kernels.Convolution.Pointwise(dy, Stride, count, _outputs, _isTurned ? _weight.Data : _turned, _isTurned ? _weight.Stride : _x.Stride, isNew ? _zeros : null, to, _x.Stride, _x.Stride);
        }
    }
}
