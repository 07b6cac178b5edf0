using System.Globalization;
using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// What is done to a data set before a model sees it. Of pictures, in this order: transpose, crop (the centre), grey, resize, cut windows, mirror, recolour, then
/// binarise or reduce the levels. The canonical text of these options is stored in a model file, so that score, complete and
/// compress treat new data as training did, and hold out the same items.
/// </summary>
public sealed partial record DataOptions
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
        new("limit", "-", "a whole number from 1 to 2147483647", "at most this many items of each split, drawn evenly, or the first where data come shuffled"),
        new("flip", "false", "true or false", "mirror each training item with probability 1/2, anew in every epoch"),
        new("mutate", "0", "a number from 0 to 0.45", "replace each symbol of training items, with that probability, by one that is drawn evenly, anew in every epoch: for a model that is the background of another"),
        new("recolor", "none", "none, swap, shift or both", "swap: each training item's channels change places; shift: half of the items have each channel raised or lowered as a whole; anew in every epoch"),
        new("data_seed", "0", "a whole number from 0 to 18446744073709551615", "seed of what is held out, and of what varies with the epoch: windows, mirroring, recolouring, binarize=dynamic"),
        new("range", "-", "LOW:HIGH, such as 0:1, -1:1, 0:255 or 0:65535", "which stored values of an array, or of pictures of 16 bits, are black and white; what its type does not say is found out from its values and told"),
        new("axes", "-", "NHW, NHWC, NCHW, HW, HWC or CHW", "what the dimensions of an array are: N items, H rows, W columns, C channels; for flat rows of colours, NCHW if planes follow each other"),
        new("transpose", "false", "true or false", "swap rows and columns first (EMNIST's pictures lie on their side)"),
        new("test", "-", "a fraction from 0 to 0.45, such as 0.1", "share held out for test, if it is another than that for validation"),
        new("as", "-", "image, text, bytes, audio, table, vectors, words or pairs", "what the data are, where a name and a content do not tell, or tell something else; words: texts as rows of how often they have each word; pairs: lines of a source, a tab and a target"),
        new("tokens", "bytes", "bytes, characters, or a path that leads somewhere", "what one symbol of a text is: a byte; a character, of those that occur in the training part, and a byte of everything else; or a piece of a byte-level BPE like GPT-2's: the folder, or a file, of vocab.json and merges.txt, or of tokenizer.json"),
        new("items", "-", "lines, files or stream", "what an item of text, bytes or sound is: a line of text, with its end; a file, as in a folder; or all of it as one sequence, as one file is, the last parts of which are held out"),
        new("gap", "1024", "a whole number from 0 to 1073741824", "bytes, or samples, of a sequence between training, validation and test part that nobody reads, at most a twentieth of all"),
        new("vocabulary", "2000", "a whole number from 1 to 65536", "of texts as words: as many words, those that are in the most texts of the training part"),
        new("minimum", "2", "a whole number from 1 to 2147483647", "of texts as words: in how many texts of the training part a word is at the least"),
        new("stop_words", "none", "none or english", "of texts as words, those left out: none, or English ones that say nothing of what a text is about, such as the and of"),
        new("stem", "none", "none or porter", "of texts as words: as they are, or English ones cut to stems by Porter's rules"),
        new("counts", "raw", "raw, binary, log or tfidf", "of texts as words, what a row's numbers are: how often a word is in a text; whether; log(1 + n); or (1 + log n) log(texts / texts with the word), the row of length 1"),
        new("rate", "-", "a whole number from 100 to 768000", "samples a second that all sound is brought to; if nothing is said, what the files have"),
        new("label", "-", "a name with LABEL in place of the label and * for anything, such as LABEL_*_*; of a table the name of a column", "labels are what names of files have in that place, and not their sub-folders; of a table what stands in a column, which is not modelled then"),
        new("beside", "-", "an ending of names of at most 16 letters and digits, such as txt", "of sound, what each file is given, p(sound | symbols): the bytes of the file of the same name with this ending beside it, as a.txt beside a.wav, in time with it, each for as many samples"),
        new("columns", "-", "names of columns with commas between them, such as age,income, or with a minus before each, such as -id,-name", "of a table, the columns that are modelled, or that are left out"),
        new("types", "-", "NAME:category, NAME:number or NAME:date, with commas between them", "of a table, what a column's values are, where what is found out is not what is meant"),
        new("header", "-", "true or false", "of a table, whether its first row has the names of the columns, where that is not what is found out"),
        new("windows", "-", "a whole number from 1 to 134217728", "so many windows in an epoch of the training part, shared out by the pictures' areas; if nothing is said, as many as cover them"),
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

    /// <summary>How the names of files end whose bytes are given with the sounds beside them, see <see cref="SourceFile"/>; null: sounds are given nothing.</summary>
    public string? Beside { get; init; }

    /// <summary>Of a table, the columns that are modelled, or with a minus before each those that are left out, commas between them; null: all.</summary>
    public string? Columns { get; init; }

    /// <summary>Of a table, NAME:TYPE of columns, commas between them; null: all are found out.</summary>
    public string? Types { get; init; }

    /// <summary>Of a table, whether its first row has the names of the columns; null: that is found out.</summary>
    public bool? Header { get; init; }

    /// <summary>Resize every image to exactly this size, after cropping.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Keep only the centre of this size.</summary>
    public (int Height, int Width)? Crop { get; init; }

    /// <summary>Items are windows of this size, in training drawn anew in every epoch; parts still hold whole pictures.</summary>
    public (int Height, int Width)? Patches { get; init; }

    /// <summary>Windows of the training part in an epoch; null: as many as cover its pictures.</summary>
    public int? Windows { get; init; }

    /// <summary>Turn colour into grey.</summary>
    public bool Gray { get; init; }

    /// <summary>The grey that shows through transparent pixels; null: they are refused.</summary>
    public byte? Background { get; init; }

    /// <summary>The probability with which each symbol of a training item is replaced by one of all, drawn anew in every epoch (Ren et al. 2019, arXiv:1906.02845, for background models).</summary>
    public double Mutate { get; init; }

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

    /// <summary>Words of a vocabulary at the most, see <see cref="Modality.Words"/>.</summary>
    public int VocabularySize { get; init; } = 2000;

    /// <summary>Training texts that a word of the vocabulary is in at the least.</summary>
    public int Minimum { get; init; } = 2;

    /// <summary>Which words are left out.</summary>
    public StopWordRule StopWords { get; init; }

    /// <summary>What words are cut to.</summary>
    public StemRule Stem { get; init; }

    /// <summary>What the numbers of rows of words are.</summary>
    public CountRule Counts { get; init; }

    /// <summary>The words of the model that the data are for, which stand for those that the training part would make. No part of the text.</summary>
    public WordVocabulary? ModelWords { get; init; }

    /// <summary>The levels of the model that the data are for: then no array has two levels because only 0 and 1 happen to occur, or 256 because others do. No part of the text.</summary>
    public int? ModelLevels { get; init; }

    /// <summary>The classes of the model that the data are for: labels are counted as it counts them, if it knows all of them. No part of the text.</summary>
    public IReadOnlyList<string>? ModelClasses { get; init; }

    /// <summary>The tokens of the model that the data are for, which stand for those that the training part would make. No part of the text.</summary>
    public Tokens? ModelTokens { get; init; }

    /// <summary>Let images differ in size (for scoring and compressing); then ask each item for its own space.</summary>
    public bool AnySize { get; init; }
}
