using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Encodes whole pictures of any size by a model of features of windows: every window whose corner lies on a grid of steps is encoded, and each number of a code becomes, in each of the regions that the picture is divided into, the
/// largest of its sizes over the windows whose middle lies there (Raina et al. 2007), or their mean. What codes keep of a row for the way back is left out.
/// </summary>
public sealed class PatchEncoder : Encoder
{
    readonly FeatureModel _model;
    readonly bool _isRaw;
    readonly int _regions, _stride, _threads, _own;

    /// <param name="model">A model of windows.</param>
    /// <param name="pooling">Maximum or mean.</param>
    /// <param name="regions">Regions in each direction.</param>
    /// <param name="stride">Pixels from one window to the next.</param>
    /// <param name="raw">Whether the windows' own pixels stand for their codes, for comparison.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <exception cref="UsageException">The model is none of pictures, or the pooling none of windows.</exception>
    public PatchEncoder(FeatureModel model, StatePooling pooling = StatePooling.Maximum, int regions = 4, int stride = 2, bool raw = false, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(regions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        if (model.Space.Levels == 0) throw new UsageException($"{model.Config.Name} is a model of vectors here, which have no windows to pool");
        if (pooling == StatePooling.Last) throw new UsageException("windows have no last one; pool them by max or mean");
        (_model, Pooling, _regions, _stride, _isRaw, _threads) = (model, pooling, regions, stride, raw, ParallelShards.Workers(threads));
        _own = raw ? model.Space.Dimensions : model.CodeWidth;
    }

    public override int Width => _regions * _regions * _own;

    public override string Name => $"{(_isRaw ? "pixels" : _model.Config.Name)} of windows, {(Pooling == StatePooling.Mean ? "mean" : "max")} in {_regions}x{_regions} regions";

    /// <summary>How windows' codes become one.</summary>
    public StatePooling Pooling { get; }

    public override void Encode(Split split, int first, float[] codes, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(codes);
        ParallelShards.Run(codes.Length / Width, _threads, (item, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            Encode(split, first + item, codes.AsSpan(item * Width, Width));
            progress?.Invoke(split.SpaceOf(first + item).Dimensions);
        });
    }

    void Encode(Split split, int item, Span<float> pooled)
    {
        var (space, window) = (split.SpaceOf(item), _model.Space);
        if (space.Symbols != window.Symbols || space.Levels != window.Levels) throw new UsageException($"{split.ItemName(item)} is {space}, and the model's windows are {window}");
        if (space.Height < window.Height || space.Width < window.Width) throw new UsageException($"{split.ItemName(item)} is {space}, smaller than the model's windows, {window}; leave it out, or make pictures larger with size=");
        var symbols = new int[space.Dimensions];
        split.Read(item, symbols);
        int down = (space.Height - window.Height) / _stride + 1, across = (space.Width - window.Width) / _stride + 1, row = window.Width * window.Symbols;
        var (rows, own, counts) = (new float[across * window.Dimensions], new float[across * _model.Width], new int[_regions * _regions]);
        var sums = new double[pooled.Length];
        for (var i = 0; i < down; i++)
        {
            for (var j = 0; j < across; j++)
                for (var y = 0; y < window.Height; y++)
                {
                    var from = ((i * _stride + y) * space.Width + j * _stride) * space.Symbols;
                    for (var x = 0; x < row; x++) rows[j * window.Dimensions + y * row + x] = (float)symbols[from + x] / (space.Levels - 1);
                }
            if (!_isRaw) _model.Encode(rows, across, own);
            for (var j = 0; j < across; j++)
            {
                // Twice the middle, so that it is whole.
                var region = (2 * i * _stride + window.Height) * _regions / (2 * space.Height) * _regions + (2 * j * _stride + window.Width) * _regions / (2 * space.Width);
                var code = _isRaw ? rows.AsSpan(j * _own, _own) : own.AsSpan(j * _model.Width, _own);
                counts[region]++;
                for (var k = 0; k < _own; k++)
                {
                    ref var sum = ref sums[region * _own + k];
                    sum = Pooling == StatePooling.Mean ? sum + code[k] : Math.Max(sum, Math.Abs(code[k]));
                }
            }
        }
        for (var k = 0; k < sums.Length; k++) pooled[k] = (float)(Pooling == StatePooling.Mean ? sums[k] / Math.Max(1, counts[k / _own]) : sums[k]);
    }
}
