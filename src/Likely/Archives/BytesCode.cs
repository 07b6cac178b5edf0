namespace Likely;

/// <summary>What the bytes of an archive's files are to its model, beside those of items.</summary>
enum BytesCode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A text, or a sequence of bytes: see <see cref="SequenceBlocks"/>.</summary>
    Sequences,

    /// <summary>The rows of a table: see <see cref="TableBlocks"/>.</summary>
    Rows,
}
