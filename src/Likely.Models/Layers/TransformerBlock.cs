using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>What the blocks of a Transformer are like.</summary>
/// <param name="Channels">Numbers of a position.</param>
/// <param name="Heads">Which share them.</param>
/// <param name="Layers">Blocks, by which what each adds at first is scaled.</param>
/// <param name="Room">Positions that a run has room for.</param>
sealed record TransformerBlockOptions(int Channels, int Heads, int Layers, int Room)
{
    public double Dropout { get; init; }

    /// <summary>Angles of positions; null: none.</summary>
    public Rotation? Rotation { get; init; }

    /// <summary>Whether the angles are of distances, see <see cref="Ops.RelativeKeys"/>.</summary>
    public bool IsRelative { get; init; }

    /// <summary>Whether queries and keys are normalised.</summary>
    public bool NormalizesHeads { get; init; }

    /// <summary>Whether rows are centred as they are normalised.</summary>
    public bool Centres { get; init; } = true;

    /// <summary>The bend: squared rectifier, or GELU.</summary>
    public bool IsSquared { get; init; }

    /// <summary>Whether the last map of each part begins at zero.</summary>
    public bool BeginsAtZero { get; init; }

    /// <summary>Whether each part reads half of its channels from the position before.</summary>
    public bool Shifts { get; init; }

    /// <summary>What a position sees.</summary>
    public AttentionPattern Pattern { get; init; } = AttentionPattern.Dense;
}

/// <summary>h + attention of the normalised h, then h + two maps of the normalised h with a bend between (Vaswani et al. 2017; normalised first, as in GPT-2).</summary>
sealed class TransformerBlock
{
    /// <summary>Of GPT-2's weights.</summary>
    public const double Deviation = 0.02;

    readonly Normalization _first, _second;
    readonly Attention _attention;
    readonly Pointwise _inner, _outer;
    readonly TokenShift? _firstShift, _secondShift;
    readonly bool _isSquared;
    readonly float _dropout;
    readonly ulong _attentionPath, _mapsPath;

    public TransformerBlock(ParameterScope scope, TransformerBlockOptions options)
    {
        var channels = options.Channels;
        if (channels % options.Heads != 0) throw new ModelException($"channels={channels} is no multiple of heads={options.Heads}, which share them");
        var outputDeviation = options.BeginsAtZero ? 0 : Deviation / Math.Sqrt(2 * options.Layers);
        (_isSquared, _dropout) = (options.IsSquared, (float)options.Dropout);
        _first = new Normalization(scope.At("attention").At("norm"), channels, options.Centres);
        _attention = new Attention(scope.At("attention"), channels, options.Heads, options.Room, options.Rotation, options.IsRelative, options.NormalizesHeads, options.Pattern, Deviation, outputDeviation);
        _second = new Normalization(scope.At("maps").At("norm"), channels, options.Centres);
        _inner = new Pointwise(scope.At("maps").At("inner"), channels, 4 * channels, Deviation * Math.Sqrt(channels), matrices: 1);
        _outer = new Pointwise(scope.At("maps").At("outer"), 4 * channels, channels, outputDeviation * Math.Sqrt(4 * channels), matrices: 1);
        if (options.Shifts) (_firstShift, _secondShift) = (new TokenShift(channels), new TokenShift(channels));
        (_attentionPath, _mapsPath) = (Philox.Hash(scope.At("attention").Path), Philox.Hash(scope.At("maps").Path));
    }

    /// <summary>Positions of each example that a run remembers; null: none.</summary>
    public int[]? Before(Run? run) => _attention.Before(run);

    /// <summary>Makes what a run remembers of the block, if it is not there: a state is written and read in the order in which this was first done.</summary>
    public void Begin(Run run)
    {
        _firstShift?.Begin(run);
        _attention.Before(run);
        _secondShift?.Begin(run);
    }

    /// <summary>See <see cref="Attention.Keep"/>.</summary>
    public void Keep(Run run, int example, int positions) => _attention.Keep(run, example, positions);

    /// <param name="h">[T, B, channels].</param>
    /// <param name="before">Positions before the first, see <see cref="Before"/>.</param>
    /// <param name="pass">The pass.</param>
    public Tensor Forward(Tensor h, int[]? before, Pass pass)
    {
        h = Ops.Add(h, Ops.Dropout(_attention.Forward(Shifted(_firstShift, _first.Forward(h), pass), before, pass), _dropout, _attentionPath));
        var inner = _inner.Forward(Shifted(_secondShift, _second.Forward(h), pass));
        return Ops.Add(h, Ops.Dropout(_outer.Forward(_isSquared ? Ops.SquaredRelu(inner) : Ops.Gelu(inner)), _dropout, _mapsPath));
    }

    static Tensor Shifted(TokenShift? shift, Tensor x, Pass pass) => shift is null ? x : shift.Forward(x, pass);
}
