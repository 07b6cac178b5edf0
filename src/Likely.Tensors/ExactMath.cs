namespace Likely.Tensors;

/// <summary>
/// Scalar elementary functions in double precision with the same bits on every machine, for schedules, initialisers,
/// resampling and reports that are compared. Placeholder bodies until the polynomials are in.
/// </summary>
public static class ExactMath
{
    public static double Exp(double x) => Math.Exp(x);
    public static double Log(double x) => Math.Log(x);
    public static double Sin(double x) => Math.Sin(x);
    public static double Cos(double x) => Math.Cos(x);
    public static double Pow(double x, double y) => Math.Pow(x, y);
}
