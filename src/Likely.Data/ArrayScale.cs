using System.Globalization;

namespace Likely.Data;

/// <summary>What the values of an array are like.</summary>
/// <param name="LeastAt">The first element, in C order, that has the least value.</param>
/// <param name="Whole">All are whole numbers.</param>
/// <param name="TwoValues">0 and 1 occur, and nothing else.</param>
readonly record struct ArrayStatistics(double Least, long LeastAt, double Most, long MostAt, bool Whole, bool TwoValues);

/// <summary>
/// The scale of arrays: stored values Low .. High become 0 .. 255, v to floor((v - Low) 255 / (High - Low) + 1/2), and whole numbers of 256 steps or more as those of pictures
/// (see <see cref="SampleRule"/>) to floor((v - Low) 256 / (High - Low + 1)). Values beyond by no more than half a level are a
/// rounding error and are held at the end; others are refused. The setting range=LOW:HIGH decides, then the model the data are for, then the type (bytes are 0:255,
/// truth values 0:1); what none says is found out from the values once, and told.
/// </summary>
/// <param name="Levels">2 if the values are 0 and 1 by what was said or found, else 256.</param>
/// <param name="Keep">The range is no property of the type, so that other data for the same model need it too.</param>
/// <param name="Note">What was taken for granted, as a sentence, or null.</param>
/// <param name="IsCut">Whole numbers of many steps, of which a byte stands for equally many.</param>
readonly record struct ArrayScale(double Low, double High, int Levels, bool Keep = false, string? Note = null, bool IsCut = false)
{
    public static ArrayScale Bytes => new(0, 255, 256);
    static ArrayScale TwoLevels => new(0, 1, 2);

    /// <summary>A value as a byte.</summary>
    public byte ToByte(double value) =>
        (byte)Math.Clamp(IsCut ? Math.Floor((value - Low) * 256 / (High - Low + 1)) : Math.Floor((value - Low) * (255 / (High - Low)) + 0.5), 0, 255);

    /// <summary>Finds the scale of arrays of one type that belong together.</summary>
    /// <exception cref="DataException">if values lie outside, or may be of several scales; with the setting that resolves it</exception>
    public static ArrayScale Of(IReadOnlyList<ArraySource> arrays, DataOptions options, CancellationToken cancellation)
    {
        var (first, element) = (arrays[0], arrays[0].Element);
        if (arrays.FirstOrDefault(other => other.Element != element) is { } other)
            throw new DataException($"'{first.Path}' is of {element.Name()} and '{other.Path}' of {other.Element.Name()}; save both with the same type.");
        if (element == ArrayElement.Boolean) return TwoLevels with { Levels = options.ModelLevels is > 2 && !Reduces(options) ? 256 : 2 };
        // A range that bytes cannot fill was said of other arrays.
        if (element == ArrayElement.UInt8 && (options.Range is var (least, most) ? least < 0 || most > 255 : first.IsIdx)) return Bytes;

        foreach (var array in arrays) array.Measure(cancellation);
        var scale = options.Range is var (low, high) ? Given(low, high, arrays, options)
            : options.ModelLevels == 2 && !Reduces(options) ? TwoLevels
            : element == ArrayElement.UInt8 ? OfBytes(arrays, options) : OfValues(arrays, options);
        foreach (var array in arrays) scale.Require(array);
        return scale with { IsCut = !element.IsFloat() && scale.High - scale.Low >= 255 };
    }

    static bool Reduces(DataOptions options) => options.Binarize != Binarization.None || options.Levels is not null;

    static ArrayScale Given(double low, double high, IReadOnlyList<ArraySource> arrays, DataOptions options)
    {
        var levels = options.ModelLevels is { } known && !Reduces(options) ? known == 2 ? 2 : 256
            : !Reduces(options) && (low, high) == (0, 1) && HasTwoValues(arrays) ? 2 : 256;
        var scale = new ArrayScale(low, high, levels);
        if (levels == 2) return scale with { Note = options.ModelLevels is null ? Two(arrays, "levels=256 keeps black and white among 256") : null };
        // All within one level of black: most likely another scale.
        var most = arrays.Max(array => array.Statistics.Most);
        return most > low && scale.ToByte(most) <= 1
            ? scale with { Note = $"{Called(arrays)} has values up to {Text(most)}, all black on the scale range={Text(low)}:{Text(high)}; set range=LOW:HIGH if they are of another" } : scale;
    }

    static ArrayScale OfBytes(IReadOnlyList<ArraySource> arrays, DataOptions options)
    {
        if (!HasTwoValues(arrays)) return Bytes;
        if (options.ModelLevels is not null) return Bytes with { Note = $"{Called(arrays)} has the values 0 and 1 alone, both black on the scale of bytes; set range=0:1 if 1 is white" };
        if (options.Levels is > 2) return Bytes;
        return (Reduces(options) ? TwoLevels with { Keep = true } : TwoLevels) with { Note = Two(arrays, "levels=256 takes them as bytes") };
    }

    static ArrayScale OfValues(IReadOnlyList<ArraySource> arrays, DataOptions options)
    {
        var (least, most) = (arrays.Min(array => array.Statistics.Least), arrays.Max(array => array.Statistics.Most));
        var whole = arrays.All(array => array.Statistics.Whole);
        if (HasTwoValues(arrays))
            return !Reduces(options) && options.ModelLevels is null ? TwoLevels with { Note = Two(arrays, "levels=256 keeps black and white among 256") }
                : new ArrayScale(0, 1, 256, Keep: true, Note: $"{Called(arrays)} has the values 0 and 1 alone, taken as black and white");
        var isFloat = arrays[0].Element.IsFloat();
        var type = arrays[0].Element.Name();
        ArrayScale? found = least == 0 && most == 0 ? Bytes
            : isFloat && Within(0, 1) ? new ArrayScale(0, 1, 256)
            : isFloat && Within(-1, 1) && least < -0.9 && most > 0.9 ? new ArrayScale(-1, 1, 256)
            : Within(0, 255) && most > 127 && arrays[0].Element != ArrayElement.UInt16 ? Bytes
            : arrays[0].Element == ArrayElement.UInt16 && most >= 32768 ? new ArrayScale(0, 65535, 256) : null;
        if (found is not { } scale)
            throw new DataException($"{Called(arrays)} has values from {Text(least)} at {At(array => array.Statistics.Least == least, array => array.Statistics.LeastAt)} to {Text(most)} at {At(array => array.Statistics.Most == most, array => array.Statistics.MostAt)}, " +
                $"and the type {type} does not say which are black and white; set range=LOW:HIGH, such as {string.Join(" or ", Candidates(least, most, isFloat && !whole).Distinct())}{(isFloat && arrays[0].IsRows ? ", or as=vectors if its rows are no pictures" : "")}.");
        return most == 0 ? scale : scale with { Keep = true, Note = $"{Called(arrays)} has {type} values from {Text(least)} to {Text(most)}, taken as range={Text(scale.Low)}:{Text(scale.High)}" };

        bool Within(double low, double high) => least >= low - Tolerance(low, high) && most <= high + Tolerance(low, high);

        string At(Func<ArraySource, bool> has, Func<ArraySource, long> place)
        {
            var array = arrays.First(has);
            return array.Place(place(array));
        }
    }

    // The smallest usual scales that hold the values.
    static IEnumerable<string> Candidates(double least, double most, bool fraction)
    {
        if (least < 0)
        {
            if (least >= -1 && most <= 1) yield return "range=-1:1";
            yield return $"range={Text(least)}:{Text(most)}";
            yield break;
        }
        var bits = 8;
        while (bits < 16 && (1 << bits) - 1 < most) bits++;
        yield return fraction || most is < 255 or > 65535 ? $"range=0:{Text(most)}" : $"range=0:{(1 << bits) - 1}";
        if (most < 255) yield return "range=0:255";
        else if (most <= 65535) yield return "range=0:65535";
    }

    // Every value must lie on the scale; with two levels it must be one of them.
    void Require(ArraySource array)
    {
        var (least, leastAt, most, mostAt, _, _) = array.Statistics;
        var tolerance = Tolerance(Low, High);
        if (least < Low - tolerance || most > High + tolerance)
        {
            var (value, at) = most > High + tolerance ? (most, mostAt) : (least, leastAt);
            throw new DataException($"'{array.Path}' has {Text(value)} at {array.Place(at)}, {(Levels == 2 ? "and the model has two levels, 0 and 1; set binarize=threshold"
                : $"and its scale is range={Text(Low)}:{Text(High)}; set range=LOW:HIGH to what is black and white, such as {(array.Element == ArrayElement.UInt8 ? "range=0:255" : Candidates(least, most, array.Element.IsFloat()).First())}, or hold the values within")}.");
        }
        if (Levels == 2 && array.FirstBetween(this) is { } between)
            throw new DataException($"'{array.Path}' has values other than {Text(Low)} and {Text(High)}, such as {array.Place(between)}, and the model has two levels; set binarize=threshold.");
    }

    static double Tolerance(double low, double high) => (high - low) / 510;

    static bool HasTwoValues(IReadOnlyList<ArraySource> arrays) => arrays.Any(array => array.Statistics.TwoValues) && arrays.All(array => array.Statistics is { Whole: true, Least: >= 0, Most: <= 1 });

    static string Two(IReadOnlyList<ArraySource> arrays, string otherwise) => $"{Called(arrays)} has the values 0 and 1 alone, taken as two levels ({otherwise})";

    static string Called(IReadOnlyList<ArraySource> arrays) => arrays.Count == 1 ? $"'{arrays[0].Path}'" : $"'{arrays[0].Path}' with the arrays beside it";

    // As short as tells it from its neighbours: 0.1, not the 0.10000000149 that a float makes of it.
    static string Text(double value) => (float)value == value ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
}
