using System.Globalization;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// What is done to a data set before a model sees it. Of pictures, in this order: transpose, crop (the centre), grey, resize, cut windows, mirror, recolour, then
/// binarise or reduce the levels. The canonical text of these options is stored in a model file, so that score, complete and
/// compress treat new data as training did, and hold out the same items.
/// </summary>
public sealed record DataOptions
{
    public static DataOptions Default { get; } = new();

    /// <summary>The keys of <see cref="Parse"/>; one that has no line here is unknown.</summary>
    public static IReadOnlyList<SettingKey> Keys { get; } =
    [
        new("binarize", "none", "threshold, static, dynamic or none", "black and white: threshold: from the middle grey on; static: one draw for ever, a pixel's grey is its probability; dynamic: drawn anew in every epoch"),
        new("levels", "-", "a whole number from 2 to 256 (of sound to 65536), or mulaw", "so many greys instead of 256: floor(value * levels / 256); of sound so many levels of a sample, or 256 of mu-law, narrow where it is soft, as sound of more than 8 bits has if nothing is said"),
        new("size", "-", "HEIGHTxWIDTH in pixels from 1 to 8192, such as 28x28", "resize every picture to exactly this size, after crop"),
        new("crop", "-", "HEIGHTxWIDTH in pixels from 1 to 8192, such as 64x64", "keep only the centre of this size"),
        new("patches", "-", "HEIGHTxWIDTH in pixels from 1 to 8192, such as 32x32", "train on windows of this size, cut anew in every epoch from pictures of any size; a model of any size then takes whole pictures"),
        new("gray", "false", "true or false", "turn colour into grey"),
        new("background", "-", "white, black or a grey from 0 to 255", "what shows through transparent pixels, which are refused without it"),
        new("validation", "0.1", "a fraction from 0 to 0.45, such as 0.1", "share held out for validation, and again for test, where the data have no such parts of their own"),
        new("hold_out", "content", "content or permutation", "what decides which items are held out: each one's own content, so that a new file moves no other; or a permutation of all, as in older models"),
        new("parts", "names", "names or none", "what a folder's file and sub-folder names call test or validation never trains; none: no name means a part"),
        new("limit", "-", "a whole number from 1 to 2147483647", "at most this many items of each split, drawn evenly"),
        new("flip", "false", "true or false", "mirror each training item with probability 1/2, anew in every epoch"),
        new("recolor", "none", "none, swap, shift or both", "swap: each training item's channels change places; shift: half of the items have each channel raised or lowered as a whole; anew in every epoch"),
        new("data_seed", "0", "a whole number from 0 to 18446744073709551615", "seed of what is held out, and of what varies with the epoch: windows, mirroring, recolouring, binarize=dynamic"),
        new("range", "-", "LOW:HIGH, such as 0:1, -1:1, 0:255 or 0:65535", "which stored values of an array, or of pictures of 16 bits, are black and white; what its type does not say is found out from its values and told"),
        new("axes", "-", "NHW, NHWC, NCHW, HW, HWC or CHW", "what the dimensions of an array are: N items, H rows, W columns, C channels; for flat rows of colours, NCHW if planes follow each other"),
        new("transpose", "false", "true or false", "swap rows and columns first (EMNIST's pictures lie on their side)"),
        new("test", "-", "a fraction from 0 to 0.45, such as 0.1", "share held out for test, if it is another than that for validation"),
        new("as", "-", "image, text, bytes, audio, vectors or pairs", "what the data are, where a name and a content do not tell, or tell something else; pairs: lines of a source, a tab and a target"),
        new("tokens", "bytes", "bytes, characters, or a path that leads somewhere", "what one symbol of a text is: a byte; a character, of those that occur in the training part, and a byte of everything else; or a piece of a byte-level BPE like GPT-2's: the folder, or a file, of vocab.json and merges.txt, or of tokenizer.json"),
        new("items", "-", "lines, files or stream", "what an item of text, bytes or sound is: a line of text, with its end; a file, as in a folder; or all of it as one sequence, as one file is, the last parts of which are held out"),
        new("gap", "1024", "a whole number from 0 to 1073741824", "bytes, or samples, of a sequence between training, validation and test part that nobody reads, at most a twentieth of all"),
        new("rate", "-", "a whole number from 100 to 768000", "samples a second that all sound is brought to; if nothing is said, what the files have"),
        new("label", "-", "a name with LABEL in place of the label and * for anything, such as LABEL_*_*", "labels are what names of files have in that place, and not their sub-folders"),
    ];

    public Binarization Binarize { get; init; }

    /// <summary>Quantise 0..255 to this many levels, floor(value * levels / 256), and samples of sound alike; null keeps what the source has.</summary>
    public int? Levels { get; init; }

    /// <summary>The levels of sound are the 256 of mu-law.</summary>
    public bool MuLaw { get; init; }

    /// <summary>Samples a second that sound is brought to; null: what the files have.</summary>
    public int? Rate { get; init; }

    /// <summary>Where names of files tell labels: LABEL stands for them, * for anything; null: sub-folders do.</summary>
    public string? Label { get; init; }

    /// <summary>Resize every image to exactly this size, after cropping.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Keep only the centre of this size.</summary>
    public (int Height, int Width)? Crop { get; init; }

    /// <summary>Items are windows of this size, in training drawn anew in every epoch; parts still hold whole pictures.</summary>
    public (int Height, int Width)? Patches { get; init; }

    /// <summary>Turn colour into grey.</summary>
    public bool Gray { get; init; }

    /// <summary>The grey that shows through transparent pixels; null: they are refused.</summary>
    public byte? Background { get; init; }

    /// <summary>Mirror each training item with probability 1/2, drawn anew in every epoch.</summary>
    public bool Flip { get; init; }

    /// <summary>What is done to the colours of each training item, drawn anew in every epoch.</summary>
    public Recoloring Recolor { get; init; }

    /// <summary>Held-out fraction, for validation and again for test, where the source has no such parts of its own.</summary>
    public double Validation { get; init; } = 0.1;

    /// <summary>Fraction held out for test, where the source has no such part of its own; null: as much as for validation.</summary>
    public double? Test { get; init; }

    /// <summary>What decides which items are held out, where the source has no such parts of its own.</summary>
    public HoldOut HoldOut { get; init; }

    /// <summary>Where the parts of a folder come from.</summary>
    public PartRule Parts { get; init; }

    /// <summary>Use at most this many items of each split, drawn evenly (see <see cref="Split.Sample"/>).</summary>
    public int? Limit { get; init; }

    /// <summary>Seed of the split and of all that varies with the epoch.</summary>
    public ulong Seed { get; init; }

    /// <summary>Which stored values of an array are black and white; null: what its type says, or else what its values suggest.</summary>
    public (double Low, double High)? Range { get; init; }

    /// <summary>What the dimensions of an array are, such as NCHW; null: what its shape says, where it can.</summary>
    public string? Axes { get; init; }

    /// <summary>Swap rows and columns before all else.</summary>
    public bool Transpose { get; init; }

    /// <summary>What the data are; null: what is found out about them.</summary>
    public Modality? As { get; init; }

    /// <summary>What the symbols of text or bytes are.</summary>
    public TokenRule Tokens { get; init; }

    /// <summary>Where the vocabulary of <see cref="TokenRule.Vocabulary"/> lies; null: it is the model's. No part of the text, as a model keeps the vocabulary itself.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>What the items of text or bytes are; null: files of a folder, and one file is a stream.</summary>
    public ItemRule? Items { get; init; }

    /// <summary>Bytes between the parts of a stream that nobody reads.</summary>
    public int Gap { get; init; } = 1024;

    /// <summary>The levels of the model that the data are for: then no array has two levels because only 0 and 1 happen to occur, or 256 because others do. No part of the text.</summary>
    public int? ModelLevels { get; init; }

    /// <summary>The classes of the model that the data are for: labels are counted as it counts them, if it knows all of them. No part of the text.</summary>
    public IReadOnlyList<string>? ModelClasses { get; init; }

    /// <summary>The tokens of the model that the data are for, which stand for those that the training part would make. No part of the text.</summary>
    public Tokens? ModelTokens { get; init; }

    /// <summary>Let images differ in size (for scoring and compressing); then ask each item for its own space.</summary>
    public bool AnySize { get; init; }

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
        if (Recolor != Recoloring.None) yield return ("recolor", Name(Recolor));
        if (Seed != 0) yield return ("data_seed", $"{Seed}");
        if (Range is var (low, high)) yield return ("range", $"{Text(low)}:{Text(high)}");
        if (Axes is not null) yield return ("axes", Axes);
        if (Transpose) yield return ("transpose", "true");
        if (As is not null && As != Modality.Image) yield return ("as", As.Name); // what says nothing is a picture
        if (Tokens != TokenRule.Bytes) yield return ("tokens", Name(Tokens));
        if (Items is { } items) yield return ("items", Name(items));
        if (Gap != Default.Gap) yield return ("gap", $"{Gap}");
        if (Rate is { } rate) yield return ("rate", $"{rate}");
        if (Label is not null) yield return ("label", Label);
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
        "rate" => this with { Rate = (int)ParseWhole(key, value, WavHeader.LeastRate, WavHeader.MostRate) },
        "label" => this with { Label = NamePattern.Is(value) ? value : throw Refused(key, value) },
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
