namespace Likely.Data;

/// <summary>Bytes of any kind: what nothing else is known to be, and any file that is said to be so.</summary>
sealed class BytesModality : Modality
{
    public override string Name => "bytes";

    internal override string Shape(Dataset data) => SequenceContent.Shape(data);

    internal override bool Recognises(DataPath path) => path.IsFolder
        ? path.Listing.Unknown.Count > 0
        : path.Kind.Unpacked.Format == FileFormat.Unknown && !ImageFiles.HasPackedPictureName(path.Path);

    internal override DataContent Open(DataPath path) => SequenceContent.Open(this, path, kind => kind.Unpacked.Format != FileFormat.Empty);
}
