namespace Likely.Data;

/// <summary>How what a picture stores becomes grey or colour of 8 bits, the same for every format, read here or through ffmpeg.</summary>
/// <param name="Background">The grey that shows through transparent pixels; null: they are refused.</param>
/// <param name="Range">Black and white of samples of 16 bits: v becomes floor(256 (v - Low) / (High - Low + 1)). Null: 0 and 65535, which leaves the high byte.</param>
readonly record struct SampleRule(byte? Background, (double Low, double High)? Range = null)
{
    public const int Deepest = 65535;

    public static SampleRule Of(DataOptions options) => new(options.Background, options.Range);

    /// <summary>A sample of 16 bits as a byte.</summary>
    /// <exception cref="DataException">if it lies outside the range</exception>
    public byte ToByte(int sample, string name)
    {
        if (Range is not var (low, high)) return (byte)(sample >> 8);
        if (sample < low || sample > high)
            throw new DataException(FormattableString.Invariant($"'{name}' has a value of {sample}, outside range={low}:{high}; set range=LOW:HIGH to what is black and white, at most 0:{Deepest}."));
        return (byte)(256 * (sample - low) / (high - low + 1));
    }
}
