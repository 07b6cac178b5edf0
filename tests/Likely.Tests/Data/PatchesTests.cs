using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data;

public sealed class PatchesTests
{
    static readonly DataOptions Patches = DataOptions.Parse([new("patches", "4x6")]);

    // Every pixel tells where it is and in which picture.
    static string Folder(Samples samples, int count = 12)
    {
        for (var n = 0; n < count; n++)
        {
            var picture = n;
            samples.File($"photos/{n:00}.png", Samples.Png(9 + n % 3, 13 + n % 4, 8, 2, false, (y, x, c) => c switch { 0 => 16 * y, 1 => 10 * x, _ => picture }));
        }
        return Path.Combine(samples.Folder, "photos");
    }

    static byte[] Item(Split split, int index, ulong epoch = 0)
    {
        var symbols = new byte[split.SpaceOf(index).Dimensions];
        split.Read(index, symbols, epoch);
        return symbols;
    }

    static (int Picture, int Top, int Left) Origin(byte[] window)
    {
        for (var y = 0; y < 4; y++)
            for (var x = 0; x < 6; x++)
                Assert.Equal((window[0] + 16 * y, window[1] + 10 * x, (int)window[2]), (window[(y * 6 + x) * 3], window[(y * 6 + x) * 3 + 1], (int)window[(y * 6 + x) * 3 + 2]));
        return (window[2], window[0] / 16, window[1] / 10);
    }

    [Theory, InlineData(7), InlineData(1000)]
    public void So_many_windows_are_cut_as_are_asked_for(int windows)
    {
        using var samples = new Samples();
        using var data = Dataset.Open(Folder(samples), DataOptions.Parse([new("patches", "4x6"), new("windows", $"{windows}")]));
        Assert.Equal(windows, data.Train.Count);
        var counts = new int[12];
        for (var i = 0; i < windows; i++) counts[Origin(Item(data.Train, i)).Picture]++;
        var (most, least) = (counts.Max(), counts.Where(count => count > 0).DefaultIfEmpty().Min());
        Assert.True(windows < 12 || most < 2.2 * least, $"{least} to {most}");
        Assert.Contains("windows=7", Assert.Throws<DataException>(() => DataOptions.Parse([new("windows", "7")])).Message);
        Assert.Contains("windows=9", DataOptions.Parse([new("windows", "9"), new("patches", "4x6")]).ToCanonical());
    }

    [Fact]
    public void A_folder_of_photographs_of_mixed_sizes_is_a_data_set_of_windows()
    {
        using var samples = new Samples();
        using var data = Dataset.Open(Folder(samples), Patches);
        Assert.Equal(Space.Image(4, 6, 3, 256), data.Space);
        var counts = new int[12];
        var (starts, moved) = (new HashSet<(int, int)>(), 0);
        for (var i = 0; i < data.Train.Count; i++)
        {
            var (picture, top, left) = Origin(Item(data.Train, i));
            Assert.Equal(data.Space, data.Train.SpaceOf(i));
            counts[picture]++;
            starts.Add((top, left));
            Assert.True(top + 4 <= 9 + picture % 3 && left + 6 <= 13 + picture % 4);
            if (Origin(Item(data.Train, i, epoch: 1)) != (picture, top, left)) moved++;
            Assert.Equal(Item(data.Train, i, epoch: 1), Item(data.Train, i, epoch: 1));
        }
        for (var n = 0; n < 12; n++)
            if (counts[n] > 0) Assert.Equal(((9 + n % 3) * (13 + n % 4) + 23) / 24, counts[n]);
        Assert.True(starts.Count > 20 && moved > data.Train.Count / 2, $"{starts.Count} places, {moved} of {data.Train.Count} moved");
    }

    [Fact]
    public void Held_out_are_whole_photographs_on_a_fixed_grid()
    {
        using var samples = new Samples();
        var folder = Folder(samples);
        using var data = Dataset.Open(folder, Patches);
        using var whole = Dataset.Open(folder, DataOptions.Default with { AnySize = true });
        HashSet<int> trained = [.. Enumerable.Range(0, data.Train.Count).Select(i => (int)Item(data.Train, i)[2])];
        Assert.True(data.Validation.Count > 0 && data.Test.Count > 0);
        foreach (var (windows, pictures) in new[] { (data.Validation, whole.Validation), (data.Test, whole.Test) })
        {
            HashSet<int> held = [.. Enumerable.Range(0, pictures.Count).Select(i => (int)Item(pictures, i)[2])];
            Assert.Empty(trained.Intersect(held));
            (int, int, int)[] origins = [.. Enumerable.Range(0, windows.Count).Select(i => Origin(Item(windows, i)))];
            Assert.Equal([.. held.Order().SelectMany(n => from top in new[] { 0, 4 } from left in new[] { 0, 6 } where top + 4 <= 9 + n % 3 && left + 6 <= 13 + n % 4 select (n, top, left))], origins);
            Assert.Equal(Item(windows, 0), Item(windows, 0, epoch: 5));
        }
        Assert.Equal(whole.All.Count, trained.Count + whole.Validation.Count + whole.Test.Count);
        Assert.Contains("row 0, column 0", data.Validation.ItemName(0));
    }

    [Fact]
    public void A_sample_takes_windows_from_many_pictures()
    {
        using var samples = new Samples();
        using var data = Dataset.Open(Folder(samples), Patches);
        var some = data.All.Sample(12);
        Assert.Equal(12, some.Count);
        Assert.True(Enumerable.Range(0, 12).Select(i => Item(some, i)[2]).Distinct().Count() > 4);
        for (var i = 0; i < 12; i++) Assert.Equal(Item(data.All, some.Number(i)), Item(some, i));
    }

    [Fact]
    public void Pictures_that_are_too_small_are_left_out_and_named()
    {
        using var samples = new Samples();
        var folder = Folder(samples);
        samples.File("photos/tiny.png", Samples.Png(3, 20, 8, 2, false, (y, x, c) => 200));
        using var data = Dataset.Open(folder, Patches);
        Assert.Contains(data.Notes, note => note.Contains("1 of 13 pictures, such as 'tiny.png' of 3x20") && note.Contains("patches=4x6"));
        for (var i = 0; i < data.All.Count; i++) Assert.NotEqual(200, Item(data.All, i)[2]);
        Assert.Contains("No picture is as large as patches=40x40", Assert.Throws<DataException>(() => Dataset.Open(folder, DataOptions.Parse([new("patches", "40x40")])).Dispose()).Message);
    }

    [Fact]
    public void Limits_count_pictures()
    {
        using var samples = new Samples();
        using var data = Dataset.Open(Folder(samples), Patches with { Limit = 2 });
        Assert.Equal(2, Enumerable.Range(0, data.Train.Count).Select(i => Item(data.Train, i)[2]).Distinct().Count());
    }

    [Fact]
    public void Mirrored_windows_are_the_same_windows()
    {
        using var samples = new Samples();
        var folder = Folder(samples);
        using var data = Dataset.Open(folder, Patches);
        using var flipped = Dataset.Open(folder, Patches with { Flip = true });
        var mirrored = 0;
        for (var i = 0; i < data.Train.Count; i++)
        {
            var (plain, other) = (Item(data.Train, i), Item(flipped.Train, i));
            if (plain.SequenceEqual(other)) continue;
            mirrored++;
            for (var y = 0; y < 4; y++)
                for (var x = 0; x < 6; x++) Assert.Equal(plain[((y * 6 + x) * 3)..((y * 6 + x) * 3 + 3)], other[((y * 6 + 5 - x) * 3)..((y * 6 + 5 - x) * 3 + 3)]);
        }
        Assert.InRange(mirrored, data.Train.Count / 4, data.Train.Count * 3 / 4);
    }

    [Theory]
    [InlineData("swap"), InlineData("shift"), InlineData("both")]
    public void Recoloured_windows_keep_their_differences(string how)
    {
        using var samples = new Samples();
        var folder = Folder(samples);
        using var data = Dataset.Open(folder, Patches);
        using var recoloured = Dataset.Open(folder, DataOptions.Parse([new("patches", "4x6"), new("recolor", how)]));
        var (same, orders, levels) = (0, new HashSet<(int, int, int)>(), new HashSet<int>());
        for (ulong epoch = 0; epoch < 4; epoch++)
            for (var i = 0; i < data.Train.Count; i++)
            {
                var (plain, other) = (Item(data.Train, i, epoch), Item(recoloured.Train, i, epoch));
                if (plain.SequenceEqual(other)) same++;
                int Of(int channel) => Enumerable.Range(0, 3).First(c => Enumerable.Range(0, 24).All(p => other[3 * p + channel] - other[channel] == plain[3 * p + c] - plain[c]));
                orders.Add((Of(0), Of(1), Of(2)));
                for (var c = 0; c < 3; c++) levels.Add(other[c] - plain[c]);
            }
        Assert.Equal(how == "shift" ? 1 : 6, orders.Count);
        if (how != "swap") Assert.True(levels.Count > 50);
        if (how == "shift") Assert.InRange(same, data.Train.Count, 3 * data.Train.Count);
        for (var i = 0; i < data.Validation.Count; i++) Assert.Equal(Item(data.Validation, i), Item(recoloured.Validation, i));
    }

    [Fact]
    public void The_text_says_patches_only_where_they_are_set()
    {
        Assert.DoesNotContain("patches", DataOptions.Default.ToCanonical());
        var options = DataOptions.Parse([new("patches", "32x48"), new("recolor", "both"), new("flip", "true")]);
        Assert.Equal("patches=32x48 hold_out=content flip=true recolor=both", options.ToCanonical());
        Assert.Equal(options, DataOptions.FromCanonical(options.ToCanonical()));
        Assert.Contains("patches", Assert.Throws<DataException>(() => DataOptions.Parse([new("patches", "4x4"), new("binarize", "static")])).Message);
    }
}
