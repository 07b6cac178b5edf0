namespace Likely;

/// <summary>A file that shows something.</summary>
/// <param name="Extension">How its name ends: ".png".</param>
/// <param name="Content">Its bytes.</param>
public sealed record Rendering(string Extension, byte[] Content)
{
    /// <summary>Height, width and channels, if it is a picture.</summary>
    public (int Height, int Width, int Channels)? Picture { get; init; }

    /// <summary>Writes it to a stream.</summary>
    public void Write(Stream stream) => stream.Write(Content);
}
