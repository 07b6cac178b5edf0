using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>What will become of most of some files, told by their first bytes before the work begins.</summary>
static class ArchiveOutlook
{
    const double Most = 0.5;

    /// <summary>A sentence if more than half of the bytes will be stored without the model; else null.</summary>
    public static string? Of(IReadOnlyList<(string Name, string Path, long Length)> files, ArchiveModel model, ArchiveOptions options, CancellationToken cancellation)
    {
        if (model.Code != BytesCode.None) return null; // any file is its bytes
        var (total, without, count) = (0.0, 0.0, 0);
        (string Path, string Reason)? first = null;
        foreach (var (_, path, length) in files)
        {
            cancellation.ThrowIfCancellationRequested();
            total += length;
            if (Reason(path, model, options) is not { } reason) continue;
            without += length;
            count++;
            first ??= (path, reason);
        }
        if (first is not var (named, why) || without <= Most * total) return null;
        return $"{count} of {files.Count} files, {100 * without / total:0} % of all bytes, will be stored without the model, which makes them little smaller: such as {named}, as {why}";
    }

    // Packed files are not looked into.
    static string? Reason(string path, ArchiveModel model, ArchiveOptions options)
    {
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            if (model.Arrays.As == Modality.Audio) return PixelFile.RefusalOfSound(path, model.Arrays);
            return PixelFile.Outline(path, options.ExactFiles, model.Arrays) is var (height, width, channels) ? model.Refusal(height, width, channels)
                : options.ExactFiles ? "every byte of it is to be kept, or it is no array that is known here" : "it is no picture or array that is known here";
        }
        catch (DataException)
        {
            return null; // whoever reads it will say it
        }
    }
}
