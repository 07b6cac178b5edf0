using Likely.Data;

namespace Likely;

/// <summary>How a file lies in an archive: as bytes, as items of pixels among a few bytes, or as the pixels of one picture.</summary>
public enum EntryKind { Bytes = 1, Items = 2, Picture = 3 }

/// <summary>One file of an archive.</summary>
/// <param name="Name">Its relative path, parts separated by /.</param>
/// <param name="Kind">How it is stored.</param>
/// <param name="Length">Its bytes; of a picture, its pixels times channels.</param>
/// <param name="Layout">Where its pixels are; of no meaning for bytes.</param>
/// <param name="Spread">True: symbol s of L levels is the byte round(255 s / (L - 1)); false: it is the byte s. Of no meaning where symbols are two bytes.</param>
/// <param name="Exceptions">Items stored as bytes, ascending, because the model has no symbols for them.</param>
public sealed record ArchiveEntry(string Name, EntryKind Kind, long Length, PixelLayout Layout, bool Spread, int[] Exceptions)
{
    /// <summary>The nine bits of a file's permissions on systems that have them; -1: the ordinary ones, or not known.</summary>
    public short Permissions { get; init; } = -1;

    /// <summary>Bits of a grey picture's pixel in its file, 1, 2, 4 or 8.</summary>
    public byte Depth { get; init; } = 8;

    /// <summary>Rows of the stripes that each modelled item is cut into, from the top, the last with what is left: each is coded as an item of its own; 0: items are whole.</summary>
    public int StripeRows { get; init; }

    /// <summary>Whether each of its pieces is a block of its own: stripes are, and items of two bytes a symbol.</summary>
    internal bool IsApart => StripeRows > 0 || Layout.IsWide;

    /// <summary>Stripes of one item; 1 if it is whole.</summary>
    public int Stripes => StripeRows == 0 ? 1 : (Layout.Height + StripeRows - 1) / StripeRows;

    /// <summary>Rows of the largest piece that the model codes at once.</summary>
    internal int PieceRows => StripeRows == 0 ? Layout.Height : StripeRows;

    /// <summary>Items coded by the model.</summary>
    public int ModelledItems => Kind == EntryKind.Bytes ? 0 : Layout.Count - Exceptions.Length;

    /// <summary>Bytes coded without the model.</summary>
    public long PlainBytes => Length - ModelledItems * Layout.ItemLength;

    /// <summary>True if all but the name, permissions, depth and stripes is the same.</summary>
    internal bool IsLike(ArchiveEntry? other) => other is not null && (Kind, Length, Layout, Spread) == (other.Kind, other.Length, other.Layout, other.Spread)
        && Exceptions.Length == 0 && other.Exceptions.Length == 0;

    internal static ArchiveEntry OfBytes(string name, long length) => new(name, EntryKind.Bytes, length, default, false, []);
}
