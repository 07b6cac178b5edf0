using Likely.Tensors;

namespace Likely.Models;

/// <summary>Takes the distributions of one dimension of a batch; they are valid during the call.</summary>
public delegate void DistributionsReader(int dimension, SymbolDistributions distributions);

/// <summary>
/// The distributions of one symbol for some examples, as rows of a head's numbers. Both faces of a model hand them out, and the head
/// alone says what they mean, so a coder sees the same bits in both. Kept beyond their time they throw
/// <see cref="InvalidOperationException"/>.
/// </summary>
public readonly unsafe struct SymbolDistributions
{
    const int Lanes = 16;

    readonly DistributionSource? _source;
    readonly float* _parameters;
    readonly long _stride;
    readonly int* _known;
    readonly int _symbol, _turn;

    /// <param name="head">What the parameters mean.</param>
    /// <param name="source">What holds the memory of the pointers.</param>
    /// <param name="parameters">The first example's row.</param>
    /// <param name="stride">Floats from one example to the next.</param>
    /// <param name="known">The symbols before this one at the same position, those of an example side by side.</param>
    /// <param name="symbol">Which symbol of its position.</param>
    /// <param name="count">Examples.</param>
    internal SymbolDistributions(Head head, DistributionSource source, float* parameters, long stride, int* known, int symbol, int count)
    {
        (Head, _source, _turn, _stride, _symbol, Count) = (head, source, source.Turn, stride, symbol, count);
        _parameters = parameters;
        _known = known;
    }

    public Head Head { get; }

    /// <summary>Examples.</summary>
    public int Count { get; }

    /// <summary>A distribution function for <see cref="Begin(int, Cumulative, float)"/>.</summary>
    public Cumulative NewCumulative() => Head.NewCumulative();

    /// <summary>Makes a distribution function that of one example.</summary>
    /// <param name="example">Which.</param>
    /// <param name="cumulative">Made by distributions of the same head; may serve other examples later.</param>
    /// <param name="temperature">Logits are divided by it.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example, or the temperature is not above 0.</exception>
    /// <exception cref="ArgumentException">The function is one of other symbols.</exception>
    public void Begin(int example, Cumulative cumulative, float temperature = 1)
    {
        RequireValid();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Count, nameof(example));
        RequireTemperature(temperature);
        if (cumulative.Head != Head) throw new ArgumentException($"the distribution function is one of another head than {Head}", nameof(cumulative));
        cumulative.Begin(_parameters + example * _stride, _known + (long)example * Head.Symbols, _symbol, temperature);
        GC.KeepAlive(_source);
    }

    /// <summary>The distribution function of one example: the one that is kept, if it is of this head, or a new one, which is kept from now on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As above.</exception>
    public Cumulative Begin(int example, ref Cumulative? kept, float temperature = 1)
    {
        if (kept?.Head != Head) kept = NewCumulative();
        Begin(example, kept, temperature);
        return kept;
    }

    /// <summary>log p (nats) of one symbol of an example: the same bits as when it is observed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example or symbol.</exception>
    public float LogProbability(int example, int symbol)
    {
        RequireValid();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Count, nameof(example));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)symbol, (uint)Head.Levels, nameof(symbol));
        if (Head.Symbols != 1) throw new InvalidOperationException("the symbols of one position depend on each other");
        var log = Head.LogProbability(_parameters + example * _stride, &symbol, 0);
        GC.KeepAlive(_source);
        return log;
    }

    /// <summary>Probabilities of all levels for one example; they sum to 1 up to the rounding of doubles.</summary>
    /// <exception cref="ArgumentException">There is no such example, or too little room.</exception>
    public void Probabilities(int example, Span<double> probabilities, float temperature = 1)
    {
        if (probabilities.Length < Head.Levels) throw new ArgumentException($"{Head.Levels} levels need room for as many probabilities, not {probabilities.Length}", nameof(probabilities));
        var cumulative = NewCumulative();
        Begin(example, cumulative, temperature);
        cumulative.Probabilities(probabilities);
    }

    /// <summary>p(1) for every example, of a head of bits: what a coder takes.</summary>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public void ProbabilitiesOfOne(Span<float> probabilities)
    {
        RequireBits(probabilities.Length, 1);
        var logits = stackalloc float[Lanes];
        for (var i = 0; i < Count; i += Lanes)
        {
            var n = Gather(i, logits);
            Ops.Sigmoids(logits);
            new ReadOnlySpan<float>(logits, n).CopyTo(probabilities[i..]);
        }
        GC.KeepAlive(_source);
    }

    /// <summary>p(0) and p(1) for every example, [count, 2], of a head of bits.</summary>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public void ProbabilitiesOfBoth(Span<float> probabilities, float temperature = 1)
    {
        RequireBits(probabilities.Length, 2);
        RequireTemperature(temperature);
        var logits = stackalloc float[Lanes];
        for (var i = 0; i < Count; i += Lanes)
        {
            var n = Gather(i, logits);
            Ops.BinaryProbabilities(logits, n, temperature, probabilities[(2 * i)..]);
        }
        GC.KeepAlive(_source);
    }

    /// <summary>Refuses bits that cannot be drawn.</summary>
    internal void RequireFiniteBits()
    {
        RequireValid();
        for (var i = 0; i < Count; i++)
            if (!float.IsFinite(_parameters[i * _stride + _symbol])) throw Cumulative.NotFinite();
        GC.KeepAlive(_source);
    }

    internal static float RequireTemperature(float temperature) => temperature > 0 && float.IsFinite(temperature) ? temperature
        : throw new ArgumentOutOfRangeException(nameof(temperature), $"a temperature of {temperature} is not above 0");

    int Gather(int first, float* logits)
    {
        var n = Math.Min(Lanes, Count - first);
        for (var lane = 0; lane < n; lane++) logits[lane] = _parameters[(first + lane) * _stride + _symbol];
        return n;
    }

    void RequireBits(int room, int each)
    {
        RequireValid();
        if (!Head.IsBit) throw new InvalidOperationException($"symbols of {Head.Levels} levels have more than one probability");
        if (room < each * Count) throw new ArgumentException($"{Count} examples need room for {each * Count} probabilities, not {room}");
    }

    void RequireValid()
    {
        if (_source is null || _source.Turn != _turn)
            throw new InvalidOperationException("these distributions are over: they hold until the next symbol is observed, or during the call that hands them out");
    }
}
