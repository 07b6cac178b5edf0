using System.Globalization;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

// How the options are written and read: one word key=value each.
public sealed partial record DataOptions
{
    /// <summary>Reads key=value settings.</summary>
    /// <exception cref="DataException">naming an unknown key, or a bad value and what is allowed</exception>
    public static DataOptions Parse(IEnumerable<KeyValuePair<string, string>> settings) => new DataOptions().With(settings);

    /// <summary>These options with settings that change them.</summary>
    /// <exception cref="DataException">naming an unknown key, or a bad value and what is allowed</exception>
    public DataOptions With(IEnumerable<KeyValuePair<string, string>> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = this;
        foreach (var (key, value) in settings) options = options.With(key, value);
        return options.Checked();
    }

    /// <summary>
    /// Text such as "binarize=static size=28x28 hold_out=content": the settings that differ from the defaults of model files, in a fixed
    /// order. Those are the defaults of <see cref="Parse"/>, but with hold_out=permutation.
    /// </summary>
    public string ToCanonical() => string.Join(' ', Settings().Select(setting => $"{setting.Key}={setting.Value}"));

    IEnumerable<(string Key, string Value)> Settings()
    {
        if (Binarize != Binarization.None) yield return ("binarize", Name(Binarize));
        if (MuLaw) yield return ("levels", "mulaw");
        if (Levels is { } levels) yield return ("levels", $"{levels}");
        if (Size is var (height, width)) yield return ("size", $"{height}x{width}");
        if (Crop is var (cropHeight, cropWidth)) yield return ("crop", $"{cropHeight}x{cropWidth}");
        if (Patches is var (patchHeight, patchWidth)) yield return ("patches", $"{patchHeight}x{patchWidth}");
        if (Gray) yield return ("gray", "true");
        if (Background is { } background) yield return ("background", $"{background}");
        if (Validation != Default.Validation) yield return ("validation", Text(Validation));
        if (Test is { } test) yield return ("test", Text(test));
        if (HoldOut != HoldOut.Permutation) yield return ("hold_out", Name(HoldOut));
        if (Parts != PartRule.Names) yield return ("parts", Name(Parts));
        if (Limit is { } limit) yield return ("limit", $"{limit}");
        if (Flip) yield return ("flip", "true");
        if (Mutate > 0) yield return ("mutate", Mutate.ToString("R", CultureInfo.InvariantCulture));
        if (Recolor != Recoloring.None) yield return ("recolor", Name(Recolor));
        if (Seed != 0) yield return ("data_seed", $"{Seed}");
        if (Range is var (low, high)) yield return ("range", $"{Text(low)}:{Text(high)}");
        if (Axes is not null) yield return ("axes", Axes);
        if (Transpose) yield return ("transpose", "true");
        if (As is not null && As != Modality.Image) yield return ("as", As.Name); // what says nothing is a picture
        if (Tokens != TokenRule.Bytes) yield return ("tokens", Name(Tokens));
        if (Items is { } items) yield return ("items", Name(items));
        if (Gap != Default.Gap) yield return ("gap", $"{Gap}");
        if (VocabularySize != Default.VocabularySize) yield return ("vocabulary", $"{VocabularySize}");
        if (Minimum != Default.Minimum) yield return ("minimum", $"{Minimum}");
        if (StopWords != StopWordRule.None) yield return ("stop_words", Name(StopWords));
        if (Stem != StemRule.None) yield return ("stem", Name(Stem));
        if (Counts != CountRule.Raw) yield return ("counts", Name(Counts));
        if (Rate is { } rate) yield return ("rate", $"{rate}");
        if (Label is not null) yield return ("label", Escaped(Label));
        if (Beside is not null) yield return ("beside", Beside);
        if (Columns is not null) yield return ("columns", Escaped(Columns));
        if (Types is not null) yield return ("types", Escaped(Types));
        if (Header is { } header) yield return ("header", header ? "true" : "false");
        if (Windows is { } windows) yield return ("windows", $"{windows}");
    }

    /// <summary>The inverse of <see cref="ToCanonical"/>.</summary>
    /// <exception cref="DataException">naming an unknown key or a bad value</exception>
    public static DataOptions FromCanonical(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var options = new DataOptions { HoldOut = HoldOut.Permutation };
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = word.IndexOf('=');
            if (equals < 0) throw new DataException($"'{word}' is not a data setting; write key=value.");
            options = options.With(word[..equals], word[(equals + 1)..]);
        }
        if (options.Vocabulary is not null) throw Refused("tokens", options.Vocabulary); // a model keeps what it needs, and reads no file that it names
        return options.Checked();
    }

    /// <summary>The same, once it is known that every setting is one that <see cref="Parse"/> takes, however it was set.</summary>
    /// <exception cref="DataException">naming one that is not, and what is allowed</exception>
    internal DataOptions Required()
    {
        foreach (var (key, value) in Settings()) _ = With(key, value);
        return Checked();
    }

    DataOptions With(string key, string value) => LineOf(key).Name switch
    {
        "binarize" => this with { Binarize = ParseBinarization(key, value) },
        "levels" => value == "mulaw" ? this with { MuLaw = true, Levels = null } : this with { MuLaw = false, Levels = (int)ParseWhole(key, value, 2, Likely.Tokens.MostSymbols) },
        "size" => this with { Size = ParseSize(key, value) },
        "crop" => this with { Crop = ParseSize(key, value) },
        "patches" => this with { Patches = ParseSize(key, value) },
        "gray" => this with { Gray = ParseFlag(key, value) },
        "background" => this with { Background = ParseBackground(key, value) },
        "flip" => this with { Flip = ParseFlag(key, value) },
        "mutate" => this with { Mutate = ParseFraction(key, value) },
        "recolor" => this with { Recolor = ParseRecoloring(key, value) },
        "limit" => this with { Limit = (int)ParseWhole(key, value, 1, int.MaxValue) },
        "validation" => this with { Validation = ParseFraction(key, value) },
        "hold_out" => this with { HoldOut = ParseHoldOut(key, value) },
        "parts" => this with { Parts = ParseParts(key, value) },
        "data_seed" => this with { Seed = ParseWhole(key, value, 0, ulong.MaxValue) },
        "range" => this with { Range = ParseRange(key, value) },
        "axes" => this with { Axes = ArrayItems.AxesOf(value) ?? throw Refused(key, value) },
        "transpose" => this with { Transpose = ParseFlag(key, value) },
        "test" => this with { Test = ParseFraction(key, value) },
        "as" => this with { As = Modality.All.FirstOrDefault(modality => modality.Name == value) ?? throw Refused(key, value) },
        "tokens" => WithTokens(value),
        "items" => this with { Items = ParseItems(key, value) },
        "gap" => this with { Gap = (int)ParseWhole(key, value, 0, 1 << 30) },
        "vocabulary" => this with { VocabularySize = (int)ParseWhole(key, value, 1, WordVocabulary.MostWords) },
        "minimum" => this with { Minimum = (int)ParseWhole(key, value, 1, int.MaxValue) },
        "stop_words" => this with { StopWords = value == "none" ? StopWordRule.None : value == "english" ? StopWordRule.English : throw Refused(key, value) },
        "stem" => this with { Stem = value == "none" ? StemRule.None : value == "porter" ? StemRule.Porter : throw Refused(key, value) },
        "counts" => this with { Counts = ParseCounts(key, value) },
        "rate" => this with { Rate = (int)ParseWhole(key, value, WavHeader.LeastRate, WavHeader.MostRate) },
        "windows" => this with { Windows = (int)ParseWhole(key, value, 1, PatchSize.MostWindows) },
        "label" => this with { Label = ParseNames(key, value) },
        "beside" => this with { Beside = value.Length is > 0 and <= LongestEnding && value.All(char.IsAsciiLetterOrDigit) ? value : throw Refused(key, value) },
        "columns" => this with { Columns = ParseNames(key, value) },
        "header" => this with { Header = ParseFlag(key, value) },
        "types" => this with { Types = ParseNames(key, value) is var types && types.Split(',').All(one => TypeOf(one) is not null) ? types : throw Refused(key, value) },
        _ => throw new InvalidOperationException($"the data key {key} has a line in {nameof(Keys)}, but nothing reads it"),
    };

    static SettingKey LineOf(string key)
    {
        foreach (var line in Keys)
            if (line.Name == key) return line;
        string[] names = [.. Keys.Select(line => line.Name)];
        throw new DataException($"Unknown data key '{key}'{Spelling.Hint(key, names)}; the keys are {string.Join(", ", names)}.");
    }

    static DataException Refused(string key, string value) => new($"{key}={value} is not allowed; use {LineOf(key).Values}.");

    DataOptions Checked()
    {
        if (MuLaw && Levels is not null) throw new DataException($"levels=mulaw and levels={Levels} contradict each other; leave one of them out.");
        if (Binarize != Binarization.None && Levels is { } levels && levels != 2)
            throw new DataException($"binarize={Name(Binarize)} and levels={levels} contradict each other; leave one of them out.");
        if (Beside is not null && Items is not (null or ItemRule.Files)) throw new DataException($"items={Name(Items)} and beside={Beside} contradict each other, as files are given what is beside them; leave one of them out.");
        if (Windows is not null && Patches is null) throw new DataException($"windows={Windows} counts windows, and items are whole; say their size with patches=HxW, or leave windows out.");
        if (Patches is not null && Binarize is (Binarization.Static or Binarization.Dynamic))
            throw new DataException($"binarize={Name(Binarize)} draws the pixels of whole items, and patches are windows of them; use binarize=threshold or leave patches out.");
        return this;
    }

    static string Name(Enum value) => value.ToString().ToLowerInvariant();

    DataOptions WithTokens(string value) => value switch
    {
        "bytes" => this with { Tokens = TokenRule.Bytes, Vocabulary = null },
        "characters" => this with { Tokens = TokenRule.Characters, Vocabulary = null },
        "vocabulary" => this with { Tokens = TokenRule.Vocabulary, Vocabulary = null },
        _ when Path.Exists(value) => this with { Tokens = TokenRule.Vocabulary, Vocabulary = value },
        _ => throw Refused("tokens", value),
    };

    static ItemRule ParseItems(string key, string value) => value switch
    {
        "lines" => ItemRule.Lines,
        "files" => ItemRule.Files,
        "stream" => ItemRule.Stream,
        _ => throw Refused(key, value),
    };

    static Binarization ParseBinarization(string key, string value) => value switch
    {
        "none" => Binarization.None,
        "threshold" => Binarization.Threshold,
        "static" => Binarization.Static,
        "dynamic" => Binarization.Dynamic,
        _ => throw Refused(key, value),
    };

    static Recoloring ParseRecoloring(string key, string value) => value switch
    {
        "none" => Recoloring.None,
        "swap" => Recoloring.Swap,
        "shift" => Recoloring.Shift,
        "both" => Recoloring.Both,
        _ => throw Refused(key, value),
    };

    static CountRule ParseCounts(string key, string value) => value switch
    {
        "raw" => CountRule.Raw,
        "binary" => CountRule.Binary,
        "log" => CountRule.Log,
        "tfidf" => CountRule.Tfidf,
        _ => throw Refused(key, value),
    };

    static HoldOut ParseHoldOut(string key, string value) => value == "content" ? HoldOut.Content : value == "permutation" ? HoldOut.Permutation : throw Refused(key, value);

    static PartRule ParseParts(string key, string value) => value == "names" ? PartRule.Names : value == "none" ? PartRule.None : throw Refused(key, value);

    static byte ParseBackground(string key, string value) => value switch
    {
        "white" => 255,
        "black" => 0,
        _ => (byte)ParseWhole(key, value, 0, 255),
    };

    static ulong ParseWhole(string key, string value, ulong least, ulong most) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : throw Refused(key, value);

    static double ParseFraction(string key, string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 0.45
            ? number : throw Refused(key, value);

    // What a narrower range is scaled by has no number.
    const double Widest = 65535;

    static (double Low, double High) ParseRange(string key, string value)
    {
        var parts = value.Split(':');
        return parts.Length == 2 && TryPart(parts[0], out var low) && TryPart(parts[1], out var high) && low < high && double.IsFinite(high - low) && double.IsFinite(Widest / (high - low)) ? (low, high) : throw Refused(key, value);

        static bool TryPart(string text, out double number) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }

    static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    static bool ParseFlag(string key, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw Refused(key, value),
    };

    static (int Height, int Width) ParseSize(string key, string value)
    {
        var parts = value.Split('x');
        return parts.Length == 2 && TryPart(parts[0], out var height) && TryPart(parts[1], out var width)
            ? (height, width)
            : throw Refused(key, value);

        static bool TryPart(string text, out int number) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= 8192;
    }
}
