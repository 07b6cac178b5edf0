using System.Buffers.Binary;
using Likely.Data;
using Likely.Models;
using Likely.Tests.Laws;
using Likely.Tensors;

namespace Likely.Tests.Archives;

/// <summary>IDX files of examples, as inputs of archives.</summary>
static class IdxFiles
{
    /// <summary>NAME-images.idx with pixels spread over 0..255, and NAME-labels.idx if there are labels; returns the path of the first.</summary>
    public static string Write(string folder, string name, Space space, int[][] examples, int[] labels)
    {
        var image = Space.Image(space.Height, space.Width, space.Symbols, space.Levels);
        int[] shape = space.Symbols == 1 ? [examples.Length, space.Height, space.Width] : [examples.Length, space.Height, space.Width, space.Symbols];
        var path = Path.Combine(folder, $"{name}-images.idx");
        File.WriteAllBytes(path, [.. Header(shape), .. examples.SelectMany(example => example.Select(image.ToDisplay))]);
        if (labels.Length > 0) File.WriteAllBytes(Path.Combine(folder, $"{name}-labels.idx"), [.. Header([examples.Length]), .. labels.Select(label => (byte)label)]);
        return path;
    }

    /// <summary>A law's model as a trained one.</summary>
    public static Checkpoint Checkpoint(LawCase law) => new(law.Build(), [.. Enumerable.Range(0, law.Classes).Select(i => $"{i}")], "");

    static byte[] Header(int[] shape)
    {
        var header = new byte[4 + 4 * shape.Length];
        (header[2], header[3]) = (8, (byte)shape.Length);
        for (var i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), shape[i]);
        return header;
    }
}

/// <summary>A folder that goes away.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("likely-archive-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
