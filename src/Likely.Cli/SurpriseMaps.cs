using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>
/// Pictures of items beside the surprise of each of their positions, -log p in nats summed over the position's symbols. All maps
/// share one range, from 0 to the value that one position in a thousand exceeds, so that they can be compared.
/// </summary>
sealed class SurpriseMaps(string folder, Split split, int count, DensityModel model, Outputs outputs)
{
    readonly float[][] _maps = new float[count][];

    public string Folder { get; } = Claim(folder, split, count, model, outputs);

    /// <summary>Takes the surprise of every symbol of one item; from any thread.</summary>
    public void Keep(int index, ReadOnlySpan<float> symbols)
    {
        var channels = model.Geometry.SubPositions;
        var map = new float[symbols.Length / channels];
        for (var i = 0; i < symbols.Length; i++) map[i / channels] += symbols[i];
        _maps[index] = map;
    }

    public void Write(OutputSet files, CancellationToken cancellation)
    {
        var high = Percentile(_maps, 0.999);
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var geometry = ModelFile.GeometryOf(split.GeometryOf(i));
            var item = new byte[geometry.Dimensions];
            split.Read(i, item);
            var map = SurpriseMap.Render(Array.ConvertAll(_maps[i], value => (double)value), 0, high);
            Pictures.Write(files, Name(Folder, split, i), ImageGrid.Arrange([Pictures.Rgb(item, geometry), map], geometry.Height, geometry.Width, 3, columns: 2));
        }
    }

    /// <summary>The value that the given share of all values does not exceed.</summary>
    public static double Percentile(float[][] maps, double share)
    {
        var values = new List<float>();
        foreach (var map in maps) values.AddRange(map);
        values.Sort();
        return Math.Max(1e-6, values[(int)(share * (values.Count - 1))]);
    }

    static string Claim(string folder, Split split, int count, DensityModel model, Outputs outputs)
    {
        if (model.Members > 1) throw new UsageException("--map is not for an ensemble: its members' probabilities are averaged over whole items, not symbol by symbol");
        outputs.Claim(folder, Enumerable.Range(0, count).Select(i => Name(folder, split, i)));
        return folder;
    }

    static string Name(string folder, Split split, int index) => Path.Combine(folder, $"{split.Number(index):00000}-{DefaultName.Stem(split.ItemName(index))}.png");
}
