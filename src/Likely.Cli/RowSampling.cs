using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>sample from a density of rows of numbers: a sheet of pictures where rows are such, else an array or a table.</summary>
static class RowSampling
{
    const int Usual = 64;

    static readonly OutputName Rows = new("rows of numbers", [".npy", ".csv"]), Pictures = new("a sheet of pictures, or rows of numbers", [".png", ".npy", ".csv"]);

    /// <summary>Draws rows, and answers.</summary>
    public static int Run(Session session, FeatureModel model, string source, int? wanted, string? given)
    {
        var (count, width) = (wanted ?? Usual, model.Space.Dimensions);
        var output = (model.Space.Levels > 0 ? Pictures : Rows).Choose(given, $"{DefaultName.Stem(source)}-samples", session);
        var extension = Path.GetExtension(output).ToLowerInvariant();
        var isPicture = model.Space.Levels > 0 && extension is not (".npy" or ".csv");
        using var outputs = new Outputs(session.Remark, session.Force, source);
        outputs.Claim(output);
        var most = isPicture ? ImageGrid.LargestSheet / 4 / width : Array.MaxLength / width;
        if (count > most) throw new UsageException($"{count} samples of {width} numbers would be too many for one file; draw at most {Math.Max(1, most)} with --count");
        var (clock, done) = (Stopwatch.StartNew(), 0L);
        var values = session.Watch(display => RowLikelihoods.Draw(model, count, session.Seed, session.Threads, more => display.Update((double)Interlocked.Add(ref done, more) / count, "sampling"), session.Cancellation));
        var seconds = clock.Elapsed.TotalSeconds;
        if (Array.Exists(values, value => !float.IsFinite(value))) throw new NotFiniteNumberException($"what {source} draws is not finite, and nothing was written; the file is damaged");
        AtomicFile.Write(output, session.Force, stream =>
        {
            if (isPicture) AtomSheet.Plain([.. values.Chunk(width)], model.Space, null).Write(stream);
            else if (extension == ".csv") WriteTable(stream, values, width);
            else
            {
                stream.Write(Npy.Header(count, width));
                stream.Write(Npy.Elements(values));
            }
        });
        session.Answer($"{output}: {count} {(count == 1 ? "sample" : "samples")} in {ProgressDisplay.Duration(seconds)}{(isPicture ? ", numbers below 0 as black and above 1 as white" : "")}", new JsonObject
        {
            ["output"] = output,
            ["count"] = count,
            ["seconds"] = Session.Number(seconds),
            ["symbols_per_second"] = Session.Number(values.Length / seconds),
            ["samples_per_second"] = Session.Number(count / seconds),
        });
        return 0;
    }

    static void WriteTable(Stream stream, float[] values, int width)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        for (var i = 0; i < values.Length; i++)
        {
            writer.Write(values[i].ToString("R", CultureInfo.InvariantCulture));
            writer.Write((i + 1) % width == 0 ? '\n' : ',');
        }
    }
}
