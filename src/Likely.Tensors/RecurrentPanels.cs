using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// A recurrent weight [1, H, 4H] packed for the steps of a cell, made anew once per change of the values; safe from many threads.
/// Forward a panel holds the four gates of the same units; on the way back, turned round, neighbouring units.
/// </summary>
sealed unsafe class RecurrentPanels(Parameter weight)
{
    FloatBlock? _forward, _backward;
    long _forwardVersion = -1, _backwardVersion = -1;

    /// <summary>Floats of a row of units in whole panels of the way back, whatever the width of vectors.</summary>
    public static int BackwardStride(int units) => units + 63 & ~63;

    /// <summary>Panels [units / lanes][H][4 gates][lanes]. Valid while somebody holds this.</summary>
    public float* Forward(Tape tape)
    {
        var (units, lanes) = (weight.Inputs, Panels.Lanes);
        var padded = Shape.RoundUp(units);
        var length = (long)units * Panels.Vectors * padded;
        if (!tape.Computes) return Measured(tape, length, true);
        if (Volatile.Read(ref _forwardVersion) == weight.Set!.Version) return _forward!.Pointer;
        lock (this)
        {
            if (_forwardVersion == weight.Set.Version) return _forward!.Pointer;
            _forward ??= new FloatBlock(length);
            Panels.PackApart(weight.Data, units, units, weight.Stride, lanes, padded / lanes, _forward.Pointer);
            Volatile.Write(ref _forwardVersion, weight.Set.Version);
            return _forward.Pointer;
        }
    }

    /// <summary>The turned weight in panels [units / 4 lanes][4H][4][lanes]. Valid while somebody holds this.</summary>
    public float* Backward(Tape tape)
    {
        var units = weight.Inputs;
        var length = (long)weight.Outputs * BackwardStride(units);
        if (!tape.Computes) return Measured(tape, length, false);
        if (Volatile.Read(ref _backwardVersion) == weight.Set!.Version) return _backward!.Pointer;
        lock (this)
        {
            if (_backwardVersion == weight.Set.Version) return _backward!.Pointer;
            _backward ??= new FloatBlock(length);
            Panels.PackTurned(weight.Data, units, weight.Outputs, weight.Stride, Panels.Lanes, _backward.Pointer);
            Volatile.Write(ref _backwardVersion, weight.Set.Version);
            return _backward.Pointer;
        }
    }

    /// <summary>Panels that the units take on the way back.</summary>
    public static int BackwardPanels(int units) => (units + Panels.Vectors * Panels.Lanes - 1) / (Panels.Vectors * Panels.Lanes);

    // Each face is counted once.
    float* Measured(Tape tape, long length, bool forward)
    {
        tape.Meter!.AddShared((this, forward), length);
        return null;
    }
}
