namespace Likely.Data;

/// <summary>Bytes of any kind: what nothing else is known to be, and any file that is said to be so.</summary>
sealed class BytesModality : SequenceModality
{
    public override string Name => "bytes";
    public override string Title => "bytes";
    public override string Extension => ".bin";
    public override string FileWords => "a file of bytes";

    internal override bool Recognises(DataPath path) => path.IsFolder
        ? path.Listing.Unknown.Count > 0
        : path.Kind.Unpacked.Format == FileFormat.Unknown && !ImageFiles.HasPackedPictureName(path.Path);

    internal override DataContent Open(DataPath path) => SequenceContent.Open(this, path, kind => kind.Unpacked.Format != FileFormat.Empty, (options, files) => new ByteCoding(options, files));
}
