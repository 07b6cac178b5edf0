using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// A kind of data, and all that depends on it: which files it takes and what their items are, which data keys it knows, how items, completions and surprise are
/// shown, what is kept of an item that is completed, and what a model is compared with. Whoever works with items asks the modality and need not know which it is.
/// </summary>
public abstract class Modality
{
    public static Modality Image { get; } = new ImageModality();
    public static Modality Text { get; } = new TextModality();
    public static Modality Bytes { get; } = new BytesModality();

    public static Modality Audio { get; } = new AudioModality();
    public static Modality Vectors { get; } = new VectorsModality();

    /// <summary>Texts as rows of how often they have each word, see <see cref="Dataset.Words"/>.</summary>
    public static Modality Words { get; } = new WordsModality();

    /// <summary>Rows of a table, each column of its own type.</summary>
    public static Modality Table { get; } = new TableModality();

    /// <summary>Pairs of texts, of which one is given; see <see cref="Split.Source"/>.</summary>
    public static Modality Pairs { get; } = new PairsModality();

    /// <summary>All of them, in the order in which they are asked whether a file is theirs.</summary>
    public static IReadOnlyList<Modality> All { get; } = [Image, Audio, Table, Words, Text, Bytes, Vectors, Pairs];

    /// <summary>What <c>as=</c> calls it.</summary>
    public abstract string Name { get; }

    /// <summary>What its data are called: "images".</summary>
    public abstract string Title { get; }

    /// <summary>The data keys that are its own, besides those that all kinds have.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>Whether its symbols stand for the bytes of its files, as a model's tokens say.</summary>
    public virtual bool HasTokens => false;

    /// <summary>Whether its symbols can be what a model's tokens say, those being null where symbols stand for no bytes.</summary>
    /// <param name="tokens">The model's.</param>
    /// <param name="options">What the model says of its data.</param>
    public virtual bool Takes(Tokens? tokens, DataOptions options) => HasTokens ? tokens is not null and not (SampleTokens or TableTokens) : tokens is null;

    /// <summary>How names of files with its items end: ".png".</summary>
    public abstract string Extension { get; }

    /// <summary>What such a file is called: "a PNG picture".</summary>
    public abstract string FileWords { get; }

    /// <summary>How names of files that show surprise end: ".html".</summary>
    public abstract string MapExtension { get; }

    /// <summary>Of an item that is completed, what is known if nothing else is said.</summary>
    public abstract string Kept { get; }

    /// <summary>What can be said to be known, to be read after "use".</summary>
    public abstract string KeptValues { get; }

    /// <summary>What the two numbers are called that say where in an item a position is: "row", "column".</summary>
    public abstract (string First, string Second) PlaceNames { get; }

    public override string ToString() => Name;

    /// <summary>Some items on one sheet.</summary>
    /// <param name="items">Their symbols.</param>
    /// <param name="space">What each is.</param>
    /// <param name="tokens">What their symbols are as bytes, if they are that.</param>
    /// <param name="columns">Of a sheet of rows and columns, how many, if it matters.</param>
    public abstract Rendering Sheet(IReadOnlyList<int[]> items, Space space, Tokens? tokens, int? columns = null);

    /// <summary>Some items beside what they were given; of items that are given nothing, as on any sheet.</summary>
    public virtual Rendering Answers(IReadOnlyList<int[]> sources, IReadOnlyList<int[]> items, Space space, Tokens? tokens) => Sheet(items, space, tokens);

    /// <summary>One item as a file of its own.</summary>
    public abstract Rendering Single(int[] item, Space space, Tokens? tokens);

    /// <summary>An item, what is kept of it, and how it was completed.</summary>
    public abstract Rendering Completions(int[] item, bool[] known, IReadOnlyList<int[]> completions, Space space, Tokens? tokens);

    /// <summary>An item beside, or under, the surprise of each of its symbols.</summary>
    /// <param name="item">Its symbols.</param>
    /// <param name="nats">-log p of each of them.</param>
    /// <param name="space">What the item is.</param>
    /// <param name="tokens">What its symbols are as bytes, if they are that.</param>
    /// <param name="high">The nats of a position that the brightest colour stands for.</param>
    /// <param name="caption">A line under it.</param>
    public abstract Rendering Surprise(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Space space, Tokens? tokens, double high, string caption);

    /// <summary>Of items whose parts have names, the most surprising ones, the first first; none of others.</summary>
    /// <param name="item">Its symbols.</param>
    /// <param name="nats">-log p of each of them.</param>
    /// <param name="tokens">What its symbols are.</param>
    /// <param name="most">How many at the most.</param>
    public virtual IReadOnlyList<(string Name, string Value, double Nats)> MostSurprising(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Tokens? tokens, int most) => [];

    /// <summary>The same for a terminal of 256 colours; null if there is no such thing.</summary>
    public virtual string? Coloured(ReadOnlySpan<int> item, ReadOnlySpan<float> nats, Tokens? tokens, double high) => null;

    /// <summary>What an item is counted in besides its symbols, such as "byte": one word each.</summary>
    public virtual IReadOnlyList<string> Units => [];

    /// <summary>What the bits of one symbol are called, such as "bits/dim".</summary>
    public virtual string BitsUnit(Tokens? tokens) => "bits/dim";

    /// <summary>Adds how many of each unit some symbols of an item are.</summary>
    public virtual void Count(ReadOnlySpan<int> symbols, Tokens? tokens, Span<long> units) { }

    /// <summary>Whether symbols leave something open of what was stored, which is then equally likely.</summary>
    public virtual bool HasRest => false;

    /// <summary>Nats of what an item's symbols leave open.</summary>
    public virtual double Rest(ReadOnlySpan<int> item, Tokens? tokens) => 0;

    /// <summary>How many samples of a model make a sheet, and what each is.</summary>
    /// <param name="space">What the model was trained on: items, or windows of them.</param>
    public virtual (int Count, Space Item) SheetOf(Space space) => (64, space);

    /// <summary>Where a position is, as <see cref="PlaceNames"/> counts.</summary>
    public abstract (long First, long Second) PlaceOf(int position, ReadOnlySpan<int> item, Space space, Tokens? tokens);

    /// <summary>Per symbol of an item, whether it is kept.</summary>
    /// <param name="kept">One of <see cref="KeptValues"/>.</param>
    /// <param name="space">What the item is.</param>
    /// <exception cref="UsageException">It is none of them, or does not fit.</exception>
    public abstract bool[] Known(string kept, Space space);

    /// <summary>What no model of such data should be worse than.</summary>
    /// <exception cref="DataException">An item cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public abstract Baselines Measure(Split train, Split heldOut, Tokens? tokens, int threads, CancellationToken cancellation);

    /// <summary>The code that knows nothing of a model, by whose bits an item's complexity is told: its name and version in files, and what it is, to be read after "by"; null if there is none.</summary>
    public virtual (string Key, string Words)? Code => null;

    /// <summary>Bits of an item by <see cref="Code"/>; not a number if there is none.</summary>
    public virtual double CodeBits(ReadOnlySpan<int> item, Space space, Tokens? tokens) => double.NaN;

    /// <summary>Bits of an item, where it has a <see cref="Code"/>, by one that knows but how often each symbol is in it.</summary>
    public virtual double PlainBits(ReadOnlySpan<int> item, Space space) => PlainCode.Bits(item, space);

    /// <summary>The first items of a split on one sheet, as many as make one.</summary>
    /// <exception cref="DataException">An item cannot be read.</exception>
    public abstract Rendering Preview(Split split, Tokens? tokens, CancellationToken cancellation = default);

    /// <summary>How the name of a file with a whole split ends, and what it is called: ".idx", "IDX data".</summary>
    public abstract (string Extension, string Words) Saved { get; }

    /// <summary>In what items that are written differ from those of the file, as a model sees less of them; null if in nothing.</summary>
    public virtual string? Coarsened(Tokens? tokens) => null;

    /// <summary>Writes all items of a split as such a file.</summary>
    /// <exception cref="DataException">An item cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public abstract void Save(Split split, Tokens? tokens, Stream stream, CancellationToken cancellation);

    /// <summary>Refuses options that are another modality's.</summary>
    /// <exception cref="DataException">naming the key, whose it is, and what the data are</exception>
    internal void RequireOwn(DataOptions options, string path)
    {
        var given = options.ToCanonical().Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Split('=')[0]).Where(key => key != "hold_out").ToHashSet();
        if (options.HoldOut == HoldOut.Permutation) given.Add("hold_out");
        foreach (var key in given)
            if (!Keys.Contains(key) && All.Where(other => other.Keys.Contains(key)).ToArray() is { Length: > 0 } owners)
                throw new DataException($"{key} is a key of {SettingKey.And([.. owners.Select(owner => owner.Title)])}, and '{path}' is {Title}; leave it out{(options.As is null ? $", or set as={owners[0]} if that is what it is" : "")}.");
        if (Fault(options) is { } fault) throw new DataException($"{fault}, and '{path}' is {Title}; leave it out.");
    }

    /// <summary>What is wrong with the value of a key that other kinds have as well, to be read before "and x is images"; null if nothing is.</summary>
    internal virtual string? Fault(DataOptions options) => null;

    /// <summary>What the items of a data set of this kind are, for people.</summary>
    internal abstract string Shape(Dataset data);

    /// <summary>More about a data set, a name and what there is to say of it each.</summary>
    internal virtual IEnumerable<(string Name, string Words)> Describe(Dataset data, CancellationToken cancellation) => [];

    /// <summary>Whether a file or folder is of this kind if nothing else says so.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    internal abstract bool Recognises(DataPath path);

    /// <summary>Opens what it recognises, or is told to be of this kind.</summary>
    /// <exception cref="DataException">if it cannot be read, or is certainly something else</exception>
    internal abstract DataContent Open(DataPath path);

    /// <summary>The kind that the options name, else the first that recognises what is there.</summary>
    /// <exception cref="DataException">if nothing takes it, or the options are another kind's</exception>
    internal static Modality Of(DataPath path)
    {
        var modality = path.Options.As ?? All.FirstOrDefault(modality => modality.Recognises(path));
        if (modality is not null)
        {
            modality.RequireOwn(path.Options, path.Path);
            return modality;
        }
        if (path.IsFolder) throw SourceParts.Nothing(path.Path, path.Listing);
        var refusal = path.Kind.Refusal(path.Path);
        if (path.Kind.Format == FileFormat.Empty) throw refusal;
        if (path.Kind.Unpacked is { Format: FileFormat.Text, Advice: { Length: > 0 } advice })
            throw new DataException($"'{path.Path}' is {path.Kind.Words}; {advice}, or set as={Text} to take its bytes as they are.", refusal);
        throw new DataException($"{refusal.Message.TrimEnd('.')}, or set as={(path.Kind.Unpacked.Format == FileFormat.Text ? Text : Bytes)} to take its bytes as they are.", refusal);
    }
}
