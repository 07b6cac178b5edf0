namespace Likely.Data;

/// <summary>How what a picture stores becomes grey or colour of 8 bits, the same for every format, read here or through ffmpeg.</summary>
/// <param name="Background">The grey that shows through transparent pixels; null: they are refused.</param>
readonly record struct SampleRule(byte? Background);
