namespace Likely.Data;

/// <summary>Text: files whose beginning is valid UTF-8, and folders that hold more of those than of other bytes.</summary>
sealed class TextModality : SequenceModality
{
    public override string Name => "text";
    public override string Title => "text";
    public override string Extension => ".txt";
    public override string FileWords => "a text";

    internal override bool Recognises(DataPath path) => path.IsFolder
        ? path.Listing.Texts.Count > 0 && path.Listing.Texts.Count >= path.Listing.Unknown.Count
        : FileKind.IsPlainText(path.Kind) && !ImageFiles.HasPackedPictureName(path.Path) && !SourceParts.IsArray(path.Path) && !SourceParts.IsIdx(path.Path);

    internal override DataContent Open(DataPath path) => SequenceContent.Open(this, path, kind => kind.Unpacked.Format is FileFormat.Text or FileFormat.Unknown, (options, files) => new ByteCoding(options, files));
}
