using System.Buffers.Binary;
using Likely.Coding;
using Likely.Models;

namespace Likely;

/// <summary>
/// Decodes items side by side on one thread, each from a stream of its own: one predictor computes the next distributions of all, which takes little longer than
/// those of one. Items of one width may differ in height, as nothing depends on what lies below.
/// </summary>
static class LaneDecoder
{
    const int Stretch = 1 << 12; // symbols

    /// <summary>One item of one block.</summary>
    /// <param name="Stream">The block without its check sum.</param>
    /// <param name="Dimensions">Symbols of the item.</param>
    /// <param name="Label">Its label; -1: none.</param>
    public readonly record struct Lane(ReadOnlyMemory<byte> Stream, int Dimensions, int Label);

    /// <summary>Whether a model's items can lie side by side: there is one member, and it visits symbols as they lie.</summary>
    public static bool Takes(SizedModel sized) => sized.Model.Members == 1 && sized.Steps(0) is null;

    /// <summary>The symbols of every item, of one byte or of two, the low one first.</summary>
    /// <param name="sized">The model, of the highest item; of sequences, of the longest.</param>
    /// <param name="lanes">The items.</param>
    /// <param name="done">Told the number of symbols decoded since it was last told.</param>
    /// <param name="cancellation">Stops it.</param>
    public static byte[][] Decode(SizedModel sized, Lane[] lanes, Action<long>? done, CancellationToken cancellation)
    {
        var symbols = Array.ConvertAll(lanes, lane => new byte[lane.Dimensions * sized.SymbolBytes]);
        var decoders = Array.ConvertAll(lanes, lane => new RangeDecoder(lane.Stream.Span));
        var modelled = new List<int>();
        for (var i = 0; i < lanes.Length; i++)
        {
            if (!decoders[i].DecodeBit(BlockLayout.Unmodelled))
            {
                modelled.Add(i);
                continue;
            }
            for (var step = 0; step < lanes[i].Dimensions; step++) Store(i, step, BlockDecoder.Uniform(decoders[i], sized.Space.Levels));
            done?.Invoke(lanes[i].Dimensions);
        }
        if (modelled.Count == 0) return symbols;
        int[] labels = sized.Model.Classes > 0 ? [.. modelled.Select(i => lanes[i].Label)] : [];
        var predictor = sized.Model.Predict(modelled.Count, labels, 0, sized.Space.Extent);
        var (next, ones, longest, told) = (new int[modelled.Count], new float[modelled.Count], modelled.Max(i => lanes[i].Dimensions), 0L);
        var cumulatives = new Cumulative?[modelled.Count];
        for (var step = 0; step < longest; step++)
        {
            var distributions = predictor.Next();
            if (sized.IsBinary) distributions.ProbabilitiesOfOne(ones);
            for (var k = 0; k < next.Length; k++)
            {
                var i = modelled[k];
                if (step >= lanes[i].Dimensions) continue; // it is complete, and what its lane goes on with does not matter
                if (sized.IsBinary) next[k] = decoders[i].DecodeBit(FrequencyTable.FromProbability(ones[k])) ? 1 : 0;
                else next[k] = Coder.Decode(decoders[i], distributions.Begin(k, ref cumulatives[k]));
                Store(i, step, next[k]);
                told++;
            }
            predictor.Observe(next);
            if (told < Stretch) continue;
            cancellation.ThrowIfCancellationRequested();
            done?.Invoke(told);
            told = 0;
        }
        done?.Invoke(told);
        return symbols;

        void Store(int lane, int step, int symbol)
        {
            if (sized.SymbolBytes == 1) symbols[lane][step] = (byte)symbol;
            else BinaryPrimitives.WriteUInt16LittleEndian(symbols[lane].AsSpan(sizeof(ushort) * step), (ushort)symbol);
        }
    }
}
