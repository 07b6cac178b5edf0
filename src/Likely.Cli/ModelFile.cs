using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>A trained model as the verbs use it: its file, its data's preprocessing, its labels.</summary>
static class ModelFile
{
    /// <summary>Reads a model.</summary>
    /// <exception cref="UsageException">There is no such file, or it is something else.</exception>
    /// <exception cref="ModelException">The model is damaged.</exception>
    public static Checkpoint Read(string path)
    {
        RequireModel(path);
        var checkpoint = Checkpoint.Load(path);
        RequireReadable(checkpoint, path);
        return checkpoint;
    }

    /// <summary>Refuses a model whose preprocessing nobody can apply, or makes items of another size or other levels than the model's.</summary>
    /// <exception cref="UsageException">Its keys or their values are unknown, or it contradicts the space.</exception>
    public static void RequireReadable(Checkpoint checkpoint, string path)
    {
        DataOptions options;
        try
        {
            options = Likely.DataOptions.FromCanonical(checkpoint.Preprocessing);
        }
        catch (DataException fault)
        {
            throw new UsageException($"{path} is damaged, or of a later version: {fault.Message}");
        }
        var own = checkpoint.Model.Space;
        var modality = options.As ?? Likely.Modality.Image;
        if (checkpoint.Model is DensityModel && !Presentation.Takes(modality)) throw new UsageException($"{path} is damaged, or of a later version: there is no model of {modality.Title}");
        if (!modality.Takes(Tokens(checkpoint), options))
            throw new UsageException($"{path} is damaged: it says that it is a model of {modality.Title}, and {(Tokens(checkpoint) is not { } tokens ? "not what its symbols are as bytes" : tokens is SampleTokens ? $"that its symbols are {tokens.Words}" : "what its symbols are as bytes")}");
        if ((modality == Likely.Modality.Words) != (ModelAssets.WordsOf(checkpoint) is not null)) throw new UsageException($"{path} is damaged: it says that it is a model of {modality.Title}, and {(modality == Likely.Modality.Words ? "not which words" : "has words")}");
        if (modality == Likely.Modality.Audio && options.Beside is not null != own.Source > 0) throw new UsageException($"{path} is damaged: its preprocessing gives sounds {(options.Beside is null ? "nothing" : "what is beside them")}, and its geometry is {own}");
        if ((options.Patches ?? options.Size ?? options.Crop) is var (height, width) && (height, width) != (own.Height, own.Width))
            throw new UsageException($"{path} is damaged: its preprocessing makes items of {height} x {width}, and its geometry is {own}");
        if ((options.Binarize == Binarization.None ? options.Levels : 2) is { } levels && levels != own.Levels)
            throw new UsageException($"{path} is damaged: its preprocessing makes items of {levels} levels, and its geometry is {own}");
    }

    /// <summary>Refuses what is no model file.</summary>
    /// <exception cref="UsageException">There is no such file, or it is something else.</exception>
    public static void RequireModel(string path)
    {
        if (Directory.Exists(path)) throw new UsageException($"{path} is a folder; name a model file, such as runs/strokes-gated-pixelcnn.likely");
        if (!File.Exists(path)) throw new UsageException($"there is no model file {path}; train one with: likely train DATA --model NAME --out {path}");
        if (OtherKind(path) is { } kind) throw new UsageException($"{path} is no model, or a damaged one; it seems to be {kind}");
    }

    /// <summary>What a file is if it should not be read as a model, else null.</summary>
    /// <exception cref="DataException">The file cannot be read.</exception>
    public static string? OtherKind(string path)
    {
        var kind = FileKind.Of(path);
        if (kind.Format != FileFormat.Safetensors) return kind.ToString();
        var metadata = Safetensors.Read(path).Metadata;
        return metadata.ContainsKey("likely") ? null : metadata.ContainsKey(IndexFile.Mark) ? "an index of codes, which likely search takes" : metadata.ContainsKey("likely_resume") || metadata.ContainsKey(FitJournal.Mark)
            ? "an interrupted training; the command that began it goes on with --resume" : "a safetensors file that is not a Likely model";
    }

    /// <summary>The data options a model was trained with, but all items, and then the settings given; without a model, these alone.</summary>
    /// <exception cref="DataException">An unknown key or a bad value.</exception>
    public static DataOptions DataOptions(Checkpoint? checkpoint, List<KeyValuePair<string, string>> settings)
    {
        var given = Likely.DataOptions.Parse(settings);
        if (checkpoint is null) return given;
        var own = Likely.DataOptions.FromCanonical(checkpoint.Preprocessing);
        if (settings.Exists(setting => setting.Key == "tokens") && Tokens(checkpoint) is { } tokens && (given.Vocabulary is { } vocabulary ? Likely.Tokens.Read(vocabulary).ToText() != tokens.ToText() : given.Tokens != own.Tokens))
            throw new UsageException($"--set tokens= is for training: the model has tokens of its own, {tokens.Words}, and reads every text as those; leave it out");
        var options = (own with { Limit = null }).With(settings);
        var words = ModelAssets.WordsOf(checkpoint);
        if (words is not null && (options.VocabularySize, options.Minimum, options.StopWords, options.Stem) != (own.VocabularySize, own.Minimum, own.StopWords, own.Stem))
            throw new UsageException("--set vocabulary=, minimum=, stop_words= and stem= are for training: the model has words of its own, and counts those in every text; leave them out");
        return options with
        {
            As = options.As ?? Likely.Modality.Image, // what says nothing is a picture
            ModelTokens = Tokens(checkpoint),
            ModelWords = words,
            ModelLevels = checkpoint.Model.Space.Levels,
            ModelClasses = Classes(checkpoint) > 0 ? checkpoint.ClassNames : null,
        };
    }

    /// <summary>The same for items that are to be as they are: nothing about them is drawn, and whatever size the model takes they keep, unless patches are asked for.</summary>
    /// <exception cref="DataException">An unknown key or a bad value.</exception>
    public static DataOptions WholeItems(Checkpoint checkpoint, List<KeyValuePair<string, string>> settings)
    {
        var (options, anySize) = (DataOptions(checkpoint, settings), checkpoint.Model.AnyExtent);
        var patches = anySize && settings.TrueForAll(setting => setting.Key != "patches") ? null : options.Patches;
        return options with { AnySize = anySize, Patches = patches, Windows = patches is null ? null : options.Windows, Flip = false, Mutate = 0, Recolor = Recoloring.None };
    }

    /// <summary>How many classes a model is told; 0: none.</summary>
    public static int Classes(Checkpoint checkpoint) => (checkpoint.Model as DensityModel)?.Classes ?? 0;

    /// <summary>What kind of data a model is of.</summary>
    public static Modality Modality(Checkpoint checkpoint) => Likely.DataOptions.FromCanonical(checkpoint.Preprocessing).As ?? Likely.Modality.Image;

    /// <summary>Whether a model was trained on running text, so that it knows no line without what stands before it.</summary>
    public static bool ReadsOn(Checkpoint checkpoint) => checkpoint.Density.Carries && Likely.DataOptions.FromCanonical(checkpoint.Preprocessing).Items != ItemRule.Lines;

    /// <summary>What a model's symbols are as bytes; null if they are none.</summary>
    /// <exception cref="DataException">The model is damaged.</exception>
    public static Tokens? Tokens(Checkpoint checkpoint) => Continuation.TokensOf(checkpoint);

    /// <summary>The number of a label given by its name; or by number, if no label is called by a number.</summary>
    /// <exception cref="UsageException">The model has no labels, or not this one.</exception>
    public static int Label(Checkpoint checkpoint, string label)
    {
        if (checkpoint.Density.Classes == 0) throw new UsageException("--label is for a model that was trained with --set conditional=true; this one knows no labels");
        if (ClassNames.IndexOf(checkpoint.ClassNames, label) is >= 0 and var index) return index;
        throw new UsageException($"--label {label} is unknown; the model's labels are {Some(checkpoint.ClassNames)}");
    }

    /// <summary>Refuses data whose labels are not the model's.</summary>
    /// <exception cref="UsageException">The model needs labels, and the data have none or others.</exception>
    public static void RequireLabels(Checkpoint checkpoint, Dataset data)
    {
        if (Classes(checkpoint) == 0) return;
        if (data.ClassNames.Count == 0) throw new UsageException($"the model tells p(x | label), but {data.Name} has no labels; give labelled data, where there is --label one label for all, or a model trained without conditional=true");
        if (!data.ClassNames.SequenceEqual(checkpoint.ClassNames))
            throw new UsageException($"the labels of {data.Name} ({Some(data.ClassNames)}) are not the model's ({Some(checkpoint.ClassNames)})");
    }

    /// <summary>Refuses items that the model cannot take.</summary>
    /// <exception cref="UsageException">Another size, number of channels or of levels.</exception>
    public static void RequireFit(Checkpoint checkpoint, Space item, string name)
    {
        var own = checkpoint.Model.Space;
        if (checkpoint.Model.Takes(item)) return;
        var advice = own.Levels == 0 || item.Levels == 0 ? own.Levels > 0 ? "; open the rows as pictures with --set as=image size=HxW" : item.Levels > 0 ? "; open the data as rows of numbers, with --set as=vectors" : "; give rows with as many numbers as those it was fitted to"
            : item.Source > 0 != own.Source > 0 ? own.Source > 0 ? "; it takes items that are given a source" : "; leave out what is given beside it"
            : item.Symbols != own.Symbols ? own.Symbols == 1 ? "; --set gray=true makes it grey" : ""
            : item.Levels != own.Levels ? own.Levels == 2 ? "; --set binarize=threshold makes it so" : own.Levels < item.Levels ? $"; --set levels={own.Levels} makes it so" : ""
            : $"; --set size={own.Height}x{own.Width} makes it so";
        throw new UsageException($"{name} is {item}, but the model is one of {own}{advice}");
    }

    static string Some(IReadOnlyList<string> names) => string.Join(", ", names.Take(20)) + (names.Count > 20 ? ", ..." : "");
}
