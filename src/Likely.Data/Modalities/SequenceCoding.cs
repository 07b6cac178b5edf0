namespace Likely.Data;

/// <summary>What kinds of sequences differ in: what the bytes of their files are, and what symbols those become.</summary>
abstract class SequenceCoding
{
    /// <summary>The options, with what was found out about the files.</summary>
    public abstract DataOptions Options { get; }

    /// <summary>What the bytes of the files are.</summary>
    public abstract FileOpening Opening { get; }

    /// <summary>Bytes that one of a sequence's places takes, such as a sample.</summary>
    public virtual int Unit => 1;

    /// <summary>What such places are called: "bytes".</summary>
    public virtual string UnitsName => "bytes";

    /// <summary>What there is to say of the files.</summary>
    public virtual IEnumerable<string> Notes => [];

    /// <summary>Which keys change what items show.</summary>
    public virtual IReadOnlyList<string> EffectiveKeys => ["tokens", "items"];

    /// <summary>At or behind a place, the first where a part may begin.</summary>
    public abstract long Boundary(FileSequence files, long offset);

    /// <summary>The symbols of items of which some are trained on.</summary>
    /// <exception cref="DataException">if a file cannot be read</exception>
    public abstract Tokens Tokens(ByteItems items, int[] train, CancellationToken cancellation);
}
