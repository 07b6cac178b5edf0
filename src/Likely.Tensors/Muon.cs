using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// Muon (Jordan et al. 2024) for the matrices inside a network: m = b m + (1 - b) g; u = (1 - b) g + b m; the step is the matrix with the singular vectors of u and singular values near 1,
/// times the root of outputs / inputs where that is more than 1. Each matrix is one thread's, so that threads change no bits. Its average is kept as Adam's is.
/// </summary>
sealed unsafe class Muon
{
    const float Beta = 0.95f;

    readonly ParameterSet _set;
    readonly List<Piece> _pieces = [];
    readonly Scratch?[] _scratch;

    /// <param name="set">What is trained.</param>
    /// <param name="threads">At most so many threads take matrices.</param>
    public Muon(ParameterSet set, int threads)
    {
        _set = set;
        foreach (var parameter in set.Parameters)
            for (var i = 0; i < parameter.Matrices; i++) _pieces.Add(new Piece(parameter, i * (parameter.Outputs / parameter.Matrices), parameter.Outputs / parameter.Matrices));
        _pieces.Sort((a, b) => Size(b).CompareTo(Size(a)) is var order && order != 0 ? order : (a.Parameter.Index, a.Column).CompareTo((b.Parameter.Index, b.Column)));
        _scratch = new Scratch?[Math.Clamp(threads, 1, Math.Max(1, _pieces.Count))];
    }

    /// <summary>Whether there are such matrices.</summary>
    public static bool Takes(ParameterSet set) => set.Parameters.Any(parameter => parameter.Matrices > 0);

    /// <summary>One step of every matrix.</summary>
    /// <param name="gradient">The gradient, laid out like the set.</param>
    /// <param name="momentum">What is carried from step to step, laid out alike.</param>
    /// <param name="average">The averaged weights, laid out alike.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="decay">Share times the rate that is taken off every weight.</param>
    /// <param name="ridge">Added to the gradient, times the weights.</param>
    /// <param name="averageRate">What the average takes on.</param>
    /// <param name="scale">Times the gradient.</param>
    public void Update(float* gradient, float* momentum, float* average, double rate, double decay, double ridge, float averageRate, float scale)
    {
        ParallelShards.Run(_pieces.Count, _scratch.Length, (i, worker) =>
        {
            var (parameter, column, outputs) = _pieces[i];
            var scratch = _scratch[worker] ??= new Scratch(_pieces);
            float* weights = _set.Values + parameter.Offset + column, means = average + parameter.Offset + column;
            int inputs = parameter.Inputs, stride = parameter.Stride, side = Math.Min(inputs, outputs), width = Math.Max(inputs, outputs);
            // The shorter side becomes the rows, so that products of a matrix with itself are small.
            var isTurned = inputs > outputs;
            nint across = Shape.RoundUp(outputs), along = Shape.RoundUp(width);
            new Span<float>(scratch.Matrix, checked((int)(side * along))).Clear();
            Optimizers.Momentum(weights, gradient + parameter.Offset + column, momentum + parameter.Offset + column, inputs, outputs, stride, isTurned ? scratch.Other : scratch.Matrix, across, Beta, (float)ridge, scale);
            if (isTurned) Layout.Transpose(scratch.Other, inputs, outputs, across, scratch.Matrix, along);
            NewtonSchulz.Orthogonalize(scratch.Matrix, side, width, (int)along, scratch.Other, scratch.Square, scratch.Power, scratch.Zeros);
            if (isTurned) Layout.Transpose(scratch.Matrix, side, width, along, scratch.Other, across);
            Optimizers.Step(weights, means, inputs, outputs, stride, isTurned ? scratch.Other : scratch.Matrix, across, (float)(rate * Math.Sqrt(Math.Max(1, (double)outputs / inputs))), (float)(rate * decay), averageRate);
        });
    }

    static long Size(Piece piece) => (long)piece.Parameter.Inputs * piece.Outputs;

    // Columns of a weight that are one matrix.
    readonly record struct Piece(Parameter Parameter, int Column, int Outputs);

    sealed class Scratch
    {
        readonly FloatBlock _block;
        readonly long _matrix, _side;

        public Scratch(List<Piece> pieces)
        {
            foreach (var piece in pieces)
            {
                _matrix = Math.Max(_matrix, Matrices(piece.Parameter.Inputs, piece.Outputs));
                _side = Math.Max(_side, Shape.RoundUp(Math.Min(piece.Parameter.Inputs, piece.Outputs)));
            }
            _block = new FloatBlock(Floats(_matrix, _side));
        }

        public float* Matrix => _block.Pointer;
        public float* Other => _block.Pointer + _matrix;
        public float* Square => _block.Pointer + 2 * _matrix;
        public float* Power => Square + _side * _side;
        public float* Zeros => Power + _side * _side;

        static long Floats(long matrix, long side) => 2 * matrix + 2 * side * side + side;

        static long Matrices(int inputs, int outputs) => (long)Shape.RoundUp(inputs) * Shape.RoundUp(outputs);
    }
}
