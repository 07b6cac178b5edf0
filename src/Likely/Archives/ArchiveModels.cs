using Likely.Models;

namespace Likely;

/// <summary>Finds the model of an archive by its identity.</summary>
static class ArchiveModels
{
    const string Pattern = "*.likely";

    public static Checkpoint? Find(ArchiveReader archive, string? path, CancellationToken cancellation)
    {
        if (!archive.NeedsModel) return null;
        if (archive.OrderVersion != Checkpoint.OrderVersion)
            throw new ArchiveException($"{archive.Path} was made with order version {archive.OrderVersion}, and this program knows {Checkpoint.OrderVersion} only; use the program it was made with.");
        if (path is not null) return Require(archive, Checkpoint.Load(path, cancellation), path);
        if (CheckEmbedded(archive) is { } embedded) return embedded;
        var folder = Path.GetDirectoryName(Path.GetFullPath(archive.Path))!;
        foreach (var beside in Beside(folder))
        {
            try
            {
                var checkpoint = Checkpoint.Load(beside, cancellation);
                if (checkpoint.Identity() == archive.ModelIdentity) return checkpoint;
            }
            catch (Exception fault) when (fault is ModelException or SafetensorsException or IOException or UnauthorizedAccessException or UsageException or OutOfMemoryException)
            {
                // Not a model, not one of this version, or one too large for this machine: it is not the one.
            }
        }
        throw new ArchiveException($"{archive.Path} needs the model {archive.ModelIdentity}, which is not in it and no {Pattern} file beside it is.") { Remedy = Remedy.NameModel };
    }

    /// <summary>The embedded model, or null; what is not the archive's is refused.</summary>
    public static Checkpoint? CheckEmbedded(ArchiveReader archive)
        => archive.EmbeddedModel() is { } embedded ? Require(archive, embedded, "the model embedded in it", ", as it is damaged, or another was put in its place") : null;

    static string[] Beside(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, Pattern).Order(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static Checkpoint Require(ArchiveReader archive, Checkpoint checkpoint, string name, string why = "") => checkpoint.Identity() == archive.ModelIdentity ? checkpoint
        : throw new ArchiveException($"{archive.Path} was made with the model {archive.ModelIdentity}, but {name} is {checkpoint.Identity()}{why}.") { Remedy = Remedy.NameModel };
}
