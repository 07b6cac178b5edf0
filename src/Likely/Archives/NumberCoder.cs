using Likely.Coding;
using Likely.Data;

namespace Likely;

/// <summary>
/// What numbers are beyond their symbols: with how many decimals each is written, where its column has several, and which of the numbers that its symbol stands for it is, which are equally
/// likely but for those that came before. The same integers in both directions.
/// </summary>
sealed class NumberCoder(RangeEncoder? encoder, RangeDecoder? decoder)
{
    const int MostRemembered = 256; // numbers of a symbol
    const int Few = 16, Once = 32; // what whether a number came before weighs at first, and a number that has come
    const int HighBits = 16;

    readonly Dictionary<(int Column, int Digits), AdaptiveCounts> _forms = [];
    readonly Dictionary<(int Column, int Numbers), AdaptiveCounts> _repeats = [];
    readonly Dictionary<(int Column, int Symbol, int Decimals), (long First, Past? All)> _past = [];

    /// <summary>Codes the cell of a number: writes it, or completes what its symbol says.</summary>
    /// <param name="column">Its column.</param>
    /// <param name="cell">The cell; of one that is read, its symbol.</param>
    /// <param name="spelling">What its column's numbers are.</param>
    /// <param name="hasForms">Whether decimals vary.</param>
    public CellValue Code(int column, CellValue cell, CellSpelling spelling, bool hasForms)
    {
        if (encoder is null) cell = cell with { Decimals = (byte)spelling.Decimals(column) };
        if (hasForms) cell = Form(column, cell, spelling);
        var own = spelling.Decimals(column);
        var span = spelling.Span(column, cell.Symbol, cell.Decimals);
        var width = cell.Decimals > own ? CellSpelling.Power(cell.Decimals - own) + 1 : 1; // numbers that are nearest to a step
        if (span.Count < 1) throw new ArchiveException("a block of it makes no sense");
        if (span.Count == 1 && width == 1) return cell with { Number = spelling.Number(column, span.First, cell.Decimals, 0) };
        var key = (column, cell.Symbol, cell.Decimals);
        var known = _past.TryGetValue(key, out var past);
        var all = known ? past.All ?? new Past(past.First) : null;
        if (all is not null)
        {
            if (past.All is null) _past[key] = (past.First, all);
            var at = encoder is null ? 0 : all.Numbers.IndexOf(cell.Number);
            var repeats = Kept(_repeats, (column, int.Log2(all.Numbers.Count)), 2, Few);
            if (Choose(repeats, at < 0 ? 0 : 1) == 1) return cell with { Number = all.Numbers[Choose(all.Counts, at)] };
        }
        var (steps, beyond) = encoder is null ? (0, 0) : spelling.Steps(column, cell.Number, cell.Decimals);
        steps = span.First + span.Step * Uniform((steps - span.First) / span.Step, span.Count);
        if (width > 1) beyond = Uniform(beyond + width / 2, width) - width / 2;
        cell = cell with { Number = spelling.Number(column, steps, cell.Decimals, beyond) };
        if (all is null) _past[key] = (cell.Number, null);
        else if (all.Numbers.Count < MostRemembered)
        {
            all.Counts.Add();
            all.Numbers.Add(cell.Number);
        }
        return cell;
    }

    // Numbers that came for a symbol, and how often. Most symbols of a wide table come once, and have none.
    sealed class Past(long first)
    {
        public AdaptiveCounts Counts { get; } = new(1, Once);
        public List<long> Numbers { get; } = [first];
    }

    CellValue Form(int column, CellValue cell, CellSpelling spelling)
    {
        var most = Math.Min(spelling.Decimals(column) + CellSpelling.MostExtra, CellSpelling.MostDecimals) + 1;
        var form = Choose(Kept(_forms, (column, spelling.Digits(column, cell.Symbol)), 2 * most, 1), cell.Decimals + (cell.IsScientific ? most : 0));
        return cell with { Decimals = (byte)(form % most), IsScientific = form >= most };
    }

    static AdaptiveCounts Kept(Dictionary<(int, int), AdaptiveCounts> all, (int, int) key, int symbols, int initial)
    {
        if (!all.TryGetValue(key, out var counts)) all[key] = counts = new AdaptiveCounts(symbols, initial);
        return counts;
    }

    int Choose(AdaptiveCounts counts, int symbol)
    {
        if (encoder is null) return counts.Decode(decoder!);
        counts.Encode(encoder, symbol);
        return symbol;
    }

    // One of so many, all alike: in two parts, the upper of 16 bits or a little less, so that the shares are nearly equal.
    long Uniform(long value, long count)
    {
        var low = Math.Max(0, 64 - HighBits - (int)long.LeadingZeroCount(count - 1));
        var high = Share((int)(value >> low), (int)(count - 1 >> low) + 1);
        var rest = value & (1L << low) - 1;
        var result = (long)high << low;
        for (var bits = low; bits > 0; bits -= Math.Min(bits, FrequencyTable.Bits))
        {
            var (take, shift) = (Math.Min(bits, FrequencyTable.Bits), Math.Max(0, bits - FrequencyTable.Bits));
            var part = (uint)(rest >> shift & (1L << take) - 1);
            if (encoder is null) part = decoder!.DecodeUniform(take);
            else encoder.EncodeUniform(part, take);
            result |= (long)part << shift;
        }
        return result;
    }

    int Share(int value, int count)
    {
        if (encoder is null) return BlockDecoder.Uniform(decoder!, count);
        encoder.Encode(FrequencyTable.Uniform(value, count), FrequencyTable.Uniform(value + 1, count) - FrequencyTable.Uniform(value, count));
        return value;
    }
}
