using System.IO.Compression;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Baselines of text and bytes, in bits per byte, whatever the symbols are: every byte equally likely, 8; bytes as often as in the training part, p(s) = (n_s + 1/2) / (n + 128);
/// each byte given the three before it, p(s | c) = (n_cs + 2 p(s | shorter c)) / (n_c + 2), down to the former; and gzip of what is held out alone. At most 4 MB are counted and 1 MB judged, of at most 50,000 items each.
/// </summary>
static class TextBaselines
{
    const double BitsPerNat = 1 / 0.693147180559945309;
    const int MostCounted = 4 << 20, MostJudged = 1 << 20, Order = 3, Slots = 1 << 22, Few = 10_000, MostItems = 50_000;

    public static Baselines Measure(Split train, Split heldOut, Tokens tokens, CancellationToken cancellation)
    {
        var (counted, _) = First(train, tokens, MostCounted, cancellation);
        var (judged, symbols) = First(heldOut, tokens, MostJudged, cancellation);
        var warnings = new List<string>();
        if (counted.Length < Few) warnings.Add($"there are only {counted.Length} bytes to train on");
        if (counted.Length > 1 && counted.AsSpan().IndexOfAnyExcept(counted[0]) < 0) warnings.Add("all bytes of the training part are the same");
        var (alone, given) = Judge(counted, judged, cancellation);
        return new Baselines(
        [
            new("uniform", "uniform", 8),
            new("frequencies", "frequencies of bytes", alone),
            new("gzip", "gzip", Gzip(judged)),
            new("trigram", $"{Order} bytes before", given),
        ], "bits/byte", judged.Length == 0 ? 1 : (double)symbols / judged.Length, warnings);
    }

    // The first bytes of a split, and how many symbols they are.
    static (byte[] Bytes, long Symbols) First(Split split, Tokens tokens, int most, CancellationToken cancellation)
    {
        var bytes = new List<byte>();
        var symbols = 0L;
        var buffer = new int[1 << 14];
        for (var index = 0; index < Math.Min(split.Count, MostItems) && bytes.Count < most; index++)
            for (int at = 0, length = split.SpaceOf(index).Width; at < length && bytes.Count < most;)
            {
                cancellation.ThrowIfCancellationRequested();
                var window = buffer.AsSpan(0, Math.Min(buffer.Length, length - at));
                split.Read(index, at, window);
                bytes.AddRange(tokens.Decode(window));
                at += window.Length;
                symbols += window.Length;
            }
        return ([.. bytes], symbols);
    }

    static double? Gzip(byte[] bytes)
    {
        if (bytes.Length == 0) return null;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(bytes);
        return 8.0 * packed.Length / bytes.Length;
    }

    static (double? Alone, double? Given) Judge(byte[] counted, byte[] judged, CancellationToken cancellation)
    {
        if (judged.Length == 0) return (null, null);
        var counts = new ContextCounts(Slots);
        Span<int> frequencies = stackalloc int[256];
        frequencies.Clear();
        var context = 0u;
        for (var i = 0; i < counted.Length; i++)
        {
            if (i % (1 << 16) == 0) cancellation.ThrowIfCancellationRequested();
            frequencies[counted[i]]++;
            for (var order = 1; order <= Math.Min(Order, i); order++) counts.Add(order, context, counted[i]);
            context = context << 8 | counted[i];
        }
        var (alone, given) = (0.0, 0.0);
        context = 0;
        for (var i = 0; i < judged.Length; i++)
        {
            if (i % (1 << 16) == 0) cancellation.ThrowIfCancellationRequested();
            var p = (frequencies[judged[i]] + 0.5) / (counted.Length + 128.0);
            alone -= ExactMath.Log(p);
            for (var order = 1; order <= Math.Min(Order, i); order++) p = (counts.Of(order, context, judged[i]) + 2 * p) / (counts.Of(order, context) + 2);
            given -= ExactMath.Log(p);
            context = context << 8 | judged[i];
        }
        return (alone * BitsPerNat / judged.Length, given * BitsPerNat / judged.Length);
    }
}
