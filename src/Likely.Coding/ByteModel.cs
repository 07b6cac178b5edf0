namespace Likely.Coding;

/// <summary>
/// Codes bytes by adaptive probabilities of their bits given the byte before (order 1), from the highest bit down. A probability is 16
/// bits, p += (bit - p) / (n + 3/2) with n the visits so far, 126 at most; a bit not yet seen after this byte takes the
/// probability it has after any. Whole numbers alone, so the codes are the same everywhere and for ever. A byte costs from
/// 0.0057 to some 13 bits at worst; what does not compress is better stored.
/// </summary>
public sealed class ByteModel
{
    const int Contexts = 256, Nodes = 256, MostVisits = 126;
    const int Least = 32, Most = 65536 - Least;

    static readonly int[] _rates = MakeRates();

    // The last row is order 0.
    readonly ushort[] _probabilities = new ushort[(Contexts + 1) * Nodes];
    readonly byte[] _visits = new byte[(Contexts + 1) * Nodes];
    int _before;

    /// <summary>Begins with equal probabilities and a zero byte before.</summary>
    public ByteModel() => Array.Fill(_probabilities, (ushort)32768);

    public void Encode(RangeEncoder encoder, byte value)
    {
        for (var node = 1; node < Nodes;)
        {
            var bit = (value >> 7 - Depth(node) & 1) != 0;
            encoder.EncodeBit(bit, Probability(node));
            Update(node, bit);
            node = 2 * node + (bit ? 1 : 0);
        }
        _before = value;
    }

    public byte Decode(RangeDecoder decoder)
    {
        var node = 1;
        while (node < Nodes)
        {
            var bit = decoder.DecodeBit(Probability(node));
            Update(node, bit);
            node = 2 * node + (bit ? 1 : 0);
        }
        _before = node - Nodes;
        return (byte)_before;
    }

    static int Depth(int node) => System.Numerics.BitOperations.Log2((uint)node);

    uint Probability(int node)
    {
        var own = _before * Nodes + node;
        if (_visits[own] == 0) _probabilities[own] = _probabilities[Contexts * Nodes + node];
        return (uint)_probabilities[own] << 8;
    }

    void Update(int node, bool bit)
    {
        Update(ref _probabilities[_before * Nodes + node], ref _visits[_before * Nodes + node], bit);
        Update(ref _probabilities[Contexts * Nodes + node], ref _visits[Contexts * Nodes + node], bit);
    }

    static void Update(ref ushort probability, ref byte visits, bool bit)
    {
        var step = ((bit ? 65536 : 0) - probability) * _rates[visits] >> 16;
        probability = (ushort)Math.Clamp(probability + step, Least, Most);
        if (visits < MostVisits) visits++;
    }

    // 2^16 / (n + 3/2) halved where a product would leave 32 bits: |bit - p| is at most 2^16, so rates stay below 2^15.
    static int[] MakeRates()
    {
        var rates = new int[MostVisits + 1];
        for (var n = 0; n < rates.Length; n++) rates[n] = Math.Min(32767, 131072 / (2 * n + 3));
        return rates;
    }
}
