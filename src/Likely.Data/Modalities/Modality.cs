using Likely.Data;

namespace Likely;

/// <summary>A kind of data, and all that depends on it: which files it takes and what their items are.</summary>
public abstract class Modality
{
    public static Modality Image { get; } = new ImageModality();
    public static Modality Text { get; } = new TextModality();
    public static Modality Bytes { get; } = new BytesModality();

    /// <summary>All of them, in the order in which they are asked whether a file is theirs.</summary>
    public static IReadOnlyList<Modality> All { get; } = [Image, Text, Bytes];

    /// <summary>What <c>as=</c> calls it.</summary>
    public abstract string Name { get; }

    public override string ToString() => Name;

    /// <summary>What the items of a data set of this kind are, for people.</summary>
    internal abstract string Shape(Dataset data);

    /// <summary>Whether a file or folder is of this kind if nothing else says so.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    internal abstract bool Recognises(DataPath path);

    /// <summary>Opens what it recognises, or is told to be of this kind.</summary>
    /// <exception cref="DataException">if it cannot be read, or is certainly something else</exception>
    internal abstract DataContent Open(DataPath path);

    /// <summary>The kind that the options name, else the first that recognises what is there.</summary>
    /// <exception cref="DataException">if nothing takes it</exception>
    internal static Modality Of(DataPath path)
    {
        if (path.Options.As is { } named) return named;
        foreach (var modality in All)
            if (modality.Recognises(path)) return modality;
        if (path.IsFolder) throw SourceParts.Nothing(path.Path, path.Listing);
        var refusal = path.Kind.Refusal(path.Path);
        if (path.Kind.Format == FileFormat.Empty) throw refusal;
        throw new DataException($"{refusal.Message.TrimEnd('.')}, or set as={(path.Kind.Unpacked.Format == FileFormat.Text ? Text : Bytes)} to take its bytes as they are.", refusal);
    }
}
