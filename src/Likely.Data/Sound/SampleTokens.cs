using System.Buffers.Binary;
using System.Globalization;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Samples as symbols: two bytes each, a whole number s of 16 bits of one channel, become one of N levels. Linear: floor((s + 32768) N / 65536), which
/// stands for the middle of what becomes it. Mu-law, N = 256: floor(128 (F(s / 32768) + 1)), F(x) = sign(x) log(1 + 255 |x|) / log 256, whose levels are narrow where sound is soft; level l stands for
/// F^-1((l + 1/2) / 128 - 1). Of 65,536 linear levels nothing is lost; of fewer, what the file held in more bits.
/// </summary>
public sealed class SampleTokens : Tokens
{
    const int Companded = 256, Values = 1 << 16;
    const string Kind = "samples", MuLaw = "mulaw", Linear = "linear";

    // 0..65535 in order of their value; what they become is found once, with the same bits everywhere.
    static readonly Lazy<byte[]> Levels = new(() =>
    {
        var levels = new byte[Values];
        var scale = 1 / ExactMath.Log(Companded);
        for (var value = 0; value < Values; value++)
        {
            var x = (value - 32768) / 32768.0;
            var f = ExactMath.Log1p(255 * Math.Abs(x)) * scale;
            levels[value] = (byte)Math.Clamp(Math.Floor(128 * ((x < 0 ? -f : f) + 1)), 0, 255);
        }
        return levels;
    });

    static readonly Lazy<short[]> Middles = new(() =>
    {
        var middles = new short[Companded];
        for (var level = 0; level < Companded; level++)
        {
            var y = (level + 0.5) / 128 - 1;
            var x = ExactMath.Expm1(Math.Abs(y) * ExactMath.Log(Companded)) / 255;
            middles[level] = (short)Math.Clamp(Math.Floor((y < 0 ? -x : x) * 32768 + 0.5), short.MinValue, short.MaxValue);
        }
        return middles;
    });

    /// <param name="rate">Samples a second.</param>
    /// <param name="levels">Levels; of mu-law 256.</param>
    /// <param name="isMuLaw">Whether they are those of mu-law.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not 100 to 768,000, or the levels are not 2 to 65,536, of mu-law 256.</exception>
    public SampleTokens(int rate, int levels, bool isMuLaw)
    {
        if (rate is < WavHeader.LeastRate or > WavHeader.MostRate) throw new ArgumentOutOfRangeException(nameof(rate), rate, $"Sound has {WavHeader.LeastRate} to {WavHeader.MostRate} samples a second.");
        if (isMuLaw ? levels != Companded : levels is < 2 or > MostSymbols) throw new ArgumentOutOfRangeException(nameof(levels), levels, $"A sample has 2 to {MostSymbols} levels, of mu-law {Companded}.");
        (Rate, Size, IsMuLaw) = (rate, levels, isMuLaw);
    }

    /// <summary>Samples a second.</summary>
    public int Rate { get; }

    /// <summary>Whether levels are those of mu-law.</summary>
    public bool IsMuLaw { get; }

    public override int Size { get; }
    public override int LongestSymbol => sizeof(short);
    public override int MostAhead => sizeof(short);
    public override int? SymbolBytes => sizeof(short);
    public override string Words => string.Create(CultureInfo.InvariantCulture, $"{Rate} samples a second of {Size} {(IsMuLaw ? "mu-law" : "linear")} levels");

    /// <summary>Bits of a sample in files that are written: 8 if its levels are those of such files.</summary>
    public int Bits => !IsMuLaw && Size == 256 ? 8 : 16;

    /// <summary>Whether these are what options say of sound.</summary>
    public bool Are(DataOptions options) => options.Rate == Rate && options.MuLaw == IsMuLaw && (IsMuLaw || options.Levels == Size);

    /// <summary>The sample of 16 bits that a symbol stands for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if it is no symbol of these</exception>
    public short ValueOf(int symbol)
    {
        if ((uint)symbol >= (uint)Size) throw new ArgumentOutOfRangeException(nameof(symbol), symbol, $"A level is 0 to {Size - 1}.");
        return IsMuLaw ? Middles.Value[symbol] : (short)(((2L * symbol + 1) * Values / (2 * Size)) - 32768);
    }

    /// <summary>The symbol of a sample of 16 bits.</summary>
    public int SymbolOf(short value) => IsMuLaw ? Levels.Value[value + 32768] : (int)((value + 32768L) * Size >> 16);

    /// <summary>The least sample whose symbol is this one or a higher one.</summary>
    internal int Least(int symbol)
    {
        if (!IsMuLaw) return (int)(((long)symbol * Values + Size - 1) / Size) - 32768;
        int low = 0, high = Values; // levels rise with samples
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Levels.Value[middle] >= symbol) high = middle;
            else low = middle + 1;
        }
        return low - 32768;
    }

    public override int Decode(int symbol, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt16LittleEndian(bytes, ValueOf(symbol));
        return sizeof(short);
    }

    public override int Encode(ReadOnlySpan<byte> bytes, bool isEnd, Span<int> symbols, out int consumed)
    {
        var count = Math.Min(bytes.Length / sizeof(short), symbols.Length);
        for (var i = 0; i < count; i++) symbols[i] = SymbolOf(BinaryPrimitives.ReadInt16LittleEndian(bytes[(sizeof(short) * i)..]));
        consumed = sizeof(short) * count;
        return count;
    }

    public override string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Rate} {(IsMuLaw ? MuLaw : Linear)} {Size}");

    /// <summary>The inverse of <see cref="ToText"/>; null if the text is none.</summary>
    public static SampleTokens? TryParse(string text) => text.Split(' ') is [Kind, var rate, MuLaw or Linear, var levels] words && Number(rate) is >= WavHeader.LeastRate and <= WavHeader.MostRate and var samples
        && Number(levels) is >= 2 and <= MostSymbols and var size && (words[2] == Linear || size == Companded) && new SampleTokens(samples, size, words[2] == MuLaw) is var tokens && tokens.ToText() == text ? tokens : null;

    static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
