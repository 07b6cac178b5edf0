namespace Likely.Data;

/// <summary>Pictures: files of them, arrays, and folders of either.</summary>
sealed class ImageModality : Modality
{
    public override string Name => "image";

    internal override string Shape(Dataset data) => $"{data.Space}{(data.Options.Patches is not null ? " (windows of pictures)" : data.Options.AnySize ? " (the first; sizes may differ)" : "")}";

    // What is called a picture or an array and is none is refused by its reader, which says what it is instead.
    internal override bool Recognises(DataPath path) => path.IsFolder
        ? path.Listing.HasPixels || SourceParts.CifarFolder(path.Path) is not null
        : path.Kind.Unpacked.Format is FileFormat.Npy or FileFormat.Idx or FileFormat.Cifar10 or FileFormat.Cifar100 or FileFormat.Png or FileFormat.Pnm or FileFormat.Picture or FileFormat.Video
            || path.Kind.Unpacked.Format == FileFormat.Unknown && (SourceParts.IsArray(path.Path) || SourceParts.IsIdx(path.Path) || SourceParts.IsCifar(path.Path));

    internal override DataContent Open(DataPath path) =>
        ImageContent.Of(SourceParts.Open(path.Path, path.Options, path.Progress, path.Cancellation), path.Options, null, path.Cancellation);
}
