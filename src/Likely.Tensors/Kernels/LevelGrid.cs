namespace Likely.Tensors.Kernels;

/// <summary>Levels of a quantity as values evenly spaced from -1 to 1, each with half a step to either side.</summary>
/// <param name="Last">The highest level.</param>
/// <param name="Step">From level to level.</param>
/// <param name="Half">Half of it.</param>
/// <param name="LeastLogScale">Scales of distributions are not narrower: e^-7, or where there are more than 256 levels as many fewer as a level is narrower.</param>
readonly record struct LevelGrid(int Last, float Step, float Half, float LeastLogScale)
{
    const float Least = -7;
    const int Usual = 256;

    public static LevelGrid Of(int levels) => new(levels - 1, 2f / (levels - 1), 1f / (levels - 1), levels <= Usual ? Least : (float)(Least - ExactMath.Log((double)levels / Usual)));

    /// <summary>The value of a level.</summary>
    public float Value(int level) => level * Step - 1;

    /// <summary>What lies between a level and the one below it.</summary>
    public float Edge(int level) => (level - 0.5f) * Step - 1;
}
