namespace Likely.Tensors;

/// <summary>
/// Angles of rotary positions (Su et al. 2021): at position p the pair i of d / 2 turns by p 10000^(-2i/d). Cosines and sines are made once, in double.
/// </summary>
sealed class Rotation
{
    const double Base = 10_000;

    /// <param name="size">Channels of a head, d.</param>
    /// <param name="positions">Positions there are.</param>
    public Rotation(int size, int positions)
    {
        (Pairs, Positions) = (size / 2, positions);
        (Cosines, Sines) = (new float[positions * Pairs], new float[positions * Pairs]);
        for (var i = 0; i < Pairs; i++)
        {
            var speed = ExactMath.Exp(-2.0 * i / size * ExactMath.Log(Base));
            for (var p = 0; p < positions; p++) (Cosines[p * Pairs + i], Sines[p * Pairs + i]) = ((float)ExactMath.Cos(p * speed), (float)ExactMath.Sin(p * speed));
        }
    }

    /// <summary>d / 2.</summary>
    public int Pairs { get; }

    public int Positions { get; }

    /// <summary>[positions, pairs].</summary>
    public float[] Cosines { get; }

    /// <summary>[positions, pairs].</summary>
    public float[] Sines { get; }
}
